/** Figures, times and words of the page. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../media/dashboard/answers.ts';
import { ViewTime } from '../../media/dashboard/clock.ts';
import { CostErrors, samplesMax } from '../../media/dashboard/cost-errors.ts';
import { classFigures, goodput, histogram, promiseBin } from '../../media/dashboard/figures.ts';
import { Fold } from '../../media/dashboard/fold.ts';
import { costPicture, distributionPicture, goodputPicture } from '../../media/dashboard/pictures.ts';
import type { Task } from '../../media/dashboard/task.ts';
import { evenTimes } from '../../media/dashboard/ticks.ts';
import { whyWaited } from '../../media/dashboard/why.ts';
import { Words } from '../../media/dashboard/words.ts';
import type { KnownWatchItem } from '../../runtime/protocol/dashboard.ts';
import { answered, news, settle, start, stop, submit, superseded, tokens } from './items.ts';
import { strings } from './strings.ts';

function tasksOf(...items: readonly KnownWatchItem[]): Task[] {
  const fold = new Fold();
  fold.news(news(items));
  return [...fold.tasks.values()];
}

function answersOf(...items: readonly KnownWatchItem[]): readonly Answer[] {
  const fold = new Fold();
  fold.news(news(items));
  return fold.answers.list;
}

function only(...items: readonly KnownWatchItem[]): Task {
  const [task] = tasksOf(...items);
  if (task === undefined) throw new Error('there is no task');
  return task;
}

describe('a promise', () => {
  it.each([
    ['its first token came in time', answered('t', 0, 400), 'kept'],
    ['its first token came late', answered('t', 0, 600), 'broken'],
    ['it was superseded in time', [submit('t', 0), settle('t', 300, superseded)], 'undecided'],
    ['it was superseded too late', [submit('t', 0), settle('t', 700, superseded)], 'broken'],
    ['it is not over', [submit('t', 0), start('t', 5)], 'undecided'],
    ['nobody waited for it', answered('t', 0, 900, { idle: true }), 'undecided'],
    [
      'it was to be complete in time, and was not',
      answered('t', 0, 100, { sla: { kind: 'e2e', targetMs: 150 } }),
      'broken',
    ],
  ] as const)('when %s, then it is %s', (_, items, verdict) => {
    expect(only(...items).verdict).toBe(verdict);
  });

  it('when some are kept, then the figures say how many, and how long they took, up to the time that is shown', () => {
    const answers = answersOf(...answered('a', 0, 100), ...answered('b', 10, 900), ...answered('c', 5_000, 50));
    const [figures, ...others] = classFigures(answers, 2_000);
    expect(others).toEqual([]);
    expect(figures).toMatchObject({ class: 'completion', kept: 1, decided: 2, p50Ms: 100, p95Ms: 900 });
    expect(classFigures(answers, 10_000)[0]?.decided).toBe(3);
  });

  it('when it only measures, or nobody waits for it, then it is in no figure', () => {
    expect(answersOf(...answered('p', 0, 900, { probe: true }), ...answered('i', 5, 900, { idle: true }))).toEqual([]);
  });
});

describe('the promise of a workflow', () => {
  const call = (id: string, atMs: number, endMs: number) => {
    const workflow = { workflow: 'd1', dueMs: 1_000, class: 'summarize', sla: { kind: 'e2e', targetMs: 300 } } as const;
    return [submit(id, 0, { ...workflow, atMs }), start(id, atMs), tokens(id, endMs - 1), settle(id, endMs)];
  };

  it('when its calls follow one another, then it is one answer, and counts by its own time', () => {
    const answers = answersOf(...call('a', 0, 400), ...call('b', 410, 900));
    expect(answers).toMatchObject([{ class: 'summarize', verdict: 'kept', tookMs: 900, sla: { targetMs: 1_000 } }]);
  });

  it('when its last call comes too late, then its promise is broken once', () => {
    expect(answersOf(...call('a', 0, 400), ...call('b', 410, 1_200))).toMatchObject([{ verdict: 'broken' }]);
  });

  it('when a call can be done without and fails, then what follows decides', () => {
    const failed = { kind: 'failed', error: { code: 'engineFailed', message: 'No.' } } as const;
    const items = [...call('a', 0, 300).slice(0, 3), settle('a', 300, failed), ...call('b', 310, 700)];
    expect(answersOf(...items)).toMatchObject([{ verdict: 'kept', tookMs: 700 }]);
  });

  it('when a later call waits, then it has waited since its turn came', () => {
    const [, second] = tasksOf(...call('a', 0, 400), ...call('b', 410, 900));
    expect(second?.stretches[0]).toEqual({ phase: 'waiting', fromMs: 410, toMs: 410 });
  });
});

describe('a distribution', () => {
  it('when values are kept or broken, then the border of the promise stands between them', () => {
    const bins = histogram([1, 499, 500, 501, 1e9], 500);
    const sum = (from: number, to?: number) => bins.slice(from, to).reduce((all, { count }) => all + count, 0);
    expect(bins[promiseBin]?.toMs).toBe(500);
    expect(sum(0, promiseBin + 1)).toBe(3);
    expect(sum(promiseBin + 1)).toBe(2);
    expect(bins[0]?.fromMs).toBe(0);
    expect(bins.at(-1)).toMatchObject({ toMs: Number.POSITIVE_INFINITY, count: 1 });
  });
});

describe('the goodput', () => {
  it('when promises end at different times, then each counts where it was decided', () => {
    const answers = answersOf(...answered('a', 0, 100), ...answered('b', 0, 800), ...answered('c', 950, 10));
    expect(goodput(answers, 10, 1_100, 400)).toEqual([
      { atMs: 200, kept: 1, decided: 1 },
      { atMs: 600, kept: 0, decided: 0 },
      { atMs: 1_000, kept: 1, decided: 2 },
    ]);
  });
});

describe('the time that is shown', () => {
  it('when it is held, then it stands still while time goes by, and never lies outside of what is known', () => {
    const time = new ViewTime();
    time.spanMs = 1_000;
    expect(time.shown(0, 5_000)).toEqual({ fromMs: 4_000, toMs: 5_000 });
    time.hold(3_000);
    expect(time.shown(0, 9_000)).toEqual({ fromMs: 2_000, toMs: 3_000 });
    expect(time.shown(4_000, 9_000).toMs).toBe(4_000);
    time.follow();
    expect(time.shown(0, 9_000).toMs).toBe(9_000);
  });

  it('when it is made longer and shorter, then it goes from one span to the next, and not beyond', () => {
    const time = new ViewTime();
    time.zoom(-1);
    time.zoom(-1);
    expect(time.spanMs).toBe(10_000);
    time.zoom(1);
    expect(time.spanMs).toBe(30_000);
  });

  it('when a time axis is marked, then its marks are even times of the clock of the user', () => {
    const zoneMs = 5.5 * 3_600_000;
    expect(evenTimes(61_234, 121_000, 6, 0)).toEqual([70_000, 80_000, 90_000, 100_000, 110_000, 120_000]);
    expect(evenTimes(0, 8 * 3_600_000, 8, zoneMs)[0]).toBe(30 * 60_000);
    expect(evenTimes(0, 3e9, 5, 0).length).toBeLessThanOrEqual(6);
  });
});

describe('errors of the cost model', () => {
  const model = { id: 'm', name: 'Tiny', demo: true, state: 'ready' } as const;
  const errorOf = (p50: number) => ({ p50, p90: p50, samples: 9 });

  it('when the status comes often, then a sample is taken now and then, within a bound', () => {
    const errors = new CostErrors();
    for (let n = 0; n < 4 * samplesMax; n++)
      errors.status({ models: [{ ...model, decodeError: errorOf(0.1) }] }, n * 1_000);
    expect(errors.samples.length).toBeLessThanOrEqual(samplesMax);
    expect(errors.samples.length).toBeGreaterThan(samplesMax / 2);
    expect((errors.samples[1]?.atMs ?? 0) - (errors.samples[0]?.atMs ?? 0)).toBe(2_000);
  });

  it('when another runtime speaks, then its clock begins anew', () => {
    const errors = new CostErrors();
    errors.status({ models: [{ ...model, decodeError: errorOf(0.1) }] }, 100_000);
    errors.status({ models: [{ ...model, prefillError: errorOf(0.3) }] }, 50);
    expect(errors.lines).toEqual([{ model: 'Tiny', step: 'prefill', p50s: [0.3] }]);
  });
});

describe('the words', () => {
  const words = new Words(strings, 'en');

  it('when a task was paused and came late, then its story says so, in order', () => {
    const task = only(
      ...[submit('t7', 0), start('t7', 100), { kind: 'relegate', atMs: 120, id: 't7' } as const],
      ...[stop('t7', 200, true), start('t7', 600), tokens('t7', 800), settle('t7', 900)],
    );
    const story = words.story(task, 0, 900);
    expect(words.name(task)).toBe('Completion t7');
    expect(story.replace(/asked at [^;]+/, 'asked')).toBe(
      'asked; first token within 500 ms; waited 100 ms; gave way, as it could not be on time any more; was paused 400 ms for more urgent work; ran 400 ms; first token after 800 ms; finished after 900 ms; promise broken.',
    );
  });

  it('when a task was promised to nobody, then its story names no promise, and its state no end that it had not', () => {
    const ahead = only(...answered('t', 0, 50, { idle: true }));
    expect(words.state(ahead)).toBe('done');
    expect(words.story(ahead, 0, 200)).not.toContain('first token within');
    expect(words.state(only(submit('t', 0, { idle: true }), settle('t', 9, superseded)))).toBe(
      'superseded or cancelled',
    );
  });

  it('when a newer request took its place, then its story says what did', () => {
    const story = words.story(only(submit('t', 0), settle('t', 80, superseded)), 0, 80);
    expect(story).toContain('superseded after 80 ms: a newer request for the same document took its place');
    expect(story).not.toContain('promise kept');
  });

  it('when its model had to load and others ran, then its story says for what it waited', () => {
    const fold = new Fold();
    const decision = { kind: 'decision', action: 'load', model: 'tiny.gguf', why: '.' } as const;
    fold.news(
      news([
        ...[submit('a', 0), { ...decision, atMs: 0 }, submit('b', 50)],
        { kind: 'loaded', atMs: 300, model: 'tiny.gguf', loadMs: 300, memoryBytes: 1, device: 'CPU' },
        ...[start('a', 300), settle('a', 400), start('b', 400), submit('c', 450, { document: 'd1' })],
        settle('b', 450, superseded),
      ]),
    );
    const task = fold.tasks.get('b');
    if (task === undefined) throw new Error('b is not known');
    expect(whyWaited(task, fold, 450)).toMatchObject({ loadMs: 250, behind: [{ id: 'a' }], others: 0 });
    const story = words.story(task, 0, 450, whyWaited(task, fold, 450));
    expect(story).toContain('waited 350 ms; of that 250 ms for its model to load; while Completion a ran; ran 50 ms');
    expect(story).toContain('superseded after 400 ms by c, a newer request for the same document');
  });

  it('when every text of the page is filled, then none is missing and no brace is left', () => {
    expect(Object.keys(strings).length).toBeGreaterThan(100);
    for (const key of Object.keys(strings) as (keyof typeof strings)[])
      expect(words.text(key, 'a', 'b', 'c', 'd', 'e', 'f')).not.toMatch(/[{}]/);
  });

  it('when a chart is not seen, then its label says the same', () => {
    const answers = answersOf(...answered('a', 0, 100), ...answered('b', 10, 900));
    const [figures] = classFigures(answers, 2_000);
    expect(distributionPicture(figures, words)).toMatchObject({
      label: 'Completion: 2 answers, p50 100 ms, p95 900 ms, promised 500 ms',
      mark: { label: 'promised 500 ms' },
    });
    const goods = goodputPicture(answers, { fromMs: 0, toMs: 2_000, originMs: 0 }, words);
    expect(goods?.label).toBe('1 of 2 promises kept; each bar is 1 s');
    expect(goods?.rows.length).toBe(2);
    expect(costPicture(new CostErrors(), 0, words)).toBeUndefined();
  });
});
