/**
 * When a request will have its first and its last token, asked at the moment it starts: the state of the engine then, rolled forward
 * by the planner itself on predicted costs, with the requests, stops and lengths that really came later. So the error that is left
 * is that of the cost model and of what this roll knows of the engine. Pure.
 */
import type { Costs } from '../../../core/estimate.ts';
import type { Policy } from '../../../core/policy.ts';
import type { SequenceView, StepPlan, StepView } from '../../../core/step.ts';
import type { Happening, Life, Recording } from './recording.ts';

export interface Roll {
  readonly planStep: Policy['planStep'];
  readonly sequences: number;
  readonly chunkTokens: number;
  readonly passMsMax: number;
}

export interface Prediction {
  /** From the start of the request, in ms. */
  readonly ttftMs?: number;
  readonly e2eMs?: number;
}

type Rolling = { -readonly [K in keyof SequenceView]: SequenceView[K] } & { readonly life: Life; hasSlot: boolean };

/** The engine as one who saw all events until now knows it. */
class EngineState {
  readonly #rolling = new Map<string, Rolling>();
  #lastPassMs = 0;
  #lastKind: StepView['lastKind'];
  #passes = 0;

  /** @param lives of the whole recording: prompts and lengths are those that really came. */
  happens(happening: Happening, lives: ReadonlyMap<string, Life>): void {
    if (happening.kind === 'stop') return;
    if (happening.kind === 'start') {
      const life = lives.get(happening.request.id);
      if (life !== undefined) this.#rolling.set(life.request.id, rollingOf(life));
      return;
    }
    const { event } = happening;
    if (event.kind === 'pass') {
      const sequence = event.pass.id === undefined ? undefined : this.#rolling.get(event.pass.id);
      if (sequence !== undefined && event.pass.kind === 'prefill') evaluate(sequence, event.pass.tokens);
      this.#lastPassMs = happening.atMs;
      this.#lastKind = event.pass.kind;
      this.#passes += 1;
    }
    if (event.kind === 'accepted') this.#accepted(event.id, event.promptTokens, event.reusedTokens);
    if (event.kind === 'tokens') this.#tokens(event.id, event.tokens.length);
    if (event.kind === 'ended') this.#rolling.delete(event.id);
  }

  #accepted(id: string, promptTokens: number, reusedTokens: number): void {
    const sequence = this.#rolling.get(id);
    if (sequence === undefined) return;
    // What it has generated already is evaluated again when it comes back to another sequence.
    const tokens = promptTokens + (sequence.started ? sequence.life.tokens - sequence.decodeTokens : 0);
    Object.assign(sequence, {
      hasSlot: true,
      contextTokens: reusedTokens,
      tokensLeft: tokens - reusedTokens,
      decoding: false,
    });
  }

  #tokens(id: string, count: number): void {
    const sequence = this.#rolling.get(id);
    if (sequence === undefined || count === 0) return;
    if (sequence.decoding) sequence.contextTokens += count;
    Object.assign(sequence, { decoding: true, started: true, tokensLeft: 1 });
    sequence.decodeTokens = Math.max(1, sequence.decodeTokens - count);
  }

  /**
   * What will become of the request that has just started.
   * @param later the rest of the recording: requests to come are known from here.
   */
  predict(id: string, nowMs: number, later: readonly Life[], costs: Costs, roll: Roll): Prediction {
    const present = [...this.#rolling.values()].map((sequence) => ({ ...sequence }));
    // A pass that is under way began when the last one ended, or when somebody came to the idle engine: without those that came since.
    const firstMs = Math.min(...present.map(({ life }) => life.startMs));
    const start = { nowMs: Math.max(this.#lastPassMs, firstMs), lastKind: this.#lastKind, passes: this.#passes };
    return rollOn(id, nowMs, [...present, ...later.map(rollingOf)], start, costs, roll);
  }
}

function rollingOf(life: Life): Rolling {
  const { request, startMs, promptTokens = 1, reusedTokens = 0, finished, tokens } = life;
  const arrivalMs = startMs - request.ageMs;
  return {
    id: request.id,
    class: request.class,
    promise: request.sla.kind,
    arrivalMs,
    deadlineMs: arrivalMs + request.sla.targetMs,
    decoding: false,
    tokensLeft: promptTokens - reusedTokens,
    contextTokens: reusedTokens,
    // One that was stopped would have gone on.
    decodeTokens: finished ? Math.max(1, tokens) : request.limits.maxTokens,
    started: false,
    relegated: request.relegated,
    life,
    hasSlot: false,
  };
}

/** Passes looked ahead at most. */
const passesMax = 20_000;

function rollOn(
  id: string,
  askedMs: number,
  sequences: Rolling[],
  start: { readonly nowMs: number; readonly lastKind: StepView['lastKind']; readonly passes: number },
  costs: Costs,
  roll: Roll,
): Prediction {
  let { nowMs, lastKind, passes } = start;
  let left = sequences;
  let ttftMs: number | undefined;
  for (let rolled = 0; rolled < passesMax; rolled += 1) {
    left = left.filter(
      ({ decodeTokens, life }) => decodeTokens > 0 && (life.stopMs ?? Number.POSITIVE_INFINITY) > nowMs,
    );
    if (!left.some((sequence) => sequence.id === id)) break;
    giveSlots(left, nowMs, roll.sequences);
    const running = left.filter(({ hasSlot }) => hasSlot);
    const limits = { chunkTokens: roll.chunkTokens, decodeSequences: roll.sequences, passMsMax: roll.passMsMax };
    const plan =
      running.length === 0 ? undefined : roll.planStep({ nowMs, sequences: running, limits, costs, lastKind, passes });
    if (plan === undefined) {
      nowMs = Math.min(...left.map(({ life }) => life.startMs).filter((startMs) => startMs > nowMs));
      if (!Number.isFinite(nowMs)) break;
      continue;
    }
    nowMs += advance(plan, running, costs);
    lastKind = plan.kind;
    passes += 1;
    const asked = left.find((sequence) => sequence.id === id);
    if (ttftMs === undefined && asked?.started === true) ttftMs = nowMs - askedMs;
    if (asked !== undefined && asked.decodeTokens <= 0)
      return { ...(ttftMs !== undefined && { ttftMs }), e2eMs: nowMs - askedMs };
  }
  return ttftMs === undefined ? {} : { ttftMs };
}

/** Promised first tokens go first, then the earliest deadline. */
function giveSlots(left: readonly Rolling[], nowMs: number, slots: number): void {
  let free = slots - left.filter(({ hasSlot }) => hasSlot).length;
  if (free <= 0) return;
  const waiting = left.filter(({ hasSlot, life }) => !hasSlot && life.startMs <= nowMs);
  const rank = ({ promise, relegated }: Rolling): number => Number(relegated) * 2 + Number(promise !== 'ttft');
  waiting.sort((a, b) => rank(a) - rank(b) || a.deadlineMs - b.deadlineMs);
  for (const sequence of waiting) {
    if (free <= 0) return;
    sequence.hasSlot = true;
    free -= 1;
  }
}

/** @returns what the pass takes, in ms. */
function advance(plan: StepPlan, running: readonly Rolling[], costs: Costs): number {
  if (plan.kind === 'prefill') {
    const sequence = running.find(({ id }) => id === plan.id);
    if (sequence === undefined) return 0;
    const ms = costs.prefillMs(plan.tokens, sequence.contextTokens);
    evaluate(sequence, plan.tokens);
    if (sequence.tokensLeft <= 0) sampled(sequence);
    return ms;
  }
  const ids = new Set(plan.ids);
  const part = running.filter(({ id }) => ids.has(id));
  const contextTokens = part.reduce((sum, sequence) => sum + sequence.contextTokens, 0);
  for (const sequence of part) {
    sequence.contextTokens += 1;
    sampled(sequence);
  }
  return costs.decodeMs(part.length, contextTokens);
}

function evaluate(sequence: Rolling, tokens: number): void {
  sequence.tokensLeft -= tokens;
  sequence.contextTokens += tokens;
}

function sampled(sequence: Rolling): void {
  Object.assign(sequence, { decoding: true, started: true, tokensLeft: 1 });
  sequence.decodeTokens -= 1;
}

/** A request with what was predicted when it started, and what came; in ms from its start. */
export interface Judged {
  readonly life: Life;
  readonly predicted: Prediction;
}

/** Goes through a recording and asks at every start. `costsAt` is told each pass as it is reported, and asked at each start. */
export function judge(
  recording: Recording,
  lives: ReadonlyMap<string, Life>,
  costs: { learn(happening: Happening): void; now(): Costs },
  roll: Roll,
): Judged[] {
  const state = new EngineState();
  const starts = [...lives.values()].sort((a, b) => a.startMs - b.startMs);
  const judged: Judged[] = [];
  for (const happening of recording) {
    state.happens(happening, lives);
    costs.learn(happening);
    if (happening.kind !== 'start') continue;
    const { request, atMs } = happening;
    const life = lives.get(request.id);
    if (life === undefined || life.promptTokens === undefined) continue;
    const later = starts.filter(({ startMs }) => startMs > atMs);
    judged.push({ life, predicted: state.predict(request.id, atMs, later, costs.now(), roll) });
  }
  return judged;
}
