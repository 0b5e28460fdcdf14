import { describe, expect, it } from 'vitest';
import { aims } from '../../runtime/bench/aims.ts';
import { meanInterval } from '../../runtime/bench/interval.ts';
import { figureTable, intervalTable, tablesText } from '../../runtime/bench/tables.ts';

describe('the tables of a bench', () => {
  it('when figures have aims, then each says whether it is reached, and columns are aligned', () => {
    const figures = { 'a.speed': 12.345, 'a.errors': 3, 'a.other': 1234, 'a.lost': Number.NaN };
    const table = figureTable(figures, {
      'a.speed': { atLeast: 10 },
      'a.errors': { atMost: 1 },
      'a.lost': { atMost: 1 },
    });
    expect(tablesText([{ title: 'A', ...table, note: 'So.' }, table]).split('\n')).toEqual([
      'A',
      'figure    value  aim',
      'a.speed    12.3  ≥ 10  reached',
      'a.errors      3  ≤ 1   missed',
      'a.other   1,234',
      'a.lost        –  ≤ 1   unmeasured',
      'So.',
      '',
      'figure    value  aim',
      'a.speed    12.3  ≥ 10  reached',
      'a.errors      3  ≤ 1   missed',
      'a.other   1,234',
      'a.lost        –  ≤ 1   unmeasured',
    ]);
  });

  it('when no figure has an aim, then there is no column for it', () => {
    expect(tablesText([figureTable({ x: 1 }, {})])).toBe('figure  value\nx           1');
  });

  it('when figures are means over seeds, then each has its interval, and its mean is what an aim is about', () => {
    const figures = [
      { name: 'a.ratio', interval: meanInterval([1, 1, 1]) },
      { name: 'a.single', interval: meanInterval([2]) },
    ];
    expect(tablesText([intervalTable(figures, { 'a.ratio': { atLeast: 1.5 } }, 'So.', 2)]).split('\n')).toEqual([
      'figure           value (95 %)  aim',
      'a.ratio   1.00 (1.00 to 1.00)  ≥ 1.5  missed',
      'a.single      2.00 (one seed)',
      'So.',
    ]);
  });

  it('when a figure of the replay or of residency has an aim, then it is among all of them', () => {
    expect(aims).toMatchObject({
      'replay.cpu.goodput_ratio': { atLeast: 1.7 },
      'residency.evictions_ratio': { atMost: 1 },
      'scheduler.plan_us': { atMost: 50 },
    });
  });
});
