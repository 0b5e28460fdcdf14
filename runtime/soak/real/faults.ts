/** What is done to the real runtime, its engine, its disk and its windows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { canLook } from '../../bench/processes.ts';
import { integer, pick, type Random } from '../../bench/random.ts';
import { deathsMax } from '../../loop/circuit.ts';
import { poison } from '../marks.ts';
import type { RealWorld } from './world.ts';

/** Kinds with their weights. */
const weights = {
  'engine SIGKILL': 10,
  'engine SIGSEGV': 6,
  'engine out of memory while it loads': 4,
  'engine dies again and again': 1,
  'engine stopped for a while': 6,
  'runtime SIGKILL': 4,
  'runtime SIGTERM': 2,
  'machine asleep': 5,
  'disk full': 4,
  'window killed': 8,
  'window that reads nothing': 6,
  'poisoned request': 4,
  'fifty windows': 1,
};
export type FaultKind = keyof typeof weights;

/** Those that can be made here, with their weights. */
export function faultsHere(canFill: boolean): Partial<Record<FaultKind, number>> {
  const needsProcesses = /^(engine|runtime|machine)/;
  return Object.fromEntries(
    Object.entries(weights).filter(
      ([kind]) => (kind !== 'disk full' || canFill) && (canLook || !needsProcesses.test(kind)),
    ),
  );
}

/** After these, completions have to come back within one load. */
export function endsEngine(kind: FaultKind): boolean {
  return kind.startsWith('engine SIG') || kind.startsWith('runtime') || kind === 'poisoned request';
}

/** How many lives of the engine a fault ends. */
export function livesOf(kind: FaultKind): number {
  if (kind === 'engine dies again and again') return deathsMax;
  if (kind === 'engine out of memory while it loads' || kind === 'poisoned request') return 2;
  return kind.startsWith('engine SIG') || kind === 'disk full' ? 1 : 0;
}

const manyWindows = 44;
/** The next life begins that soon: each waits longer than the one before, and somebody has to ask for it. */
const lifeMsMax = 10_000;

export async function strike(world: RealWorld, kind: FaultKind, random: Random): Promise<void> {
  switch (kind) {
    case 'engine SIGKILL':
      return void world.strike('engine', 'SIGKILL');
    case 'engine SIGSEGV':
      return void world.strike('engine', 'SIGSEGV');
    case 'engine out of memory while it loads':
      world.place.dieAtNextLoad();
      world.blow('engine');
      return void world.strike('engine', 'SIGKILL');
    case 'engine dies again and again':
      return crashLoop(world, random);
    case 'engine stopped for a while':
      return stopped(world, ['engine'], random);
    case 'runtime SIGKILL':
      return void world.strike('runtime', 'SIGKILL');
    case 'runtime SIGTERM':
      return void world.strike('runtime', 'SIGTERM');
    case 'machine asleep':
      return stopped(world, ['runtime', 'engine'], random);
    case 'disk full':
      return diskFull(world, random);
    case 'window killed':
      return windowKilled(world, random);
    case 'window that reads nothing':
      return stuckWindow(world, random);
    case 'poisoned request':
      return poisoned(world, random);
    case 'fifty windows':
      return fiftyWindows(world, random);
    default:
      kind satisfies never;
  }
}

/** Until the runtime gives it a rest; then that is waited for. */
async function crashLoop(world: RealWorld, random: Random): Promise<void> {
  for (let life = 0; life < deathsMax; life += 1) {
    const untilMs = performance.now() + lifeMsMax;
    while (world.strike('engine', 'SIGKILL') === 0 && performance.now() < untilMs) await sleep(20);
  }
  await world.backMs(random);
}

async function stopped(world: RealWorld, kinds: readonly ('runtime' | 'engine')[], random: Random): Promise<void> {
  for (const kind of kinds) world.strike(kind, 'SIGSTOP');
  await sleep(integer(random, 300, 2_500));
  for (const kind of kinds) world.strike(kind, 'SIGCONT');
}

/** Half of the time something dies meanwhile, and its successor begins without room. */
async function diskFull(world: RealWorld, random: Random): Promise<void> {
  world.place.fill();
  if (random() < 0.5) world.strike(pick(random, ['runtime', 'engine']), 'SIGKILL');
  await sleep(integer(random, 300, 2_000));
  world.place.makeRoom();
}

async function windowKilled(world: RealWorld, random: Random): Promise<void> {
  const window = await world.open();
  if (window === undefined) return;
  for (const kind of ['translation', 'summary', 'completion'] as const) void world.ask(window, random, kind);
  await sleep(integer(random, 0, 600));
  world.leave(window);
}

/** It asks for more than it reads; half of the time it wakes up. */
async function stuckWindow(world: RealWorld, random: Random): Promise<void> {
  const window = await world.open();
  if (window === undefined) return;
  const asked = Array.from({ length: 4 }, () => world.ask(window, random, 'translation'));
  window.pause();
  await sleep(integer(random, 500, 2_000));
  if (random() < 0.5) return world.leave(window);
  window.resume();
  await Promise.all(asked);
  world.leave(window);
}

/** It is tried again after the first death, and refused by name after the second. */
async function poisoned(world: RealWorld, random: Random): Promise<void> {
  const window = await world.open();
  if (window === undefined) return;
  world.blows.poisons += 1;
  const request = await world.ask(window, random, 'summary', poison);
  world.blows.poisons -= 1;
  // Once when it was asked for, and once when it was tried again: others were inside, and are tried again.
  world.blow('engine', 2);
  if (request.end?.kind === 'result') world.note('lost', 'a poisoned request was answered');
  world.leave(window);
}

async function fiftyWindows(world: RealWorld, random: Random): Promise<void> {
  const windows = await Promise.all(Array.from({ length: manyWindows }, () => world.open()));
  await Promise.all(windows.map((window) => window && world.ask(window, random, 'completion')));
  for (const window of windows) if (window !== undefined) world.leave(window);
}
