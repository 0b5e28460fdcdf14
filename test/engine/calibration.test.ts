/** Measuring a model's passes as idle work: the plan on empty sequences, and the real engine that carries it out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrationPlan } from '../../runtime/core/calibration.ts';
import { costsOf, learn, newCostModel } from '../../runtime/core/estimate.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { Calibration } from '../../runtime/engine/llama/calibration.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { Recorder } from './recorder.ts';

describe('the passes of a calibration', () => {
  it('when all sequences are empty, then they are those of the plan, each on sequences of its own', () => {
    const calibration = new Calibration('m', 4, 64);
    const shapes = [];
    for (let pass = calibration.next([0, 0, 0, 0]); pass !== undefined; pass = calibration.next([0, 0, 0, 0])) {
      const tokens = pass.items.reduce((sum, item) => sum + item.tokens.length, 0);
      expect(new Set(pass.items.map(({ slot }) => slot)).size).toBe(pass.items.length);
      expect(pass.items.every(({ keep, sample }) => keep === 0 && sample === (pass?.kind === 'decode'))).toBe(true);
      shapes.push({ kind: pass.kind, tokens, sequences: pass.items.length });
    }
    expect(shapes).toEqual(calibrationPlan(4, 64));
    expect(calibration.isOver).toBe(true);
  });

  it('when a sequence holds something, then no pass touches it, and the wide passes wait until it is empty', () => {
    const calibration = new Calibration('m', 2, 64);
    const narrow = [];
    for (let pass = calibration.next([7, 0]); pass !== undefined; pass = calibration.next([7, 0])) narrow.push(pass);
    expect(new Set(narrow.flatMap(({ items }) => items.map(({ slot }) => slot)))).toEqual(new Set([1]));
    expect(calibration.isOver).toBe(false);
    expect(calibration.next([7, 9])).toBeUndefined();
    expect(calibration.next([0, 0])?.items).toHaveLength(2);
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
    const request = {
      id,
      class: 'completion',
      model: 'm',
      prompt: { kind: 'infill', prefix: 'function add(a, b) {\n  return', suffix: '\n}\n' },
      limits: { maxTokens: 20, stop: [] },
      sla: { kind: 'e2e', targetMs: 1_000 },
      ageMs: 0,
      answerTokens: certainLength(20),
      relegated: false,
      generated: [],
    } as const;
    engine.send({ kind: 'start', request });
    await recorder.until(() => recorder.hasEnded(id));
    return recorder.text(id);
  }

  it('when nothing is known of the model, then a request that comes is answered at once, and the rest is measured after it', async () => {
    engine.send({ kind: 'costs', model: 'm' });
    const during = await answer('during');
    // What the request left behind stays: the measurement goes on beside it, as far as there is room.
    const chunks = plan.filter(({ kind }) => kind === 'prefill').length;
    const measured = () => recorder.of('pass').filter(({ pass }) => pass.kind === 'prefill' && pass.id === undefined);
    await recorder.until(() => measured().length === chunks);
    expect(await answer('after')).toBe(during);
    expect(recorder.of('calibrated')).toEqual([]);
    expect(recorder.accepted('after')?.reusedTokens).toBe((recorder.accepted('during')?.promptTokens ?? 0) - 1);
  });

  it('when it is loaded anew, then the whole plan is measured and its end is told; and what is known is not measured again', async () => {
    engine.send({ kind: 'unload', model: 'm' });
    await load();
    const before = recorder.of('pass').length;
    engine.send({ kind: 'costs', model: 'm' });
    await recorder.until(() => recorder.of('calibrated').length === 1);
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
    expect(recorder.of('calibrated')).toHaveLength(1);
  });
});
