import { describe, expect, it } from 'vitest';
import { figuresByName, keystrokeFigures, sourceTable } from '../../../runtime/bench/keystrokes/figures.ts';
import type { Asked } from '../../../runtime/bench/keystrokes/session.ts';

/** A task whose prompt of 1,000 tokens was evaluated in part. */
function task(evaluated: number, isInside = false): Asked {
  const prompt = { kind: 'infill', prefix: 'p', suffix: 's', typed: 't' } as const;
  const prefill = { prompt, arrivalMs: 0, isIdle: false, promptTokens: 1_000, reusedTokens: 1_000 - evaluated };
  return { inserted: 'x', from: 'generated', isShown: true, isInside, prefills: [prefill] };
}

const known: Asked = { inserted: 'x', from: 'typed', isShown: true, isInside: false, prefills: [] };
const takenBack: Asked = { ...known, from: undefined, isShown: false };
const tokens = (text: string): number => text.length;

describe('the figures of keystrokes', () => {
  it('when prompts were evaluated in part, then the shares are of the requests, and of the tasks apart', () => {
    const asked = [task(2), task(20), task(500, true), known, takenBack];
    const figures = keystrokeFigures({ order: 'prefix-first', asked, idleTokens: 0 }, tokens);
    expect(figures).toMatchObject({ evaluatedMedian: 0.002, tasksPerShown: 3 / 4, requestsPerShown: 5 / 4 });
    expect(figures.evaluatedMean).toBeCloseTo(0.522 / 5);
    expect(figures.taskEvaluatedMean).toBeCloseTo(0.174);
    expect(figures.appendedShare).toBe(3 / 5);
    // The third stood inside what was typed, and evaluated what stands behind it all the same.
    expect(figures.noPrefillShare).toBe(4 / 5);
  });

  it('when a task never came to the engine, then it evaluated nothing', () => {
    const [prefill] = task(0).prefills;
    if (prefill === undefined) throw new Error('A task has a prompt.');
    const lost = { ...takenBack, prefills: [{ ...prefill, promptTokens: undefined, reusedTokens: undefined }] };
    const figures = keystrokeFigures({ order: 'prefix-first', asked: [task(10), lost], idleTokens: 0 }, tokens);
    expect(figures).toMatchObject({
      evaluatedMean: 0.005,
      taskEvaluatedMean: 0.01,
      noPrefillShare: 0.5,
      tasksPerShown: 2,
    });
  });

  it('when they are named, then those of models that read the prefix first have the plain names', () => {
    const of = keystrokeFigures({ order: 'prefix-first', asked: [task(10)], idleTokens: 0 }, tokens);
    const named = figuresByName(
      new Map([
        ['prefix-first', of],
        ['suffix-first', of],
      ] as const),
    );
    expect(named['completion.reevaluated_mean']).toBe(0.01);
    expect(named['completion.reevaluated_mean.suffix_first']).toBe(0.01);
  });

  it('when they are told, then each source has its count', () => {
    const { rows, columns } = sourceTable([
      { order: 'suffix-first', asked: [task(10), known, takenBack], idleTokens: 7 },
    ]);
    const cells = Object.fromEntries(columns.map(({ label }, index) => [label, rows[0]?.[index]]));
    expect(cells).toMatchObject({
      requests: '3',
      typed: '1',
      cache: '0',
      generated: '1',
      'taken back': '1',
      tasks: '1',
    });
  });
});
