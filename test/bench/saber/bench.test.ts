import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { measure, selectionOf } from '../../../runtime/bench/saber/bench.ts';
import { requestsOf } from '../../../runtime/bench/saber/requests.ts';
import { resultOf } from '../../../runtime/bench/saber/result.ts';
import type { TextTable } from '../../../runtime/bench/tables.ts';
import { saber, saberClasses } from '../../../runtime/bench/workloads.ts';

describe('the requests of a cell', () => {
  const cell = { workload: 'W1', requestsPerSecond: 4, seed: 901, lengths: 'known' } as const;

  it('when they are drawn, then they come at the rate and in the mix of the cell', () => {
    const requests = requestsOf(cell);
    expect(requests).toHaveLength(saber.requests);
    const seconds = (requests.at(-1)?.arrivalMs ?? 0) / 1_000;
    expect(saber.requests / seconds / 4).toBeCloseTo(1, 0);
    for (const name of saberClasses) {
      const share = requests.filter((request) => request.class === name).length / saber.requests;
      expect(Math.abs(share - saber.mixes.W1[name])).toBeLessThan(0.05);
    }
  });

  it('when lengths are unknown, then all but the lengths is the same', () => {
    const withoutTokens = (lengths: 'known' | 'unknown') =>
      requestsOf({ ...cell, lengths }).map(({ tokens: _, ...rest }) => rest);
    expect(withoutTokens('unknown')).toEqual(withoutTokens('known'));
    const ratios = requestsOf({ ...cell, lengths: 'unknown' }).map(
      ({ tokens, class: name }) => tokens / saber.answerTokens[name],
    );
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeCloseTo(1, 1);
  });
});

describe("the bench of SABER's set-up", () => {
  it('when nothing is chosen, then everything is measured on the reporting seeds', () => {
    const selection = selectionOf({ quick: false });
    expect(selection.seeds).toEqual(saber.seeds.reporting);
    expect(selection.workloads).toEqual(['W1', 'W2', 'W3']);
    expect(selection.requestsPerSecond).toEqual(saber.requestsPerSecond);
  });

  it('when a part is chosen, then only this is measured', () => {
    const values = { workload: 'W3', rps: '5,10', policy: 'fcfs,bound', seeds: '1' };
    expect(selectionOf({ quick: false, values })).toEqual({
      workloads: ['W3'],
      requestsPerSecond: [5, 10],
      competitors: ['fcfs', 'bound'],
      seeds: saber.seeds.reporting.slice(0, 1),
    });
  });

  it('when something is asked for that is not there, then the message says what is', () => {
    const asked = (values: Record<string, string>) => () => selectionOf({ quick: false, values });
    expect(asked({ policy: 'best' })).toThrow(/punctual, saber.*not 'best'/);
    expect(asked({ rps: '11' })).toThrow(BadUsage);
    expect(asked({ seeds: '0' })).toThrow(BadUsage);
    expect(asked({ seeds: '2.5' })).toThrow(BadUsage);
  });

  it('when it has run, then each figure has the name of its workload and competitor, with its interval and lead', () => {
    const { seeds } = saber;
    const { figures, details, tables } = measure(
      {
        workloads: ['W2'],
        requestsPerSecond: [20],
        competitors: ['punctual', 'fcfs'],
        seeds: seeds.reporting.slice(0, 2),
      },
      () => undefined,
    );
    expect(Object.keys(figures)).toEqual([
      'saber.W2.punctual',
      'saber.W2.fcfs',
      'saber.W2.unknown.punctual',
      'saber.W2.unknown.fcfs',
    ]);
    expect(figures['saber.W2.punctual']).toBeGreaterThan(figures['saber.W2.fcfs'] ?? 100);
    expect(details['intervals']).toHaveProperty(['saber.W2.punctual - fcfs', 'low'], expect.any(Number));
    expect(tables).toHaveLength(2);
    expect(tables?.[0]?.rows.map(([policy]) => policy)).toEqual(['punctual', 'fcfs']);
  });
});

describe("the tables of SABER's set-up", () => {
  const selection = {
    workloads: ['W1'],
    requestsPerSecond: saber.requestsPerSecond,
    competitors: ['punctual', 'saber', 'offline', 'fcfs'],
    seeds: [11, 12],
  } as const;
  const row = (areLengthsKnown: boolean, goodputs: readonly number[]) => ({
    name: 'saber.W1',
    workload: 'W1' as const,
    areLengthsKnown,
    goodputs: [0, 1].map((more) => saber.requestsPerSecond.map(() => goodputs.map((goodput) => goodput + more))),
  });

  it('when all rates were measured, then each lead stands beside its aim', () => {
    const [table] = resultOf(selection, [row(true, [79, 71, 80, 42])]).tables ?? [];
    expect(table?.rows.map((cells) => cells.slice(2))).toEqual([
      ['', '', ''],
      ['8.0 (8.0 to 8.0)', '≥ 9', 'missed'],
      ['-1.0 (-1.0 to -1.0)', '≥ -1.61', 'reached'],
      ['37.0 (37.0 to 37.0)', '', ''],
    ]);
  });

  it('when lengths are unknown or rates are missing, then there is no aim', () => {
    const width = (table: TextTable | undefined) => table?.columns.length;
    expect(width(resultOf(selection, [row(false, [79, 71, 80, 42])]).tables?.[0])).toBe(3);
    expect(width(resultOf({ ...selection, requestsPerSecond: [5] }, [row(true, [1, 1, 1, 1])]).tables?.[0])).toBe(3);
  });
});
