/** Measuring a model's passes as idle work: the plan on empty sequences, and the real engine that carries it out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrationPlan } from '../../runtime/core/calibration.ts';
import { costsOf, learn, newCostModel } from '../../runtime/core/estimate.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { Calibration } from '../../runtime/engine/llama/calibration.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import type { Pass } from '../../runtime/engine/pass.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

const model = { id: 'm', sequences: 4, contextTokens: 512, chunkTokens: 64, appendOnly: false };

describe('the passes of a calibration', () => {
  function all(calibration: Calibration, kvTokens: readonly number[]): Pass[] {
    const passes: Pass[] = [];
    for (let pass = calibration.next(kvTokens); pass !== undefined; pass = calibration.next(kvTokens))
      passes.push(pass);
    return passes;
  }

  it('when nobody asks for anything, then they are those of the plan, each on sequences of its own', () => {
    const calibration = new Calibration(model);
    const passes = all(calibration, [0, 0, 0, 0]);
    for (const { items } of passes) expect(new Set(items.map(({ slot }) => slot)).size).toBe(items.length);
    const shapes = passes.map(({ kind, items }) => {
      const tokens = items.reduce((sum, item) => sum + item.tokens.length, 0);
      return { kind, tokens, sequences: items.length };
    });
    expect(shapes).toEqual(calibrationPlan(4, 64));
    expect(calibration.isOver).toBe(true);
  });

  it('when sequences hold something, then it is kept, and the emptiest are taken first', () => {
    const passes = all(new Calibration(model), [70, 0, 500, 30]);
    const held = new Map([
      [0, 70],
      [1, 0],
      [2, 500],
      [3, 30],
    ]);
    for (const { items } of passes) for (const { slot, keep } of items) expect(keep).toBe(held.get(slot));
    const slots = passes.map(({ items }) => items.map(({ slot }) => slot));
    expect(new Set(slots.filter(({ length }) => length === 1).flat())).toEqual(new Set([1]));
    expect(slots.find(({ length }) => length === 2)).toEqual([1, 3]);
    expect(slots.find(({ length }) => length === 4)).toEqual([1, 3, 0, 2]);
  });

  it('when there is no room, then it waits until there is', () => {
    const calibration = new Calibration({ ...model, sequences: 2 });
    const narrow = all(calibration, [512, 0]);
    expect(new Set(narrow.flatMap(({ items }) => items.map(({ slot }) => slot)))).toEqual(new Set([1]));
    expect(calibration.isOver).toBe(false);
    expect(calibration.next([511, 0])?.items).toHaveLength(2);
  });

  it('when the model cannot forget single tokens, then only empty sequences are touched', () => {
    const passes = all(new Calibration({ ...model, appendOnly: true }), [1, 0, 1, 0]);
    expect(passes.length).toBeGreaterThan(0);
    expect(passes.flatMap(({ items }) => items).every(({ slot, keep }) => slot % 2 === 1 && keep === 0)).toBe(true);
  });
});

describe('the engine measures its passes', () => {
  const spec: ModelSpec = { id: 'm', file: embeddedModel, sequences: 2, contextTokens: 1_024, threads: 1 };
  const plan = calibrationPlan(2, 64);
  let engine: LlamaEngine;
  let recorder: Recorder;

  beforeAll(async () => {
    engine = new LlamaEngine({ program: engineProgram, env: process.env });
    recorder = new Recorder(engine);
    await load();
  });

  afterAll(() => engine.close());

  async function load(): Promise<void> {
    const before = recorder.of('loaded').length;
    engine.send({ kind: 'load', spec });
    await recorder.until(() => recorder.of('loaded').length > before);
  }

  async function answer(id: string): Promise<string> {
    const prompt = { kind: 'infill', prefix: 'function add(a, b) {\n  return', suffix: '\n}\n' } as const;
    engine.send({ kind: 'start', request: engineRequest({ id, prompt }) });
    await recorder.until(() => recorder.hasEnded(id));
    return recorder.text(id);
  }

  it('when nothing is known of the model, then a request is answered at once, and the rest is measured behind what it left', async () => {
    const alone = await answer('alone');
    engine.send({ kind: 'costs', model: 'm' });
    expect(await answer('during')).toBe(alone);
    await recorder.until(() => recorder.of('calibrated').length === 1);
    expect(await answer('after')).toBe(alone);
    const promptTokens = recorder.accepted('during')?.promptTokens ?? 0;
    expect(recorder.accepted('after')?.reusedTokens).toBe(promptTokens - 1);
    const reports = recorder.of('pass').map(({ pass }) => pass);
    const measured = reports.filter(({ kind, id }) => kind === 'prefill' && id === undefined);
    expect(measured).toHaveLength(plan.filter(({ kind }) => kind === 'prefill').length);
    const wide = reports.filter(({ sequences }) => sequences === 2);
    expect(wide.length).toBeGreaterThan(0);
    expect(wide.every(({ contextTokens }) => contextTokens >= promptTokens)).toBe(true);
  });

  it('when it is loaded anew, then the whole plan is measured and its end is told; and what is known is not measured again', async () => {
    engine.send({ kind: 'unload', model: 'm' });
    await load();
    const before = recorder.of('pass').length;
    engine.send({ kind: 'costs', model: 'm' });
    await recorder.until(() => recorder.of('calibrated').length === 2);
    const reports = recorder
      .of('pass')
      .slice(before)
      .map(({ pass }) => pass);
    expect(reports.map(({ kind, tokens, sequences }) => ({ kind, tokens, sequences }))).toEqual(plan);
    const costs = reports.reduce(learn, newCostModel());
    const single = reports.filter(({ kind, sequences }) => kind === 'decode' && sequences === 1).map((r) => r.wallMs);
    // The lower median of three, moved by the pace that the other passes have taught since.
    expect(costsOf(costs).decodeMs(1, 0) / costs.pace).toBeCloseTo([...single].sort((a, b) => a - b)[1] ?? 0, 6);
    engine.send({ kind: 'costs', model: 'm', costs });
    await answer('known');
    const after = recorder.of('pass').slice(before + plan.length);
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ pass }) => pass.kind === 'decode' || pass.id === 'known')).toBe(true);
    expect(recorder.of('calibrated')).toHaveLength(2);
  });
});
