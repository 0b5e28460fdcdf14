/**
 * The words between a bench and the library process: node-llama-cpp as a program without Punctual would use it, in a process of its
 * own. Both sides are built together and the channel is private, so the types are all that checks them.
 */
import type { Prompt, TaskId } from '../../../core/task.ts';
import type { LoadOptions } from '../model.ts';
import type { Saturation } from '../saturation.ts';

/** How a program may ask the library for tokens: its completion class, or its generator of one sequence's tokens. */
export type LibraryApi = 'evaluate' | 'completion';

export interface LibraryLoadOptions extends LoadOptions {
  readonly flashAttention: boolean;
}

export interface SaturateOptions {
  readonly api: LibraryApi;
  /** One for each stream. */
  readonly prompts: readonly Prompt[];
  readonly rampTokens: number;
  readonly measuredTokens: number;
}

export interface PassesOptions {
  readonly prompts: readonly Prompt[];
  /** Sequences in one pass: the first so many prompts. */
  readonly sequences: number;
  /** Tokens that each sequence generates before anything counts, so that it holds as many as a saturated stream does. */
  readonly rampTokens: number;
  readonly passes: number;
}

/** CPU time of each counted pass, in ms. */
export interface PassTimes {
  /** Within llama_decode only. */
  readonly cpuMs: readonly number[];
  /** With the sampling of one token for each sequence, and the library's own JavaScript. */
  readonly sampledCpuMs: readonly number[];
}

/** Each is answered by one event of the same kind, in order, or by `failed`. */
export type LibraryCall =
  | { readonly kind: 'load'; readonly options: LibraryLoadOptions }
  | { readonly kind: 'saturate'; readonly options: SaturateOptions }
  | { readonly kind: 'passes'; readonly options: PassesOptions };

/** Answers to serve: these come at any time, and their events too. */
export type LibraryCommand =
  | LibraryCall
  | { readonly kind: 'start'; readonly id: TaskId; readonly prompt: Prompt; readonly maxTokens: number }
  | { readonly kind: 'stop'; readonly id: TaskId };

export type LibraryAnswer =
  | { readonly kind: 'load' }
  | ({ readonly kind: 'saturate' } & Saturation)
  | ({ readonly kind: 'passes' } & PassTimes)
  | { readonly kind: 'failed'; readonly message: string };

export type LibraryEvent =
  | LibraryAnswer
  | { readonly kind: 'token'; readonly id: TaskId }
  | {
      readonly kind: 'ended';
      readonly id: TaskId;
      readonly outcome: 'finished' | 'stopped' | { readonly error: string };
    };
