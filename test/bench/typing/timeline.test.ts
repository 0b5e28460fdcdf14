import { describe, expect, it } from 'vitest';
import { newRandom } from '../../../runtime/bench/random.ts';
import { EditingTrace, type RawTrace } from '../../../runtime/bench/replay/editing-trace.ts';
import { readTraces, readTypingGaps } from '../../../runtime/bench/replay/traces.ts';
import { typingSessions } from '../../../runtime/bench/typing/session.ts';
import { studyEdits } from '../../../runtime/bench/typing/timeline.ts';
import { sessions } from '../../../runtime/bench/workloads.ts';

/** Letters typed at these seconds. */
function recorded(...seconds: number[]): EditingTrace {
  const start = Date.UTC(2026, 0, 1);
  const txns: RawTrace['txns'] = seconds.map((second, index) => ({
    time: new Date(start + 1_000 * second).toISOString(),
    patches: [[index, 0, 'x']],
  }));
  return new EditingTrace({
    startContent: '',
    endContent: '',
    txns: [{ time: '1970-01-01T00:00:00.000Z', patches: [] }, ...txns],
  });
}

function timesOf(editing: EditingTrace, gapsMs: readonly number[], lengthMs = 60_000, seed = 1): number[] {
  const options = { from: 0, end: editing.edits.length, lengthMs, gapsMs };
  return studyEdits(editing, options, newRandom(seed)).map(({ atMs }) => Math.round(atMs));
}

describe('edits with gaps of the study', () => {
  it('when the gaps of the study take as long as was recorded, then they stand as they are', () => {
    expect(timesOf(recorded(0, 0, 0, 1, 1, 1), [200])).toEqual([0, 200, 400, 600, 800, 1_000]);
  });

  it('when they would take longer than was recorded, then they are shortened, as far as the stamps tell', () => {
    const times = timesOf(recorded(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), [400]);
    expect(times.at(-1)).toBe(1_000);
  });

  it('when they would take less time, then they are stretched', () => {
    const times = timesOf(recorded(0, 1, 2, 3, 4), [100]);
    expect(times.at(-1)).toBe(3_000);
  });

  it('when somebody rested, then the rest is as recorded to a second, and long ones are cut', () => {
    const [first = 0, second = 0, third = 0] = timesOf(recorded(0, 5, 500), [200]);
    expect(first).toBe(0);
    expect(Math.abs(second - 5_000)).toBeLessThanOrEqual(1_000);
    expect(third - second).toBe(sessions.pauseMsMax);
  });

  it('when the length is over, then no edit comes after it', () => {
    expect(timesOf(recorded(0, 4, 8, 12), [200], 6_000)).toHaveLength(2);
  });
});

describe('sessions of the recording', () => {
  const material = { ...readTraces(), gapsMs: readTypingGaps() };

  it.each(['study', 'even'] as const)(
    'when keys are timed as %s, then each edit has its gap, its text and its cursor',
    (timing) => {
      const options = { timing, window: 'tuning', seed: 3, count: 2 } as const;
      const played = [...typingSessions(material, options)];
      expect(played).toHaveLength(2);
      expect([...typingSessions(material, options)]).toEqual(played);
      for (const edits of played) {
        edits.forEach(({ atMs, gapMs, text, offset }, place) => {
          expect(gapMs).toBeGreaterThan(0);
          expect(edits[place + 1]?.atMs ?? atMs + gapMs).toBeCloseTo(atMs + gapMs, 6);
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(text.length);
        });
        expect(edits.length).toBeGreaterThan(10);
      }
    },
  );

  it('when the gaps of the study are read, then looks at suggestions are not among them', () => {
    expect(material.gapsMs.length).toBeGreaterThan(300);
    expect(Math.max(...material.gapsMs)).toBeLessThanOrEqual(2_000);
  });
});
