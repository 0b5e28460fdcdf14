import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { ablationNames } from '../../../runtime/bench/replay/ablation.ts';
import { cellsOf, measure, selectionOf } from '../../../runtime/bench/replay/bench.ts';
import { contenderOf, policyContenders, staticSettings } from '../../../runtime/bench/replay/contenders.ts';
import { plottedOf } from '../../../runtime/bench/replay/html.ts';
import { resultOf } from '../../../runtime/bench/replay/result.ts';
import type { Selection } from '../../../runtime/bench/replay/results.ts';
import { cellSections } from '../../../runtime/bench/replay/sections.ts';
import { targets } from '../../../runtime/bench/replay/targets.ts';
import { renderReport } from '../../../runtime/bench/report/render.ts';
import { replay } from '../../../runtime/bench/workloads.ts';
import { reportOf, tableRows } from '../report/fixtures.ts';

function selected(values: Record<string, string>, quick = false): Selection {
  return selectionOf({ quick, values });
}

describe('what the replay is asked for', () => {
  it('when nothing is said, then both machines at every level, all policies, all seeds of the reporting window', () => {
    const selection = selected({});
    expect(selection).toMatchObject({ trace: 'sessions', window: 'reporting', seeds: replay.seeds.reporting });
    expect(selection.contenders).toEqual(policyContenders);
    expect(cellsOf(selection).map(({ machine, level, load }) => [machine, level, load])).toContainEqual([
      'gpu',
      'light',
      replay.loads.sessions.gpu.light.load,
    ]);
  });

  it('when it is to be quick, then only the seeds are fewer', () => {
    expect(selected({}, true)).toEqual({ ...selected({}), seeds: replay.seeds.reporting.slice(0, 2) });
  });

  it('when a load is given, then it is the only one', () => {
    const cells = cellsOf(selected({ load: '3.5', machine: 'cpu' }));
    expect(cells.map(({ load, level }) => [load, level])).toEqual([[3.5, 'half']]);
  });

  it('when mechanisms are to be taken away, then those without them play beside the policies', () => {
    const { contenders } = selected({ policy: 'punctual', ablation: 'all', window: 'tuning', seeds: '3' });
    expect(contenders).toEqual(['punctual', ...ablationNames]);
    expect(selected({ policy: 'punctual', ablation: 'without_parking' }).contenders).toEqual([
      'punctual',
      'without_parking',
    ]);
  });

  it.each([
    [{ machine: 'tpu' }, "--machine takes cpu, gpu, not 'tpu'."],
    [{ trace: 'nowhere' }, '--trace takes sessions, azure'],
    [{ trace: 'sessions,azure' }, "--trace takes one of sessions, azure, not 'sessions,azure'."],
    [{ window: 'tuning,reporting' }, '--window takes one of tuning, reporting'],
    [{ policy: 'best' }, '--policy takes punctual'],
    [{ seeds: '17' }, '--seeds takes 1 to 16'],
    [{ seeds: '1.5' }, '--seeds takes 1 to 16, whole numbers only'],
    [{ load: '' }, '--load takes 0.01'],
    [{ load: 'half' }, '--load takes 0.01'],
  ])('when %o is asked for, then it says what there is', (values, message) => {
    expect(() => selected(values)).toThrow(BadUsage);
    expect(() => selected(values)).toThrow(message);
  });
});

describe('who plays', () => {
  const place = { trace: 'sessions', machine: 'cpu', level: 'half' } as const;

  it('when the comparator plays, then without parking unless it is told to park, and with its own chunk', () => {
    const { plain, parked } = replay.loads.sessions.cpu.half;
    expect(contenderOf('static', place)).toMatchObject({
      policy: { name: `static:${plain.sequences}` },
      machine: { shelfTokensMax: 0, chunkTokens: plain.chunkTokens, reusesPrefixes: true },
    });
    expect(contenderOf('static_parked', place)).toMatchObject({ policy: { name: `static:${parked.sequences}` } });
    expect(contenderOf('static_parked', place).machine.shelfTokensMax).toBeGreaterThan(0);
  });

  it('when prompts are fitted or lengths known, then by the same policy on the same machine', () => {
    const whole = contenderOf('punctual', place);
    expect(contenderOf('clairvoyant', place)).toEqual({ ...whole, isClairvoyant: true });
    const { fitsPrompts, ...rest } = contenderOf('fitted', place);
    expect(fitsPrompts).toBeDefined();
    expect(rest).toEqual(whole);
  });

  it('when a mechanism is off, then nothing else is', () => {
    const whole = contenderOf('punctual', place);
    expect(contenderOf('without_parking', place).machine).toEqual({ ...whole.machine, shelfTokensMax: 0 });
    expect(contenderOf('without_prefix_reuse', place).machine).toEqual({ ...whole.machine, reusesPrefixes: false });
    expect(contenderOf('without_relegation', place).machine).toEqual(whole.machine);
  });

  it('when the comparator may choose, then from each number, chunk and parking once', () => {
    expect(staticSettings('cpu')).toHaveLength(7 * 2);
    expect(staticSettings('gpu')).toHaveLength(7 * 2 * 2);
  });
});

describe('a small replay', { timeout: 120_000 }, () => {
  const selection = {
    ...selected({
      machine: 'cpu',
      load: '0.5',
      policy: 'punctual,static,without_parking',
      window: 'tuning',
      seeds: '2',
    }),
    processes: 1,
  };

  it('when it is measured, then its figures have the names of the issue, and its report their targets', async () => {
    const lines: string[] = [];
    const { figures, details, tables } = await measure(selection, { log: (line) => lines.push(line) });
    expect(figures['replay.cpu.goodput_ratio']).toBeGreaterThan(0);
    expect(figures['replay.cpu.half.punctual']).toBeLessThanOrEqual(100 * 1);
    expect(figures['replay.cpu.half.punctual']).toBeLessThanOrEqual(figures['replay.cpu.half.bound'] ?? 0);
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining(Object.keys(targets).filter((name) => /cpu\.(good|ttft|e2e|wasted)/.test(name))),
    );
    expect(details['window']).toBe('tuning');
    expect(details['cells']).toHaveProperty(
      ['replay.cpu.half', 'ratios', 'replay.cpu.goodput_ratio', 'low'],
      expect.any(Number),
    );
    const [policies, ratios] = tables ?? [];
    expect(policies?.rows.map(([name]) => name)).toEqual(['punctual', 'static', 'without_parking', 'bound']);
    expect(ratios?.rows[0]?.slice(0, 1).concat(ratios.rows[0].slice(3, 4))).toEqual([
      'replay.cpu.goodput_ratio',
      '≥ 1.7',
    ]);
    expect(lines[0]).toBe('6 runs');
    expect(resultOf(selection, []).figures).toEqual({});
  });
});

describe('the page of a replay', { timeout: 120_000 }, () => {
  it('when a page is asked for, then it has the curve, the distributions, the passes and the tables', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-replay-'));
    try {
      const html = path.join(folder, 'replay.html');
      const selection = selected({ machine: 'gpu', load: '0.2', policy: 'static', window: 'tuning', seeds: '1' });
      await measure({ ...selection, processes: 1 }, { log: () => {}, values: { html } });
      const page = await readFile(html, 'utf8');
      const headings = [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map((match) => match[1]);
      expect(headings).toEqual([
        'replay.gpu, half: policies at 0.2 sessions',
        'replay.gpu, half: classes',
        'replay.gpu: goodput over load',
        'replay.gpu: TTFT at 0.2 sessions',
        'replay.gpu: E2E at 0.2 sessions',
        'replay.gpu: 30 s of passes under punctual',
      ]);
      expect(tableRows(page).map(([first]) => first)).toEqual(expect.arrayContaining(['static', 'bound']));
      expect(page.split('<section').filter((section) => section.includes('<svg'))).toHaveLength(4);
      expect(page).not.toContain('No data');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('what a page plots', () => {
  const levelsOf = (values: Record<string, string>) =>
    plottedOf(cellsOf(selected(values))).map(({ machine, level }) => [machine, level]);

  it('when the load of the figures was measured, then that one of each machine', () => {
    expect(levelsOf({})).toEqual([
      ['cpu', 'half'],
      ['gpu', 'half'],
    ]);
  });

  it('when only another level was measured, then that one', () => {
    expect(levelsOf({ machine: 'gpu', level: 'light' })).toEqual([['gpu', 'light']]);
    expect(levelsOf({ machine: 'cpu', level: 'unparked,light' })).toEqual([['cpu', 'unparked']]);
  });
});

describe('the sections of a cell', () => {
  it('when a mechanism was off, then the table says how many points that costs', () => {
    const summary = (contender: 'punctual' | 'without_parking', mean: number) => ({
      contender,
      goodput: { mean, low: mean - 1, high: mean + 1, count: 2 },
      all: { mean, low: mean, high: mean, count: 2 },
      classes: { completion: none, summarize: none, translate: none },
      ttft: { p50: 1, p95: 2, p95Keepable: 3, p95Shown: 4 },
      e2e: { p50: 5, p95: 6 },
      wastedPerFinishedCompletion: 7,
      prompt: 100,
      relegated: 0,
      rejected: 0,
      device: { 'completion prompts': 1, 'other prompts': 2, decode: 3 },
    });
    const none = { promises: 0, kept: Number.NaN, p50: Number.NaN, p95: Number.NaN };
    const cell = { trace: 'sessions', machine: 'cpu', level: 'half', load: 2, window: 'reporting' } as const;
    const summaries = [summary('punctual', 80), summary('without_parking', 77.5)];
    const page = renderReport(reportOf(...cellSections({ cell, played: [], summaries, bound: 0.9 })));
    expect(tableRows(page)).toContainEqual(['parking', expect.stringContaining('77.5'), '2.5', '3', '6']);
  });
});
