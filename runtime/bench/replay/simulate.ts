/**
 * One load under one policy, on the simulated runtime. What is made up is the cost of a pass, and prompts and answers in place of text.
 * Pure: same load, policy and machine, same run.
 */
import type { PassReport } from '../../core/pass-report.ts';
import type { StepPlan } from '../../core/step.ts';
import type { TaskId } from '../../core/task.ts';
import { costsOf } from '../../engine/simulated-model.ts';
import type { Script } from '../../engine/simulated-process.ts';
import type { Arrival, Opened } from './arrivals.ts';
import { FittedPrompts } from './fitted.ts';
import { ClairvoyantKnowledge, ReplayKnowledge } from './knowledge.ts';
import { type BusyKind, type Progress, promptShareOf, type ReplayPass, rowOf, scriptOf, taskOf } from './progress.ts';
import type { ReplayOptions, ReplayRun } from './run.ts';
import { type Listener, SimulatedRuntime } from './simulated-runtime.ts';

export { type BusyKind, busyKinds, type ReplayPass } from './progress.ts';
export type { ReplayMachine, ReplayOptions, ReplayRun } from './run.ts';

/** Without an edit for so long somebody may have stopped to read, in ms. */
const quietMs = 1_000;

export function simulate(options: ReplayOptions): ReplayRun {
  return new Replay(options).run();
}

class Replay implements Listener {
  readonly #options: ReplayOptions;
  readonly #knowledge: ReplayKnowledge;
  readonly #fitted: FittedPrompts | undefined;
  /** In the order of the load. */
  readonly #rows: readonly Progress[];
  readonly #runtime: SimulatedRuntime;
  readonly #busyMs: Record<BusyKind, number> = { 'completion prompts': 0, 'other prompts': 0, decode: 0 };
  readonly #passes: ReplayPass[] = [];
  /** Of the passes that were planned and are not reported yet: the next one is planned before the last one is told of. */
  readonly #plans: StepPlan[] = [];
  /** Idle work so far, of which nothing is reported. */
  #warmUps = 0;
  #endMs = 0;

  constructor(options: ReplayOptions) {
    const { load, policy, machine, isClairvoyant } = options;
    this.#options = options;
    const costs = costsOf(machine.costs);
    const knowledge = isClairvoyant ? new ClairvoyantKnowledge(load, costs) : new ReplayKnowledge(load, costs);
    this.#knowledge = knowledge;
    this.#fitted = options.fitsPrompts ? new FittedPrompts(options.fitsPrompts) : undefined;
    this.#runtime = new SimulatedRuntime({
      policy,
      planStep: (view) => {
        const plan = policy.planStep(view);
        if (plan !== undefined) this.#plans.push(plan);
        return plan;
      },
      machine,
      knowledge,
      scriptOf: (row) => this.#scriptOf(row),
      listener: this,
    });
    this.#rows = load.arrivals.map((arrival) => this.#runtime.expect(arrival));
  }

  run(): ReplayRun {
    this.#runtime.start();
    const { clock } = this.#runtime;
    const { arrivals, opens } = this.#options.load;
    for (const arrival of arrivals) this.#runtime.schedule(arrival, () => this.#submit(arrival));
    if (this.#fitted) for (const opened of opens) clock.at(opened.atMs, () => this.#warmUp(opened));
    clock.run();
    return {
      rows: this.#rows.map(rowOf),
      busyMs: this.#busyMs,
      endMs: this.#endMs,
      passes: this.#passes,
      promptShare: promptShareOf(this.#rows),
    };
  }

  #submit(whole: Arrival): void {
    const arrival = this.#fitted?.cut(whole, (promptTokens) => this.#forecastMs({ ...whole, promptTokens })) ?? whole;
    this.#runtime.rowOf(whole.id).arrival = arrival;
    this.#knowledge.told(arrival);
    this.#runtime.handle({ kind: 'submit', task: taskOf(arrival) });
  }

  #forecastMs(arrival: Arrival): number {
    this.#knowledge.told(arrival);
    return this.#runtime.forecastTtftMs(taskOf(arrival));
  }

  /** What did not fit comes back when there was no edit for so long, as in server/warm-up.ts. */
  #warmUpLater({ whole, arrival }: Progress): void {
    const atMs = this.#runtime.clock.now() + quietMs;
    const isWhole = arrival.promptTokens.length >= whole.promptTokens.length;
    if (isWhole || (whole.cancelAtMs ?? Number.POSITIVE_INFINITY) <= atMs) return;
    const promptTokens = this.#fitted?.warmUp(whole);
    const { document } = whole;
    if (promptTokens && document !== undefined)
      this.#runtime.clock.at(atMs, () => this.#warmUp({ atMs, document, promptTokens }));
  }

  #warmUp({ atMs, document, promptTokens }: Opened): void {
    const id = `warm-up ${this.#warmUps}`;
    const sla = this.#options.load.arrivals.find((arrival) => arrival.document === document)?.sla;
    if (sla === undefined) return;
    const work = { id, atMs, sla, document, promptTokens, class: 'completion', maxTokens: 0 } as const;
    const arrival = { ...work, answerTokens: 1, uncachedTokens: 1 };
    this.#warmUps += 1;
    this.#runtime.expect(arrival);
    this.#knowledge.told(arrival);
    this.#runtime.handle({ kind: 'submit', task: { ...taskOf(arrival), idle: true } });
  }

  settled(row: Progress): void {
    this.#endMs = this.#runtime.clock.now();
    this.#warmUpLater(row);
  }

  accepted(row: Progress, foundTokens: number, follows: TaskId | undefined): void {
    row.foundTokens ??= foundTokens;
    if (follows === undefined || follows === row.arrival.id) return;
    const before = this.#runtime.rowOf(follows);
    const ownStart = before.foundTokens ?? 0;
    const ownEnd = Math.min(ownStart + before.prefilledTokens, before.arrival.promptTokens.length);
    before.reusedTokens = Math.max(before.reusedTokens, Math.min(ownEnd, foundTokens) - ownStart);
  }

  passed({ kind, id, tokens, wallMs }: PassReport): void {
    const row = id === undefined ? undefined : this.#runtime.rowOf(id);
    if (kind === 'prefill' && row !== undefined) row.prefilledTokens += tokens;
    const prompts = row?.arrival.class === 'completion' ? 'completion prompts' : 'other prompts';
    this.#busyMs[kind === 'decode' ? 'decode' : prompts] += wallMs;
    const plan = this.#plans.shift();
    if (!this.#options.recordsPasses || plan === undefined) return;
    const ids = plan.kind === 'prefill' ? [plan.id] : plan.ids;
    const endMs = this.#runtime.clock.now();
    this.#passes.push({ kind, startMs: endMs - wallMs, endMs, ids, tokens });
  }

  #scriptOf({ arrival, whole }: Progress): Script {
    // A first token that no other prompt has: nothing that follows it can be found.
    return scriptOf(
      arrival,
      this.#options.machine.reusesPrefixes ? undefined : -1 - this.#options.load.arrivals.indexOf(whole),
    );
  }
}
