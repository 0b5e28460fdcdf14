/** What becomes of loads when the engine keeps dying, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { EngineEvent, ModelSpec } from '../../runtime/engine/engine.ts';
import { backOffMsFirst, deathsMax, restMsFirst } from '../../runtime/loop/circuit.ts';
import { Supervisor } from '../../runtime/loop/supervisor.ts';
import { FakeEngine, info } from './fake-engine.ts';

const spec: ModelSpec = { id: 'm', file: '/m.gguf', sequences: 2, contextTokens: 2_048, threads: 1 };

class World {
  readonly clock = new VirtualClock();
  readonly engine = new FakeEngine();
  readonly lines: string[] = [];
  readonly heard: EngineEvent[] = [];
  readonly supervisor = new Supervisor({
    engine: this.engine,
    now: () => this.clock.now(),
    timer: (ms, callback) => this.clock.at(this.clock.now() + ms, callback),
    log: (line) => this.lines.push(line),
  });

  constructor() {
    this.supervisor.onEvent((event) => this.heard.push(event));
  }

  load(): void {
    this.supervisor.send({ kind: 'load', spec });
  }

  /** Loads that came to the engine and ended with its death. */
  die(times: number): void {
    for (let death = 0; death < times; death += 1) {
      this.load();
      this.clock.run();
      this.engine.say({ kind: 'lost', reason: 'signal SIGSEGV' });
    }
  }

  get loads(): number {
    return this.engine.sent('load').length;
  }
}

describe('the supervisor', () => {
  it('when the engine has died twice without an answer, then the next start waits, and what is sent meanwhile comes after it', () => {
    const world = new World();
    world.die(2);
    world.load();
    world.supervisor.send({ kind: 'unload', model: 'm' });
    expect(world.loads).toBe(2);
    world.clock.runTo(world.clock.now() + backOffMsFirst - 1);
    expect(world.loads).toBe(2);
    world.clock.run();
    expect(world.engine.commands.slice(-2).map(({ kind }) => kind)).toEqual(['load', 'unload']);
  });

  it('when it has died too often, then a load fails with a sentence, and the status has the same one with what to do', () => {
    const world = new World();
    world.die(deathsMax);
    world.load();
    expect(world.heard.at(-1)?.kind).toBe('lost');
    world.clock.runTo(world.clock.now());
    const message = `The engine ended ${deathsMax} times in a row without an answer (signal SIGSEGV), so it rests for 60 s: choose another model, or run 'Punctual: Restart Runtime' to try at once.`;
    expect(world.heard.at(-1)).toEqual({
      kind: 'loadFailed',
      model: 'm',
      error: { code: 'modelUnavailable', message },
    });
    expect(world.supervisor.problems).toEqual([message]);
    expect(world.lines).toContain(message);
    expect(world.loads).toBe(deathsMax);
  });

  it('when it has rested, then one life is tried, and an answer makes everything as it was', () => {
    const world = new World();
    world.die(deathsMax);
    world.clock.runTo(world.clock.now() + restMsFirst);
    expect(world.supervisor.problems).toEqual([]);
    world.load();
    expect(world.loads).toBe(deathsMax + 1);
    world.engine.say({ kind: 'loaded', model: 'm', info });
    world.engine.say({ kind: 'ended', id: 't', outcome: { kind: 'finished', reason: 'stop' } });
    world.die(deathsMax);
    expect(world.supervisor.problems).toEqual([]);
  });

  it('when the engine lives, then a second load passes at once', () => {
    const world = new World();
    world.load();
    world.load();
    expect(world.loads).toBe(2);
  });

  it('when it is closed while a start waits, then nothing is started', async () => {
    const world = new World();
    world.die(2);
    world.load();
    await world.supervisor.close();
    world.clock.run();
    expect([world.loads, world.engine.closed]).toEqual([2, true]);
  });
});
