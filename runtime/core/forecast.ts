/**
 * When tasks will have their first and their last token: the planner itself, rolled forward on predicted costs and lengths. So a
 * forecast knows whatever the planner does (pauses, chunks, batch sizes) without a second model of it. Pure.
 */
import type { Policy, Work } from './policy.ts';
import type { SequenceView, StepPlan, StepView } from './step.ts';
import type { TaskId } from './task.ts';

export interface Forecast {
  readonly firstTokenMs: number;
  readonly endMs: number;
}

export interface ForecastOptions {
  /** Passes looked ahead at most; a task that has not ended by then is told as ending never. */
  readonly passesMax: number;
  /** Nothing is asked of what comes after the end of this task. */
  readonly until?: TaskId;
}

const forecastDefaults: ForecastOptions = { passesMax: 400 };

/** Decode passes taken in one stride: a plan of them changes little from one token to the next. */
const strideMax = 16;

/** The same while others wait for their turn. */
const sharedStrideMax = 8;

/**
 * A task as the planner sees it.
 * @param started whether it has its first token; where that is not known, a prompt that is evaluated stands for it.
 */
export function viewOf(work: Work, started = work.prefillTokens <= 0): SequenceView {
  const { id, promise, arrivalMs, deadlineMs, prefillTokens, contextTokens, relegated } = work;
  const decoding = prefillTokens <= 0;
  return {
    id,
    class: work.class,
    promise,
    arrivalMs,
    deadlineMs,
    decoding,
    tokensLeft: Math.max(1, prefillTokens),
    contextTokens,
    decodeTokens: Math.max(1, work.decodeTokens),
    leastTokens: work.leastTokens,
    started,
    relegated,
  };
}

type Rolling = { -readonly [K in keyof SequenceView]: SequenceView[K] };

/** What becomes of each sequence if nothing else arrives. Sequences that do not end within the bound are left out. */
export function rollForward(
  planStep: Policy['planStep'],
  view: StepView,
  options: ForecastOptions = forecastDefaults,
): Map<TaskId, Forecast> {
  const firstTokens = new Map<TaskId, number>();
  const ends = new Map<TaskId, Forecast>();
  let running: Rolling[] = view.sequences.map((sequence) => ({ ...sequence }));
  let { nowMs, lastKind, passes } = view;
  for (let strides = 0; strides < options.passesMax && running.length > 0; strides += 1) {
    if (options.until !== undefined && ends.has(options.until)) break;
    const plan = planStep({ ...view, nowMs, sequences: running, lastKind, passes });
    if (plan === undefined) break;
    const part = partOf(plan, running);
    // After a chunk a single pass, as prompts and answers may be taking turns.
    const count = lastKind === 'prefill' ? 1 : strideOf(plan, part, running.length);
    const stepMs = passMs(plan, part, view);
    for (const sequence of part) {
      advance(sequence, plan, count);
      if (sequence.started && !firstTokens.has(sequence.id)) firstTokens.set(sequence.id, nowMs + stepMs);
    }
    nowMs += stepMs * count;
    lastKind = plan.kind;
    passes += count;
    for (const { id, decodeTokens } of part) {
      if (decodeTokens <= 0) ends.set(id, { firstTokenMs: firstTokens.get(id) ?? nowMs, endMs: nowMs });
    }
    running = running.filter((sequence) => sequence.decodeTokens > 0);
  }
  return ends;
}

function partOf(plan: StepPlan, running: readonly Rolling[]): Rolling[] {
  if (plan.kind === 'prefill') return running.filter((sequence) => sequence.id === plan.id);
  const ids = new Set(plan.ids);
  return running.filter((sequence) => ids.has(sequence.id));
}

/** Decodes stride while nobody else is there to take turns with, or in small steps while there is. */
function strideOf(plan: StepPlan, part: readonly Rolling[], running: number): number {
  if (plan.kind === 'prefill') return 1;
  const shortest = part.reduce((least, { decodeTokens }) => Math.min(least, Math.ceil(decodeTokens)), strideMax);
  const paused = running - part.length;
  return Math.max(1, paused === 0 ? shortest : Math.min(shortest, sharedStrideMax));
}

function passMs(plan: StepPlan, part: readonly Rolling[], { costs }: StepView): number {
  const contextTokens = part.reduce((sum, sequence) => sum + sequence.contextTokens, 0);
  return plan.kind === 'prefill'
    ? costs.prefillMs(plan.tokens, contextTokens)
    : costs.decodeMs(part.length, contextTokens);
}

function generate(sequence: Rolling, count: number): void {
  sequence.decodeTokens -= count;
  if (sequence.leastTokens !== undefined) sequence.leastTokens = Math.max(1, sequence.leastTokens - count);
}

/** The last chunk of a prompt gives the first token, as every decode gives one. */
function advance(sequence: Rolling, plan: StepPlan, count: number): void {
  if (plan.kind === 'decode') {
    generate(sequence, count);
    sequence.contextTokens += count;
    sequence.started = true;
    return;
  }
  sequence.tokensLeft -= plan.tokens;
  sequence.contextTokens += plan.tokens;
  if (sequence.tokensLeft > 0) return;
  Object.assign(sequence, { tokensLeft: 1, decoding: true, started: true });
  generate(sequence, 1);
}
