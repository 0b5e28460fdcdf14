/** What is told of a forward pass: what the engine measures and the cost model learns from. Only types. */
import type { ModelId, TaskId } from './task.ts';

/** What a forward pass does. */
export type StepKind = 'prefill' | 'decode';

/** One forward pass: what it did and how long it took. The cost model learns from these. */
export interface PassReport {
  readonly model: ModelId;
  readonly kind: StepKind;
  /** Tokens evaluated: the chunk's length, or one for each decoding sequence and those of its draft. */
  readonly tokens: number;
  /** Sequences that took part. */
  readonly sequences: number;
  /** KV cells held by those sequences before the pass, in tokens. */
  readonly contextTokens: number;
  readonly wallMs: number;
  /** Of a prefill: whose prompt it was. */
  readonly id?: TaskId | undefined;
  /** Of a decode that verified drafts: tokens that were guessed, and how many of them were right. */
  readonly drafted?: number | undefined;
  readonly accepted?: number | undefined;
}
