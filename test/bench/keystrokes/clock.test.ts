import { describe, expect, it } from 'vitest';
import { SkippingClock } from '../../../runtime/bench/keystrokes/clock.ts';

/** Real time stands still, so all that passes was skipped, but for what is busy. */
function clockWith(busy: { readonly looks: number } = { looks: 0 }) {
  let realMs = 100;
  let looks = busy.looks;
  const clock = new SkippingClock(
    () => realMs,
    () => {
      if (looks === 0) return false;
      looks -= 1;
      realMs += 1;
      return true;
    },
  );
  return { clock, real: () => realMs };
}

describe('a clock that skips', () => {
  it('when nothing is computed, then it jumps, and what is due happens in order and at its time', async () => {
    const { clock, real } = clockWith();
    const seen: (readonly [string, number])[] = [];
    const see = (name: string) => (): void => void seen.push([name, clock.now()]);
    clock.timer(3_600_000, see('late'));
    clock.timer(20, see('early'));
    clock.timer(30, see('off'))();
    await clock.runUntil(7_200_100);
    expect(seen).toEqual([
      ['early', 120],
      ['late', 3_600_100],
    ]);
    expect(clock.now()).toBe(7_200_100);
    expect(real()).toBe(100);
  });

  it('when something that is due makes something due, then that happens too, if it is in time', async () => {
    const { clock } = clockWith();
    const seen: number[] = [];
    clock.timer(10, () => {
      for (const ms of [10, 1_000]) clock.timer(ms, () => seen.push(clock.now()));
    });
    await clock.runUntil(500);
    expect(seen).toEqual([120]);
  });

  it('when something is computed, then time is real meanwhile, and rest waits for its end', async () => {
    const { clock, real } = clockWith({ looks: 5 });
    await clock.runUntil(103);
    expect([real(), clock.now()]).toEqual([103, 103]);
    await clock.rest();
    expect(real()).toBe(105);
  });
});
