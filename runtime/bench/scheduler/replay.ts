/**
 * A long day of the scheduler: Poisson arrivals, completions that replace each other, summaries and translations, through the scheduler
 * and an engine's stand-in. Every answer ends; the clock is virtual.
 */
import { genericCosts } from '../../core/estimate.ts';
import type { Knowledge } from '../../core/knowledge.ts';
import { certainLength } from '../../core/lengths.ts';
import type { Policy } from '../../core/policy.ts';
import { Scheduler } from '../../core/scheduler.ts';
import { schedulerDefaults } from '../../core/scheduler-options.ts';
import type { Task } from '../../core/task.ts';
import { exponential, newRandom } from '../random.ts';
import { decodeMs, decodePass, prefillPass, type Running, StandIn } from './stand-in.ts';
import { type Mix, Traffic } from './traffic.ts';

/** For each editing session about forty completions a minute, and one or two other requests. */
const mix: Mix = { completions: 0.94, documents: 12, ttftMs: [250, 250], e2eMs: [10_000, 20_000] };

/** Between arrivals, in ms: the device is busy for most of the time, and now and then everybody waits. */
const gapMs = 200;

/** Tokens that come with one event: the cost of the scheduler is counted in events. */
const tokensPerEvent = 4;

const answerTokens = { completion: 12, summarize: 48, translate: 160, generate: 80 } as const;

/** Of a prompt that is evaluated; the rest was in a sequence already. */
const freshTokens = 40;

/** What a scheduler could have learned, known from the start: what is left is the cost of the scheduler itself. */
export const told: Knowledge = {
  demand: {
    ratePerSecond: (taskClass) => (taskClass === 'completion' ? 4 : 0.2),
    prefillTokens: () => freshTokens,
    decodeTokens: (taskClass) => answerTokens[taskClass],
  },
  costs: () => genericCosts,
  prefillTokens: () => freshTokens,
  answerTokens: ({ class: taskClass }) => certainLength(answerTokens[taskClass]),
  learn: () => {},
  forget: () => {},
};

export interface ReplayResult {
  readonly events: number;
  readonly settled: Readonly<Record<'finished' | 'cancelled' | 'failed', number>>;
  readonly waitingMax: number;
  readonly busyShare: number;
}

export interface ReplayOptions {
  readonly policy: Policy;
  readonly knowledge: Knowledge;
  readonly tasks: number;
  readonly seed: number;
}

export function replayTasks(options: ReplayOptions): ReplayResult {
  return new Day(options).run();
}

class Day {
  readonly #options: ReplayOptions;
  readonly #engine: StandIn;
  readonly #traffic: Traffic;
  readonly #gap: () => number;
  #nowMs = 0;
  #busyMs = 0;
  #nextMs = 0;
  #submitted = 0;
  #events = 0;
  #waitingMax = 0;

  constructor(options: ReplayOptions) {
    const { policy, knowledge, seed } = options;
    const scheduler = new Scheduler({ ...schedulerDefaults, policy, knowledge });
    this.#options = options;
    this.#engine = new StandIn(scheduler, (task: Task) => answerTokens[task.class]);
    this.#traffic = new Traffic(newRandom(seed, 'traffic'), mix);
    const random = newRandom(seed, 'arrivals');
    this.#gap = () => exponential(random, gapMs);
  }

  run(): ReplayResult {
    for (;;) {
      this.#arrive();
      this.#leave();
      if (this.#engine.running.size > 0) this.#pass();
      else if (this.#submitted < this.#options.tasks) this.#nowMs = this.#nextMs;
      else break;
    }
    const { settled } = this.#engine;
    return { events: this.#events, settled, waitingMax: this.#waitingMax, busyShare: this.#busyMs / this.#nowMs };
  }

  #tell(event: Parameters<StandIn['tell']>[0]): void {
    this.#events += 1;
    this.#engine.tell(event, this.#nowMs);
  }

  #arrive(): void {
    while (this.#nextMs <= this.#nowMs && this.#submitted < this.#options.tasks) {
      this.#tell({ kind: 'submit', task: this.#traffic.next(this.#nextMs) });
      this.#submitted += 1;
      this.#nextMs += this.#gap();
      this.#waitingMax = Math.max(this.#waitingMax, this.#engine.waiting.size);
    }
  }

  #leave(): void {
    for (let id = this.#engine.stopped.shift(); id !== undefined; id = this.#engine.stopped.shift())
      this.#tell({ kind: 'ended', id, outcome: { kind: 'cancelled', by: 'client' } });
  }

  /** A prompt goes first; when there is none, everybody advances. */
  #pass(): void {
    let starting: Running | undefined;
    for (const running of this.#engine.running.values()) {
      if (running.accepted) continue;
      starting = running;
      break;
    }
    if (starting === undefined) this.#decode();
    else this.#prefill(starting);
  }

  #prefill(starting: Running): void {
    starting.accepted = true;
    const reusedTokens = Math.max(0, starting.promptTokens - freshTokens);
    this.#tell({ kind: 'accepted', id: starting.id, promptTokens: starting.promptTokens, reusedTokens });
    this.#take(5 + freshTokens / 1.5);
    this.#tell(prefillPass(starting, reusedTokens));
  }

  #decode(): void {
    const answering = [...this.#engine.running.values()];
    this.#take(tokensPerEvent * decodeMs(answering.length));
    this.#tell(decodePass(answering.length));
    for (const running of answering) {
      // Its predecessor's tokens may just have let somebody take its place.
      if (!this.#engine.running.has(running.id)) continue;
      running.tokensLeft -= tokensPerEvent;
      this.#tell({ kind: 'tokens', id: running.id, tokens: [1, 2, 3, 4], text: 'abcd' });
      if (running.tokensLeft <= 0 && this.#engine.running.has(running.id))
        this.#tell({ kind: 'ended', id: running.id, outcome: { kind: 'finished', reason: 'stop' } });
    }
  }

  #take(ms: number): void {
    this.#nowMs += ms;
    this.#busyMs += ms;
  }
}
