/**
 * Part `replay`: the mixed load of the replay bench on the real engine, in real time and open loop, at the load where the comparator
 * keeps half of its promises: our policy against a fixed number of sequences, once on our step loop and once on the library's own; and
 * against any server at a URL with the same requests.
 *
 * Machines differ, so all times of the load are stretched by what a prompt costs here over what it costs in the table that the load
 * was made for; what is printed is unstretched. At every seed all targets play the same load, one after the other; who goes first
 * changes from seed to seed.
 */
import { costsOf } from '../../../engine/simulated-model.ts';
import type { BenchResult } from '../../bench.ts';
import { durationText, Progress } from '../../progress.ts';
import { type RunScore, scoreRun } from '../../replay/score.ts';
import { readTraces, type Traces } from '../../replay/traces.ts';
import { machines, replay as workload } from '../../workloads.ts';
import { type LoadOptions, modelFile, type PartOptions } from '../model.ts';
import { findHalf } from './half.ts';
import { play, realClock } from './play.ts';
import { ServerTarget } from './server-target.ts';
import { measuredStretch } from './stretch.ts';
import { type Row, summarizeReplay } from './summary.ts';
import type { Target } from './target.ts';
import { LibraryTarget, LoopTarget } from './targets.ts';
import { settledLoad } from './window.ts';
import { promptOf, wordsOf } from './words.ts';

export interface ReplayOptions extends PartOptions {
  readonly policy: string;
  /** Fixed numbers of sequences that the comparators try. */
  readonly sequences: readonly number[];
  /** URL of a server that plays the same load. */
  readonly against?: string | undefined;
  /** Editing sessions at a time; undefined finds the load where the comparator keeps half. */
  readonly load?: number | undefined;
  /** Of the load, in s. */
  readonly seconds?: number | undefined;
  /** Real ms for one ms of the load; undefined measures it. */
  readonly stretch?: number | undefined;
}

const secondsFull = 120;
const secondsQuick = 60;
const seedsFull = 3;
const contextTokens = 3_072;
const threads = 1;
/** After the last arrival: the longest promise is over then. */
const graceMs = 25_000;
/** From here the search for the load starts: where the simulation of the table's machine keeps about half. */
const loadStart = 2;

const costs = costsOf(machines.cpu.model.costs);

export async function replayPart(options: ReplayOptions): Promise<BenchResult> {
  const { log, quick } = options;
  const file = await modelFile(options);
  const stretch = options.stretch ?? (await measuredStretch(file));
  log(`times are stretched by ${stretch.toFixed(2)}: a prompt costs so much more here than in the table`);
  const stage: Stage = {
    options,
    stretch,
    traces: readTraces(),
    words: await wordsOf(file),
    durationMs: 1_000 * (options.seconds ?? (quick ? secondsQuick : secondsFull)),
    load: (sequences) => ({ file, sequences, contextTokens, threads }),
  };
  const first = options.sequences[0] ?? workload.sequences;
  const comparator = { open: () => LoopTarget.open(`static:${first}`, stage.load(first)) };
  const sessions =
    options.load ??
    (await findHalf(loadStart, async (load) => {
      const score = await playOn(stage, comparator, load, workload.seeds.tuning[0]);
      const { share } = score.keepable;
      log(`at ${load.toFixed(2)} sessions static:${first} keeps ${(100 * share).toFixed(0)} %`);
      return share;
    }));
  return summarizeReplay(await playAll(stage, sessions, quick ? 1 : seedsFull), {
    policy: options.policy,
    ...(options.against !== undefined && { against: options.against }),
    sessions,
    stretch,
    seconds: stage.durationMs / 1_000,
  });
}

interface Stage {
  readonly options: ReplayOptions;
  readonly stretch: number;
  readonly traces: Traces;
  readonly words: readonly string[];
  readonly durationMs: number;
  readonly load: (sequences: number) => LoadOptions;
}

interface Contender {
  open(): Promise<Target>;
}

function contendersOf({ options, load }: Stage): Contender[] {
  const { policy, sequences, against } = options;
  return [
    { open: () => LoopTarget.open(policy, load(workload.sequences)) },
    ...sequences.flatMap((count) => [
      { open: () => LoopTarget.open(`static:${count}`, load(count)) },
      { open: () => LibraryTarget.open(load(count)) },
    ]),
    ...(against === undefined ? [] : [{ open: () => ServerTarget.open(against) }]),
  ];
}

async function playAll(stage: Stage, sessions: number, seeds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const runs = seeds * contendersOf(stage).length;
  const about = durationText((stage.durationMs + graceMs) * stage.stretch);
  const progress = new Progress({
    total: runs,
    what: `runs in real time, each of about ${about}`,
    log: stage.options.log,
  });
  for (const [place, seed] of workload.seeds.reporting.slice(0, seeds).entries()) {
    const contenders = contendersOf(stage);
    const ordered = place % 2 === 0 ? contenders : contenders.reverse();
    for (const contender of ordered) {
      let name = '';
      const named = {
        open: async () => {
          const target = await contender.open();
          name = target.name;
          return target;
        },
      };
      const score = await playOn(stage, named, sessions, seed);
      rows.push({ target: name, seed, score });
      stage.options.log(`seed ${seed}, ${name}: ${scoreLine(score)}`);
      progress.step();
    }
  }
  return rows;
}

function scoreLine({ keepable, ttft, e2e }: RunScore): string {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  return `${keepable.kept} of ${keepable.promises} promises, p95 TTFT ${seconds(ttft.p95)}, p95 E2E ${seconds(e2e.p95)}`;
}

/** Every run has a fresh engine: nothing learned and nothing cached comes from another. */
async function playOn(stage: Stage, contender: Contender, load: number, seed: number): Promise<RunScore> {
  const { traces, durationMs, stretch, words } = stage;
  const played = settledLoad(traces, { seed, load, durationMs });
  const prompts = new Map(played.arrivals.map((arrival) => [arrival, promptOf(arrival, words)]));
  const target = await contender.open();
  try {
    const rows = await play(played, target, {
      clock: realClock,
      stretch,
      graceMs,
      promptOf: (arrival) => prompts.get(arrival) ?? promptOf(arrival, words),
    });
    return scoreRun(played, rows, costs);
  } finally {
    await target.close();
  }
}
