/** Runs a few tasks on the step machine with exact costs and lengths, as a check of forecasts. */
import fc from 'fast-check';
import type { Costs } from '../../runtime/core/estimate.ts';
import type { Forecast } from '../../runtime/core/forecast.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import type { StepView } from '../../runtime/core/step.ts';
import type { Sla, TaskId } from '../../runtime/core/task.ts';
import type { EngineRequest } from '../../runtime/engine/engine.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { keystroke, prefilling, view } from './step-views.ts';

/** A task as it is asked for, at time 0. */
export interface Ask {
  readonly promise: Sla['kind'];
  readonly targetMs: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

const sequences = 4;
const chunkTokens = 32;

export const anyAsks: fc.Arbitrary<Ask[]> = fc.array(
  fc.record({
    promise: fc.constantFrom('ttft' as const, 'e2e' as const),
    targetMs: fc.integer({ min: 100, max: 60_000 }),
    promptTokens: fc.integer({ min: 1, max: 200 }),
    answerTokens: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 1, maxLength: sequences },
);

function idOf(index: number): TaskId {
  return `t${index}`;
}

/** While first tokens are promised, the step machine makes no pass longer than this share of the shortest promise. */
function passMsMax(asks: readonly Ask[]): number {
  return asks.reduce((least, { promise, targetMs }) => {
    return promise === 'ttft' ? Math.min(least, 0.2 * targetMs) : least;
  }, Number.POSITIVE_INFINITY);
}

export function viewOf(asks: readonly Ask[], costs: Costs): StepView {
  const shown = asks.map(({ promise, targetMs: deadlineMs, promptTokens: tokensLeft, answerTokens }, index) => {
    const make = promise === 'ttft' ? keystroke : prefilling;
    return make(idOf(index), { deadlineMs, tokensLeft, decodeTokens: answerTokens });
  });
  const limits = { chunkTokens, decodeSequences: sequences, passMsMax: passMsMax(asks) };
  return view(shown, undefined, { costs, limits });
}

export function longestPassMs(asks: readonly Ask[], costs: Costs): number {
  const contextTokens = asks.reduce((sum, ask) => sum + ask.promptTokens + ask.answerTokens, 0);
  const decodes = asks.map((_, index) => costs.decodeMs(index + 1, contextTokens));
  return Math.max(costs.prefillMs(chunkTokens, contextTokens), ...decodes);
}

/** When each task really has its first and its last token. */
export function runMachine(policy: Policy, asks: readonly Ask[], costs: Costs): Map<TaskId, Forecast> {
  const machine = new StepMachine(policy.planStep);
  machine.addModel({
    id: 'm',
    sequences,
    contextTokens: 4_096,
    chunkTokens,
    costs: () => costs,
    appendOnly: false,
    shelfTokensMax: 0,
    isEnd: () => false,
    detokenizer: () => ({ push: () => '' }),
  });
  asks.forEach((ask, index) => {
    const prompt = Array.from({ length: ask.promptTokens }, (_, place) => 1_000 * (index + 1) + place);
    machine.start(requestOf(ask, idOf(index)), prompt, 0);
  });
  const firsts = new Map<TaskId, number>();
  const done = new Map<TaskId, Forecast>();
  let nowMs = 0;
  for (let pass = machine.next(nowMs); pass !== undefined; pass = machine.next(nowMs)) {
    const tokens = pass.items.reduce((sum, item) => sum + item.tokens.length, 0);
    const contextTokens = pass.items.reduce((sum, item) => sum + item.keep, 0);
    const isPrefill = pass.kind === 'prefill';
    const wallMs = isPrefill
      ? costs.prefillMs(tokens, contextTokens)
      : costs.decodeMs(pass.items.length, contextTokens);
    nowMs += wallMs;
    const items = pass.items.map((item) => ({ kind: 'done', ...(item.sample && { token: 1 }) }) as const);
    for (const event of machine.complete(pass, { items, wallMs })) {
      if (event.kind === 'tokens' && !firsts.has(event.id)) firsts.set(event.id, nowMs);
      if (event.kind === 'ended') done.set(event.id, { firstTokenMs: firsts.get(event.id) ?? nowMs, endMs: nowMs });
    }
  }
  return done;
}

function requestOf({ promise, targetMs, answerTokens }: Ask, id: TaskId): EngineRequest {
  return {
    id,
    class: promise === 'ttft' ? 'completion' : 'summarize',
    model: 'm',
    prompt: { kind: 'chat', user: '' },
    limits: { maxTokens: answerTokens, stop: [] },
    sla: { kind: promise, targetMs },
    ageMs: 0,
    answerTokens: certainLength(answerTokens),
    relegated: false,
    generated: [],
  };
}
