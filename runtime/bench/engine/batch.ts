/**
 * Part `batch`: what it is worth that the planner chooses by the measured table how many sequences decode together. Two to six equal
 * streams, once with all of them in every pass and once as planned: CPU time of the engine process from the start of the first to
 * the end of the last, in alternating pairs. Prompts are in the KV, so decoding is what is measured.
 */
import type { Prompt } from '../../core/task.ts';
import { type BenchResult, median } from '../bench.ts';
import { newRandom } from '../random.ts';
import { modelFile, type PartOptions } from './model.ts';
import { OurEngine } from './our-engine.ts';
import { inventedPrompt } from './prompts.ts';
import { medianInterval } from './statistics.ts';

export interface BatchOptions extends PartOptions {
  /** The policy that plans, and the one that decodes all together. */
  readonly policy: string;
  readonly baseline: string;
}

const streamsMin = 2;
const streamsMax = 6;
const sequences = 8;
const promptTokens = 24;
const answerTokens = 32;
/** All sizes are run so often before anything counts, so that the planner has seen what passes cost. */
const warmRounds = 1;
const pairsFull = 7;
const pairsQuick = 3;

export async function batch(options: BatchOptions): Promise<BenchResult> {
  const { quick, policy, baseline, log } = options;
  const load = { file: await modelFile(options), sequences, contextTokens: 512, threads: 1 };
  log(`loading it twice: for ${policy} and for ${baseline}`);
  const planned = await OurEngine.load({ ...load, policy });
  const together = await OurEngine.load({ ...load, policy: baseline });
  try {
    const random = newRandom(1, 'batch');
    const prompts = Array.from({ length: streamsMax }, () => inventedPrompt(random, promptTokens));
    const ratios = new Map<number, number[]>();
    const pairs = quick ? pairsQuick : pairsFull;
    for (let round = -warmRounds; round < pairs; round += 1) {
      for (let streams = streamsMax; streams >= streamsMin; streams -= 1) {
        const chosen = prompts.slice(0, streams);
        const order = round % 2 === 0 ? [together, planned] : [planned, together];
        const cpuMs = new Map<OurEngine, number>();
        for (const engine of order) cpuMs.set(engine, await cpuMsOfStreams(engine, chosen));
        const ratio = (cpuMs.get(together) ?? Number.NaN) / (cpuMs.get(planned) ?? Number.NaN);
        if (round >= 0) ratios.set(streams, [...(ratios.get(streams) ?? []), ratio]);
      }
      log(round < 0 ? 'warm' : `round ${round + 1} of ${pairs}: ${rowOf(ratios, (values) => values[round] ?? 0)}`);
    }
    return summarizeBatch(ratios);
  } finally {
    await Promise.all([planned.close(), together.close()]);
  }
}

function rowOf(ratios: ReadonlyMap<number, readonly number[]>, value: (values: readonly number[]) => number): string {
  return [...ratios].map(([streams, values]) => `${streams} streams ${value(values).toFixed(2)}`).join(', ');
}

let runs = 0;

async function cpuMsOfStreams(engine: OurEngine, prompts: readonly Prompt[]): Promise<number> {
  runs += 1;
  const startedMs = engine.cpuMs();
  let left = prompts.length;
  const over = engine.until((event) => {
    if (event.kind === 'ended') left -= 1;
    return left === 0;
  });
  prompts.forEach((prompt, index) => {
    engine.start({ id: `b${runs}.${index}`, prompt, maxTokens: answerTokens });
  });
  await over;
  return engine.cpuMs() - startedMs;
}

/** @param ratios for each number of streams, the CPU time all together over that as planned, one for each pair. */
export function summarizeBatch(ratios: ReadonlyMap<number, readonly number[]>): BenchResult {
  const intervals = new Map([...ratios].map(([streams, values]) => [streams, medianInterval(values)]));
  const medians = [...ratios.values()].map(median);
  return {
    figures: {
      'engine.batch_choice_gain': medians.reduce((sum, value) => sum + value, 0) / medians.length,
      'engine.batch_choice_worst': Math.min(...medians),
    },
    details: { byStreams: Object.fromEntries(intervals), promptTokens, answerTokens },
  };
}
