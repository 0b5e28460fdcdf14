/** Who follows a log while it is made hears what it will have, and costs nothing before and after. */
import { describe, expect, it } from 'vitest';
import { readLog } from '../../runtime/log/read.ts';
import { RecordedHouse } from './recorded-house.ts';

const everything = Number.POSITIVE_INFINITY;

async function turnsOf(house: RecordedHouse): Promise<object[]> {
  const { turns } = readLog(await house.recorder.export());
  return JSON.parse(JSON.stringify(turns));
}

/** As they are read from a log. */
function parsed(lines: readonly string[]): object[] {
  return lines.map((line) => {
    const { atMs, event, effects = [] } = JSON.parse(line);
    return { atMs, event, effects };
  });
}

const timesAndKinds = (turns: readonly object[]) =>
  (turns as { atMs: number; event: { kind: string } }[]).map(({ atMs, event }) => [atMs, event.kind]);

describe('following a log', () => {
  it('when somebody comes in the middle, then the past and what comes are together the whole log', async () => {
    const house = new RecordedHouse(1);
    await house.day(30);
    const lines: string[] = [];
    const { past, stop } = await house.recorder.follow(everything, (more) => lines.push(...more));
    await house.day(10);
    const turns = await turnsOf(house);
    stop();
    await house.loop.close();
    expect(past.length).toBeGreaterThan(100);
    expect(lines.length).toBeGreaterThan(100);
    expect(timesAndKinds(parsed([...past, ...lines]))).toEqual(timesAndKinds(turns));
  });

  it('when less of the past is wanted, then it is the latest', async () => {
    const house = new RecordedHouse(1);
    await house.day(30);
    const all = await house.recorder.follow(everything, () => undefined);
    const some = await house.recorder.follow(0, () => undefined);
    await house.loop.close();
    expect(some.past.length).toBeLessThan(all.past.length);
    expect(all.past.slice(all.past.length - some.past.length)).toEqual(some.past);
  });

  it('when nothing is kept, then it is told all the same, and no log has it', async () => {
    const house = new RecordedHouse(1, { bytesMax: 0 });
    const lines: string[] = [];
    const { past, stop } = await house.recorder.follow(everything, (more) => lines.push(...more));
    await house.day(10);
    expect(await turnsOf(house)).toEqual([]);
    stop();
    const heard = lines.length;
    await house.day(10);
    await house.recorder.export();
    await house.loop.close();
    expect(past).toEqual([]);
    expect(heard).toBeGreaterThan(50);
    expect(lines.length).toBe(heard);
  });

  it('when the log is full, then what comes later is told, and what is kept ends where it was full', async () => {
    const house = new RecordedHouse(1, { bytesMax: 3_000 });
    const lines: string[] = [];
    await house.recorder.follow(everything, (more) => lines.push(...more));
    for (let part = 0; part < 4; part++) {
      await house.day(30);
      await house.recorder.export();
    }
    const log = readLog(await house.recorder.export());
    await house.loop.close();
    expect(log.end.cutMs).toBeDefined();
    expect(lines.length).toBeGreaterThan(log.turns.length);
    expect(timesAndKinds(parsed(lines.slice(0, log.turns.length)))).toEqual(timesAndKinds(log.turns));
  });
});
