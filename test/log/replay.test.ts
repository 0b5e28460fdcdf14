/** What the loop records of a day plays again exactly; and what is not the same is found. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fcfs } from '../../runtime/core/policies/fcfs.ts';
import { readLog } from '../../runtime/log/read.ts';
import { replay } from '../../runtime/log/replay.ts';
import { modelIds, RecordedHouse, secret } from './recorded-house.ts';

const seeds = [1, 2, 3];
const days = new Map<number, Promise<Buffer>>();

/** Recorded once. */
function dayOf(seed: number): Promise<Buffer> {
  const day = days.get(seed) ?? recordedDay(seed);
  days.set(seed, day);
  return day;
}

async function recordedDay(seed: number): Promise<Buffer> {
  const house = new RecordedHouse(seed);
  await house.day(100);
  const log = await house.recorder.export();
  await house.loop.close();
  return log;
}

describe('a recorded log', () => {
  it.each(seeds)('when day %i is played again, then exactly the same is decided', async (seed) => {
    const log = readLog(await dayOf(seed));
    expect(replay(log)).toEqual({
      events: log.end.events,
      decisions: log.end.effects,
      spanMs: expect.any(Number),
    });
  });

  it('when all days are taken together, then everything that can happen to models and tasks is in them', async () => {
    const turns = (await Promise.all(seeds.map((seed) => dayOf(seed)))).flatMap((log) => [...readLog(log).turns]);
    const events = new Set(turns.map(({ event }) => event.kind));
    expect([...events].sort()).toEqual(
      expect.arrayContaining([
        ...[
          'accepted',
          'cancel',
          'conditions',
          'costs',
          'ended',
          'engineLost',
          'finish',
          'holdings',
          'loadFailed',
          'loaded',
        ],
        ...['pass', 'signal', 'submit', 'tokens', 'unloaded', 'wake', 'wanted'],
      ]),
    );
    const effects = new Set(turns.flatMap((turn) => turn.effects.map(({ kind }) => kind)));
    expect([...effects].sort()).toEqual(
      expect.arrayContaining(['load', 'readAhead', 'relegate', 'settle', 'start', 'stop', 'substitute', 'unload']),
    );
    const text = JSON.stringify(turns);
    expect(text).toContain('"by":"superseded"');
    expect(text).toContain('no memory');
    expect(text).toContain('died of');
  });

  it('when it is looked into, then it has nothing that a user wrote, and no folder of his', async () => {
    const text = gunzipSync(await dayOf(1)).toString();
    expect(text).not.toContain(secret);
    expect(text).not.toContain('jsmith');
    expect(text).toContain('"ghost.gguf"');
    // Two files of one name are two models.
    expect(modelIds.filter((id) => id.endsWith('/prose.gguf'))).toHaveLength(2);
    expect(text).toMatch(/"prose\.gguf#\d"/);
  });

  it('when the scheduler has other options, then the first difference is found, with both sides', async () => {
    const log = readLog(await dayOf(1));
    const { difference, events } = replay(log, { policy: fcfs });
    expect(events).toBeLessThan(log.end.events);
    expect(difference?.line).toBe(events + 1);
    expect(JSON.stringify(difference?.replayed)).not.toBe(JSON.stringify(difference?.recorded));
    for (const changes of [{ waitingMax: 1 }, { residency: { residenceMsMin: 60_000 } }])
      expect(replay(log, changes).difference).toBeDefined();
  });

  it('when what the machine had is left out, then a difference is found: it decides, too', async () => {
    const lines = gunzipSync(await dayOf(1))
      .toString()
      .split('\n');
    const without = lines.map((line) => line.replace(/"wholeBytes":\d+/, '"wholeBytes":1'));
    expect(replay(readLog(Buffer.from(without.join('\n')))).difference).toBeDefined();
  });
});
