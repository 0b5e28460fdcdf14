/** How long the calls of a plan take on an idle device, as predicted: what the promise of a workflow is a multiple of. Pure. */
import { type Costs, prefillTotalMs } from '../../core/estimate.ts';

/** A call as it is predicted. */
export interface IdleCall {
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Places of calls that end before it begins. */
  readonly after: readonly number[];
}

/**
 * Stage by stage, a stage being all calls that wait for nothing else any more. Prompts one after the other; answers side by side, or one
 * after the other where that is faster.
 */
export function idleMs(calls: readonly IdleCall[], costs: Costs, chunkTokens: number): number {
  return stagesOf(calls).reduce((sum, stage) => sum + stageMs(stage, costs, chunkTokens), 0);
}

/** Of each call, the time of its stage: those of one stage run side by side, and each may take the time of all. */
export function stageTimesMs(calls: readonly IdleCall[], costs: Costs, chunkTokens: number): number[] {
  const times = new Map(
    stagesOf(calls).flatMap((stage) => {
      const ms = stageMs(stage, costs, chunkTokens);
      return stage.map((call) => [call, ms] as const);
    }),
  );
  return calls.map((call) => times.get(call) ?? Number.NaN);
}

/** Of each call, its time when it has the device alone. */
export function ownTimesMs(calls: readonly IdleCall[], costs: Costs, chunkTokens: number): number[] {
  return calls.map((call) => stageMs([call], costs, chunkTokens));
}

/** @throws RangeError when calls wait for each other. */
export function stagesOf<T extends Pick<IdleCall, 'after'>>(calls: readonly T[]): T[][] {
  const done = new Set<number>();
  const stages: T[][] = [];
  while (done.size < calls.length) {
    const places = [...calls.keys()].filter(
      (place) => !done.has(place) && calls[place]?.after.every((before) => done.has(before)),
    );
    if (places.length === 0) throw new RangeError('Calls of the plan wait for each other.');
    for (const place of places) done.add(place);
    stages.push(places.flatMap((place) => calls[place] ?? []));
  }
  return stages;
}

function stageMs(stage: readonly IdleCall[], costs: Costs, chunkTokens: number): number {
  const prefillMs = stage.reduce(
    (sum, { promptTokens }) => sum + prefillTotalMs(costs, promptTokens, 0, chunkTokens),
    0,
  );
  const alone = stage.reduce(
    (sum, { promptTokens, answerTokens }) => sum + answerTokens * costs.decodeMs(1, promptTokens),
    0,
  );
  return prefillMs + Math.min(alone, togetherMs(stage, costs));
}

/** All of them decode in one batch, which becomes smaller as they end. */
function togetherMs(stage: readonly IdleCall[], costs: Costs): number {
  const shortestFirst = [...stage].sort((a, b) => a.answerTokens - b.answerTokens);
  let contextTokens = stage.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  let done = 0;
  let ms = 0;
  for (const [index, { promptTokens, answerTokens }] of shortestFirst.entries()) {
    ms += (answerTokens - done) * costs.decodeMs(stage.length - index, contextTokens);
    done = answerTokens;
    contextTokens -= promptTokens;
  }
  return ms;
}
