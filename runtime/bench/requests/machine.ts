/**
 * Tasks on a machine that is simulated, which say what a real model said at the place. One document, and nobody else: its latest task takes
 * the place of the one before. Nothing of it depends on the machine that it runs on.
 */
import type { InfillPrompt, Outcome } from '../../core/task.ts';
import type { TaskHandle, TaskListener, TaskResult, TaskSpec, Tasks } from '../../features/tasks.ts';
import { charactersPerToken, Evaluated } from '../typing/play.ts';
import type { Machine } from '../workloads.ts';

export interface Clock {
  now(): number;
  /** Calls back once after `ms`; returns how to call it off. */
  timer(ms: number, callback: () => void): () => void;
}

/** What is asked about next. */
export interface Here {
  readonly answer: string;
  /** What the machine takes at this moment, as a share of what it usually does. */
  readonly slowness: number;
}

export class SimulatedTasks implements Tasks {
  readonly #clock: Clock;
  readonly #evaluated: Evaluated;
  #here: Here = { answer: '', slowness: 1 };
  #running: Running | undefined;
  #requests = 0;

  constructor(clock: Clock, machine: Machine) {
    this.#clock = clock;
    this.#evaluated = new Evaluated(machine);
  }

  /** Tasks so far, without those that only evaluate a prompt while nobody waits. */
  get requests(): number {
    return this.#requests;
  }

  at(here: Here): void {
    this.#here = here;
  }

  submit(spec: TaskSpec, listener: TaskListener = {}): TaskHandle {
    const prompt = infillOf(spec);
    this.#running?.end({ kind: 'cancelled', by: 'superseded' });
    const isAhead = spec.idle === true;
    if (!isAhead) this.#requests += 1;
    const { answer, slowness } = this.#here;
    const times = {
      firstMs: slowness * this.#evaluated.prefillMs(prompt),
      nextMs: slowness * this.#evaluated.decodeMs(prompt),
    };
    const running: Running = new Running(spec, isAhead ? '' : answer, times, this.#clock, listener, (share) => {
      this.#evaluated.take(prompt, share);
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return {
      id: `t${this.#requests}${isAhead ? ' ahead' : ''}`,
      done: running.done,
      cancel: () => running.end({ kind: 'cancelled', by: 'client' }),
      finish: () => running.end({ kind: 'finished', reason: 'stop' }),
    };
  }

  now(): number {
    return this.#clock.now();
  }

  forecastTtftMs(spec: TaskSpec): number {
    return this.#evaluated.prefillMs(infillOf(spec));
  }
}

function infillOf({ prompt }: TaskSpec): InfillPrompt {
  if (prompt.kind === 'chat') throw new Error('A completion asks for no chat.');
  return prompt;
}

interface Times {
  /** From the start to the first token. */
  readonly firstMs: number;
  /** From each token to the next; the one that ends an answer is one of them. */
  readonly nextMs: number;
}

class Running {
  readonly done: Promise<TaskResult>;
  readonly #spec: TaskSpec;
  readonly #clock: Clock;
  readonly #pieces: string[];
  readonly #times: Times;
  readonly #listener: TaskListener;
  readonly #ended: (evaluatedShare: number) => void;
  readonly #startMs: number;
  #settle: (result: TaskResult) => void = () => undefined;
  #text = '';
  #firstMs: number | undefined;
  #callOff: () => void;

  /** @param ended told which share of the prompt was evaluated. */
  constructor(
    spec: TaskSpec,
    answer: string,
    times: Times,
    clock: Clock,
    listener: TaskListener,
    ended: (evaluatedShare: number) => void,
  ) {
    this.#spec = spec;
    this.#clock = clock;
    this.#pieces = piecesOf(answer);
    this.#times = times;
    this.#listener = listener;
    this.#ended = ended;
    this.#startMs = clock.now();
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#callOff = clock.timer(times.firstMs, () => this.#step());
  }

  end(outcome: Outcome): void {
    this.#callOff();
    const nowMs = this.#clock.now();
    const { arrivalMs, sla } = this.#spec;
    this.#ended(this.#firstMs === undefined ? (nowMs - this.#startMs) / this.#times.firstMs : 1);
    const ttftMs = this.#firstMs === undefined ? undefined : this.#firstMs - arrivalMs;
    this.#settle({
      outcome,
      text: this.#text,
      e2eMs: nowMs - arrivalMs,
      kept: ttftMs !== undefined && ttftMs <= sla.targetMs,
      generatedTokens: Math.ceil(this.#text.length / charactersPerToken),
      relegated: false,
      ...(ttftMs !== undefined && { ttftMs }),
    });
  }

  #step(): void {
    this.#firstMs ??= this.#clock.now();
    const piece = this.#pieces.shift();
    if (piece === undefined) return this.end({ kind: 'finished', reason: 'stop' });
    this.#text += piece;
    this.#callOff = this.#clock.timer(this.#times.nextMs, () => this.#step());
    this.#listener.onText?.(piece);
  }
}

function piecesOf(answer: string): string[] {
  return answer.match(new RegExp(`[^]{1,${charactersPerToken}}`, 'g')) ?? [];
}
