/** What the timeline draws of what is known, and where. */
import { describe, expect, it } from 'vitest';
import { Fold } from '../../media/dashboard/fold.ts';
import { within } from '../../media/dashboard/history.ts';
import { type Lane, lanesOf, rowsMax, type Scale, tallyOf } from '../../media/dashboard/marks.ts';
import { Words } from '../../media/dashboard/words.ts';
import type { KnownWatchItem } from '../../runtime/protocol/dashboard.ts';
import { answered, news, settle, submit, superseded } from './items.ts';
import { strings } from './strings.ts';

const widthPx = 1_000;

function lanes(items: readonly KnownWatchItem[], fromMs: number, toMs: number): Lane[] {
  const fold = new Fold();
  for (let from = 0; from < items.length; from += 1_000) fold.news(news(items.slice(from, from + 1_000)));
  const scale: Scale = { fromMs, toMs, leftPx: 30, widthPx };
  return lanesOf(fold.tasks.within(fromMs, toMs), within(fold.passes, fromMs, toMs), scale);
}

const pass = (atMs: number, wallMs = 5): KnownWatchItem => ({
  ...{ kind: 'pass', atMs, wallMs, model: 'tiny.gguf', step: 'decode', tokens: 1, sequences: 1 },
});

describe('the marks', () => {
  it('when a task has room, then it has a mark of its own from its beginning to its end', () => {
    const [lane] = lanes([...answered('a', 100, 100), ...answered('b', 600, 100)], 0, 1_000);
    expect(lane?.marks.map(({ tasks: [{ id }], leftPx, rightPx }) => [id, leftPx, rightPx])).toEqual([
      ['a', 130, 330],
      ['b', 630, 830],
    ]);
  });

  it('when ten thousand are in the picture, then there are no more marks than fit beside each other, and none is lost', () => {
    const items = Array.from({ length: 10_000 }, (_, k) => answered(`t${k}`, k * 300, 100)).flat();
    const [lane] = lanes(items, 0, 3_000_000);
    const marks = lane?.marks ?? [];
    expect(marks.length).toBeLessThan(widthPx / 3);
    expect(marks.reduce((sum, { tasks }) => sum + tasks.length, 0)).toBe(10_000);
    for (const { leftPx, rightPx } of marks) expect(rightPx - leftPx).toBeLessThanOrEqual(7);
  });

  it('when twenty thousand passes are in the picture, then those without a gap to be seen are one', () => {
    const items = Array.from({ length: 20_000 }, (_, k) => pass(k * 10));
    expect(lanes(items, 0, 200_000)[0]?.passes.length).toBe(1);
    expect(lanes(items, 0, 1_000)[0]?.passes.length).toBeGreaterThan(90);
  });

  it('when more tasks are there at once than have rows, then it says how many are not drawn', () => {
    const items = Array.from({ length: rowsMax + 3 }, (_, k) => submit(`t${k}`, k));
    expect(lanes(items, 0, 100)[0]).toMatchObject({ rows: rowsMax, hidden: 3 });
  });

  it('when a task ended before or comes after the time, then it is not in it', () => {
    const items = [...answered('a', 0, 10), submit('b', 500), submit('c', 2_000)];
    expect(
      lanes(items, 400, 1_000).flatMap(({ marks }) => marks.flatMap(({ tasks }) => tasks.map(({ id }) => id))),
    ).toEqual(['b']);
  });

  it('when a mark stands for several, then it is told how they ended', () => {
    const items = [
      ...answered('a', 0, 100),
      ...answered('b', 300, 900),
      submit('c', 1_400),
      settle('c', 1_500, superseded),
    ];
    const [mark, ...others] = lanes(items, 0, 3_600_000)[0]?.marks ?? [];
    expect(others).toEqual([]);
    if (mark === undefined) throw new Error('nothing is drawn');
    expect(tallyOf(mark.tasks)).toEqual({ kept: 1, broken: 1, gone: 1, open: 0 });
    expect(new Words(strings, 'en').several(mark.tasks, 0)).toMatch(
      /^3 tasks from .+: 1 kept their promise, 1 broke it, 1 were/,
    );
  });
});
