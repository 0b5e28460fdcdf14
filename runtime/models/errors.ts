import { SaidError, type Words } from '../core/sentence.ts';

/** What a person asked of models and cannot have: one sentence that says what to do. */
export type ModelsErrorCode =
  | 'unknownModel'
  | 'unknownQuantization'
  | 'ambiguous'
  | 'embedded'
  | 'badMemory'
  | 'badFile'
  | 'notInstalled';

export class ModelsError extends SaidError {
  override readonly name = 'ModelsError';
  readonly code: ModelsErrorCode;

  constructor(code: ModelsErrorCode, words: Words) {
    super(words);
    this.code = code;
  }
}

/** A setting that cannot be used is told once, where that is asked for, and not with every model: there it is as if nothing were known. */
export function withoutProblem<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ModelsError) return undefined;
    throw error;
  }
}
