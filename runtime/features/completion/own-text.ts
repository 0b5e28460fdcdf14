/**
 * The same text with a memory of its own. V8 keeps a slice of a string as a reference into the whole string, so that whoever remembers the
 * few lines around a cursor keeps the whole document of that keystroke (V8 issue 2869). A clone copies the
 * characters alone: 2 µs for a prompt.
 */
export function ownText(text: string): string {
  return structuredClone(text);
}
