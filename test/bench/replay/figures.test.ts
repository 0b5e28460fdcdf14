import { describe, expect, it } from 'vitest';
import { boundShare } from '../../../runtime/bench/replay/bound.ts';
import type { Played } from '../../../runtime/bench/replay/cells.ts';
import type { ContenderName } from '../../../runtime/bench/replay/contenders.ts';
import { figureName, ratiosOf, summaryOf } from '../../../runtime/bench/replay/figures.ts';
import { bisect } from '../../../runtime/bench/replay/find-loads.ts';
import type { OutcomeRow } from '../../../runtime/bench/replay/score.ts';
import { scoreRun } from '../../../runtime/bench/replay/score.ts';
import { costsOf } from '../../../runtime/engine/simulated-model.ts';
import { completion, loadOf, plainMachine, summary, tokens } from './fixtures.ts';

const costs = costsOf(plainMachine.costs);
const cell = { trace: 'sessions', machine: 'cpu', level: 'half' } as const;

/** A run of `kept` completions in time of ten, the others at `lateMs`. */
function played(contender: ContenderName, seed: number, kept: number, lateMs = 2_000): Played {
  const arrivals = tokens(10).map((id) => completion(`${id}`, 0, { document: `${id}` }));
  const rows = arrivals.map(({ id }, place): OutcomeRow => {
    const firstTokenMs = place < kept ? 500 : lateMs;
    return {
      id,
      outcome: 'finished',
      firstTokenMs,
      endMs: firstTokenMs + 10,
      relegated: place >= kept,
      prefilledTokens: 0,
      reusedTokens: 0,
      generatedTokens: 0,
    };
  });
  const deviceShares = { 'completion prompts': 0.5, 'other prompts': 0, decode: 0.25 };
  return { contender, seed, score: scoreRun(loadOf(...arrivals), rows, costs), deviceShares, promptShare: 0.9 };
}

describe('ratios to the comparator', () => {
  it('when one comparator keeps more, then the ratio is to that one, and the other is told', () => {
    const runs = [1, 2].flatMap((seed) => [
      played('punctual', seed, 8, 1_500),
      played('static', seed, 2),
      played('static_parked', seed, 4),
    ]);
    const [goodput] = ratiosOf(cell, runs);
    expect(goodput).toMatchObject({
      figure: 'replay.cpu.goodput_ratio',
      interval: { mean: 2, low: 2, high: 2 },
      other: 4,
    });
    const ttft = ratiosOf(cell, runs).find(({ name }) => name === 'ttft_p95');
    expect(ttft?.interval.mean).toBeCloseTo(0.75, 9);
  });

  it('when prompts are fitted, then their goodput has a ratio of its own', () => {
    const runs = [played('fitted', 1, 9), played('static', 1, 3)];
    expect(ratiosOf(cell, runs)).toMatchObject([{ figure: 'replay.cpu.fitted_goodput_ratio', interval: { mean: 3 } }]);
    expect(summaryOf('fitted', runs.slice(0, 1)).prompt).toBe(90);
  });

  it('when nobody parks at a level, then the ratio is to the one that does not', () => {
    const runs = [played('punctual', 1, 8), played('static', 1, 2), played('static_parked', 1, 4)];
    expect(ratiosOf({ ...cell, level: 'unparked' }, runs)[0]?.interval.mean).toBe(4);
  });

  it('when there is nobody to compare with, then there are no ratios', () => {
    expect(ratiosOf(cell, [played('punctual', 1, 8), played('edf', 1, 2)])).toEqual([]);
    expect(ratiosOf(cell, [played('static', 1, 8)])).toEqual([]);
  });

  it('when a figure is named, then by machine, other trace and other level', () => {
    expect(figureName({ ...cell, machine: 'gpu', level: 'light' }, 'e2e_p95')).toBe('replay.gpu.e2e_p95_light_ratio');
    expect(figureName({ ...cell, trace: 'azure' }, 'wasted')).toBe('replay.azure.cpu.wasted_ratio');
  });
});

describe('the summary of a contender', () => {
  it('when seeds differ, then shares are pooled by class and averaged over all', () => {
    const result = summaryOf('edf', [played('edf', 1, 8), played('edf', 2, 4)]);
    expect(result.goodput.mean).toBeCloseTo(60, 9);
    expect(result.classes.completion).toMatchObject({ promises: 10, kept: 60 });
    expect(result.relegated).toBe(4);
    expect(result.device).toEqual({ 'completion prompts': 50, 'other prompts': 0, decode: 25 });
  });
});

describe('the load of a level', () => {
  it('when goodput falls with load, then it is where the share is crossed', () => {
    expect(bisect([0.5, 16], 0.5, (load) => 1 / (1 + load / 3))).toBeCloseTo(3, 1);
    expect(bisect([0.5, 16], 0.8, (load) => 1 - load / 10)).toBeCloseTo(2, 1);
  });
});

describe('the bound', () => {
  it('when all promises fit into the time of the machine, then all may be kept', () => {
    expect(boundShare(loadOf(completion('a', 0), summary('s', 0)), costs)).toBe(1);
  });

  it('when the time is not enough, then the shortest may be kept', () => {
    // A token costs 3 ms in a batch of eight, so a long answer 3,297 ms and a short one 312 ms: of 20 s until the last deadline six long ones
    // take 19,782 ms, and the short one takes the place of one of them.
    const long = tokens(7).map((id) => summary(`long ${id}`, 10_000, { answerTokens: 1_000 }));
    expect(boundShare(loadOf(...long), costs)).toBeCloseTo(6 / 7, 9);
    expect(boundShare(loadOf(...long, summary('short', 0)), costs)).toBeCloseTo(6 / 8, 9);
  });

  it('when a promise is none or cannot be kept, then it does not count', () => {
    const hopeless = completion('h', 0, { promptTokens: tokens(901) });
    const typedOver = completion('t', 0, { document: 'other.ts', cancelAtMs: 500 });
    expect(boundShare(loadOf(hopeless, typedOver), costs)).toBeNaN();
  });
});
