/** A load is planned with the memory that a model has really given back. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import { lateMs, MemoryBack, readMsMax } from '../../runtime/main/memory-back.ts';
import type { Shortfall } from '../../runtime/residence.ts';
import { FakeEngine } from '../loop/fake-engine.ts';

const gigabyte = 1e9;
const unloaded: EngineEvent = { kind: 'unloaded', model: 'm' };
const other: EngineEvent = { kind: 'unloaded', model: 'n' };

class Desk {
  readonly clock = new VirtualClock();
  readonly engine = new FakeEngine();
  readonly told: string[] = [];
  readonly lines: string[] = [];
  readonly readings: (() => void)[] = [];
  readonly back: MemoryBack;
  shortfall: Shortfall | undefined = { heldBytes: 4 * gigabyte, freedBytes: 3 * gigabyte };

  constructor() {
    this.back = new MemoryBack({
      engine: this.engine,
      heard: (event) => (event === unloaded ? this.shortfall : undefined),
      refresh: () => new Promise((resolve) => this.readings.push(resolve)),
      timer: (ms, callback) => this.clock.at(this.clock.now() + ms, callback),
      log: (line) => this.lines.push(line),
    });
    this.back.onEvent((event) => this.told.push('model' in event ? `${event.kind} ${event.model}` : event.kind));
  }

  /** The reading under way ends. */
  async read(): Promise<void> {
    this.readings.shift()?.();
    await Promise.resolve();
  }
}

describe('what a model gives back', () => {
  it('when it is all that it held, then nobody waits', () => {
    const desk = new Desk();
    desk.shortfall = undefined;
    desk.engine.say(unloaded);
    expect([desk.told, desk.readings.length]).toEqual([['unloaded m'], 0]);
  });

  it('when it is less, then the scheduler hears of it after what is free was read, and the log says how much came', async () => {
    const desk = new Desk();
    desk.engine.say(unloaded);
    expect([desk.told, desk.back.isReading('m')]).toEqual([[], true]);
    desk.engine.say(other);
    desk.engine.say({ kind: 'tokens', id: 't', tokens: [1], text: 'x' });
    expect(desk.told).toEqual(['unloaded n', 'tokens']);
    await desk.read();
    expect([desk.told.at(-1), desk.back.isReading('m')]).toEqual(['unloaded m', false]);
    expect(desk.lines).toEqual(['3.0 GB of the 4.0 GB of m came back: loads go by what is free now']);
    // Once more, for what comes late.
    desk.clock.run();
    expect([desk.readings.length, desk.clock.now()]).toEqual([1, lateMs]);
    expect(desk.told).toHaveLength(3);
  });

  it('when nobody can say what is free, then the wait ends, and the log says so', async () => {
    const desk = new Desk();
    desk.engine.say(unloaded);
    desk.clock.runUntil(() => desk.told.length > 0);
    expect([desk.told, desk.clock.now()]).toEqual([['unloaded m'], readMsMax]);
    expect(desk.lines[0]).toMatch(/could not be read within 2 s/);
    await desk.read();
    expect(desk.told).toHaveLength(1);
  });

  it('when the engine dies meanwhile, then nothing is said of the unload any more', async () => {
    const desk = new Desk();
    desk.engine.say(unloaded);
    desk.engine.kill();
    await desk.read();
    desk.clock.run();
    expect([desk.told, desk.lines]).toEqual([['lost'], []]);
  });

  it('when it is closed, then nothing of it goes on', async () => {
    const desk = new Desk();
    desk.engine.say(unloaded);
    await desk.back.close();
    await desk.read();
    desk.clock.run();
    expect([desk.told, desk.engine.closed]).toEqual([[], true]);
  });
});
