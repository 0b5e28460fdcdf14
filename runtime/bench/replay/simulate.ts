/**
 * One load under one policy: the product's own scheduler, step machine and slots on the simulated engine and its virtual clock. What is
 * made up is the cost of a pass, and prompts and answers in place of text. Pure: same load, policy and machine, same run.
 */
import type { Effect, Event } from '../../core/event.ts';
import type { PassReport } from '../../core/pass-report.ts';
import { countedHoldings } from '../../core/residency/holdings.ts';
import { Scheduler } from '../../core/scheduler.ts';
import type { StepPlan } from '../../core/step.ts';
import type { Outcome, TaskId } from '../../core/task.ts';
import { VirtualClock } from '../../engine/clock.ts';
import type { EngineEvent } from '../../engine/engine.ts';
import { SimulatedEngine } from '../../engine/simulated.ts';
import { costsOf } from '../../engine/simulated-model.ts';
import type { Script } from '../../engine/simulated-process.ts';
import type { Arrival, Opened } from './arrivals.ts';
import { FittedPrompts } from './fitted.ts';
import { ClairvoyantKnowledge, ReplayKnowledge } from './knowledge.ts';
import {
  type BusyKind,
  replayedModel as model,
  newProgress,
  type Progress,
  promptShareOf,
  type ReplayPass,
  rowOf,
  scriptOf,
  taskOf,
} from './progress.ts';
import type { ReplayOptions, ReplayRun } from './run.ts';

export { type BusyKind, busyKinds, type ReplayPass } from './progress.ts';
export type { ReplayMachine, ReplayOptions, ReplayRun } from './run.ts';

/** A bound that no load reaches: what is refused here would be the bench's doing. */
const waitingMax = 1_000_000;
const contextTokens = 32_768;
/** Without an edit for so long somebody may have stopped to read, in ms. */
const quietMs = 1_000;

export function simulate(options: ReplayOptions): ReplayRun {
  return new Replay(options).run();
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #clock = new VirtualClock();
  readonly #knowledge: ReplayKnowledge;
  readonly #fitted: FittedPrompts | undefined;
  /** Idle work, of which nothing is reported. */
  readonly #warmUps = new Map<TaskId, Progress>();
  readonly #rows: ReadonlyMap<TaskId, Progress>;
  readonly #scheduler: Scheduler;
  readonly #engine: SimulatedEngine;
  readonly #busyMs: Record<BusyKind, number> = { 'completion prompts': 0, 'other prompts': 0, decode: 0 };
  readonly #passes: ReplayPass[] = [];
  /** Of the passes that were planned and are not reported yet: the next one is planned before the last one is told of. */
  readonly #plans: StepPlan[] = [];
  /** Events that came while another was being handled. */
  readonly #events: Event[] = [];
  #isHandling = false;
  #endMs = 0;

  constructor(options: ReplayOptions) {
    const { load, policy, machine, isClairvoyant } = options;
    this.#options = options;
    this.#rows = new Map(load.arrivals.map((arrival) => [arrival.id, newProgress(arrival)]));
    const costs = costsOf(machine.costs);
    const knowledge = isClairvoyant ? new ClairvoyantKnowledge(load, costs) : new ReplayKnowledge(load, costs);
    this.#knowledge = knowledge;
    this.#fitted = options.fitsPrompts ? new FittedPrompts(options.fitsPrompts) : undefined;
    this.#scheduler = new Scheduler({ policy, knowledge, waitingMax, holdings: countedHoldings(1), loadRetryMs: 0 });
    const { costs: passCosts, chunkTokens, shelfTokensMax } = machine;
    this.#engine = new SimulatedEngine({
      clock: this.#clock,
      seed: 1,
      models: { [model]: { costs: passCosts, chunkTokens, shelfTokensMax, loadMs: 0 } },
      planStep: (view) => {
        const plan = policy.planStep(view);
        if (plan !== undefined) this.#plans.push(plan);
        return plan;
      },
      script: ({ id }) => this.#scriptOf(id),
    });
  }

  run(): ReplayRun {
    this.#engine.onEvent((event) => this.#onEngine(event));
    this.#handle({ kind: 'wanted', model });
    const { arrivals, opens } = this.#options.load;
    for (const arrival of arrivals) this.#schedule(arrival);
    if (this.#fitted) for (const opened of opens) this.#clock.at(opened.atMs, () => this.#warmUp(opened));
    this.#clock.run();
    return {
      rows: [...this.#rows.values()].map(rowOf),
      busyMs: this.#busyMs,
      endMs: this.#endMs,
      passes: this.#passes,
      promptShare: promptShareOf([...this.#rows.values()]),
    };
  }

  #schedule(arrival: Arrival): void {
    const { id, atMs, cancelAtMs } = arrival;
    this.#clock.at(atMs, () => this.#submit(arrival));
    if (cancelAtMs === undefined) return;
    this.#clock.at(cancelAtMs, () => {
      if (this.#rowOf(id).endMs === undefined) this.#handle({ kind: 'cancel', id });
    });
  }

  #submit(whole: Arrival): void {
    const arrival = this.#fitted?.cut(whole, (promptTokens) => this.#forecastMs({ ...whole, promptTokens })) ?? whole;
    this.#rowOf(whole.id).arrival = arrival;
    this.#knowledge.told(arrival);
    this.#handle({ kind: 'submit', task: taskOf(arrival) });
  }

  #forecastMs(arrival: Arrival): number {
    this.#knowledge.told(arrival);
    return this.#scheduler.forecastTtftMs(taskOf(arrival), this.#clock.now());
  }

  /** What did not fit comes back when there was no edit for so long, as in server/warm-up.ts. */
  #warmUpLater({ whole, arrival }: Progress): void {
    const atMs = this.#clock.now() + quietMs;
    const isWhole = arrival.promptTokens.length >= whole.promptTokens.length;
    if (isWhole || (whole.cancelAtMs ?? Number.POSITIVE_INFINITY) <= atMs) return;
    const promptTokens = this.#fitted?.warmUp(whole);
    const { document } = whole;
    if (promptTokens && document !== undefined)
      this.#clock.at(atMs, () => this.#warmUp({ atMs, document, promptTokens }));
  }

  #warmUp({ atMs, document, promptTokens }: Opened): void {
    const id = `warm-up ${this.#warmUps.size}`;
    const sla = this.#options.load.arrivals.find((arrival) => arrival.document === document)?.sla;
    if (sla === undefined) return;
    const work = { id, atMs, sla, document, promptTokens, class: 'completion', maxTokens: 0 } as const;
    const arrival = { ...work, answerTokens: 1, uncachedTokens: 1 };
    this.#warmUps.set(id, newProgress(arrival));
    this.#knowledge.told(arrival);
    this.#handle({ kind: 'submit', task: { ...taskOf(arrival), idle: true } });
  }

  /** An event that an effect brings about is handled after all effects of the one before. */
  #handle(event: Event): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift())
      for (const effect of this.#scheduler.on(next, this.#clock.now())) this.#perform(effect);
    this.#isHandling = false;
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start': {
        const { task, ageMs, answerTokens, relegated, generated } = effect;
        const { id, class: taskClass, prompt, limits, sla, supersedeKey: document } = task;
        const request = { id, class: taskClass, model, document, prompt, limits, sla };
        this.#engine.send({ kind: 'start', request: { ...request, ageMs, answerTokens, relegated, generated } });
        return;
      }
      case 'stop':
        return this.#engine.send({ kind: 'stop', id: effect.id, keep: effect.keep });
      case 'load': {
        const { sequences } = this.#options.machine;
        const spec = { id: model, file: `/${model}.gguf`, sequences, contextTokens, threads: 1 };
        return this.#engine.send({ kind: 'load', spec });
      }
      case 'unload':
        return this.#engine.send({ kind: 'unload', model: effect.model });
      case 'relegate':
        this.#rowOf(effect.id).relegated = true;
        return this.#engine.send({ kind: 'relegate', id: effect.id });
      case 'settle':
        return this.#settle(this.#rowOf(effect.id), effect.outcome);
      case 'resize':
      case 'substitute':
      case 'offer':
      case 'withdraw':
      case 'readAhead':
      case 'stopReading':
      case 'tell':
      case 'wakeAt':
        throw new Error(`There is one model, and '${effect.kind}' is about several.`);
      default:
        effect satisfies never;
    }
  }

  #settle(row: Progress, outcome: Outcome): void {
    this.#endMs = this.#clock.now();
    row.endMs = this.#endMs;
    row.outcome = outcome.kind === 'failed' ? 'rejected' : outcome.kind;
    // An answer that ends at once is an answer: its end came when a first token would have.
    if (row.outcome === 'finished') row.firstTokenMs ??= this.#endMs;
    this.#warmUpLater(row);
  }

  #onEngine(event: EngineEvent): void {
    switch (event.kind) {
      case 'accepted':
        this.#accepted(this.#rowOf(event.id), event.reusedTokens, event.follows);
        break;
      case 'pass':
        this.#pass(event.pass);
        break;
      case 'tokens': {
        const row = this.#rowOf(event.id);
        row.firstTokenMs ??= this.#clock.now();
        row.generatedTokens += event.tokens.length;
        break;
      }
      case 'loading':
      case 'calibrated':
        return;
      case 'lost':
        return this.#handle({ kind: 'engineLost', reason: event.reason });
      case 'resized':
      case 'resizeFailed':
        throw new Error('Nobody asked for another size.');
      case 'loaded':
      case 'loadFailed':
      case 'unloaded':
      case 'ended':
        break;
      default:
        event satisfies never;
    }
    this.#handle(event);
  }

  #accepted(row: Progress, foundTokens: number, follows: TaskId | undefined): void {
    row.foundTokens ??= foundTokens;
    if (follows === undefined || follows === row.arrival.id) return;
    const before = this.#rowOf(follows);
    const ownStart = before.foundTokens ?? 0;
    const ownEnd = Math.min(ownStart + before.prefilledTokens, before.arrival.promptTokens.length);
    before.reusedTokens = Math.max(before.reusedTokens, Math.min(ownEnd, foundTokens) - ownStart);
  }

  #pass({ kind, id, tokens, wallMs }: PassReport): void {
    const row = id === undefined ? undefined : this.#rowOf(id);
    if (kind === 'prefill' && row !== undefined) row.prefilledTokens += tokens;
    const prompts = row?.arrival.class === 'completion' ? 'completion prompts' : 'other prompts';
    this.#busyMs[kind === 'decode' ? 'decode' : prompts] += wallMs;
    const plan = this.#plans.shift();
    if (!this.#options.recordsPasses || plan === undefined) return;
    const ids = plan.kind === 'prefill' ? [plan.id] : plan.ids;
    const endMs = this.#clock.now();
    this.#passes.push({ kind, startMs: endMs - wallMs, endMs, ids, tokens });
  }

  #scriptOf(id: TaskId): Script {
    const { arrival, whole } = this.#rowOf(id);
    // A first token that no other prompt has: nothing that follows it can be found.
    return scriptOf(
      arrival,
      this.#options.machine.reusesPrefixes ? undefined : -1 - this.#options.load.arrivals.indexOf(whole),
    );
  }

  #rowOf(id: TaskId): Progress {
    const row = this.#rows.get(id) ?? this.#warmUps.get(id);
    if (row === undefined) throw new RangeError(`"${id}" never arrived.`);
    return row;
  }
}
