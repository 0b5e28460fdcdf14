import { SaidError, type Words } from '../core/sentence.ts';
import type { errorCodes } from '../protocol.ts';

/** An error that a person who started a command reads: one sentence that says what is wrong and what to do. */
export class FeatureError extends SaidError {
  readonly code: keyof typeof errorCodes;

  constructor(code: keyof typeof errorCodes, words: Words) {
    super(words);
    this.name = 'FeatureError';
    this.code = code;
  }
}
