/**
 * The cost of one `Scheduler.on` while many tasks wait: a steady state in which every kind of event takes its turn, and whoever leaves is
 * replaced, so that the number of those that wait stays what it is.
 */
import type { Event } from '../../core/event.ts';
import { Learned } from '../../core/learned.ts';
import type { Policy } from '../../core/policy.ts';
import { Scheduler } from '../../core/scheduler.ts';
import { schedulerDefaults } from '../../core/scheduler-options.ts';
import { newRandom, type Random } from '../random.ts';
import { decodeMs, decodePass, prefillPass, type Running, StandIn } from './stand-in.ts';
import { type Mix, Traffic } from './traffic.ts';

/** The kinds of turns, which follow each other in this order. */
export const turnKinds = ['submit', 'supersede', 'cancel', 'accepted', 'pass', 'tokens', 'ended'] as const;

export type TurnKind = (typeof turnKinds)[number];

export type Crowd = 'mixed' | 'background';

/** A round of turns takes about a pass; so many passes for each of those that wait are twice as long as one of them stays. */
const targetMsPerWaiting = 25;

/**
 * `mixed`: half of those that wait are completions, so all sequences are taken. `background`: only last tokens are promised, and what does
 * not fit waits beside free sequences. The more wait, the longer are the promises, up to an hour: nobody else could wait among so many,
 * and the share of those that become hopeless in a turn would grow with the queue.
 */
function mixOf(crowd: Crowd, waiting: number): Mix {
  const e2eMs = [Math.max(10_000, waiting * targetMsPerWaiting), 3_600_000] as const;
  return crowd === 'mixed'
    ? { completions: 0.5, documents: 1_000_000, ttftMs: [1_000, 600_000], e2eMs }
    : { completions: 0, documents: 1, ttftMs: [1_000, 1_000], e2eMs };
}

/** How long the last turn of a kind took, in µs. */
export interface Turn {
  readonly kind: TurnKind;
  readonly us: number;
}

export class SteadyState {
  readonly #scheduler: Scheduler;
  readonly #engine: StandIn;
  readonly #traffic: Traffic;
  readonly #random: Random;
  readonly #waiting: number;
  /** Documents that completions were asked for in, the oldest first, as far as they were not asked for again. */
  readonly #documents: string[] = [];
  #nowMs = 0;

  constructor(policy: Policy, crowd: Crowd, waiting: number, seed: number) {
    const waitingMax = 2 * waiting + 16;
    this.#scheduler = new Scheduler({ ...schedulerDefaults, policy, waitingMax, knowledge: new Learned() });
    this.#engine = new StandIn(this.#scheduler, () => Number.POSITIVE_INFINITY);
    this.#random = newRandom(seed);
    this.#traffic = new Traffic(newRandom(seed, 'traffic'), mixOf(crowd, waiting));
    this.#waiting = waiting;
    while (this.#engine.waiting.size < waiting) this.#refill();
  }

  get waiting(): number {
    return this.#engine.waiting.size;
  }

  get running(): number {
    return this.#engine.running.size;
  }

  /** Each kind once, as far as there is somebody it can happen to. What restores the state in between is not timed. */
  *round(): Generator<Turn> {
    for (const kind of turnKinds) {
      const event = this.#eventOf(kind);
      if (event === undefined) continue;
      this.#engine.note(event);
      const startMs = performance.now();
      const effects = this.#scheduler.on(event, this.#nowMs);
      const us = (performance.now() - startMs) * 1_000;
      this.#engine.perform(effects);
      this.#settle();
      yield { kind, us };
    }
  }

  #eventOf(kind: TurnKind): Event | undefined {
    switch (kind) {
      case 'submit':
        return { kind, task: this.#next() };
      case 'supersede':
        return this.#supersede();
      case 'cancel': {
        const id = this.#engine.waiting.any(this.#random);
        return id === undefined ? undefined : { kind, id };
      }
      case 'accepted': {
        const starting = this.#find(({ accepted }) => !accepted);
        return starting && this.#accept(starting);
      }
      case 'pass': {
        const sequences = Math.max(1, this.running);
        this.#nowMs += decodeMs(sequences);
        return decodePass(sequences);
      }
      case 'tokens': {
        const answering = this.#find(({ accepted }) => accepted);
        return answering && { kind, id: answering.id, tokens: [1], text: 'x' };
      }
      case 'ended': {
        const ending = this.#find(({ accepted }) => accepted);
        return ending && { kind, id: ending.id, outcome: { kind: 'finished', reason: 'stop' } };
      }
      default:
        return kind satisfies never;
    }
  }

  /** A newer request for the document of one that probably waits still; nobody has a document where only last tokens are promised. */
  #supersede(): Event | undefined {
    const document = this.#documents.shift();
    return document === undefined
      ? undefined
      : { kind: 'submit', task: this.#traffic.completion(this.#nowMs, document) };
  }

  #accept(starting: Running): Event {
    starting.accepted = true;
    return { kind: 'accepted', id: starting.id, promptTokens: starting.promptTokens, reusedTokens: 0 };
  }

  #find(isWanted: (running: Running) => boolean): Running | undefined {
    return [...this.#engine.running.values()].find(isWanted);
  }

  #next(): ReturnType<Traffic['next']> {
    const task = this.#traffic.next(this.#nowMs);
    if (task.supersedeKey !== undefined && this.#documents.length < documentsMax)
      this.#documents.push(task.supersedeKey);
    return task;
  }

  #refill(): void {
    this.#engine.tell({ kind: 'submit', task: this.#next() }, this.#nowMs);
  }

  /** Whoever was stopped is gone, all that run have begun but one, and as many wait as before. */
  #settle(): void {
    for (;;) {
      const id = this.#engine.stopped.shift();
      if (id === undefined) break;
      this.#engine.tell({ kind: 'ended', id, outcome: { kind: 'cancelled', by: 'client' } }, this.#nowMs);
    }
    const starting = [...this.#engine.running.values()].filter(({ accepted }) => !accepted).slice(1);
    for (const running of starting) {
      this.#engine.tell(this.#accept(running), this.#nowMs);
      this.#engine.tell(prefillPass(running, 0), this.#nowMs);
    }
    while (this.#engine.waiting.size < this.#waiting) this.#refill();
    while (this.#engine.waiting.size > this.#waiting) {
      const id = this.#engine.waiting.any(this.#random);
      if (id === undefined) break;
      this.#engine.tell({ kind: 'cancel', id }, this.#nowMs);
    }
  }
}

const documentsMax = 1_000;
