import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { logRange } from '../../../runtime/bench/report/axes.ts';
import { measuredText, numberText, quantityText } from '../../../runtime/bench/report/numbers.ts';
import { renderReport } from '../../../runtime/bench/report/render.ts';
import { drawnSpans } from '../../../runtime/bench/report/spans.ts';
import { commitOf, thisMachine, writeReport } from '../../../runtime/bench/report/write.ts';
import { busyLanes, rendered, reportOf, tableRows } from './fixtures.ts';

describe('numbers of a report', () => {
  it('when a number is shown, then with three digits that mean something', () => {
    expect([0, 1.23456, 0.0123456, 12.345, 999.6, 1234567, -4.5678].map(numberText)).toEqual([
      '0',
      '1.23',
      '0.0123',
      '12.3',
      '1,000',
      '1,234,567',
      '-4.57',
    ]);
    expect([Number.NaN, Number.POSITIVE_INFINITY].map(numberText)).toEqual(['–', '–']);
  });

  it('when a time is a second or more, then it is in seconds', () => {
    expect([0.5, 999, 999.6, 12_340].map((ms) => quantityText(ms, 'ms'))).toEqual([
      '0.5 ms',
      '999 ms',
      '1 s',
      '12.3 s',
    ]);
    expect(quantityText(1234, 'tok/s')).toBe('1,234 tok/s');
  });

  it('when there is an interval, then it says how precise the value is', () => {
    expect(measuredText({ value: 1.71234, low: 1.6543, high: 1.7713 })).toBe('1.712 [1.654, 1.771]');
    expect(measuredText({ value: 12345.6, low: 11000, high: 13500 })).toBe('12,346 [11,000, 13,500]');
    expect(measuredText({ value: 5, low: 5, high: 5 })).toBe('5.00 [5.00, 5.00]');
    expect(measuredText({ value: 5, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY })).toBe('5');
  });
});

describe('a table of figures', () => {
  it('when a figure has a target, then a word says whether it is reached', () => {
    const page = rendered({
      kind: 'table',
      title: 'Figures',
      columns: [{ label: 'Figure' }, { label: 'value' }],
      rows: [
        ['a', { value: 1.7, target: { atLeast: 1.7 } }],
        ['b', { value: 0.07, target: { atMost: 0.06 } }],
        ['c', { value: Number.NaN, target: { atMost: 0.06 } }],
      ],
    });
    expect(tableRows(page).slice(1)).toEqual([
      ['a', '1.7  ≥ 1.7 reached'],
      ['b', '0.07  ≤ 0.06 missed'],
      ['c', '–  ≤ 0.06 unmeasured'],
    ]);
  });
});

describe('a logarithmic axis', () => {
  it('when values lie between ticks, then it begins and ends at the next ones', () => {
    expect(logRange({ label: '' }, [13, 480, 0, Number.NaN])).toEqual({
      min: 10,
      max: 500,
      ticks: [10, 20, 50, 100, 200, 500],
    });
  });

  it('when it spans many decades, then its ticks are powers of ten', () => {
    expect(logRange({ label: '' }, [1, 100_000]).ticks).toEqual([1, 10, 100, 1000, 10_000, 100_000]);
  });
});

describe('spans of a timeline', () => {
  it('when there are too many, then they are joined over gaps, and no lane loses its time', () => {
    const lanes = busyLanes(2_000, 8);
    const { spans, gapMs, endMs } = drawnSpans(lanes, 2_000);
    expect(spans.length).toBeLessThanOrEqual(2_000);
    expect(gapMs).toBeGreaterThan(0);
    expect(endMs).toBe(Number.POSITIVE_INFINITY);
    expect(spans.reduce((sum, { passes }) => sum + passes, 0)).toBe(
      lanes.reduce((sum, lane) => sum + lane.spans.length, 0),
    );
  });

  it('when they cannot be joined, then the end is cut and its time told', () => {
    const spans = Array.from({ length: 100 }, (_, place) => ({
      activity: 'prefill' as const,
      startMs: place * 10,
      endMs: place * 10 + 10,
    }));
    const drawn = drawnSpans([{ name: 'a', spans }], 40);
    expect(drawn.spans).toHaveLength(40);
    expect(drawn.endMs).toBe(400);
  });
});

describe('writing a report', () => {
  it('when it is written, then the file holds the page, and no folder is made for it', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-report-'));
    try {
      const file = path.join(folder, 'report.html');
      await writeReport(file, reportOf());
      expect(await readFile(file, 'utf8')).toBe(renderReport(reportOf()));
      await expect(writeReport(path.join(folder, 'deep', 'report.html'), reportOf())).rejects.toThrow('ENOENT');
      expect(await commitOf(folder)).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  // Sources without their history have no commit.
  it.skipIf(!existsSync('.git'))(
    'when the program stands in a clone of the project, then its commit is known',
    async () => {
      expect(await commitOf()).toMatch(/^[0-9a-f]{12}( \+ changes)?$/);
    },
  );

  it('when the machine is described, then by its processor and cores alone', () => {
    const { cpu, cores } = thisMachine();
    expect(cores).toBeGreaterThanOrEqual(1);
    expect(cpu).not.toContain(os.hostname());
    expect(cpu.length).toBeGreaterThan(0);
  });
});
