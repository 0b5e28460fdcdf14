/** What the scheduler does when the engine dies: who goes on, who is refused, and which loads are tried again. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { lossRetryMs } from '../../runtime/core/models.ts';
import { newScheduler, task, translation } from './fixtures.ts';
import { check, loaded, submit } from './scheduler-steps.ts';

describe('a lost engine', () => {
  const lost: Event = { kind: 'engineLost', reason: 'killed by SIGKILL' };

  it('when a translation was running, then it continues from the tokens already sent; a completion fails', () => {
    const scheduler = check([
      [submit(translation('t')), ['load m']],
      [loaded(), ['start t']],
      [submit(task('c')), ['start c']],
      [{ kind: 'tokens', id: 't', tokens: [5, 6], text: 'ab' }, []],
      [lost, ['settle c failed engineLost', 'load m']],
    ]);
    const [start] = scheduler.on(loaded(), 9);
    expect(start).toMatchObject({ kind: 'start', generated: [5, 6], ageMs: 9, relegated: false });
  });

  it('when it dies twice over the same task, then the task is refused by name', () => {
    check([
      [submit(translation('t')), ['load m']],
      [loaded(), ['start t']],
      [lost, ['load m']],
      [loaded(), ['start t']],
      [lost, ['settle t failed engineFailed']],
    ]);
  });

  it('when a task waits again after that, then a newer one of the same document still replaces it', () => {
    const key = { supersedeKey: 'window document' };
    check([
      [submit(translation('old', key)), ['load m']],
      [loaded(), ['start old']],
      [lost, ['load m']],
      [submit(translation('new', key)), ['settle old cancelled superseded']],
      [loaded(), ['start new']],
    ]);
  });

  it('when nobody else fits into the queue, then what was running is told so instead of waiting again', () => {
    const scheduler = newScheduler('edf', { waitingMax: 1 });
    check(
      [
        [submit(translation('t')), ['load m']],
        [loaded('m', 1), ['start t']],
        [submit(translation('waiting')), []],
        [lost, ['settle t failed engineLost', 'load m']],
        [loaded(), ['start waiting']],
      ],
      scheduler,
    );
  });

  it('when it dies while it loads, then the load is tried twice more, and counts as failed when it dies again', () => {
    check([
      [submit(task('c')), ['load m']],
      [lost, ['load m']],
      [lost, ['load m']],
      [lost, ['settle c failed modelUnavailable']],
      [submit(task('d')), ['settle d failed modelUnavailable']],
    ]);
  });

  it('when it dies of one model again and again, then the next try waits longer each time; a load that succeeds ends that', () => {
    const scheduler = newScheduler('edf');
    scheduler.on(submit(task('c')), 0);
    for (const _ of ['first', 'second', 'third']) scheduler.on(lost, 0);
    const tries = (atMs: number): boolean =>
      scheduler.on(submit(task(`at ${atMs}`, { arrivalMs: atMs })), atMs).some(({ kind }) => kind === 'load');
    expect([tries(lossRetryMs - 1), tries(lossRetryMs)]).toEqual([false, true]);
    scheduler.on(lost, lossRetryMs);
    expect([tries(3 * lossRetryMs - 1), tries(3 * lossRetryMs)]).toEqual([false, true]);
    scheduler.on(loaded(), 3 * lossRetryMs);
    scheduler.on(lost, 3 * lossRetryMs + 1);
    expect(tries(3 * lossRetryMs + 1)).toBe(true);
  });

  it('when the same text is asked for again after two deaths, then it is refused by name, and others are not', () => {
    const same = { prompt: { kind: 'chat', user: 'the text that ends engines' } } as const;
    check([
      [submit(translation('t', same)), ['load m']],
      [loaded(), ['start t']],
      [lost, ['load m']],
      [loaded(), ['start t']],
      [lost, ['settle t failed engineFailed']],
      [submit(translation('again', same)), ['settle again failed engineFailed']],
      [submit(translation('other')), ['load m']],
      [loaded(), ['start other']],
    ]);
  });
});
