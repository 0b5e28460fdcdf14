import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { measure, selectionOf } from '../../../runtime/bench/workflow/bench.ts';
import { ablationNames, policyContenders } from '../../../runtime/bench/workflow/contenders.ts';
import { aims, figuresOf } from '../../../runtime/bench/workflow/figures.ts';
import type { Played } from '../../../runtime/bench/workflow/play.ts';
import { durationMs, seeds } from '../../../runtime/bench/workflow/workload.ts';

const silent = (): void => undefined;

function played(contender: Played['contender'], seed: number, attained: number, p95: number): Played {
  const zeros = { summariesAttained: 0, translationsAttained: 0, p50: 0, degraded: 0, relegated: 0, busy: 0 };
  return { ...zeros, contender, seed, workflows: 10, attained, p95, completions: 98 };
}

describe('what the workflow bench is asked for', () => {
  it('when nothing is said, then both machines, everybody, and all seeds of the reporting window', () => {
    expect(selectionOf({ quick: false })).toEqual({
      machines: ['cpu', 'gpu'],
      contenders: policyContenders,
      window: 'reporting',
      seeds: seeds.reporting,
      load: undefined,
      durationMs,
    });
    expect(seeds.reporting.length).toBeGreaterThanOrEqual(16);
    expect(seeds.reporting.filter((seed) => (seeds.tuning as readonly number[]).includes(seed))).toEqual([]);
  });

  it('when it is to be quick, then only the seeds are fewer', () => {
    expect(selectionOf({ quick: true })).toEqual({
      ...selectionOf({ quick: false }),
      seeds: seeds.reporting.slice(0, 2),
    });
  });

  it('when things are to be taken away, then those without them play beside', () => {
    const { contenders } = selectionOf({ quick: true, values: { policy: 'workflow', ablation: 'all' } });
    expect(contenders).toEqual(['workflow', ...ablationNames]);
  });

  it.each([
    [{ machine: 'tpu' }, '--machine takes cpu, gpu'],
    [{ policy: 'best' }, '--policy takes split'],
    [{ seeds: '99' }, '--seeds takes 1 to'],
    [{ load: '0' }, '--load takes'],
  ])('when %o is asked for, then it says what there is', (values, message) => {
    expect(() => selectionOf({ quick: false, values })).toThrow(BadUsage);
    expect(() => selectionOf({ quick: false, values })).toThrow(message);
  });
});

describe('the figures of the workflow bench', () => {
  it('when two contenders played the same seeds, then points are differences of them, and ratios those of the means', () => {
    const runs = [
      played('split', 1, 40, 100),
      played('workflow', 1, 60, 90),
      played('split', 2, 50, 300),
      played('workflow', 2, 60, 310),
    ];
    const figures = new Map(figuresOf('cpu', runs).map(({ name, interval }) => [name, interval.mean]));
    expect(figures.get('workflow.attainment_points')).toBe(15);
    expect(figures.get('workflow.e2e_p95_ratio')).toBe(1);
    expect(figures.get('workflow.completion_points')).toBe(0);
    expect(figures.has('workflow.degraded_points')).toBe(false);
    expect(figuresOf('gpu', runs).map(({ name }) => name)).toContain('workflow.gpu.attainment_points');
  });

  it('when a short run is measured, then every figure with an aim is there, with a number', {
    timeout: 120_000,
  }, async () => {
    const selection = { ...selectionOf({ quick: true }), machines: ['cpu'], seeds: [301], durationMs: 60_000 } as const;
    const { figures, tables = [] } = await measure({ ...selection, load: 4 }, silent);
    for (const name of Object.keys(aims)) expect(figures[name], name).toEqual(expect.any(Number));
    expect(tables).toHaveLength(2);
    expect(tables[0]?.rows.map(([name]) => name)).toEqual([...policyContenders]);
  });
});
