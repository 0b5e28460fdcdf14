import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { SimulatedEngine, type SimulatedEngineOptions } from '../../runtime/engine/simulated.ts';
import { costsOf, halfBillionModel } from '../../runtime/engine/simulated-model.ts';
import { engineContract } from './contract.ts';
import type { Subject } from './contract-driver.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';
import { swapContract } from './swap-contract.ts';

const spec: ModelSpec = { id: 'main', file: '/models/main.gguf', sequences: 2, contextTokens: 2_048, threads: 1 };

async function subject(): Promise<Subject> {
  const clock = new VirtualClock();
  const engine = new SimulatedEngine({
    clock,
    seed: 7,
    models: { 'chat only': { infill: false } },
    answer: () => Array.from({ length: 900 }, (_, index) => `word${index} `).join(''),
  });
  return {
    engine,
    spec,
    chatOnlySpec: { ...spec, id: 'chat only' },
    until: async (_recorder, condition) => {
      if (!clock.runUntil(condition)) throw new Error('The simulation came to rest before what the test waits for.');
    },
    kill: () => engine.die(),
  };
}

engineContract('simulated', subject);
swapContract('simulated', subject);

interface World {
  readonly clock: VirtualClock;
  readonly engine: SimulatedEngine;
  readonly recorder: Recorder;
}

function world(options: Partial<SimulatedEngineOptions> = {}): World {
  const clock = new VirtualClock();
  const engine = new SimulatedEngine({ clock, seed: 1, ...options });
  const recorder = new Recorder(engine);
  engine.send({ kind: 'load', spec });
  clock.run();
  return { clock, engine, recorder };
}

function request(id: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return engineRequest({
    id,
    class: 'summarize',
    model: 'main',
    prompt: { kind: 'chat', user: 'Say something.' },
    limits: { maxTokens: 50, stop: [] },
    sla: { kind: 'e2e', targetMs: 5_000 },
    ...overrides,
  });
}

describe('the simulated engine', () => {
  it('when seed and commands are the same, then every event and time is the same; another seed answers otherwise', () => {
    const run = (seed: number): string => {
      const { clock, engine } = world({ seed });
      const log: unknown[] = [];
      engine.onEvent((event) => log.push([clock.now(), event]));
      for (let index = 0; index < 5; index += 1) engine.send({ kind: 'start', request: request(`r${index}`) });
      clock.run();
      return JSON.stringify(log);
    };
    expect(run(3)).toBe(run(3));
    expect(run(3)).not.toBe(run(4));
  });

  it('when a request runs alone, then it takes the time of its passes', () => {
    const { clock, engine, recorder } = world({ answer: () => 'abcdefgh' });
    const startedMs = clock.now();
    engine.send({ kind: 'start', request: request('one') });
    clock.run();
    const passes = recorder.of('pass').map((event) => event.pass);
    expect(passes.map((pass) => pass.kind)).toEqual(['prefill', 'decode', 'decode']);
    expect(clock.now() - startedMs).toBeCloseTo(passes.reduce((sum, pass) => sum + pass.wallMs, 0));
    expect(recorder.text('one')).toBe('abcdefgh');
    expect(recorder.outcome('one')).toEqual({ kind: 'finished', reason: 'stop' });
  });

  it('when a sequence is made to fail, then it alone fails and its slot serves the next request', () => {
    const { clock, engine, recorder } = world();
    engine.send({ kind: 'start', request: request('bad') });
    engine.send({ kind: 'start', request: request('good') });
    engine.failSequence('bad');
    clock.run();
    engine.send({ kind: 'start', request: request('next') });
    clock.run();
    expect(recorder.outcome('bad')).toMatchObject({ kind: 'failed', error: { code: 'engineFailed' } });
    expect(recorder.outcome('good')?.kind).toBe('finished');
    expect(recorder.outcome('next')?.kind).toBe('finished');
  });

  it('when a load is made to fail, then it fails with the given reason, once', () => {
    const { clock, engine, recorder } = world();
    engine.failLoad('other', 'The file is gone.');
    engine.send({ kind: 'load', spec: { ...spec, id: 'other' } });
    clock.run();
    const error = { code: 'modelUnavailable', message: 'The file is gone.' };
    expect(recorder.of('loadFailed')).toEqual([{ kind: 'loadFailed', model: 'other', error }]);
    engine.send({ kind: 'load', spec: { ...spec, id: 'other' } });
    clock.run();
    expect(recorder.of('loaded').map((event) => event.model)).toEqual(['main', 'other']);
  });

  it('when a long prefill is stopped during a pass, then no other pass follows', () => {
    const { clock, engine, recorder } = world();
    const user = 'many words '.repeat(500);
    engine.send({ kind: 'start', request: request('long', { prompt: { kind: 'chat', user } }) });
    clock.runUntil(() => recorder.of('pass').length === 3);
    engine.send({ kind: 'stop', id: 'long' });
    clock.run();
    expect(recorder.of('pass')).toHaveLength(4);
    expect(recorder.outcome('long')).toEqual({ kind: 'cancelled', by: 'client' });
  });

  it('when a count lies between or beyond the points of a cost table, then the cost is on the line through them', () => {
    const costs = costsOf(halfBillionModel.costs);
    const decode = (sequences: number): number => costs.decodeMs(sequences, 0);
    expect(decode(1)).toBe(15.5);
    expect(decode(5)).toBeCloseTo((55.2 + 99.4) / 2);
    expect(decode(20)).toBeCloseTo(104 + 4 * ((104 - 99.2) / 4));
    expect(costs.prefillMs(48, 1_000)).toBeCloseTo(146.5 + 2.3);
  });
});
