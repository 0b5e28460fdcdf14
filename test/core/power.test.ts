import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { power } from '../../runtime/core/power.ts';

describe('a power', () => {
  it('when it is computed, then it is what the language says, but for the last digits', () => {
    const base = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    const exponent = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(base, exponent, (a, b) => {
        expect(power(a, b) / a ** b).toBeCloseTo(1, 9);
      }),
    );
  });

  it('when the exponent is one, none, or the base nothing, then it is exact', () => {
    expect([power(0.1, 1), power(7, 0), power(0, 0), power(0, 2)]).toEqual([0.1, 1, 1, 0]);
  });

  it('when another version of Node computes it, then to the same bits', () => {
    // Of all three `**` has another last digit in Node 20.20 than in 24.21.
    expect([power(15.9, 0.32), power(45.4, 0.8), power(51.9, 0.83)]).toEqual([
      2.4235226323217374, 21.166287084158217, 26.520939634167917,
    ]);
  });
});
