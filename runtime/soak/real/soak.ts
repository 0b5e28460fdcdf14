/**
 * The real part: the built runtime and engine with the embedded model, windows that ask all the time, and a fault every second or so. In
 * the second half nothing ends the runtime, so that its memory and its open files can be compared.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openFiles, processesOf, residentBytes } from '../../bench/processes.ts';
import { integer, newRandom, type Random } from '../../bench/random.ts';
import { draw } from '../draw.ts';
import type { Tally } from '../tally.ts';
import { endsEngine, type FaultKind, faultsHere, strike } from './faults.ts';
import { Place } from './place.ts';
import { RealWorld } from './world.ts';

const windows = 6;
const gapMsMax = 900;
/** Of the faults after which completions must come back, so many are waited for. */
const watchedShare = 0.5;
const loadsMeasured = 3;
/** For what a runtime has still to do when its last client has gone. */
const endMsMax = 20_000;

export interface RealOptions {
  readonly seed: number;
  readonly faultsMax: number;
  /** Asked before each fault. */
  readonly isOver: () => boolean;
  /** The built programs. */
  readonly programs: string;
  readonly version: string;
  readonly log: (line: string) => void;
}

export interface RealOutcome {
  /** From a fault to the next completion, in ms. */
  readonly backMs: readonly number[];
  /** From the end of an engine to the next completion with nothing else going on: one model load, in ms. */
  readonly loadMs: readonly number[];
  /** Of the runtime's memory, from the middle to the end, as a share; undefined where it cannot be known. */
  readonly memoryGrowth: number | undefined;
  readonly skipped: readonly string[];
}

export async function soakReal(options: RealOptions, tally: Tally): Promise<RealOutcome> {
  const { seed, programs, version, log } = options;
  const place = new Place(programs, version);
  const random = newRandom(seed, 'real faults');
  const world = new RealWorld(place, tally);
  try {
    const loadMs = await loads(world, random);
    world.begin(windows, seed);
    const first = await faults(
      world,
      random,
      { ...options, faultsMax: Math.floor(options.faultsMax / 2), spares: /^$/ },
      tally,
    );
    const before = await sample(world, random);
    const spares = /runtime|disk/;
    const rest = { ...options, faultsMax: options.faultsMax - Math.floor(options.faultsMax / 2), spares };
    const second = before === undefined ? [] : await faults(world, random, rest, tally);
    const after = await sample(world, random);
    await world.comeToRest();
    compare(before, after, world, log);
    await end(world);
    const skipped = place.canFill ? [] : ['disk full: the home folder could not be made a file system of its own'];
    const isSame = before !== undefined && after?.pid === before.pid;
    return {
      backMs: [...first, ...second],
      loadMs,
      memoryGrowth: isSame ? after.bytes / before.bytes - 1 : undefined,
      skipped,
    };
  } finally {
    for (const { pid } of processesOf(place.temporary)) process.kill(pid, 'SIGKILL');
    place.remove();
  }
}

/** What one load costs here, with nothing else under way. */
async function loads(world: RealWorld, random: Random): Promise<number[]> {
  const found: number[] = [];
  await world.backMs(random);
  for (let count = 0; count < loadsMeasured; count += 1) {
    world.strike('engine', 'SIGKILL');
    const ms = await world.backMs(random);
    if (ms !== undefined) found.push(ms);
  }
  return found;
}

async function faults(
  world: RealWorld,
  random: Random,
  { faultsMax, isOver, spares, log }: RealOptions & { readonly spares: RegExp },
  tally: Tally,
): Promise<number[]> {
  const here = Object.entries(faultsHere(world.place.canFill)).filter(([kind]) => !spares.test(kind));
  const kinds = Object.fromEntries(here) as Record<FaultKind, number>;
  const back: number[] = [];
  for (let count = 0; count < faultsMax && !isOver(); count += 1) {
    const kind = draw(random, kinds);
    tally.fault(kind);
    const startMs = performance.now();
    await strike(world, kind, random);
    const isWatched = endsEngine(kind) && random() < watchedShare;
    const ms = isWatched ? await world.backMs(random) : undefined;
    if (ms !== undefined) back.push(ms);
    log(
      `${count + 1}/${faultsMax} ${kind}: ${Math.round(performance.now() - startMs)} ms${ms === undefined ? '' : `, completions back after ${Math.round(ms)} ms`}`,
    );
    await sleep(integer(random, 0, gapMsMax));
  }
  return back;
}

interface Sample {
  readonly pid: number;
  readonly bytes: number;
  readonly files: number;
}

/** The runtime as it is when completions are answered; undefined where nothing can be known, or completions did not come back. */
async function sample(world: RealWorld, random: Random): Promise<Sample | undefined> {
  if ((await world.backMs(random)) === undefined) return undefined;
  const runtime = processesOf(world.place.temporary).find(({ kind }) => kind === 'runtime');
  if (runtime === undefined) return undefined;
  const { pid } = runtime;
  return { pid, bytes: residentBytes(pid) ?? 0, files: openFiles(pid) ?? 0 };
}

/** Windows come and go while this is counted, so a few more are no leak. */
const filesSlack = 12;

function compare(
  before: Sample | undefined,
  after: Sample | undefined,
  world: RealWorld,
  log: (line: string) => void,
): void {
  if (before === undefined || after === undefined || before.pid !== after.pid) return;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  log(
    `runtime: ${megabytes(before.bytes)} and ${before.files} open files in the middle, ${megabytes(after.bytes)} and ${after.files} at the end`,
  );
  if (after.files > before.files + filesSlack)
    world.note('orphans', `the runtime had ${before.files} open files, and has ${after.files}`);
}

/** The runtime ends in order, and nothing of it stays. */
async function end(world: RealWorld): Promise<void> {
  const { place } = world;
  world.strike('runtime', 'SIGTERM');
  const untilMs = performance.now() + endMsMax;
  while (processesOf(place.temporary).length > 0 && performance.now() < untilMs) await sleep(50);
  for (const { kind, pid } of processesOf(place.temporary)) world.note('orphans', `the ${kind} ${pid} did not end`);
  for (const name of place.leftovers) world.note('orphans', `${name} was left behind`);
}
