/** What is kept of what was decided: within a bound, and nothing when it is turned off. */
import { gzipSync } from 'node:zlib';
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

  it.each([1, 2])(
    'when the part %i cannot be packed, then it ends before it, says so, and what it has plays',
    async (bad) => {
      let parts = 0;
      const lines: string[] = [];
      const pack = async (text: string): Promise<Buffer> => {
        parts += 1;
        if (parts === bad) throw new Error('no memory');
        return gzipSync(text);
      };
      const house = new RecordedHouse(1, { pack, log: (line) => lines.push(line) });
      for (let day = 0; parts < bad && day < 100; day += 1) await house.day(30);
      const log = readLog(await house.recorder.export());
      expect(log.turns.length === 0).toBe(bad === 1);
      expect(log.end.cutMs).toBe(log.turns.at(-1)?.atMs ?? 0);
      expect(replay(log).difference).toBeUndefined();
      expect(lines).toEqual([expect.stringMatching(/^the recording for 'punctual record' ends here, .*: no memory$/)]);
      await house.day(30);
      expect(readLog(await house.recorder.export())).toEqual(log);
      expect(parts).toBe(bad);
      await house.loop.close();
    },
  );

  it('when it is turned off, then nothing is kept', async () => {
    const { log, house } = await dayWith(0);
    expect(house.recorder.isOn).toBe(false);
    expect(readLog(log).turns).toEqual([]);
  });
});
