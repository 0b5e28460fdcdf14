/**
 * What a policy knows of a replayed load: the costs of the machine as if calibrated, prompts in tokens the way every runtime can count them.
 * The lengths of answers and what arrives are learned from events alone, unless the knowledge is clairvoyant.
 */
import type { Costs } from '../../core/estimate.ts';
import type { Event } from '../../core/event.ts';
import { Learned } from '../../core/learned.ts';
import { certainLength, type LengthQuantiles } from '../../core/lengths.ts';
import type { Demand } from '../../core/policy.ts';
import type { Task, TaskClass, TaskId } from '../../core/task.ts';
import { type Arrival, type Load, sharedTokens } from './arrivals.ts';

/** The last prompt of a document, and how much of it a sequence holds as far as events tell. */
interface LastPrompt {
  readonly tokens: readonly number[];
  evaluatedTokens: number;
}

export class ReplayKnowledge extends Learned {
  readonly #costs: Costs;
  readonly #arrivals: Map<TaskId, Arrival>;
  readonly #documents = new Map<string, LastPrompt>();
  /** A warm-up leaves its prefix in a sequence of its own. */
  readonly #warmUps = new Map<string, LastPrompt>();
  readonly #idle = new Set<TaskId>();
  readonly #running = new Map<TaskId, LastPrompt>();

  constructor({ arrivals }: Load, costs: Costs) {
    super();
    this.#arrivals = new Map(arrivals.map((arrival) => [arrival.id, arrival]));
    this.#costs = costs;
  }

  override costs(): Costs {
    return this.#costs;
  }

  /** What the last request of the same document evaluated is expected to be in a sequence still. */
  override prefillTokens(task: Task): number {
    const { document, promptTokens } = this.arrival(task.id);
    const held = (last: LastPrompt | undefined): number =>
      last === undefined ? 0 : Math.min(sharedTokens(last.tokens, promptTokens), last.evaluatedTokens);
    if (document === undefined) return promptTokens.length;
    const heldTokens = Math.max(held(this.#documents.get(document)), held(this.#warmUps.get(document)));
    return Math.max(1, promptTokens.length - heldTokens);
  }

  /** A request with the prompt that it comes with, or an idle one that the load does not know. */
  told(arrival: Arrival): void {
    this.#arrivals.set(arrival.id, arrival);
  }

  override learn(event: Event, nowMs: number): void {
    super.learn(event, nowMs);
    if (event.kind === 'submit' && event.task.idle) this.#idle.add(event.task.id);
    if (event.kind === 'accepted') this.#accepted(event.id, event.reusedTokens);
    if (event.kind === 'ended') this.#running.delete(event.id);
    if (event.kind !== 'pass' || event.pass.id === undefined) return;
    const prompt = this.#running.get(event.pass.id);
    if (prompt !== undefined) prompt.evaluatedTokens += event.pass.tokens;
  }

  /** @throws RangeError for a task that is not of the load. */
  protected arrival(id: TaskId): Arrival {
    const arrival = this.#arrivals.get(id);
    if (arrival === undefined) throw new RangeError(`"${id}" never arrived.`);
    return arrival;
  }

  #accepted(id: TaskId, reusedTokens: number): void {
    const { document, promptTokens } = this.arrival(id);
    if (document === undefined) return;
    const prompt = { tokens: promptTokens, evaluatedTokens: reusedTokens };
    this.#running.set(id, prompt);
    (this.#idle.has(id) ? this.#warmUps : this.#documents).set(document, prompt);
  }
}

/** How far ahead a clairvoyant policy sees what arrives, in ms: longer than most answers take. */
const foresightMs = 30_000;

/** Lengths are known before the first token, and arrivals before they come. */
export class ClairvoyantKnowledge extends ReplayKnowledge {
  readonly #coming: readonly Arrival[];
  #nowMs = 0;

  constructor(load: Load, costs: Costs) {
    super(load, costs);
    this.#coming = load.arrivals;
  }

  override get demand(): Demand {
    const coming = (name: TaskClass): readonly Arrival[] =>
      this.#coming.filter(
        (arrival) => arrival.class === name && arrival.atMs > this.#nowMs && arrival.atMs <= this.#nowMs + foresightMs,
      );
    return {
      ratePerSecond: (name) => coming(name).length / (foresightMs / 1_000),
      prefillTokens: (name) => meanOf(coming(name), ({ uncachedTokens }) => uncachedTokens),
      decodeTokens: (name) => meanOf(coming(name), ({ answerTokens }) => answerTokens),
    };
  }

  override answerTokens(task: Task): LengthQuantiles {
    return certainLength(this.arrival(task.id).answerTokens);
  }

  override learn(event: Event, nowMs: number): void {
    super.learn(event, nowMs);
    this.#nowMs = nowMs;
  }
}

function meanOf(arrivals: readonly Arrival[], value: (arrival: Arrival) => number): number {
  return arrivals.reduce((sum, arrival) => sum + value(arrival), 0) / Math.max(1, arrivals.length);
}
