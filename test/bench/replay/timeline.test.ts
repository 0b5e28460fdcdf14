import { describe, expect, it } from 'vitest';
import { simulate } from '../../../runtime/bench/replay/simulate.ts';
import { lanesOf, shownStretch } from '../../../runtime/bench/replay/timeline.ts';
import { fcfs } from '../../../runtime/core/policies/fcfs.ts';
import { completion, loadOf, plainMachine, summary, tokens } from './fixtures.ts';

const load = loadOf(
  completion('a', 0),
  summary('b', 50, { promptTokens: tokens(100, 5_000), answerTokens: 3 }),
  completion('c', 2_000, { promptTokens: tokens(100, 7_000) }),
);
const run = simulate({ load, policy: fcfs, machine: plainMachine, recordsPasses: true });

describe('the lanes of a stretch', () => {
  const lanes = lanesOf(load, run, { fromMs: 0, toMs: 5_000 });

  it('when two run side by side, then each has a lane, and a later one takes the first that is free', () => {
    expect(lanes.map(({ spans }) => [...new Set(spans.map(({ task }) => task))])).toEqual([['a', 'c'], ['b']]);
    for (const { spans } of lanes)
      for (const [place, span] of spans.entries())
        expect(span.startMs).toBeGreaterThanOrEqual(spans[place - 1]?.endMs ?? 0);
  });

  it('when spans are added up, then they are the passes of the task, and pauses fill the time between', () => {
    const own = lanes[0]?.spans.filter(({ task }) => task === 'a') ?? [];
    expect(
      own.filter(({ activity }) => activity === 'prefill').reduce((sum, { tokens: count = 0 }) => sum + count, 0),
    ).toBe(300);
    expect(own.filter(({ activity }) => activity === 'decode')).toHaveLength(4);
    expect(own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)).toBe(run.rows[0]?.endMs);
  });

  it('when something happens to a task, then there is a mark, if it lies in the stretch', () => {
    const marks = lanes[0]?.marks?.filter(({ task }) => task === 'a').map(({ event }) => event);
    expect(marks).toEqual(['arrival', 'promise', 'first token', 'finished']);
    const early = lanesOf(load, run, { fromMs: 0, toMs: 900 });
    expect(early[0]?.marks?.map(({ event }) => event)).not.toContain('promise');
    expect(early.flatMap(({ spans }) => spans).some(({ task }) => task === 'c')).toBe(false);
  });
});

describe('the stretch that is shown', () => {
  it('when the middle of the run has passes, then that, otherwise as much from the first pass on', () => {
    const middle = { fromMs: 150_000, toMs: 180_000 };
    const early = { startMs: 20_000, endMs: 20_022 };
    expect(shownStretch([early, { startMs: 179_999, endMs: 180_021 }])).toEqual(middle);
    expect(shownStretch([early, { startMs: 180_000, endMs: 180_022 }])).toEqual({ fromMs: 20_000, toMs: 50_000 });
    expect(shownStretch([])).toEqual(middle);
  });
});
