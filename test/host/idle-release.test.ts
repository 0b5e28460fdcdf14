/** When models leave by themselves: the table of the rule, and what holds for every setting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HostConditions, type ReleaseRule, releaseRule } from '../../runtime/host/idle-release.ts';
import type { PowerSource } from '../../runtime/host/power.ts';
import type { PressureLevel } from '../../runtime/host/pressure.ts';

const never = Number.POSITIVE_INFINITY;
const seconds = (count: number): number => count * 1_000;
const minutes = (count: number): number => seconds(60 * count);

describe('models leave by themselves', () => {
  it.each<[number, PowerSource, PressureLevel, number, number, number, boolean]>([
    [30, 'mains', 'none', minutes(30), minutes(60), 1, true],
    [30, 'unknown', 'none', minutes(30), minutes(60), 1, true],
    [30, 'battery', 'none', minutes(10), minutes(20), 1, false],
    [30, 'mains', 'some', minutes(5), minutes(10), 0.75, false],
    [30, 'battery', 'some', minutes(5), minutes(10), 0.75, false],
    [6, 'mains', 'some', minutes(2), minutes(4), 0.75, false],
    [30, 'mains', 'critical', seconds(30), minutes(1), 0.5, false],
    [30, 'battery', 'critical', seconds(30), minutes(1), 0.5, false],
    [0, 'mains', 'none', never, never, 1, true],
    [0, 'battery', 'none', never, never, 1, false],
    [0, 'mains', 'some', never, never, 0.75, false],
    [0, 'mains', 'critical', never, never, 0.5, false],
    [1, 'mains', 'none', minutes(1), minutes(2), 1, true],
    [1, 'battery', 'none', seconds(30), minutes(1), 1, false],
    [0.01, 'mains', 'none', seconds(30), minutes(1), 1, true],
    [10_080, 'battery', 'none', minutes(3_360), minutes(6_720), 1, false],
  ])('when %d min are set, with %s power and %s pressure, then after %d and %d ms, with %d of the budget', (...row) => {
    const [set, power, pressure, releaseAfterMs, releasePinnedAfterMs, budgetShare, isAhead] = row;
    expect(releaseRule(set, { power, pressure })).toEqual({
      releaseAfterMs,
      releasePinnedAfterMs,
      budgetShare,
      loadsAhead: isAhead,
      readsAhead: isAhead,
    } satisfies ReleaseRule);
  });

  const set = fc.double({ min: 0, max: 10_080, noNaN: true });
  const conditions: fc.Arbitrary<HostConditions> = fc.record({
    power: fc.constantFrom('battery', 'mains', 'unknown'),
    pressure: fc.constantFrom('none', 'some', 'critical'),
  });

  it('when anything is set, then the completion model leaves last, and power and pressure shorten what was set', () => {
    fc.assert(
      fc.property(set, conditions, (unloadAfterMinutes, found) => {
        const rule = releaseRule(unloadAfterMinutes, found);
        const calm = releaseRule(unloadAfterMinutes, { power: 'mains', pressure: 'none' });
        if (rule.releaseAfterMs !== never) expect(rule.releasePinnedAfterMs).toBeGreaterThan(rule.releaseAfterMs);
        expect(rule.releaseAfterMs).toBeGreaterThanOrEqual(seconds(30));
        expect(rule.releaseAfterMs).toBeLessThanOrEqual(calm.releaseAfterMs);
        expect(rule.releasePinnedAfterMs).toBeLessThanOrEqual(calm.releasePinnedAfterMs);
        expect(rule.budgetShare).toBeGreaterThan(0);
        expect(rule.budgetShare).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('when the pressure is higher, then nothing stays longer and the budget is not larger', () => {
    const levels: readonly PressureLevel[] = ['none', 'some', 'critical'];
    fc.assert(
      fc.property(set, fc.constantFrom<PowerSource>('battery', 'mains', 'unknown'), (unloadAfterMinutes, power) => {
        const rules = levels.map((pressure) => releaseRule(unloadAfterMinutes, { power, pressure }));
        for (const [index, rule] of rules.entries()) {
          const before = rules[index - 1];
          if (before === undefined) continue;
          expect(rule.releaseAfterMs).toBeLessThanOrEqual(before.releaseAfterMs);
          expect(rule.budgetShare).toBeLessThan(before.budgetShare);
        }
      }),
    );
  });
});
