/**
 * The real part: the built runtime and engine with the embedded model, windows that ask all the time, and a fault every second or so. After
 * half of the faults nothing ends the runtime any more, and after another tenth, when it is warm, its memory and its open files are noted, to
 * be compared with those of the end: both while nobody asks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openFiles, processesOf, residentBytes, signal } from '../../bench/processes.ts';
import { integer, newRandom, type Random } from '../../bench/random.ts';
import { deathsMax } from '../../loop/circuit.ts';
import { draw } from '../draw.ts';
import type { Tally } from '../tally.ts';
import { endsEngine, type FaultKind, faultsHere, livesOf, strike } from './faults.ts';
import { Place } from './place.ts';
import { RealWorld } from './world.ts';

const windows = 6;
const gapMsMax = 900;
/** Of the faults after which completions must come back, so many are waited for. */
const watchedShare = 0.5;
const loadsMeasured = 3;
/** Fewer than those in a row after which the runtime gives the engine a rest: faults are to hit somebody. That rest is a fault of its own. */
const livesMax = deathsMax - 1;
const warmAt = 0.6;
/** For what a process still does, and for the collection of garbage, once nobody asks: the lowest of so many looks, a second apart, counts. */
const looks = 45;
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
  /** Of the runtime's memory, from when it was warm to the end, as a share; undefined where it cannot be known. */
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
    const half = Math.floor(options.faultsMax / 2);
    const warm = Math.floor(options.faultsMax * warmAt);
    const spares = /runtime|disk/;
    const part = (from: number, to: number, spared: RegExp): Promise<number[]> =>
      faults(world, random, { ...options, from, to, spares: spared }, tally);
    const first = [...(await part(0, half, /^$/)), ...(await part(half, warm, spares))];
    const before = await sample(world, random);
    const second = before === undefined ? [] : await part(warm, options.faultsMax, spares);
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
    for (const { pid } of processesOf(place.temporary)) signal(pid, 'SIGKILL');
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

interface Part extends RealOptions {
  /** Numbers of the faults: from the first on, and before the second. */
  readonly from: number;
  readonly to: number;
  readonly spares: RegExp;
}

async function faults(
  world: RealWorld,
  random: Random,
  { from, to, faultsMax, isOver, spares, log }: Part,
  tally: Tally,
): Promise<number[]> {
  const here = Object.entries(faultsHere(world.place.canFill)).filter(([kind]) => !spares.test(kind));
  const kinds = Object.fromEntries(here) as Record<FaultKind, number>;
  const back: number[] = [];
  let lives = 0;
  for (let count = from; count < to && !isOver(); count += 1) {
    const kind = draw(random, kinds);
    if (lives + livesOf(kind) > livesMax) {
      await world.backMs(random);
      lives = 0;
    }
    tally.fault(kind);
    const startMs = performance.now();
    await strike(world, kind, random);
    lives += livesOf(kind);
    const isWatched = endsEngine(kind) && random() < watchedShare;
    const ms = isWatched ? await world.backMs(random) : undefined;
    if (ms !== undefined) {
      back.push(ms);
      lives = 0;
    }
    const then = ms === undefined ? '' : `, completions back after ${Math.round(ms)} ms`;
    log(`${count + 1}/${faultsMax} ${kind}: ${Math.round(performance.now() - startMs)} ms${then}`);
    await sleep(integer(random, 0, gapMsMax));
  }
  return back;
}

interface Sample {
  readonly pid: number;
  readonly bytes: number;
  readonly files: number;
}

/** The runtime as it is when it can answer and nobody asks; undefined where nothing can be known, or completions did not come back. */
async function sample(world: RealWorld, random: Random): Promise<Sample | undefined> {
  if ((await world.backMs(random)) === undefined) return undefined;
  const runtime = processesOf(world.place.temporary).find(({ kind }) => kind === 'runtime');
  if (runtime === undefined) return undefined;
  const { pid } = runtime;
  await world.pause();
  let bytes = Number.POSITIVE_INFINITY;
  for (let look = 0; look < looks; look += 1) {
    await sleep(1_000);
    bytes = Math.min(bytes, residentBytes(pid) ?? Number.POSITIVE_INFINITY);
  }
  world.goOn();
  return { pid, bytes, files: openFiles(pid) ?? 0 };
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
    `runtime: ${megabytes(before.bytes)} and ${before.files} open files when it was warm, ${megabytes(after.bytes)} and ${after.files} at the end`,
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
