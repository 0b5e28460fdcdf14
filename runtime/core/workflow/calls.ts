/** The calls of one plan on their way: which ended, which may begin, what is left of the work. Decides nothing. Pure. */
import { type Costs, prefillTotalMs } from '../estimate.ts';
import type { CallId, Degradation, PlanCall } from './plan.ts';
import type { Rest } from './rest.ts';

/** `submitted` calls wait or run; `skipped` ones were left out, or taken back when the workflow was over. */
export type CallState = 'blocked' | 'submitted' | 'ended' | 'skipped' | 'failed';

const overStates: ReadonlySet<CallState> = new Set(['ended', 'skipped', 'failed']);

/** What predictions stand on. */
export interface Device {
  readonly costs: Costs;
  readonly chunkTokens: number;
}

/** Who answers a call instead of the model of the plan, and in which share of its time. */
export type Smaller = Pick<Extract<Degradation, { readonly kind: 'smaller' }>, 'model' | 'share'>;

interface Progress {
  readonly call: PlanCall;
  state: CallState;
  /** Since it was submitted. */
  model: Smaller | undefined;
  /** Of the answer: as it was when it had ended. */
  answerTokens: number | undefined;
  /** It is asked for an answer of this share of its length. */
  lengthShare: number;
}

export class Calls {
  readonly #all: readonly Progress[];
  readonly #byId: ReadonlyMap<CallId, Progress>;

  constructor(calls: readonly PlanCall[]) {
    this.#all = calls.map((call) => ({
      ...{ call, state: 'blocked', model: undefined, answerTokens: undefined, lengthShare: 1 },
    }));
    this.#byId = new Map(this.#all.map((progress) => [progress.call.id, progress]));
  }

  stateOf(id: CallId): CallState | undefined {
    return this.#byId.get(id)?.state;
  }

  inState(state: CallState): PlanCall[] {
    return this.#all.filter((progress) => progress.state === state).map(({ call }) => call);
  }

  count(state: CallState): number {
    return this.#all.reduce((sum, progress) => sum + Number(progress.state === state), 0);
  }

  /** Every call has ended, failed or was left out. */
  get areOver(): boolean {
    return this.#all.every(({ state }) => overStates.has(state));
  }

  /** Calls that wait for nothing any more, in the order of the plan. */
  get ready(): PlanCall[] {
    const isOver = (id: CallId): boolean => overStates.has(this.#of(id).state);
    return this.inState('blocked').filter(({ after }) => after.every(isOver));
  }

  lengthShareOf(id: CallId): number {
    return this.#of(id).lengthShare;
  }

  set(id: CallId, state: CallState): void {
    this.#of(id).state = state;
  }

  /** To this model instead of that of the plan, where there is one. */
  submitted(id: CallId, model: Smaller | undefined): void {
    Object.assign(this.#of(id), { state: 'submitted', model });
  }

  /** Undefined: that of the plan. */
  modelOf(id: CallId): Smaller | undefined {
    return this.#of(id).model;
  }

  viewOf(id: CallId): Readonly<Pick<Progress, 'state' | 'model'>> {
    const { state, model } = this.#of(id);
    return { state, model };
  }

  ended(id: CallId, answerTokens: number): void {
    Object.assign(this.#of(id), { state: 'ended', answerTokens });
  }

  /** @returns whether that changes anything. */
  shorten(ids: readonly CallId[], share: number): boolean {
    const open = ids.map((id) => this.#of(id)).filter(({ state }) => state === 'blocked');
    for (const progress of open) progress.lengthShare = share;
    return open.length > 0;
  }

  /** As built from what its predecessors answered, or are predicted to answer. */
  promptTokens({ after, ownTokens, carriedShare }: PlanCall): number {
    const carried = after.reduce((sum, id) => sum + this.#answerTokens(this.#of(id)), 0);
    return ownTokens + Math.round(carriedShare * carried);
  }

  /** On an idle device, in ms. */
  predictedMs(call: PlanCall, { costs, chunkTokens }: Device): number {
    const promptTokens = this.promptTokens(call);
    const answerTokens = this.#answerTokens(this.#of(call.id));
    return prefillTotalMs(costs, promptTokens, 0, chunkTokens) + answerTokens * costs.decodeMs(1, promptTokens);
  }

  /**
   * Of those that were not submitted.
   * @param pace where they take this share of the time, on a smaller model: so much of their tokens counts.
   */
  rest(pace: number): Omit<Rest, 'workflow' | 'deadlineMs'> {
    const open = this.#all.filter(({ state }) => state === 'blocked');
    const sum = (of: (progress: Progress) => number): number =>
      open.reduce((total, each) => total + pace * of(each), 0);
    return {
      prefillTokens: sum(({ call }) => this.promptTokens(call)),
      decodeTokens: sum((progress) => this.#answerTokens(progress)),
      leastTokens: sum(({ call, lengthShare }) => lengthShare * call.answerTokens.p10),
      sideBySide: Math.max(1, widest(open.map(({ call }) => call))),
    };
  }

  #answerTokens({ call, state, answerTokens, lengthShare }: Progress): number {
    return state === 'skipped' || state === 'failed' ? 0 : (answerTokens ?? lengthShare * call.answerTokens.p50);
  }

  #of(id: CallId): Progress {
    const progress = this.#byId.get(id);
    if (progress === undefined) throw new RangeError(`The plan has no call '${id}'.`);
    return progress;
  }
}

/** Calls in the largest stage: those of one stage wait for nothing but the stages before. */
function widest(calls: readonly PlanCall[]): number {
  const depths = new Map<CallId, number>();
  const counts = new Map<number, number>();
  const open = new Set(calls.map(({ id }) => id));
  for (let left = [...calls]; left.length > 0; ) {
    const next = left.filter(({ after }) => after.every((id) => !open.has(id) || depths.has(id)));
    if (next.length === 0) break;
    for (const { id, after } of next) {
      const depth = after.reduce((most, before) => Math.max(most, (depths.get(before) ?? -1) + 1), 0);
      depths.set(id, depth);
      counts.set(depth, (counts.get(depth) ?? 0) + 1);
    }
    left = left.filter((call) => !next.includes(call));
  }
  return Math.max(0, ...counts.values());
}
