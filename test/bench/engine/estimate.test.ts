/** What could have been predicted of a recorded run: exactly what came when the costs are known, and off by their error when not. */
import { describe, expect, it } from 'vitest';
import { drive } from '../../../runtime/bench/engine/estimate/drive.ts';
import { lengthErrors, summarizeErrors, timeErrors } from '../../../runtime/bench/engine/estimate/errors.ts';
import { learning } from '../../../runtime/bench/engine/estimate/index.ts';
import { judge } from '../../../runtime/bench/engine/estimate/predict.ts';
import { livesOf, type Recording } from '../../../runtime/bench/engine/estimate/recording.ts';
import type { Arrival, Load } from '../../../runtime/bench/replay/arrivals.ts';
import type { Costs } from '../../../runtime/core/estimate.ts';
import { fcfs } from '../../../runtime/core/policies/fcfs.ts';
import { VirtualClock } from '../../../runtime/engine/clock.ts';
import { SimulatedEngine } from '../../../runtime/engine/simulated.ts';
import { type CostPoint, costsOf, halfBillionModel } from '../../../runtime/engine/simulated-model.ts';

const arrival = (index: number, atMs: number, more: Partial<Arrival> = {}): Arrival => ({
  id: `r${index}`,
  atMs,
  class: 'summarize',
  sla: { kind: 'e2e', targetMs: 60_000 },
  promptTokens: Array.from({ length: 150 }, (_, place) => 1_000 * (index + 1) + place),
  answerTokens: 20,
  maxTokens: 64,
  uncachedTokens: 150,
  ...more,
});

/** Alone, side by side, arriving within a pass, taken back in a prefill, and more than there are sequences. */
const load: Load = {
  arrivals: [
    arrival(0, 0),
    arrival(1, 8_000),
    arrival(2, 8_100, { answerTokens: 60 }),
    arrival(3, 9_010, { class: 'completion', sla: { kind: 'ttft', targetMs: 1_000 }, answerTokens: 5 }),
    arrival(4, 9_020, { cancelAtMs: 9_500 }),
    arrival(5, 9_030),
    arrival(6, 9_040, { answerTokens: 8 }),
  ],
  opens: [],
  durationMs: 10_000,
};
const costs = costsOf(halfBillionModel.costs);
const roll = {
  planStep: fcfs.planStep,
  sequences: 4,
  chunkTokens: halfBillionModel.chunkTokens,
  passMsMax: Number.POSITIVE_INFINITY,
};

/** On a machine that is so many times slower. */
async function recorded(slowness = 1): Promise<Recording> {
  const clock = new VirtualClock();
  const script = ({ id }: { id: string }) => {
    const { promptTokens = [], answerTokens = 0 } = load.arrivals.find((one) => one.id === id) ?? {};
    return { promptTokens, answerTokens: Array.from({ length: answerTokens }, (_, place) => 7 + place) };
  };
  const slower = (points: readonly CostPoint[]) => points.map(([count, ms]): CostPoint => [count, ms * slowness]);
  const { prefill, decode, msPerKiloContext } = halfBillionModel.costs;
  const table = { prefill: slower(prefill), decode: slower(decode), msPerKiloContext: msPerKiloContext * slowness };
  const models = { m: { costs: table } };
  const engine = new SimulatedEngine({ clock, seed: 1, planStep: fcfs.planStep, script, models });
  engine.send({ kind: 'load', spec: { id: 'm', file: '/m', sequences: 4, contextTokens: 2_048, threads: 1 } });
  clock.run();
  const promptOf = () => ({ kind: 'chat', user: '' }) as const;
  const recording = drive(load, engine, { clock, model: 'm', stretch: 1, promptOf });
  clock.run();
  return await recording;
}

const known = (factor: number) => ({
  learn: () => undefined,
  now: (): Costs => ({
    prefillMs: (tokens, contextTokens) => factor * costs.prefillMs(tokens, contextTokens),
    decodeMs: (sequences, contextTokens) => factor * costs.decodeMs(sequences, contextTokens),
  }),
});

describe('predictions of a recorded run', () => {
  it('when the costs are known, then first and last tokens come when predicted', async () => {
    const recording = await recorded();
    const lives = livesOf(recording);
    const errors = timeErrors(judge(recording, lives, known(1), roll));
    expect(errors.unpredicted).toBe(0);
    expect([errors.ttft.length, errors.e2e.length]).toEqual([6, 6]);
    expect(Math.max(...errors.ttft, ...errors.e2e)).toBeLessThan(1e-6);
    expect(lives.get('r4')).toMatchObject({ finished: false, tokens: 0 });
    expect(lives.get('r2')).toMatchObject({ finished: true, tokens: 60, promptTokens: 150, reusedTokens: 0 });
  });

  it('when all costs are taken for half as high again, then one that runs alone is off by a half', async () => {
    const recording = await recorded();
    const [alone] = judge(recording, livesOf(recording), known(1.5), roll);
    const { ttft, e2e } = timeErrors(alone === undefined ? [] : [alone]);
    expect(ttft[0]).toBeCloseTo(0.5, 6);
    expect(e2e[0]).toBeCloseTo(0.5, 6);
  });

  it('when costs are learned on the way, then later predictions are better than the first', async () => {
    const recording = await recorded(0.5);
    const judged = judge(recording, livesOf(recording), learning(), roll);
    const first = timeErrors(judged.slice(0, 1)).e2e[0] ?? 0;
    const last = timeErrors(judged.slice(-1)).e2e[0] ?? 1;
    expect(last).toBeLessThan(first);
  });
});

describe('errors of predicted lengths', () => {
  it('when answers always have the same length, then it is soon predicted, and what was taken back counts for nothing', () => {
    const arrivals = [
      ...Array.from({ length: 60 }, (_, index) => arrival(index, index, { answerTokens: 33 })),
      arrival(60, 60, { answerTokens: 64, cancelAtMs: 61 }),
    ];
    const errors = lengthErrors(arrivals).get('summarize') ?? [];
    expect(errors).toHaveLength(60);
    expect(errors[0]).toBeGreaterThan(0.1);
    expect(errors[59]).toBeLessThan(0.1);
  });

  it('when errors are summed up, then quantiles are over all runs and classes without answers are left out', () => {
    const runs = [
      { ttft: [0.1, 0.3], e2e: [0.2], unpredicted: 1 },
      { ttft: [0.2], e2e: [0.4], unpredicted: 0 },
    ];
    const lengths = new Map([
      ['translate' as const, [0.1, 0.5, 0.2]],
      ['completion' as const, []],
    ]);
    const { figures, details } = summarizeErrors(runs, lengths, {});
    expect(figures['estimate.ttft_err_p50']).toBeCloseTo(0.2, 12);
    expect(figures['estimate.e2e_err_p50']).toBeCloseTo(0.3, 12);
    expect(figures['estimate.len_err_p50.translate']).toBeCloseTo(0.2, 12);
    expect(figures).not.toHaveProperty('estimate.len_err_p50.completion');
    expect(details).toMatchObject({ firstTokens: 3, ends: 2, unpredicted: 1 });
  });
});
