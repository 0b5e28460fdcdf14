/** From what the runtime tells to what the page knows. */
import { describe, expect, it } from 'vitest';
import { answersMax } from '../../media/dashboard/answers.ts';
import { decisionsMax, Fold, passesMax } from '../../media/dashboard/fold.ts';
import { tasksLiveMax, tasksMax } from '../../media/dashboard/history.ts';
import { phaseOf, stretchesMax, type Task } from '../../media/dashboard/task.ts';
import type { KnownWatchItem } from '../../runtime/protocol/dashboard.ts';
import { itemsOf } from '../../runtime/server/dashboard.ts';
import { RecordedHouse } from '../log/recorded-house.ts';
import { answered, news, settle, start, stop, submit, superseded, tokens } from './items.ts';

function folded(...items: readonly KnownWatchItem[]): Fold {
  const fold = new Fold();
  fold.news(news(items));
  return fold;
}

function taskOf(fold: Fold, id: string): Task {
  const task = fold.tasks.get(id);
  if (task === undefined) throw new Error(`the fold does not know ${id}`);
  return task;
}

const phases = ({ stretches }: Task) => stretches.map(({ phase, fromMs, toMs }) => [phase, fromMs, toMs]);

describe('the fold of a task', () => {
  it('when it waits, runs, is paused and goes on, then each stretch stands with its times', () => {
    const items = [submit('t1', 0), start('t1', 40), stop('t1', 90, true), start('t1', 200), settle('t1', 260)];
    expect(phases(taskOf(folded(...items), 't1'))).toEqual([
      ['waiting', 0, 40],
      ['running', 40, 90],
      ['paused', 90, 200],
      ['running', 200, 260],
    ]);
  });

  it('when it is not over, then its last stretch goes on', () => {
    const fold = folded(submit('t1', 0), start('t1', 40));
    expect(phaseOf(taskOf(fold, 't1'))).toBe('running');
    expect(taskOf(fold, 't1').stretches.at(-1)?.toMs).toBeUndefined();
  });

  it('when the engine is lost, then who ran waits again, and who is settled for it is not asked twice', () => {
    const lost: KnownWatchItem = { kind: 'engineLost', atMs: 60, reason: 'killed' };
    const error = { code: 'engineLost', message: 'The engine was lost.' };
    const fold = folded(
      submit('t1', 0, { class: 'translate' }),
      ...[start('t1', 10), submit('t2', 20), start('t2', 30), lost],
      settle('t2', 60, { kind: 'failed', error }),
    );
    expect(phaseOf(taskOf(fold, 't1'))).toBe('waiting');
    expect(taskOf(fold, 't1').notes).toEqual([{ kind: 'restarted' }]);
    expect(phaseOf(taskOf(fold, 't2'))).toBeUndefined();
    expect(taskOf(fold, 't2').outcome).toEqual({ kind: 'failed', error });
  });

  it('when it was answered by another model, then the note has the reason, and its row stays', () => {
    const why = "Loads 'b' too late.";
    const fold = folded(submit('t1', 0), { kind: 'substitute', atMs: 5, id: 't1', by: 'b', why });
    expect(taskOf(fold, 't1')).toMatchObject({ model: 'tiny.gguf', notes: [{ kind: 'substituted', by: 'b', why }] });
  });

  it('when two are there at the same time, then each has a row, and a row that is free is taken again', () => {
    const fold = folded(submit('t1', 0), submit('t2', 1), settle('t1', 2), submit('t3', 3), submit('t4', 4));
    expect([...fold.tasks.values()].map(({ id, row }) => [id, row])).toEqual([
      ['t1', 0],
      ['t2', 1],
      ['t3', 0],
      ['t4', 2],
    ]);
  });

  it('when something is told of a task that is not known, then it is passed over', () => {
    expect(folded(start('t9', 0), tokens('t9', 1), settle('t9', 2)).tasks.size).toBe(0);
  });
});

describe('the tokens', () => {
  const prefill = (id: string, atMs: number, count: number): KnownWatchItem => ({
    ...{ kind: 'pass', atMs, model: 'tiny.gguf', step: 'prefill', tokens: count, sequences: 1, wallMs: 5, id },
  });

  it('when a task is superseded, then what was evaluated and generated for it is wasted, the pass in flight too', () => {
    const fold = folded(
      ...[submit('t1', 0), start('t1', 0), prefill('t1', 5, 64), tokens('t1', 6, 3)],
      ...[settle('t1', 7, superseded), prefill('t1', 9, 32)],
    );
    expect(fold.totals).toMatchObject({ evaluated: 96, generated: 3, wasted: 99 });
  });

  it('when it finishes, then nothing is wasted but guesses that were wrong', () => {
    const pass: KnownWatchItem = {
      ...{ kind: 'pass', atMs: 6, model: 'tiny.gguf', step: 'decode', tokens: 5, sequences: 1, wallMs: 5 },
      ...{ drafted: 4, accepted: 3 },
    };
    const fold = folded(
      submit('t1', 0),
      start('t1', 0),
      prefill('t1', 5, 64),
      pass,
      tokens('t1', 6, 4),
      settle('t1', 7),
    );
    expect(fold.totals).toMatchObject({ evaluated: 65, generated: 4, wasted: 1 });
  });

  it('when work was done ahead and is called off, then it is none', () => {
    const fold = folded(
      ...[submit('t1', 0, { idle: true }), start('t1', 0), prefill('t1', 5, 64), settle('t1', 6, superseded)],
    );
    expect(fold.totals.wasted).toBe(0);
    expect(taskOf(fold, 't1').class).toBe('idle');
  });
});

describe('the bounds', () => {
  it('when 12,000 tasks have come, then the oldest that are over are gone, and those that are not stay', () => {
    const fold = new Fold();
    fold.news(news([submit('first', 0)]));
    for (let n = 0; n < 120; n++)
      fold.news(news(Array.from({ length: 100 }, (_, k) => answered(`t${n * 100 + k}`, n * 100 + k, 50)).flat()));
    expect(fold.tasks.size).toBeLessThanOrEqual(1.1 * tasksMax + 1);
    expect(fold.tasks.get('first')).toBeDefined();
    expect(fold.tasks.get('t0')).toBeUndefined();
    expect(fold.tasks.get('t11999')).toBeDefined();
    expect(fold.answers.list.length).toBeLessThanOrEqual(1.1 * answersMax + 1);
    expect(fold.firstMs).toBeGreaterThan(50);
  });

  it('when ends are lost on the way, then tasks without an end do not pile up, and their rows are free again', () => {
    const fold = new Fold();
    for (let n = 0; n < 3 * tasksLiveMax; n++) fold.news(news([submit(`t${n}`, n)]));
    expect(fold.tasks.size).toBe(tasksLiveMax);
    expect(Math.max(...[...fold.tasks.values()].map(({ row }) => row))).toBeLessThanOrEqual(tasksLiveMax);
  });

  it('when a task is paused for days again and again, then what is kept of it has a bound', () => {
    const turns = Array.from({ length: 600 }, (_, n) => [start('t', 2 * n), stop('t', 2 * n + 1, true)]).flat();
    const task = taskOf(folded(submit('t', 0), ...turns, settle('t', 2_000)), 't');
    expect(task.stretches.length).toBe(stretchesMax);
    expect(task.stretches.at(-1)?.toMs).toBe(2_000);
  });

  it('when passes and decisions go on for long, then the latest are kept', () => {
    const fold = new Fold();
    for (let atMs = 0; atMs < 30_000; atMs += 1_000) {
      const pass = { kind: 'pass', model: 'm', step: 'decode', tokens: 1, sequences: 1, wallMs: 1 } as const;
      const items = Array.from({ length: 1_000 }, (_, k): KnownWatchItem => ({ ...pass, atMs: atMs + k }));
      const told = Array.from(
        { length: 20 },
        (): KnownWatchItem => ({ kind: 'decision', atMs, action: 'tell', why: '.' }),
      );
      fold.news(news([...items, ...told]));
    }
    expect(fold.passes.length).toBeLessThanOrEqual(passesMax * 1.1);
    expect(fold.passes.at(-1)?.toMs).toBe(29_999);
    expect(fold.decisions.length).toBeLessThanOrEqual(decisionsMax * 1.1);
  });

  it('when the past is told again, then everything begins anew', () => {
    const fold = folded(submit('t1', 0), settle('t1', 5, superseded));
    fold.news(news([submit('t2', 3)], { past: true }));
    expect([...fold.tasks.values()].map(({ id }) => id)).toEqual(['t2']);
    expect(fold.totals.wasted).toBe(0);
    expect(fold.firstMs).toBe(3);
  });
});

describe('a day of a runtime', () => {
  it('when its turns are folded, then no two tasks share a row, and stretches follow one another without a gap', async () => {
    const house = new RecordedHouse(3);
    const lines: string[] = [];
    const { stop: end } = await house.recorder.follow(0, (more) => lines.push(...more));
    await house.day(60);
    await house.recorder.export();
    end();
    const fold = new Fold();
    fold.news(news(lines.flatMap(itemsOf), { nowMs: house.clock.now() }));
    await house.loop.close();
    const tasks = [...fold.tasks.values()];
    expect(tasks.length).toBeGreaterThan(50);
    expect(new Set(tasks.map(({ outcome }) => outcome?.kind)).size).toBeGreaterThan(1);
    for (const { stretches, settledMs } of tasks) {
      for (const [index, { fromMs }] of stretches.entries())
        if (index > 0) expect(fromMs).toBe(stretches[index - 1]?.toMs);
      expect(stretches.at(-1)?.toMs).toBe(settledMs);
    }
    const ends = new Map<string, number>();
    // In the order in which they were submitted, not in that of their arrivals.
    for (const { model, row, stretches, settledMs = Number.POSITIVE_INFINITY } of tasks) {
      const key = `${model} ${row}`;
      expect(ends.get(key) ?? 0).toBeLessThanOrEqual(stretches[0]?.toMs ?? Number.POSITIVE_INFINITY);
      ends.set(key, settledMs);
    }
    expect(fold.totals.wasted).toBeLessThanOrEqual(fold.totals.evaluated + fold.totals.generated);
    expect(fold.decisions.length).toBeGreaterThan(0);
  });
});
