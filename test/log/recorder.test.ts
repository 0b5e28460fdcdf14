/** What is kept of what was decided: within a bound, and nothing when it is turned off. */
import { describe, expect, it } from 'vitest';
import { readLog } from '../../runtime/log/read.ts';
import { replay } from '../../runtime/log/replay.ts';
import { RecordedHouse } from './recorded-house.ts';

async function dayWith(bytesMax: number) {
  const house = new RecordedHouse(1, { bytesMax });
  await house.day(30);
  await new Promise((resolve) => setImmediate(resolve));
  // Whatever was packed meanwhile counts from now on.
  const early = await house.recorder.export();
  await house.day(30);
  const log = await house.recorder.export();
  await house.loop.close();
  return { early, log, house };
}

describe('a recorder', () => {
  it('when it is asked twice, then the second log begins as the first, and both play', async () => {
    const { early, log } = await dayWith(1e9);
    const [first, second] = [readLog(early), readLog(log)];
    expect(second.turns.length).toBeGreaterThan(first.turns.length);
    expect(second.turns.slice(0, first.turns.length)).toEqual(first.turns);
    for (const each of [first, second]) expect(replay(each).difference).toBeUndefined();
  });

  it('when its bound is reached, then it ends there, says when, and what it has plays', async () => {
    const { early, log, house } = await dayWith(3_000);
    const whole = readLog(log);
    expect(whole.end.cutMs).toBeGreaterThan(0);
    expect(whole.end.cutMs).toBe(whole.turns.at(-1)?.atMs);
    expect(whole.end.cutMs).toBeLessThan(house.clock.now());
    expect(whole.turns.length).toBeLessThanOrEqual(readLog(early).turns.length + 200);
    expect(replay(whole).difference).toBeUndefined();
  });

  it('when it is turned off, then nothing is kept', async () => {
    const { log, house } = await dayWith(0);
    expect(house.recorder.isOn).toBe(false);
    expect(readLog(log).turns).toEqual([]);
  });
});
