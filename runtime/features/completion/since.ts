/** What was typed between two states of a text, as far as that is all that changed. Pure. */

/** The text before and behind a cursor. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** What editors add behind the cursor by themselves when a bracket or a quote is opened. */
const closedByEditor = /^[)\]}>"'`]{1,4}$/;

/**
 * What stands before the cursor now and did not then. Brackets and quotes that the editor has closed by itself behind the cursor are no
 * change. Undefined when anything else was changed.
 */
export function typedSince(then: Sides, now: Sides): string | undefined {
  if (!now.before.startsWith(then.before)) return undefined;
  const typed = now.before.slice(then.before.length);
  const closed = now.after.length - then.after.length;
  if (closed === 0) return now.after === then.after ? typed : undefined;
  const isClosed = closed > 0 && closed <= typed.length && closedByEditor.test(now.after.slice(0, closed));
  return isClosed && now.after.endsWith(then.after) ? typed : undefined;
}

/**
 * Whether typing at the cursor, and nothing else, can have led from one state to this text, when it is not known where the cursor is
 * now; and then what may have been typed, the shortest first.
 */
export function possiblyTyped({ before, after }: Sides, text: string): readonly string[] {
  const isGrown = text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
  if (!isGrown) return [];
  const typed = text.slice(before.length, text.length - after.length);
  const closers = [1, 2, 3, 4].filter((count) => 2 * count <= typed.length && closedByEditor.test(typed.slice(-count)));
  return [...closers.map((count) => typed.slice(0, -count)).reverse(), typed];
}
