/** What is measured of a model's passes: told to the engine that loads it, learned on both sides, kept for the next runtime. */
import { describe, expect, it } from 'vitest';
import { type CostKey, type CostModel, costsOf, learn, newCostModel } from '../../runtime/core/estimate.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { type CostStore, saveIntervalMs } from '../../runtime/loop/costs.ts';
import { Loop } from '../../runtime/loop.ts';
import { ManualTimer } from '../server/manual-timer.ts';
import { FakeEngine, info } from './fake-engine.ts';

class FakeStore implements CostStore {
  readonly saved: { readonly key: CostKey; readonly model: CostModel }[] = [];
  readonly loads: CostKey[] = [];
  known: CostModel | undefined;

  load(key: CostKey): Promise<CostModel | undefined> {
    this.loads.push(key);
    return Promise.resolve(this.known);
  }

  save(key: CostKey, model: CostModel): Promise<void> {
    this.saved.push({ key, model });
    return Promise.resolve();
  }
}

const key: CostKey = { file: '/models/m.gguf', device: 'a processor', threads: 3 };
const pass = (wallMs: number) =>
  ({ model: 'm', kind: 'decode', tokens: 1, sequences: 1, contextTokens: 0, wallMs }) as const;
/** With one sequence, and with as many as the model has. */
const single = learn(newCostModel(), pass(33));
const measured = learn(single, { ...pass(50), tokens: 2, sequences: 2 });

class Desk {
  readonly timer = new ManualTimer();
  readonly engine = new FakeEngine();
  readonly store = new FakeStore();
  readonly loop: Loop;

  constructor(known?: CostModel) {
    this.store.known = known;
    const specOf = (id: string): ModelSpec => ({
      id,
      file: `/models/${id}.gguf`,
      sequences: 2,
      contextTokens: 512,
      threads: 3,
    });
    const { timer } = this;
    this.loop = new Loop(this.engine, { now: () => timer.nowMs, timer: timer.start, specOf, costStore: this.store });
  }

  /** Resolves when what the disk says has arrived. */
  async load(device = info.device): Promise<void> {
    this.loop.prepare('m');
    this.engine.say({ kind: 'loaded', model: 'm', info: { ...info, device } });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  pass(wallMs: number): void {
    this.engine.say({ kind: 'pass', pass: pass(wallMs) });
  }

  /** What each `costs` command said of a decode of one sequence; undefined where it asks for a measurement. */
  get told(): (number | undefined)[] {
    return this.engine.sent('costs').map(({ costs }) => costs && costsOf(costs).decodeMs(1, 0));
  }
}

describe('a model that is loaded', () => {
  it('when nothing is known of it, then the engine is asked to measure it, and the end of that is saved', async () => {
    const desk = new Desk();
    await desk.load();
    expect(desk.store.loads).toEqual([key]);
    expect(desk.told).toEqual([undefined]);
    desk.pass(40);
    desk.engine.say({ kind: 'calibrated', model: 'm' });
    await desk.loop.close();
    expect(desk.store.saved).toEqual([{ key, model: learn(newCostModel(), pass(40)) }]);
  });

  it('when it was measured on this device before, then both sides begin with that', async () => {
    const desk = new Desk(measured);
    await desk.load();
    expect(desk.told).toEqual([costsOf(measured).decodeMs(1, 0)]);
    desk.pass(50);
    await desk.loop.close();
    expect(desk.store.saved).toEqual([{ key, model: learn(measured, pass(50)) }]);
  });

  it('when it comes back in the same runtime, then it begins with what was learned since, in the same turn', async () => {
    const desk = new Desk(measured);
    await desk.load();
    desk.pass(50);
    desk.engine.say({ kind: 'lost', reason: 'test' });
    desk.loop.prepare('m');
    desk.engine.say({ kind: 'loaded', model: 'm', info });
    expect(desk.told[1]).toBe(costsOf(learn(measured, pass(50))).decodeMs(1, 0));
    expect(desk.store.loads).toHaveLength(1);
  });

  it('when it comes back to another device, then the disk is asked about that one', async () => {
    const desk = new Desk();
    await desk.load();
    desk.pass(50);
    desk.engine.say({ kind: 'lost', reason: 'test' });
    await desk.load('a graphics card (vulkan)');
    const other = { ...key, device: 'a graphics card (vulkan)' };
    expect(desk.store.loads).toEqual([key, other]);
    expect(desk.told).toEqual([undefined, undefined]);
    desk.pass(3);
    await desk.loop.close();
    expect(desk.store.saved).toEqual([
      { key, model: learn(newCostModel(), pass(50)) },
      { key: other, model: learn(newCostModel(), pass(3)) },
    ]);
  });

  it('when it goes on learning, then it is saved every few minutes, and not when nothing was learned', async () => {
    const desk = new Desk(measured);
    await desk.load();
    desk.pass(50);
    desk.pass(51);
    desk.timer.advance(saveIntervalMs - 1);
    expect(desk.store.saved).toEqual([]);
    desk.timer.advance(1);
    await Promise.resolve();
    expect(desk.store.saved).toHaveLength(1);
    desk.timer.advance(10 * saveIntervalMs);
    await desk.loop.close();
    expect(desk.store.saved).toHaveLength(1);
    expect(desk.timer.pending).toBe(0);
  });

  it('when it is gone before the disk has answered, then the engine is told nothing of it', async () => {
    const desk = new Desk(measured);
    desk.loop.prepare('m');
    desk.engine.say({ kind: 'loaded', model: 'm', info });
    desk.engine.say({ kind: 'lost', reason: 'test' });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(desk.told).toEqual([]);
    await desk.loop.close();
    expect(desk.store.saved).toEqual([]);
  });
});

describe('a measurement with fewer sequences', () => {
  const small = { ...info, sequences: 1 };

  it('when the model is loaded with more, then what is known is told, and the rest is measured', async () => {
    const desk = new Desk(single);
    await desk.load();
    expect(desk.told).toEqual([costsOf(single).decodeMs(1, 0), undefined]);
  });

  it('when it gets more by a resize, then it is measured again, and not when it gets fewer', async () => {
    const desk = new Desk(single);
    desk.loop.prepare('m');
    desk.engine.say({ kind: 'loaded', model: 'm', info: small });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(desk.told).toEqual([costsOf(single).decodeMs(1, 0)]);
    desk.engine.say({ kind: 'resized', model: 'm', info });
    expect(desk.told.slice(1)).toEqual([undefined]);
    desk.engine.say({ kind: 'pass', pass: { ...pass(50), tokens: 2, sequences: 2 } });
    desk.engine.say({ kind: 'resized', model: 'm', info: small });
    desk.engine.say({ kind: 'resized', model: 'm', info });
    expect(desk.told).toHaveLength(2);
  });

  it('when it is resized before the disk has answered, then its new size counts', async () => {
    const desk = new Desk(single);
    desk.loop.prepare('m');
    desk.engine.say({ kind: 'loaded', model: 'm', info: small });
    desk.engine.say({ kind: 'resized', model: 'm', info });
    expect(desk.told).toEqual([]);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(desk.told).toEqual([costsOf(single).decodeMs(1, 0), undefined]);
  });
});

describe('the status', () => {
  it('when passes came, then it says how far they were predicted', async () => {
    const desk = new Desk(measured);
    await desk.load();
    for (let count = 0; count < 10; count += 1) desk.pass(33);
    const [model] = desk.loop.status().models;
    expect(model?.decodeError).toMatchObject({ p50: expect.closeTo(0, 6), samples: 12 });
    expect(model?.prefillError).toBeUndefined();
  });
});
