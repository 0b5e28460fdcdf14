/** Why something went wrong, in words for a log line or as the end of a sentence. Pure. */
import { core } from 'zod/mini';

/** What the system says (`ENOSPC`); undefined of an error that is not the system's. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** One line: of data that breaks its schema only the first issue, as a file that is damaged has many; of text that is no JSON Node quotes lines. */
export function reasonOf(error: unknown): string {
  if (error instanceof core.$ZodError) {
    const [first] = error.issues;
    return first ? `${first.path.join('.') || 'the file'}: ${first.message}` : error.message;
  }
  // Of several addresses that all failed, Node's error has a code and no message.
  const words = error instanceof Error ? ((error.message || codeOf(error)) ?? error.name) : String(error);
  return words.replace(/\s*[\r\n]\s*/g, ' ');
}
