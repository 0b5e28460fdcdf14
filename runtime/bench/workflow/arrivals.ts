/** Workflows as they arrive: Poisson in time, each a plan of calls with true lengths that no policy sees. Pure. */
import { costsOf } from '../../engine/simulated-model.ts';
import { integer, lognormal, newRandom, poissonTimesMs, type Random } from '../random.ts';
import { type BenchClass, type MachineName, machines } from '../workloads.ts';
import { idleMs, ownTimesMs, stageTimesMs } from './idle.ts';
import { type Size, summary, summaryShare, targetMultiple, translation } from './workload.ts';

/** One call of a plan. */
export interface PlannedCall {
  /** Places in the plan of the calls whose answers its prompt carries. */
  readonly after: readonly number[];
  /** Its own text. */
  readonly ownTokens: number;
  /** Of the answers that it waits for, so much stands in its prompt. */
  readonly carriedShare: number;
  /** Policies must not see it. */
  readonly answerTokens: number;
  readonly maxTokens: number;
  /** Answer tokens for each of {@link ownTokens} as predicted without history, or tokens where that is 0. */
  readonly predictedAnswer: number;
}

export interface WorkflowArrival {
  readonly id: string;
  readonly atMs: number;
  readonly class: Exclude<BenchClass, 'completion'>;
  readonly targetMs: number;
  readonly calls: readonly PlannedCall[];
  /** Of the predicted time on an idle device, for each call: the share of its stage, and its own of all calls one after the other. */
  readonly stageShares: readonly number[];
  readonly ownShares: readonly number[];
}

export interface WorkflowsOptions {
  readonly machine: MachineName;
  readonly seed: number;
  readonly perMinute: number;
  readonly durationMs: number;
}

export function workflowArrivals({ machine, seed, perMinute, durationMs }: WorkflowsOptions): WorkflowArrival[] {
  const times = poissonTimesMs(newRandom(seed, 'workflows'), perMinute / 60, durationMs);
  const { costs, chunkTokens } = machines[machine].model;
  return times.map((atMs, index) => {
    const random = newRandom(seed, `workflow ${index}`);
    const isSummary = random() < summaryShare;
    const calls = isSummary ? summaryCalls(random) : translationCalls(random);
    const predicted = calls.map((call) => ({ ...predictedOf(call, calls), after: call.after }));
    const totalMs = idleMs(predicted, costsOf(costs), chunkTokens);
    return {
      id: `workflow ${index}`,
      atMs,
      class: isSummary ? 'summarize' : 'translate',
      targetMs: targetMultiple * totalMs,
      calls,
      stageShares: stageTimesMs(predicted, costsOf(costs), chunkTokens).map((ms) => ms / totalMs),
      ownShares: ownTimesMs(predicted, costsOf(costs), chunkTokens).map((ms, _, all) => ms / sumOf(all)),
    };
  });
}

/** A call before anything of its workflow has run: what it waits for is as long as predicted. */
export function predictedOf(
  { after, ownTokens, carriedShare, predictedAnswer }: PlannedCall,
  calls: readonly PlannedCall[],
): { promptTokens: number; answerTokens: number } {
  const carried = after.reduce((sum, place) => sum + (calls[place]?.predictedAnswer ?? 0), 0);
  return { promptTokens: ownTokens + Math.round(carriedShare * carried), answerTokens: predictedAnswer };
}

function summaryCalls(random: Random): PlannedCall[] {
  const { parts, part, answer, mergeTokens } = summary;
  const count = integer(random, parts[0], parts[1] + 1);
  const answered = (): Pick<PlannedCall, 'answerTokens' | 'maxTokens' | 'predictedAnswer'> => ({
    answerTokens: sizeOf(random, answer, 4),
    maxTokens: answer.max,
    predictedAnswer: answer.median,
  });
  const maps = Array.from(
    { length: count },
    (): PlannedCall => ({ after: [], ownTokens: sizeOf(random, part, 16), carriedShare: 0, ...answered() }),
  );
  const merge = { after: [...maps.keys()], ownTokens: mergeTokens, carriedShare: 1, ...answered() };
  return [...maps, merge];
}

function translationCalls(random: Random): PlannedCall[] {
  const { parts, part, answerRatio, answerMax, dependentShare, carriedShare } = translation;
  const count = integer(random, parts[0], parts[1] + 1);
  return Array.from({ length: count }, (_, place): PlannedCall => {
    const ownTokens = sizeOf(random, part, 16);
    const ratio = lognormal(random, answerRatio.median, answerRatio.variation);
    const isDependent = place > 0 && random() < dependentShare;
    return {
      after: isDependent ? [integer(random, 0, place)] : [],
      ownTokens,
      carriedShare,
      answerTokens: Math.min(Math.max(Math.round(ratio * ownTokens), 4), answerMax),
      maxTokens: answerMax,
      predictedAnswer: Math.min(answerRatio.median * ownTokens, answerMax),
    };
  });
}

function sizeOf(random: Random, { median, variation, max }: Size, least: number): number {
  return Math.min(Math.max(Math.round(lognormal(random, median, variation)), least), max);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
