import { describe, expect, it } from 'vitest';
import { summarizeParking } from '../../runtime/bench/parking.ts';

describe('the figures of moved cells', () => {
  it('when moves took these times, then the figures are their medians, and what a prefill costs over both', () => {
    const moves = [9, 10, 50].map((parkMs, index) => ({ parkMs, restoreMs: index + 4 }));
    const { figures, details } = summarizeParking(1_500, moves, 43_690);
    expect(figures).toEqual({
      'parking.park_ms': 10,
      'parking.restore_ms': 5,
      'parking.prefill_ms': 1_500,
      'parking.saved_ratio': 100,
    });
    expect(details).toMatchObject({ rounds: 3, shelfTokens: 43_690, parkQuartilesMs: [9.5, 30] });
  });
});
