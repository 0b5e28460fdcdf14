import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { type AblationName, ablationNames } from '../../../runtime/bench/residency/ablation.ts';
import { residencyBench } from '../../../runtime/bench/residency/bench.ts';
import { type ContenderName, policyNames, setupOf } from '../../../runtime/bench/residency/contenders.ts';
import { type BenchDay, dayOf } from '../../../runtime/bench/residency/day.ts';
import {
  ablationFigures,
  aims,
  figuresOf,
  geometricRatio,
  isReached,
} from '../../../runtime/bench/residency/figures.ts';
import { play } from '../../../runtime/bench/residency/play.ts';
import { resultOf } from '../../../runtime/bench/residency/result.ts';
import { isKept } from '../../../runtime/bench/residency/score.ts';
import { selectionOf } from '../../../runtime/bench/residency/selection.ts';
import { simulate } from '../../../runtime/bench/residency/simulate.ts';
import { dayNames, deviceNames, devices, seeds } from '../../../runtime/bench/residency/workloads.ts';

const hourMs = 3_600_000;

/** The first hours of a day. */
function cut(day: BenchDay, hours: number): BenchDay {
  const untilMs = hours * hourMs;
  return {
    ...day,
    tasks: day.tasks.filter(({ arrivalMs }) => arrivalMs < untilMs),
    signals: day.signals.filter(({ atMs }) => atMs < untilMs),
  };
}

describe('the days', () => {
  it('when one is drawn twice, then it is the same; another seed, device or window gives another', () => {
    const day = dayOf('8gb', 'ordinary', 501);
    expect(dayOf('8gb', 'ordinary', 501)).toEqual(day);
    expect(dayOf('8gb', 'ordinary', 502).tasks).not.toEqual(day.tasks);
    const { tuning, reporting } = seeds;
    expect(tuning.filter((seed) => (reporting as readonly number[]).includes(seed))).toEqual([]);
    expect(reporting.length).toBeGreaterThanOrEqual(12);
  });

  it('when many are drawn, then most tasks are completions, and half of the signals are false alarms', () => {
    const days = deviceNames.flatMap((device) =>
      dayNames.flatMap((name) => seeds.tuning.map((seed) => dayOf(device, name, seed))),
    );
    const tasks = days.flatMap((day) => day.tasks);
    const others = tasks.filter((task) => task.class !== 'completion');
    expect(1 - others.length / tasks.length).toBeGreaterThan(0.85);
    expect(1 - others.length / tasks.length).toBeLessThan(0.95);
    for (const day of days) {
      expect(day.tasks.map(({ id }) => id)).toEqual(day.tasks.map((_, place) => place));
      expect(day.tasks.every(({ sharedTokens, promptTokens }) => sharedTokens < promptTokens)).toBe(true);
      expect(day.tasks.every(({ role }) => day.fleet.some((model) => model.role === role))).toBe(true);
    }
    // A signal is followed by a task of another class than completion within a minute and a half: about half are, and some by chance.
    const followed = days.flatMap((day) =>
      day.signals.map(({ atMs }) =>
        day.tasks.some(
          (task) => task.class !== 'completion' && task.arrivalMs > atMs && task.arrivalMs < atMs + 90_000,
        ),
      ),
    );
    const share = followed.filter(Boolean).length / followed.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.85);
  });

  it('when a fleet is put to its device, then each model fits beside the completion model, and not all together', () => {
    for (const device of deviceNames) {
      const { fleets, memoryGb } = devices[device];
      for (const fleet of fleets) {
        const gbOf = (role: string): number =>
          fleet
            .filter((model) => model.role === role)
            .reduce((sum, model) => sum + model.fileGb + model.sequences * model.sequenceGb + 0.1, 0);
        const others = fleet.filter(({ role }) => role !== 'completion');
        for (const { role } of others) expect(gbOf('completion') + gbOf(role)).toBeLessThanOrEqual(memoryGb);
        expect(fleet.reduce((sum, { role }) => sum + gbOf(role), 0)).toBeGreaterThan(memoryGb);
      }
    }
  });
});

describe('the contenders', () => {
  const anyRun = fc.record({
    device: fc.constantFrom(...deviceNames),
    name: fc.constantFrom(...dayNames),
    seed: fc.nat(1_000),
    contender: fc.constantFrom<ContenderName>(...policyNames, ...(ablationNames as readonly AblationName[])),
  });

  it('when any of them lives through any hour, then it breaks no rule of the machine, and nobody starves', () => {
    fc.assert(
      fc.property(anyRun, ({ device, name, seed, contender }) => {
        const day = cut(dayOf(device, name, seed), 1);
        const { rows } = simulate({ device, day, setup: setupOf(contender, day) });
        expect(rows.map(({ task }) => task.id).sort((a, b) => a - b)).toEqual(day.tasks.map(({ id }) => id));
        for (const { ttftMs, e2eMs } of rows) {
          expect(ttftMs).toBeGreaterThan(0);
          expect(e2eMs).toBeGreaterThan(ttftMs);
          expect(ttftMs).toBeLessThan(hourMs / 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('when ours lives through an hour twice, then it decides the same, and says why each time', () => {
    const day = cut(dayOf('8gb', 'heavy', 503), 1);
    const [first, second] = [0, 1].map(() =>
      simulate({ device: '8gb', day, setup: setupOf('punctual', day), keepsDecisions: true }),
    );
    expect(first?.decisions).toEqual(second?.decisions);
    expect(first?.decisions.every(({ decision }) => decision.why.endsWith('.'))).toBe(true);
  });

  it('when tasks keep the model chosen for them, then nobody stands in; else only within the class', () => {
    const day = cut(dayOf('8gb', 'heavy', 503), 2);
    const strict = simulate({ device: '8gb', day, setup: setupOf('punctual_as_chosen', day) });
    expect(strict.rows.some(({ isSubstituted }) => isSubstituted)).toBe(false);
    const open = simulate({ device: '8gb', day, setup: setupOf('punctual', day), keepsDecisions: true });
    const stoodIn = open.rows.filter(({ isSubstituted }) => isSubstituted);
    expect(stoodIn.length).toBeGreaterThan(0);
    expect(stoodIn.filter(isKept).length / stoodIn.length).toBeGreaterThan(0.5);
  });
});

describe('the figures', () => {
  it('when ratios of cells are put together, then it is their geometric mean, and certain when the seeds agree', () => {
    const { mean, low, high } = geometricRatio([
      { ours: [1, 2], theirs: [2, 4] },
      { ours: [4, 8], theirs: [2, 4] },
    ]);
    expect(mean).toBeCloseTo(1, 10);
    expect([low, high]).toEqual([mean, mean]);
    const spread = geometricRatio([{ ours: [1, 3], theirs: [2, 2] }]);
    expect(spread.mean).toBeCloseTo(1, 10);
    expect(spread.low).toBeLessThan(0.5);
    expect(spread.low * spread.high).toBeCloseTo(1, 10);
  });

  it('when an aim is met exactly, then it is reached', () => {
    expect([isReached('load_seconds_ratio', 0.6), isReached('load_seconds_ratio', 0.61)]).toEqual([true, false]);
    expect([isReached('goodput_points_8gb', 3), isReached('goodput_points_8gb', 2.9)]).toEqual([true, false]);
    expect(isReached('nothing', 1)).toBeUndefined();
  });

  it('when all that is compared has played, then every figure of the issue is there, and it is what comparing by hand gives', () => {
    const selection = selectionOf({
      quick: false,
      values: { window: 'tuning', seeds: '1', policy: 'size,lru_pinned,lru_reading,punctual,clairvoyant' },
    });
    const played = play(selection, () => {});
    expect(figuresOf('punctual', played).map(({ name }) => name)).toEqual(Object.keys(aims));
    const { figures, details } = resultOf(selection, played);
    const { intervals, reached } = details;
    expect(Object.keys(intervals as object)).toEqual(Object.keys(figures));
    expect(intervals).toHaveProperty(['residency.readahead_gb', 'mean'], figures['residency.readahead_gb']);
    expect(intervals, 'one seed').toHaveProperty(['residency.readahead_gb', 'low'], null);
    expect(reached).toHaveProperty(['residency.readahead_gb'], true);
    const points = ['ordinary', 'heavy'].map((day) => {
      const of = (name: string): number =>
        played.find((run) => run.device === '16gb' && run.day === day && run.contender === name)?.score.goodput ?? 0;
      return of('punctual') - of('size');
    });
    expect(figures['residency.goodput_points_16gb']).toBeCloseTo(((points[0] ?? 0) + (points[1] ?? 0)) / 2, 10);
    expect(figures['residency.load_seconds_ratio']).toBeLessThan(1);
    expect(figures['residency.as_chosen.load_seconds_ratio']).toBeUndefined();
    expect(details).toMatchObject({ window: 'tuning', comparator: 'size' });
    const own = played.find((run) => run.device === '8gb' && run.day === 'heavy' && run.contender === 'punctual');
    const told = { loadSeconds: { mean: own?.score.loadSeconds, low: null, high: null } };
    expect(details).toMatchObject({ cells: { '8gb heavy': { punctual: told } }, ablation: {} });
  });
});

describe('the ablation', () => {
  it('when a mechanism is taken away, then its figures are over ours as it ships, and are told as numbers and in a table', () => {
    const selection = selectionOf({
      quick: false,
      values: { window: 'tuning', seeds: '1', policy: 'punctual', ablation: 'without_reading_ahead' },
    });
    const played = play(selection, () => {});
    const figures = Object.fromEntries(
      ablationFigures('without_reading_ahead', played).map(({ name, interval }) => [name, interval.mean]),
    );
    expect(figures['load_seconds_ratio']).toBeGreaterThan(1);
    const { details, tables } = resultOf(selection, played);
    const { load_seconds_ratio: mean } = figures;
    expect(details).toMatchObject({
      ablation: { without_reading_ahead: { load_seconds_ratio: { mean, high: null } } },
    });
    expect(tables?.find(({ title }) => title === 'Ablation')?.rows).toEqual([
      ['without_reading_ahead', ...Object.values(figures).map((value) => `${value.toFixed(2)} (one seed)`)],
    ]);
    expect(ablationFigures('without_pin', played)).toEqual([]);
  });
});

describe('what the bench is asked for', () => {
  it('when nothing is said, then all policies on the reporting seeds', () => {
    const selection = selectionOf({ quick: false });
    expect(selection).toEqual({ window: 'reporting', seeds: seeds.reporting, contenders: policyNames });
    expect(selectionOf({ quick: true }).seeds).toHaveLength(3);
    const ablated = selectionOf({ quick: false, values: { policy: 'punctual', ablation: 'all' } });
    expect(ablated.contenders).toEqual(['punctual', ...ablationNames]);
  });

  it.each([
    [{ window: 'today' }, "--window takes reporting, tuning, not 'today'."],
    [{ policy: 'best' }, '--policy takes lru'],
    [{ ablation: 'without_luck' }, '--ablation takes none, all'],
    [{ seeds: '99' }, '--seeds takes 1 to 15'],
    [{ seeds: '1.5' }, '--seeds takes 1 to 15'],
  ])('when %o is asked for, then it says what there is', (values, message) => {
    expect(() => selectionOf({ quick: false, values })).toThrow(BadUsage);
    expect(() => selectionOf({ quick: false, values })).toThrow(message);
  });

  it('when a page is asked for, then it holds the figures, every cell, and what was decided and why', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-residency-'));
    try {
      const html = path.join(folder, 'report.html');
      const values = { window: 'tuning', seeds: '1', policy: 'size,punctual', html };
      const { figures } = await residencyBench.run({ quick: false, log: () => {}, values });
      expect(figures['residency.goodput_points_16gb']).toBeDefined();
      const page = await readFile(html, 'utf8');
      for (const text of ['punctual: figures', '8gb heavy: policies', '16gb ordinary: TTFT', 'Loads '])
        expect(page).toContain(text);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
