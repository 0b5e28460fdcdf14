import type { errorCodes } from '../protocol.ts';

/** An error that a person who started a command reads: one sentence that says what is wrong and what to do. */
export class FeatureError extends Error {
  readonly code: keyof typeof errorCodes;

  constructor(code: keyof typeof errorCodes, message: string) {
    super(message);
    this.name = 'FeatureError';
    this.code = code;
  }
}
