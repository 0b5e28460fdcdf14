import { expect, test } from 'vitest';
import { CompletionCounters } from '../../extension/counters.ts';
import { ghostItems } from '../../extension/items.ts';
import type { InlineCompletionResult } from '../../runtime/protocol.ts';

const cursor = { line: 4, character: 7 };
type Item = InlineCompletionResult['items'][number];

function shown(...items: Item[]) {
  return ghostItems({ items, punctual: { reason: 'answered' } }, cursor);
}

test('when an item has no range, then it is inserted at the cursor', () => {
  expect(shown({ insertText: 'foo()' })).toEqual([{ insertText: 'foo()', start: cursor, end: cursor }]);
});

test('when an item replaces text around the cursor, then its range and filter text are kept', () => {
  const range = { start: { line: 4, character: 2 }, end: { line: 4, character: 9 } };
  expect(shown({ insertText: 'a', filterText: 'b', range })).toEqual([
    { insertText: 'a', filterText: 'b', start: range.start, end: range.end },
  ]);
});

test.each([
  ['is empty', { insertText: '' }],
  ['starts on another line', { insertText: 'a', range: { start: { line: 3, character: 0 }, end: cursor } }],
  ['ends on another line', { insertText: 'a', range: { start: cursor, end: { line: 5, character: 0 } } }],
  [
    'starts behind the cursor',
    { insertText: 'a', range: { start: { line: 4, character: 8 }, end: { line: 4, character: 9 } } },
  ],
  [
    'ends before the cursor',
    { insertText: 'a', range: { start: { line: 4, character: 0 }, end: { line: 4, character: 6 } } },
  ],
])('when an item %s, then it is not handed to the editor', (_case, item: Item) => {
  expect(shown(item, { insertText: 'good' })).toHaveLength(1);
});

test('when requests end and a suggestion is accepted, then each is counted under its reason', () => {
  const counters = new CompletionCounters();
  for (const end of ['answered', 'cancelled', 'answered'] as const) counters.count(end);
  counters.accept();
  expect(counters.snapshot()).toEqual({ answered: 2, cancelled: 1, accepted: 1 });
  expect(counters.of('failed')).toBe(0);
});
