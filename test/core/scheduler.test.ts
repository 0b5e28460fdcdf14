import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import { gone, newScheduler, plainKnowledge, policyOf, task, translation, words } from './fixtures.ts';
import { check, ended, loaded, type Step, submit } from './scheduler-steps.ts';

describe('a task from submission to settlement', () => {
  it('when its model is not loaded, then the model is loaded once and the tasks start by deadline', () => {
    check([
      [submit(translation('t')), ['load m']],
      [submit(task('c')), []],
      [loaded(), ['start c', 'start t']],
      [ended('c'), ['settle c finished']],
      [ended('t'), ['settle t finished']],
    ]);
  });

  it('when long work comes first, then a policy that knows no promises gives it every sequence, and a keystroke waits', () => {
    check([
      [submit(translation('t1')), ['load m']],
      [loaded(), ['start t1']],
      [submit(translation('t2')), ['start t2']],
      [submit(task('c')), []],
      [ended('t1'), ['settle t1 finished', 'start c']],
    ]);
  });

  it('when long work comes first, then punctual keeps a sequence for a keystroke', () => {
    const events: readonly Step[] = [
      [submit(translation('t1')), ['load m']],
      [loaded('m', 3), ['start t1']],
      [submit(translation('t2')), ['start t2']],
      [submit(translation('t3')), []],
      [submit(task('c1')), ['start c1']],
      [submit(task('c2')), []],
      [ended('t1'), ['settle t1 finished', 'start c2']],
      [ended('c1'), ['settle c1 finished', 'start t3']],
    ];
    check(events, newScheduler('punctual'));
  });

  it('when a model has one sequence only, then long work may have it', () => {
    check([
      [submit(translation('t1')), ['load m']],
      [submit(translation('t2')), []],
      [loaded('m', 1), ['start t1']],
      [ended('t1'), ['settle t1 finished', 'start t2']],
    ]);
  });

  it('when it is cancelled while it waits, then it is settled in the same turn and never starts', () => {
    check([
      [submit(task('c')), ['load m']],
      [{ kind: 'cancel', id: 'c' }, ['settle c cancelled client']],
      [loaded(), []],
      [{ kind: 'cancel', id: 'c' }, []],
    ]);
  });

  it('when it is cancelled while it runs, then it is settled at once and its end says nothing more', () => {
    check([
      [submit(task('c')), ['load m']],
      [loaded(), ['start c']],
      [{ kind: 'cancel', id: 'c' }, ['stop c', 'settle c cancelled client']],
      [{ kind: 'ended', id: 'c', outcome: { kind: 'cancelled', by: 'client' } }, []],
    ]);
  });

  it('when a newer one of the same document comes, then it replaces the older in the same turn', () => {
    const key = { supersedeKey: 'window document' };
    check([
      [submit(task('old', key)), ['load m']],
      [loaded(), ['start old']],
      [submit(task('new', key)), ['stop old', 'settle old cancelled superseded', 'start new']],
      [ended('old'), []],
      [submit(task('other', { supersedeKey: 'another document' })), ['start other']],
    ]);
  });

  it('when an older one asks again after a newer has come, then the newer stays and the older is settled at once', () => {
    const key = { supersedeKey: 'window document' };
    check([
      [submit(task('newer', { ...key, arrivalMs: 2 })), ['load m']],
      [submit(task('older', { ...key, arrivalMs: 1 })), ['settle older cancelled superseded']],
      [loaded(), ['start newer']],
      [ended('newer'), ['settle newer finished']],
      [submit(task('again', { ...key, arrivalMs: 1 })), ['start again']],
    ]);
  });

  it('when the asker has enough of it, then it is finished at once and the engine is told to stop', () => {
    check([
      [submit(translation('t')), ['load m']],
      [loaded(), ['start t']],
      [{ kind: 'finish', id: 't' }, ['stop t', 'settle t finished']],
      [{ kind: 'finish', id: 't' }, []],
      [{ kind: 'ended', id: 't', outcome: { kind: 'cancelled', by: 'client' } }, []],
    ]);
  });

  it('when the SLA makes no sense, then it is refused with what would', () => {
    for (const targetMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
      check([[submit(task('c', { sla: { kind: 'ttft', targetMs } })), ['settle c failed badSla']]]);
    }
  });

  it('when it is refused, then nothing of it is kept', () => {
    const forgotten: string[] = [];
    const knowledge = plainKnowledge({ forget: (id) => forgotten.push(id) });
    check(
      [
        [submit(task('senseless', { sla: { kind: 'ttft', targetMs: 0 } })), ['settle senseless failed badSla']],
        [submit(task('newer', { supersedeKey: 'document', arrivalMs: 2 })), ['load m']],
        [submit(task('older', { supersedeKey: 'document' })), ['settle older cancelled superseded']],
        [submit(task('too many')), ['settle too many failed queueFull']],
      ],
      newScheduler('edf', { waitingMax: 1, knowledge }),
    );
    expect(forgotten).toEqual(['senseless', 'older', 'too many']);
  });

  it('when the queue is full, then it is refused and the waiting ones are kept', () => {
    const scheduler = newScheduler('edf', { waitingMax: 1 });
    check(
      [
        [submit(task('a')), ['load m']],
        [submit(task('b')), ['settle b failed queueFull']],
        [loaded(), ['start a']],
      ],
      scheduler,
    );
  });
});

describe('a clock that jumps back', () => {
  it('when only tokens and passes come after it, then the waiting tasks are looked at again all the same', () => {
    const asked: number[] = [];
    const next = (_: unknown, __: unknown, nowMs: number): undefined => void asked.push(nowMs);
    const tasks = { add: () => {}, remove: () => {}, first: () => undefined, next };
    const scheduler = newScheduler('edf', { policy: { ...policyOf('edf'), newTaskPolicy: () => tasks } });
    scheduler.on(loaded(), 0);
    scheduler.on(submit(task('c')), 1_000_000);
    const token: Event = { kind: 'tokens', id: 'other', tokens: [1], text: 'a' };
    for (const nowMs of [1_000_050, 0, 50, 100]) scheduler.on(token, nowMs);
    expect(asked).toEqual([1_000_000, 0, 100]);
  });
});

describe('a task that cannot be on time', () => {
  /** 20 tokens of prompt and 8 of the answer take 100 ms on {@link plainCosts}. */
  const hopeless = translation('t', { sla: { kind: 'e2e', targetMs: 50 } });

  it('when punctual starts it, then the engine is told to serve it after all others', () => {
    const scheduler = newScheduler('punctual');
    scheduler.on(submit(hopeless), 0);
    expect(scheduler.on(loaded(), 1)).toContainEqual(expect.objectContaining({ kind: 'start', relegated: true }));
  });

  it('when punctual relegates it, then its asker is told', () => {
    const scheduler = newScheduler('punctual');
    scheduler.on(submit(hopeless), 0);
    expect(words(scheduler.on(loaded(), 1))).toContain('relegate t');
  });
});

describe('models', () => {
  it('when a load fails, then those who waited are told why, and a retry waits a while', () => {
    const scheduler = check([
      [submit(task('a')), ['load m']],
      [{ kind: 'loadFailed', model: 'm', error: gone }, ['settle a failed modelUnavailable']],
      [submit(task('b')), ['settle b failed modelUnavailable']],
    ]);
    expect(words(scheduler.on(submit(task('c')), schedulerDefaults.loadRetryMs + 1))).toEqual(['load m']);
  });

  it('when the clock jumps back after a failed load, then a retry waits no longer for that', () => {
    const scheduler = newScheduler('edf');
    scheduler.on(submit(task('a')), 1e9);
    scheduler.on({ kind: 'loadFailed', model: 'm', error: gone }, 1e9);
    expect(words(scheduler.on(submit(task('b')), 0))).toEqual(['load m']);
  });

  it('when a client opens a document, then its model loads ahead of the first task, but nobody leaves for it', () => {
    const wanted = (model: string): Event => ({ kind: 'wanted', model });
    check([
      [wanted('A'), ['load A']],
      [wanted('A'), []],
      [loaded('A'), []],
      [wanted('A'), []],
      [wanted('B'), ['load B']],
      [loaded('B'), []],
      [wanted('C'), []],
      [submit(translation('a', { model: 'A' })), ['start a']],
    ]);
  });

  it('when a third model is needed and two are idle, then the one whose last task came earlier leaves', () => {
    check([
      [submit(translation('a', { model: 'A' })), ['load A']],
      [loaded('A'), ['start a']],
      [submit(translation('b', { model: 'B' })), ['load B']],
      [loaded('B'), ['start b']],
      [ended('b'), ['settle b finished']],
      [ended('a'), ['settle a finished']],
      [submit(task('c', { model: 'C' })), ['unload A']],
    ]);
  });

  it('when a model is on its way out already, then no second one leaves for those who wait', () => {
    check([
      [submit(task('a', { model: 'A' })), ['load A']],
      [loaded('A'), ['start a']],
      [ended('a'), ['settle a finished']],
      [submit(task('b', { model: 'B' })), ['load B']],
      [loaded('B'), ['start b']],
      [ended('b'), ['settle b finished']],
      [submit(task('c', { model: 'C' })), ['unload A']],
      [submit(task('d', { model: 'D' })), []],
      [{ kind: 'unloaded', model: 'A' }, ['load C']],
      [loaded('C'), ['start c', 'unload B']],
    ]);
  });

  it('when a third model is needed, then the one that runs stays and the idle one leaves', () => {
    check([
      [submit(translation('a', { model: 'A' })), ['load A']],
      [loaded('A'), ['start a']],
      [submit(task('b', { model: 'B' })), ['load B']],
      [loaded('B'), ['start b']],
      [submit(task('c', { model: 'C' })), []],
      [ended('b'), ['settle b finished', 'unload B']],
      [{ kind: 'unloaded', model: 'B' }, ['load C']],
      [loaded('C'), ['start c']],
    ]);
  });
});
