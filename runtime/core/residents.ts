/**
 * Brings models in and out as the residency policy says (residency/policy.ts): shows it what there is, and turns its decisions into
 * effects. Owns no tasks and no models, only when it looked last and which questions to askers stand.
 *
 * A load that needs room is two steps: first the others leave, and when the last of them is gone the policy is asked again. So what
 * has changed meanwhile counts, and a load never begins before the memory is back.
 */
import { load, resize, unload } from './coming.ts';
import type { Entry } from './entry.ts';
import { prefillTotalMs } from './estimate.ts';
import type { Effect, Event } from './event.ts';
import type { Knowledge } from './knowledge.ts';
import type { Lane } from './lane.ts';
import type { ModelRecord, ModelTable } from './models.ts';
import { type Offer, Offers } from './offers.ts';
import type { Holdings } from './residency/holdings.ts';
import type { ResidencyOptions } from './residency/options.ts';
import { ResidencyPolicy } from './residency/policy.ts';
import { freeBytes, heldBytes } from './residency/room.ts';
import type { Decision, ModelState, ModelView, ResidencyView, WaitingTask } from './residency/types.ts';
import { chunkTokensStart } from './start.ts';
import type { ModelId, Task } from './task.ts';

/** Waiting tasks of one model that the policy is shown: a bound on the cost of a look. */
const waitingShown = 8;

/** Nothing happened that calls for a decision: what is likely to be needed is looked at again after this, in ms. */
const lookMs = 1_000;

const stateOf: Readonly<Record<ModelRecord['state'], ModelState>> = {
  unloaded: 'absent',
  loading: 'loading',
  ready: 'ready',
  resizing: 'resizing',
  unloading: 'leaving',
  failed: 'failed',
};

/** What is about models that may be needed, or may answer for others. */
export type ResidencyEvent = Extract<
  Event,
  { readonly kind: 'wanted' | 'conditions' | 'recalled' | 'signal' | 'offerAnswered' }
>;

export type ResidencyKnowledge = Pick<ResidencyPolicy, 'ahead' | 'lessons' | 'learned' | 'scores'>;

export interface ResidentsOptions {
  readonly models: ModelTable;
  readonly holdings: Holdings;
  readonly knowledge: Knowledge;
  readonly residency: Partial<ResidencyOptions>;
  readonly laneOf: (id: ModelId) => Lane | undefined;
  /** Tasks of a model inside the engine. */
  readonly insideCount: (id: ModelId) => number;
  /** The task is to be answered by another model. */
  readonly substitute: (entry: Entry, by: ModelId, why: string, nowMs: number, effects: Effect[]) => void;
  /** The model cannot be loaded, whatever leaves for it; `besideKept`: what the user keeps does not. */
  readonly refuse: (model: ModelId, besideKept: boolean, nowMs: number, effects: Effect[]) => void;
}

export class Residents {
  readonly #options: ResidentsOptions;
  readonly #policy: ResidencyPolicy;
  readonly #offers = new Offers();
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** The first of the times that decisions of the last look wait for. */
  #wakeMs = Number.POSITIVE_INFINITY;
  /** Who left for a model that has not come yet. */
  readonly #leftFor = new Map<ModelId, readonly ModelId[]>();

  constructor(options: ResidentsOptions) {
    this.#options = options;
    this.#policy = new ResidencyPolicy(options.residency);
  }

  /** What was learned, and what it was worth. */
  get knowledge(): ResidencyKnowledge {
    return this.#policy;
  }

  used(task: Task, nowMs: number): void {
    const use = { class: task.class, targetMs: task.sla.targetMs, workMs: this.#workMs(task) };
    this.#policy.use(task.model, use, nowMs);
  }

  on(event: ResidencyEvent, nowMs: number, effects: Effect[]): void {
    switch (event.kind) {
      case 'wanted':
        return this.#bringInIfRoom(this.#options.models.get(event.model), nowMs, effects);
      case 'conditions':
        return this.#policy.configure(event.changes);
      case 'recalled':
        return this.#policy.recall(event.learned, nowMs);
      case 'signal':
        this.#policy.signal(event.signal, nowMs);
        return this.#welcome(nowMs, effects);
      case 'offerAnswered':
        return this.#answered(event, nowMs, effects);
      default:
        event satisfies never;
    }
  }

  /** Somebody is at the editor: a completion model that was released is there before the next keystroke, and the policy looks at once. */
  #welcome(nowMs: number, effects: Effect[]): void {
    const { models, holdings } = this.#options;
    this.#lookedMs = Number.NEGATIVE_INFINITY;
    for (const model of models.all()) if (holdings.of(model.id).isPinned) this.#bringInIfRoom(model, nowMs, effects);
  }

  /** A load has ended. When it has failed, the first of those that had left for it comes back, unless somebody waits for another. */
  loadEnded(id: ModelId, isLoaded: boolean, nowMs: number, effects: Effect[]): void {
    const { models } = this.#options;
    const left = this.#leftFor.get(id) ?? [];
    this.#leftFor.delete(id);
    if (isLoaded || models.all().some((model) => this.#isMissed(model))) return;
    for (const other of left) this.#bringInIfRoom(models.get(other), nowMs, effects);
  }

  /** It is not waited for: it loads when nothing else comes or goes and no other must leave for it. */
  #bringInIfRoom(model: ModelRecord, nowMs: number, effects: Effect[]): void {
    if (model.state !== 'unloaded') return;
    const { bytesFull, isGone } = this.#options.holdings.of(model.id);
    const view = this.#view(nowMs);
    const isMoving = view.models.some(({ state }) => state === 'loading' || state === 'leaving');
    if (isMoving || isGone || bytesFull > freeBytes(view)) return;
    const why = `Loads '${model.id}', for which there is room.`;
    load(model, { isSmall: false, sparesCache: false, why }, nowMs, effects);
  }

  /**
   * @param isDue something happened after which another model may come or go. Without it only the time counts.
   * @returns whether tasks may start that could not before.
   */
  turn(isDue: boolean, nowMs: number, effects: Effect[]): boolean {
    const mayStart = this.#look(isDue, nowMs, effects);
    this.#offers.turn((offer) => this.#isMoot(offer), effects);
    return mayStart;
  }

  #look(isDue: boolean, nowMs: number, effects: Effect[]): boolean {
    const isMissed =
      isDue && this.#options.models.all().some((model) => this.#isMissed(model) || this.#isLeftOver(model));
    const isLate = nowMs >= this.#wakeMs || Math.abs(nowMs - this.#lookedMs) >= lookMs;
    if (!isMissed && !isLate) return false;
    this.#lookedMs = nowMs;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    const view = this.#view(nowMs);
    const decisions = this.#policy.decide(this.#refuseTooLarge(view, effects) ? this.#view(nowMs) : view);
    for (const decision of decisions) this.#perform(decision, nowMs, effects);
    if (Number.isFinite(this.#wakeMs)) effects.push({ kind: 'wakeAt', atMs: this.#wakeMs });
    return decisions.some(({ kind }) => kind === 'resume' || kind === 'substitute');
  }

  /** One that comes too late, when the question is moot, finds no offer and changes nothing. */
  #answered({ id, by }: Extract<Event, { kind: 'offerAnswered' }>, nowMs: number, effects: Effect[]): void {
    const offer = this.#offers.take(id, by);
    if (offer === undefined) return;
    this.#policy.answered(id);
    const entry = this.#options.laneOf(offer.model)?.waiter(id);
    if (by === undefined || entry === undefined) return;
    const why = `Answers with '${by}': the asker does not want to wait for '${offer.model}'.`;
    this.#options.substitute(entry, by, why, nowMs, effects);
  }

  /** The task does not wait for its own model any more, that is there, or the other one is not. */
  #isMoot({ id, model, by }: Offer): boolean {
    const { models, laneOf } = this.#options;
    const isThere = (other: ModelId): boolean => ['ready', 'resizing'].includes(models.get(other).state);
    return laneOf(model)?.waiter(id) === undefined || isThere(model) || !isThere(by) || laneOf(by)?.isDraining === true;
  }

  /** By the budget when nothing presses. @returns whether there was any. */
  #refuseTooLarge(view: ResidencyView, effects: Effect[]): boolean {
    const { holdings, refuse } = this.#options;
    const whole = { ...view, budgetBytes: holdings.wholeBytes };
    const refused = whole.models.filter(
      (model) => model.state === 'absent' && model.waiting.length > 0 && this.#policy.isTooLarge(whole, model),
    );
    const besideKept = view.models.some((model) => model.isKept === true && heldBytes(model) > 0);
    for (const { id } of refused) refuse(id, besideKept, view.nowMs, effects);
    return refused.length > 0;
  }

  /** Somebody waits for it. */
  #isMissed({ id, state }: ModelRecord): boolean {
    const lane = this.#options.laneOf(id);
    return lane !== undefined && lane.waitingCount > 0 && (state !== 'ready' || lane.isDraining);
  }

  /** Nobody can ask for it any more, and nothing of it runs or waits. */
  #isLeftOver({ id, state }: ModelRecord): boolean {
    const { holdings, insideCount, laneOf } = this.#options;
    const isIdle = insideCount(id) === 0 && (laneOf(id)?.waitingCount ?? 0) === 0;
    return state === 'ready' && isIdle && holdings.of(id).isGone === true;
  }

  #perform(decision: Decision, nowMs: number, effects: Effect[]): void {
    const { models, laneOf } = this.#options;
    switch (decision.kind) {
      case 'load': {
        const { evict, downsize, isSmall, sparesCache, why } = decision;
        for (const id of evict) unload(models.get(id), why, effects);
        if (evict.length > 0) this.#leftFor.set(decision.model, evict);
        for (const id of downsize) resize(models.get(id), true, why, effects);
        if (evict.length + downsize.length === 0)
          load(models.get(decision.model), { isSmall, sparesCache, why }, nowMs, effects);
        return;
      }
      case 'wait':
        this.#wakeMs = Math.min(this.#wakeMs, Math.max(decision.untilMs, nowMs));
        return;
      case 'drain':
      case 'resume': {
        const lane = laneOf(decision.model);
        if (lane !== undefined) lane.isDraining = decision.kind === 'drain';
        effects.push({ kind: 'tell', why: decision.why });
        return;
      }
      case 'resize':
        return resize(models.get(decision.model), decision.isSmall, decision.why, effects);
      case 'substitute':
        return this.#substitute(decision, nowMs, effects);
      case 'readAhead':
        effects.push({ kind: 'readAhead', model: decision.model, drop: decision.drop, why: decision.why });
        return;
      case 'stopReading':
        effects.push({ kind: 'stopReading', model: decision.model, why: decision.why });
        return;
      case 'release':
        return unload(models.get(decision.model), decision.why, effects);
      default:
        decision satisfies never;
    }
  }

  #substitute(decision: Extract<Decision, { kind: 'substitute' }>, nowMs: number, effects: Effect[]): void {
    const { model, by, tasks, asks, waitMs, why } = decision;
    const waiting = [...(this.#options.laneOf(model)?.waiting ?? [])];
    for (const entry of waiting.filter(({ id }) => tasks.includes(id))) {
      if (asks) this.#offers.make({ id: entry.id, model, by, waitMs, why });
      else this.#options.substitute(entry, by, why, nowMs, effects);
    }
  }

  #view(nowMs: number): ResidencyView {
    const { models, holdings } = this.#options;
    return { nowMs, models: models.all().map((record) => this.#viewOf(record)), ...holdings.memory() };
  }

  #viewOf({ id, state, isSmall, readySinceMs, lastUsedMs }: ModelRecord): ModelView {
    const { holdings, insideCount, laneOf } = this.#options;
    const lane = laneOf(id);
    const waiting: WaitingTask[] = [];
    for (const { task, work, generated } of lane?.waiting ?? []) {
      if (waiting.length >= waitingShown) break;
      const { arrivalMs, deadlineMs } = work;
      // An answer that has begun is of one piece.
      const substitution = generated.length > 0 ? 'never' : task.substitution;
      const workMs = this.#workMs(task);
      waiting.push({ id: task.id, class: task.class, arrivalMs, deadlineMs, workMs, substitution });
    }
    return {
      id,
      ...holdings.of(id),
      // What one gives back that gets smaller is waited for, as is that of one that leaves.
      state: state === 'resizing' && isSmall ? 'leaving' : stateOf[state],
      isDraining: lane?.isDraining ?? false,
      // Until a resize is over, the larger of both counts.
      isSmall: isSmall && state !== 'resizing',
      readySinceMs,
      lastUsedMs,
      running: insideCount(id),
      waiting,
    };
  }

  /** From its start until its promise is kept, when it is alone. */
  #workMs(task: Task): number {
    const { knowledge } = this.#options;
    const costs = knowledge.costs(task.model);
    const promptTokens = knowledge.prefillTokens(task);
    const promptMs = prefillTotalMs(costs, promptTokens, 0, chunkTokensStart);
    if (task.sla.kind === 'ttft') return promptMs;
    return promptMs + knowledge.answerTokens(task).p50 * costs.decodeMs(1, promptTokens);
  }
}
