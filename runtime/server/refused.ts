/** Errors for clients: the code and the English sentence as JSON-RPC has them, and in `data` the cause in a word and the sentence once more, which has its wording beside it when it is sent. */
import { ResponseError } from 'vscode-languageserver';
import type { Words } from '../core/sentence.ts';
import type { ErrorDataSaid } from '../protocol.ts';

/** @param cause a word for programs. */
export function refused(code: number, words: Words, cause: string): ResponseError<ErrorDataSaid> {
  return new ResponseError(code, String(words), { code: cause, ...(typeof words !== 'string' && { message: words }) });
}
