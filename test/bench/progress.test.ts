import { describe, expect, it } from 'vitest';
import { durationText, Progress } from '../../runtime/bench/progress.ts';

describe('the progress of a bench', () => {
  it('when runs end, then how far it is and what is left is told at most every ten seconds', () => {
    const lines: string[] = [];
    let nowMs = 1_000;
    const progress = new Progress({ total: 20, what: 'runs', log: (line) => lines.push(line), now: () => nowMs });
    for (let run = 0; run < 20; run += 1) {
      nowMs += 4_000;
      progress.step();
    }
    expect(lines).toEqual([
      '20 runs',
      '  3 of 20 runs, about 68 s left',
      '  6 of 20 runs, about 56 s left',
      '  9 of 20 runs, about 44 s left',
      '  12 of 20 runs, about 32 s left',
      '  15 of 20 runs, about 20 s left',
      '  18 of 20 runs, about 8 s left',
    ]);
  });

  it('when time is told, then in the unit that reads best', () => {
    expect([400, 99_000, 100_000, 90 * 60_000, 2 * 3_600_000].map(durationText)).toEqual([
      '1 s',
      '99 s',
      '2 min',
      '90 min',
      '2.0 h',
    ]);
  });
});
