/** What a person asked of models and cannot have: one sentence that says what to do. */
export type ModelsErrorCode =
  | 'unknownModel'
  | 'unknownQuantization'
  | 'ambiguous'
  | 'embedded'
  | 'badMemory'
  | 'badFile'
  | 'notInstalled';

export class ModelsError extends Error {
  override readonly name = 'ModelsError';
  readonly code: ModelsErrorCode;

  constructor(code: ModelsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
