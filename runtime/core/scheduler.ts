/**
 * The task level of scheduling: state in, event in, effects out. Owns every task from its submission until it is settled, and
 * what is known about each model. Does no I/O, reads no clock, and does not log. Which waiting task starts is the policy's answer.
 *
 * What `on` decides, in this order:
 * 1. A new task is refused when its SLA makes no sense, when its model failed to load a moment ago, or when the queue is full.
 * 2. Of two tasks with the same supersede key the one that arrived later replaces the other in the same turn. That need not be the
 *    one submitted later: a feature may ask again, with a shorter prompt, for a request that a newer one has overtaken.
 * 3. Waiting tasks whose model is ready start when the policy says so; those that it finds hopeless are told.
 * 4. Which models come and go, residency/policy.ts says (residents.ts); tasks of resident models are never held back by that. A task
 *    whose model would come too late may be answered by another, if its asker wants that.
 * 5. Idle work runs when nothing else does, and is stopped in the turn in which anything else comes (idle.ts).
 * 6. When the engine dies, tasks with an E2E promise wait again and continue from the tokens already sent; completions fail, as
 *    nobody waits for an old one. A task that was running in two such deaths is refused by name, as it may be their cause, and so is
 *    whoever asks for the same again (suspects.ts). A model that was loading is loaded again; when the engine dies of that three
 *    times in a row, the load has failed, and the next try waits the longer the more often that was so.
 */
import { type Entry, noteAccepted, noteChunk, noteTokens } from './entry.ts';
import { type Effect, type Event, isProgress } from './event.ts';
import { foresee } from './foresee.ts';
import { IdleWork, type Surroundings } from './idle.ts';
import { type Lane, noWorks, superseded } from './lane.ts';
import { LiveTasks } from './live-tasks.ts';
import {
  isLostForGood,
  isRefusing,
  loadMsOf,
  type ModelRecord,
  ModelTable,
  type ModelView,
  noteModel,
} from './models.ts';
import type { Room } from './policy.ts';
import type { Predicted } from './prediction.ts';
import { badSla, doesNotFit, engineLost, lostTooOften, lostWhileLoading, queueFull, suspected } from './refusals.ts';
import { ToldHoldings } from './residency/holdings.ts';
import { type ResidencyKnowledge, Residents } from './residents.ts';
import type { SchedulerOptions } from './scheduler-options.ts';
import { roomOf, startWhatFits, tellHopeless } from './start.ts';
import { Suspects } from './suspects.ts';
import { isSlaSane, type ModelId, type Outcome, type Task, type TaskError, type TaskId } from './task.ts';
import { firstTokenMs, questionOf } from './ttft.ts';

/** Deaths of the engine in which a task may have been running before it is refused. */
const lossesMax = 2;

/** Forward passes free no sequence, but time goes by: the waiting tasks are looked at again after this long, in ms. */
const lookAgainMs = 100;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #tasks: LiveTasks;
  readonly #models = new ModelTable();
  readonly #holdings: ToldHoldings;
  readonly #residents: Residents;
  readonly #idle: IdleWork;
  readonly #suspects = new Suspects();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#tasks = new LiveTasks(options);
    this.#idle = new IdleWork((id) => options.knowledge.forget(id));
    this.#holdings = new ToldHoldings(options.holdings);
    this.#residents = new Residents({
      ...options,
      holdings: this.#holdings,
      residency: options.residency ?? {},
      models: this.#models,
      laneOf: (id) => this.#tasks.laneOf(id),
      insideCount: (id: ModelId) => (this.#tasks.laneOf(id)?.insideCount ?? 0) + Number(this.#idle.isInside(id)),
      substitute: (entry, by, why, nowMs, effects) => this.#substitute(entry, by, why, nowMs, effects),
      refuse: (id, besideKept, nowMs, effects) => this.#loadFailed(id, doesNotFit(id, besideKept), nowMs, effects),
    });
  }

  on(event: Event, nowMs: number): Effect[] {
    const effects: Effect[] = [];
    if (event.kind === 'holdings') {
      this.#holdings.note(event);
      return effects;
    }
    if (!this.#isPaused(event)) this.#options.knowledge.learn(event, nowMs);
    if (event.kind === 'engineLost')
      this.#suspects.lost([...this.#tasks.inside.map(({ task }) => task), ...this.#idle.inside], nowMs);
    // Idle work that may be the cause of deaths is refused like any other.
    const isSuspect = event.kind === 'submit' && this.#suspects.lossesOf(event.task, nowMs) !== undefined;
    if (isSuspect || !this.#idle.on(event, effects)) this.#apply(event, nowMs, effects);
    const isDue = !isProgress(event) || Math.abs(nowMs - this.#lookedMs) >= lookAgainMs;
    if (isDue) this.#lookedMs = nowMs;
    if (isDue && this.#tasks.waitingCount > 0) this.#startWhatCan(nowMs, effects);
    // Models come second: one whose task starts in this turn is no longer idle, and so cannot leave for another.
    if (this.#residents.turn(isDue, nowMs, effects)) this.#startWhatCan(nowMs, effects);
    this.#idle.turn(this.#surroundings(), nowMs, effects);
    return effects;
  }

  /** From the arrival of this task to its first token, in ms, if it were submitted now: with the load of its model, where it must load. */
  forecastTtftMs(task: Task, nowMs: number): number {
    // A question changes nothing: a model that was only asked about is none of those that are decided on.
    const model = this.#models.peek(task.model);
    const question = questionOf(task, this.#options.knowledge);
    const works = this.#tasks.laneOf(task.model)?.works ?? noWorks;
    return nowMs - task.arrivalMs + loadMsOf(model) + firstTokenMs(question, works, this.#roomOf(model));
  }

  /** When a task will have its first and its last token, from its arrival; undefined when that cannot be said. */
  forecast(id: TaskId, nowMs: number): Predicted | undefined {
    const entry = this.#tasks.get(id);
    const lane = entry === undefined ? undefined : this.#tasks.laneOf(entry.task.model);
    if (entry === undefined || lane === undefined) return undefined;
    const model = this.#models.get(lane.model);
    if (model.state !== 'ready') return undefined;
    return foresee(entry, lane.entries, this.#roomOf(model), this.#options.policy.planStep, nowMs);
  }

  #surroundings(): Surroundings {
    const { knowledge } = this.#options;
    return {
      isBusy: this.#tasks.size > 0,
      isReady: (model) => this.#models.get(model).state === 'ready',
      answerTokens: (task) => knowledge.answerTokens(task),
    };
  }

  /** The end of a pause is not the end of the task. */
  #isPaused(event: Event): boolean {
    return (
      event.kind === 'ended' && event.outcome.kind === 'cancelled' && this.#tasks.get(event.id)?.state === 'pausing'
    );
  }

  /** What was learned of when models are needed, and what loads ahead were worth. */
  get residency(): ResidencyKnowledge {
    return this.#residents.knowledge;
  }

  get models(): ModelView[] {
    return this.#models.views();
  }

  /** Tasks of a class in a state, for status. Stopping tasks are settled and count nowhere. */
  count(taskClass: Task['class'], state: 'waiting' | 'running'): number {
    return this.#tasks.count(taskClass, state);
  }

  #apply(event: Exclude<Event, { readonly kind: 'holdings' }>, nowMs: number, effects: Effect[]): void {
    switch (event.kind) {
      case 'submit':
        return this.#submit(event.task, nowMs, effects);
      case 'cancel':
        return this.#release(event.id, { kind: 'cancelled', by: 'client' }, effects);
      case 'finish':
        return this.#release(event.id, { kind: 'finished', reason: 'stop' }, effects);
      case 'tokens':
        return this.#progress(event.id, (entry) => noteTokens(entry, event.tokens));
      case 'accepted':
        return this.#progress(event.id, (entry) => noteAccepted(entry, event.promptTokens, event.reusedTokens));
      case 'ended':
        return this.#ended(event.id, event.outcome, nowMs, effects);
      case 'wanted':
      case 'conditions':
      case 'recalled':
      case 'signal':
      case 'offerAnswered':
        return this.#residents.on(event, nowMs, effects);
      case 'loadFailed':
        this.#loadFailed(event.model, event.error, nowMs, effects);
        return this.#residents.loadEnded(event.model, false, nowMs, effects);
      case 'loaded':
      case 'unloaded':
      case 'resized':
      case 'resizeFailed':
        noteModel(this.#models.get(event.model), event, nowMs);
        if (event.kind === 'unloaded') this.#tasks.laneOf(event.model)?.leaveEngine(this.#options.knowledge, nowMs);
        if (event.kind === 'loaded') this.#residents.loadEnded(event.model, true, nowMs, effects);
        return;
      case 'wake':
      case 'costs':
        return;
      case 'engineLost':
        return this.#engineLost(event.reason, nowMs, effects);
      case 'pass':
        return this.#progress(event.pass.id, (entry) => noteChunk(entry, event.pass.tokens));
      default:
        event satisfies never;
    }
  }

  #submit(task: Task, nowMs: number, effects: Effect[]): void {
    const { knowledge, waitingMax, loadRetryMs } = this.#options;
    const settle = (outcome: Outcome): void => {
      knowledge.forget(task.id);
      effects.push({ kind: 'settle', id: task.id, outcome });
    };
    const refuse = (error: TaskError): void => settle({ kind: 'failed', error });
    const losses = this.#suspects.lossesOf(task, nowMs);
    if (losses !== undefined) return refuse(suspected(losses));
    if (!isSlaSane(task)) return refuse(badSla(task.sla.targetMs));
    const rival = this.#tasks.rivalOf(task);
    if (rival !== undefined && rival.task.arrivalMs > task.arrivalMs) return settle(superseded);
    if (rival !== undefined) this.#release(rival.id, superseded, effects);
    const model = this.#models.get(task.model);
    if (isRefusing(model, loadRetryMs, nowMs)) return refuse(model.error);
    if (this.#tasks.waitingCount >= waitingMax) return refuse(queueFull(waitingMax));
    if (model.state === 'failed') model.state = 'unloaded';
    this.#residents.used(task, nowMs);
    this.#tasks.add(task, nowMs);
  }

  /** Only who has not begun changes the model: an answer is of one piece. */
  #substitute(entry: Entry, by: ModelId, why: string, nowMs: number, effects: Effect[]): void {
    if (entry.state !== 'waiting' || entry.generated.length > 0) return;
    this.#tasks.move(entry, by, nowMs);
    effects.push({ kind: 'substitute', id: entry.id, by, why });
  }

  #progress(id: TaskId | undefined, note: (entry: Entry) => void): void {
    const entry = id === undefined ? undefined : this.#tasks.get(id);
    if (entry?.state === 'running' || entry?.state === 'pausing') note(entry);
  }

  /** The asker is told in this turn; a running task leaves the engine after the pass in flight. */
  #release(id: TaskId, outcome: Outcome, effects: Effect[]): void {
    const entry = this.#tasks.get(id);
    if (entry === undefined || entry.state === 'stopping') return;
    // What the engine keeps of a paused one is of no use any more.
    if (entry.state !== 'waiting' || entry.isKept) effects.push({ kind: 'stop', id, keep: false });
    if (entry.state === 'waiting') this.#tasks.forget(entry);
    else this.#tasks.stop(entry);
    effects.push({ kind: 'settle', id, outcome });
  }

  #ended(id: TaskId, outcome: Outcome, nowMs: number, effects: Effect[]): void {
    const entry = this.#tasks.get(id);
    if (entry === undefined) return;
    this.#models.get(entry.task.model).lastUsedMs = nowMs;
    if (entry.state === 'pausing' && outcome.kind === 'cancelled')
      return this.#tasks.waitAgain(entry, entry.losses, true, nowMs);
    this.#tasks.forget(entry);
    if (outcome.kind === 'finished') this.#suspects.answered(entry.task);
    if (entry.state !== 'stopping') effects.push({ kind: 'settle', id, outcome });
  }

  #loadFailed(id: ModelId, error: TaskError, nowMs: number, effects: Effect[]): void {
    Object.assign(this.#models.get(id), { state: 'failed', error, failedAtMs: nowMs });
    for (const entry of [...(this.#tasks.laneOf(id)?.waiting ?? [])]) {
      this.#tasks.forget(entry);
      effects.push({ kind: 'settle', id: entry.id, outcome: { kind: 'failed', error } });
    }
  }

  #engineLost(reason: string, nowMs: number, effects: Effect[]): void {
    for (const model of this.#models.all()) {
      if (model.state === 'loading' && isLostForGood(model)) {
        this.#loadFailed(model.id, lostWhileLoading(model.id, reason), nowMs, effects);
      } else if (model.state !== 'failed') {
        model.state = 'unloaded';
      }
    }
    for (const lane of this.#tasks.lanes) lane.leaveEngine(this.#options.knowledge, nowMs);
    for (const entry of this.#tasks.inside) {
      const isWanted = entry.state !== 'stopping';
      if (isWanted) this.#tasks.stop(entry);
      this.#tasks.forget(entry);
      if (isWanted) this.#retryOrFail(entry, reason, nowMs, effects);
    }
  }

  #retryOrFail(entry: Entry, reason: string, nowMs: number, effects: Effect[]): void {
    const losses = entry.losses + 1;
    const fits = this.#tasks.waitingCount < this.#options.waitingMax;
    const isSuspect = losses >= lossesMax || this.#suspects.lossesOf(entry.task, nowMs) !== undefined;
    if (entry.task.sla.kind === 'e2e' && !isSuspect && fits) return this.#tasks.waitAgain(entry, losses, false, nowMs);
    const error = isSuspect ? lostTooOften(Math.max(losses, lossesMax), reason) : engineLost(reason);
    effects.push({ kind: 'settle', id: entry.id, outcome: { kind: 'failed', error } });
  }

  #startWhatCan(nowMs: number, effects: Effect[]): void {
    for (const lane of this.#tasks.lanes) {
      if (lane.waitingCount > 0) this.#startIn(lane, nowMs, effects);
    }
  }

  #roomOf(model: ModelRecord): Room {
    return roomOf(model, this.#options.knowledge);
  }

  #startIn(lane: Lane, nowMs: number, effects: Effect[]): void {
    tellHopeless(lane, nowMs, effects);
    const model = this.#models.get(lane.model);
    const isOpen = model.state === 'ready' && !lane.isDraining;
    if (isOpen) startWhatFits(lane, model, this.#roomOf(model), nowMs, effects);
    // Some are found so only when it is decided who starts.
    tellHopeless(lane, nowMs, effects);
  }
}
