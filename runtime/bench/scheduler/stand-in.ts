/**
 * What takes the engine's place when the scheduler's own cost is measured: it takes whatever is started and gives tokens, with passes of
 * fixed length, as cheaply as can be. No step planner and no timers: the bench asks for one event after the other.
 */
import type { Effect, Event, ModelInfo } from '../../core/event.ts';
import type { Scheduler } from '../../core/scheduler.ts';
import type { Task, TaskId } from '../../core/task.ts';
import type { Random } from '../random.ts';
import { model } from './traffic.ts';

const modelInfo: ModelInfo = {
  sequences: 8,
  contextTokens: 8_192,
  chunkTokens: 256,
  infill: true,
  chat: true,
  memoryBytes: 1,
  loadMs: 1,
  device: 'none',
};

/** Ids of which any can be drawn, in constant time. */
export class Pool {
  readonly #ids: TaskId[] = [];
  readonly #places = new Map<TaskId, number>();

  get size(): number {
    return this.#ids.length;
  }

  add(id: TaskId): void {
    this.#places.set(id, this.#ids.length);
    this.#ids.push(id);
  }

  delete(id: TaskId): void {
    const place = this.#places.get(id);
    const last = this.#ids.at(-1);
    if (place === undefined || last === undefined) throw new Error(`There is no '${id}' to take out.`);
    this.#ids.pop();
    this.#places.delete(id);
    if (last === id) return;
    this.#ids[place] = last;
    this.#places.set(last, place);
  }

  has(id: TaskId): boolean {
    return this.#places.has(id);
  }

  any(random: Random): TaskId | undefined {
    return this.#ids[Math.floor(random() * this.#ids.length)];
  }
}

/** A task inside. */
export interface Running {
  readonly id: TaskId;
  readonly promptTokens: number;
  /** Answer tokens that are still to come. */
  tokensLeft: number;
  accepted: boolean;
}

const charsPerToken = 4;

/** Applies effects, and so knows who waits and who runs. */
export class StandIn {
  readonly waiting = new Pool();
  readonly running = new Map<TaskId, Running>();
  /** Taken back, and not yet said to be gone. */
  readonly stopped: TaskId[] = [];
  /** Tasks that were settled, by how. */
  readonly settled = { finished: 0, cancelled: 0, failed: 0 };
  readonly #scheduler: Scheduler;
  readonly #answerTokens: (task: Task) => number;

  /** @param answerTokens how many tokens the task will be answered with. */
  constructor(scheduler: Scheduler, answerTokens: (task: Task) => number) {
    this.#scheduler = scheduler;
    this.#answerTokens = answerTokens;
    this.perform(scheduler.on({ kind: 'loaded', model, info: modelInfo }, 0));
  }

  /** Tells the scheduler, and does what it says. */
  tell(event: Event, nowMs: number): void {
    this.note(event);
    this.perform(this.#scheduler.on(event, nowMs));
  }

  /** Before the event is told. */
  note(event: Event): void {
    if (event.kind === 'submit') this.waiting.add(event.task.id);
    if (event.kind === 'ended') this.running.delete(event.id);
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'start':
          this.#start(effect.task);
          break;
        case 'stop':
          this.running.delete(effect.id);
          this.stopped.push(effect.id);
          // What is to go on later waits again.
          if (effect.keep) this.waiting.add(effect.id);
          break;
        case 'settle':
          if (this.waiting.has(effect.id)) this.waiting.delete(effect.id);
          this.settled[effect.outcome.kind] += 1;
          break;
        case 'relegate':
        case 'load':
        case 'unload':
        case 'resize':
        case 'substitute':
        case 'offer':
        case 'withdraw':
        case 'readAhead':
        case 'stopReading':
        case 'tell':
        case 'wakeAt':
          break;
        default:
          effect satisfies never;
      }
    }
  }

  #start(task: Task): void {
    this.waiting.delete(task.id);
    const { prompt } = task;
    const chars = prompt.kind === 'chat' ? prompt.user.length : prompt.prefix.length;
    const promptTokens = Math.ceil(chars / charsPerToken);
    this.running.set(task.id, { id: task.id, promptTokens, tokensLeft: this.#answerTokens(task), accepted: false });
  }
}

/** The pass that evaluates what is left of a prompt. */
export function prefillPass({ id, promptTokens }: Running, reusedTokens: number): Event {
  const tokens = Math.max(1, promptTokens - reusedTokens);
  const wallMs = prefillMs(tokens);
  return {
    kind: 'pass',
    pass: { model, kind: 'prefill', tokens, sequences: 1, contextTokens: reusedTokens, wallMs, id },
  };
}

/** The pass that gives one token to each of so many. */
export function decodePass(sequences: number): Event {
  const wallMs = decodeMs(sequences);
  return { kind: 'pass', pass: { model, kind: 'decode', tokens: sequences, sequences, contextTokens: 500, wallMs } };
}

/** The `gpu` machine of the replays: 22 ms for one sequence to 30 ms for eight; 5 ms and 1 s for 1,500 tokens of a prompt. */
export function decodeMs(sequences: number): number {
  return 22 + (8 * (sequences - 1)) / 7;
}

function prefillMs(tokens: number): number {
  return 5 + tokens / 1.5;
}
