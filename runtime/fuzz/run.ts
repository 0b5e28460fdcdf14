/** Draws cases for all targets by their shares, runs them, and reports each kind of failure once, with its seed and cut down. */
import { newRandom } from '../bench/random.ts';
import type { Arguments } from './arguments.ts';
import { type Failure, minimised, shownCase, type Target } from './case.ts';
import { Uncaught } from './uncaught.ts';

export interface Found extends Failure {
  readonly target: string;
  readonly index: number;
  readonly seed: number;
  /** What is left of the case, for a person. */
  readonly shown: string;
}

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly cases: Readonly<Record<string, number>>;
  readonly found: readonly Found[];
}

/** Of processor time: a case of some kilobytes that takes longer keeps everyone else waiting. */
const cpuMsMax = 3_000;
/** One mistake shows in many cases; they are counted, and not all looked into. */
const foundMax = 25;

export interface RunOptions extends Pick<Arguments, 'seed' | 'casesMax' | 'secondsMax' | 'only'> {
  readonly targets: readonly Target[];
  readonly nowMs: () => number;
  /** Of this process, in ms. */
  readonly cpuMs: () => number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function fuzz(options: RunOptions): Promise<Report> {
  const { targets, seed, casesMax, secondsMax, only, nowMs, log, signal } = options;
  const startMs = nowMs();
  const counts = new Map(targets.map(({ name }) => [name, 0]));
  const found: Found[] = [];
  const uncaught = new Uncaught();
  const chosen = only === undefined ? targets : targets.filter(({ name }) => name === only.target);
  if (chosen.length === 0)
    throw new Error(`There is no target '${only?.target}': ${targets.map(({ name }) => name).join(', ')}.`);
  const order = turnsOf(chosen);
  const casesEnd = only?.index === undefined ? casesMax : 1;
  for (let count = 0; count < casesEnd && found.length < foundMax && !signal.aborted; count += 1) {
    if (nowMs() - startMs >= secondsMax * 1_000) break;
    const target = order[count % order.length];
    if (target === undefined) break;
    const index = only?.index ?? counts.get(target.name) ?? 0;
    counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
    const one = await oneCase(target, index, uncaught, options);
    if (one !== undefined) found.push(one);
    if (count > 0 && count % 20_000 === 0) log(`${count} cases, ${found.length} failures`);
  }
  uncaught.dispose();
  return { seed, seconds: (nowMs() - startMs) / 1_000, cases: Object.fromEntries(counts), found };
}

/** The targets as often as their shares say, well mixed: a short run meets all of them. */
function turnsOf(targets: readonly Target[]): readonly Target[] {
  const random = newRandom(1, 'turns');
  const turns = targets.flatMap((target) => Array.from({ length: target.share }, () => ({ target, at: random() })));
  return turns.sort((a, b) => a.at - b.at).map(({ target }) => target);
}

async function oneCase(
  target: Target,
  index: number,
  uncaught: Uncaught,
  options: RunOptions,
): Promise<Found | undefined> {
  const { seed, cpuMs, nowMs, log } = options;
  const watched: Target = {
    ...target,
    run: async (parts) => {
      const [beforeMs, startMs] = [cpuMs(), nowMs()];
      const failure = await target.run(parts);
      const thrown = await uncaught.take();
      if (thrown !== undefined) return { kind: 'crash', message: thrown };
      if (failure !== undefined) return failure;
      const tookMs = nowMs() - startMs < cpuMsMax ? 0 : cpuMs() - beforeMs;
      return tookMs > cpuMsMax
        ? { kind: 'slow', message: `it took ${Math.round(tookMs)} ms of processor time` }
        : undefined;
    },
  };
  const made = target.make(newRandom(seed, `${target.name}/${index}`));
  const failure = await watched.run(made);
  if (failure === undefined) return undefined;
  log(`${target.name}/${index} with the seed ${seed}: ${failure.kind}: ${failure.message}`);
  const least = await minimised(watched, made, failure);
  const shown = shownCase(least);
  log(`again: npm run fuzz -- --seed ${seed} --only ${target.name}/${index}\nall that it takes:\n${shown}`);
  return { ...failure, target: target.name, index, seed, shown };
}
