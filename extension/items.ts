/** From the wire's completion items to those an editor accepts. Pure; `completion.ts` puts them into the editor's classes. */
import type { InlineCompletionResult } from '../runtime/protocol.ts';

export interface Point {
  readonly line: number;
  readonly character: number;
}

export interface GhostItem {
  readonly insertText: string;
  readonly filterText?: string;
  /** What the text replaces: on the cursor's line, around the cursor. */
  readonly start: Point;
  readonly end: Point;
}

/**
 * Drops what an editor would not show: an empty text, and a range that leaves the cursor's line or does not touch the cursor
 * (VS Code ignores ranges of several lines). An item without a range inserts at the cursor.
 */
export function ghostItems(result: InlineCompletionResult, cursor: Point): GhostItem[] {
  return result.items.flatMap((item) => {
    const { start, end } = item.range ?? { start: cursor, end: cursor };
    const touches = start.line === cursor.line && end.line === cursor.line && start.character <= cursor.character;
    if (item.insertText === '' || !touches || end.character < cursor.character) return [];
    return [
      {
        insertText: item.insertText,
        ...(item.filterText === undefined ? {} : { filterText: item.filterText }),
        start,
        end,
      },
    ];
  });
}
