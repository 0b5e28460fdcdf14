/** Why something went wrong, in words for a log line or as the end of a sentence. Pure. */
import { core } from 'zod/mini';

/** What the system says (`ENOSPC`); undefined of an error that is not the system's. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** One line where the error has one: of data that breaks its schema only the first issue, as a file that is damaged has many. */
export function reasonOf(error: unknown): string {
  if (error instanceof core.$ZodError) {
    const [first] = error.issues;
    return first ? `${first.path.join('.') || 'the file'}: ${first.message}` : error.message;
  }
  // Of several addresses that all failed, Node's error has a code and no message.
  return error instanceof Error ? ((error.message || codeOf(error)) ?? error.name) : String(error);
}
