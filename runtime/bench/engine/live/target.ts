/** What a replayed load can be put to: our engine under a policy, the library's own loop, or a server at a URL. */
import type { Prompt, Sla } from '../../../core/task.ts';
import type { Arrival } from '../../replay/arrivals.ts';

/** A request as a target gets it: times are real. */
export interface Ask {
  readonly arrival: Arrival;
  readonly prompt: Prompt;
  readonly sla: Sla;
}

export type AnswerEnd = 'finished' | 'cancelled' | 'rejected';

/** Neither is called from within `ask`. */
export interface Listener {
  token(): void;
  /** Once, and nothing after it. */
  ended(end: AnswerEnd): void;
}

export interface Target {
  /** As it is printed: `punctual`, `static:8 on the library's loop`, … */
  readonly name: string;
  /** Begins an answer of `arrival.answerTokens` tokens. @returns takes it back; harmless after the end. */
  ask(ask: Ask, listener: Listener): () => void;
  close(): Promise<void>;
}
