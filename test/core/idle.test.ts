import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { countedHoldings } from '../../runtime/core/residency/holdings.ts';
import type { Task } from '../../runtime/core/task.ts';
import { gone, info, newScheduler, task, translation, words } from './fixtures.ts';

type Step = readonly [Event, readonly string[]];

const submit = (submitted: Task): Event => ({ kind: 'submit', task: submitted });
const loaded: Event = { kind: 'loaded', model: 'm', info };
const ended = (id: string): Event => ({ kind: 'ended', id, outcome: { kind: 'finished', reason: 'length' } });
const left = (id: string): Event => ({ kind: 'ended', id, outcome: { kind: 'cancelled', by: 'client' } });
const warm = (id: string, supersedeKey = 'd'): Task =>
  task(id, { idle: true, supersedeKey, limits: { maxTokens: 0, stop: [] } });

describe.each(['punctual', 'fcfs', 'edf', 'saber', 'static:2'])('idle work under %s', (policy) => {
  function check(steps: readonly Step[]): void {
    const scheduler = newScheduler(policy);
    steps.forEach(([event, expected], index) => {
      expect(words(scheduler.on(event, index)), `step ${index}: ${event.kind}`).toEqual(expected);
    });
  }
  const ready: readonly Step[] = [
    [{ kind: 'wanted', model: 'm' }, ['load m']],
    [loaded, []],
  ];

  it('when no model is there, then none is loaded for it, and it starts when one is', () => {
    check([
      [submit(warm('w')), []],
      [{ kind: 'wanted', model: 'm' }, ['load m']],
      [loaded, ['start w']],
      [ended('w'), ['settle w finished']],
    ]);
  });

  it('when anything else comes, then it is stopped in that turn, and goes on when nothing else is left', () => {
    check([
      ...ready,
      [submit(warm('w')), ['start w']],
      [submit(task('c')), ['start c', 'stop w']],
      [left('w'), []],
      [ended('c'), ['settle c finished', 'start w']],
      [ended('w'), ['settle w finished']],
    ]);
  });

  it('when other work runs, then it waits, however much room there is', () => {
    check([
      ...ready,
      [submit(translation('t')), ['start t']],
      [submit(warm('w')), []],
      [{ kind: 'tokens', id: 't', tokens: [1], text: 'a' }, []],
      [ended('t'), ['settle t finished', 'start w']],
    ]);
  });

  it('when it is still inside the engine after others are done, then it starts again only when it has left', () => {
    check([
      ...ready,
      [submit(warm('w')), ['start w']],
      [submit(task('c')), ['start c', 'stop w']],
      [ended('c'), ['settle c finished']],
      [left('w'), ['start w']],
    ]);
  });

  it('when a completion of its document comes, then it gives way for good, before that one starts', () => {
    check([
      ...ready,
      [submit(warm('w')), ['start w']],
      [submit(task('c', { supersedeKey: 'd' })), ['stop w', 'settle w cancelled superseded', 'start c']],
      [left('w'), []],
      [ended('c'), ['settle c finished']],
    ]);
  });

  it('when there are more documents than warm prompts are worth, then the oldest is told, and the newest goes first', () => {
    check([
      ...ready,
      [submit(translation('t')), ['start t']],
      [submit(warm('w1', 'd1')), []],
      [submit(warm('w2', 'd2')), []],
      [submit(warm('w3', 'd3')), []],
      [submit(warm('w4', 'd4')), []],
      [submit(warm('w5', 'd5')), ['settle w1 cancelled superseded']],
      [submit(warm('w6', 'd2')), ['settle w2 cancelled superseded']],
      [ended('t'), ['settle t finished', 'start w6']],
      [ended('w6'), ['settle w6 finished', 'start w5']],
    ]);
  });

  it('when it is cancelled, waiting or running, then it is settled at once', () => {
    check([
      ...ready,
      [submit(warm('w1', 'd1')), ['start w1']],
      [submit(warm('w2', 'd2')), []],
      [{ kind: 'cancel', id: 'w2' }, ['settle w2 cancelled client']],
      [{ kind: 'cancel', id: 'w1' }, ['stop w1', 'settle w1 cancelled client']],
      [{ kind: 'cancel', id: 'w1' }, []],
      [left('w1'), []],
    ]);
  });

  it('when the engine dies or the model cannot be loaded, then it is not tried again', () => {
    check([
      ...ready,
      [submit(warm('w')), ['start w']],
      [{ kind: 'engineLost', reason: 'killed' }, ['settle w failed engineLost']],
      [submit(warm('w2')), []],
      [submit(task('c')), ['load m']],
      [
        { kind: 'loadFailed', model: 'm', error: gone },
        ['settle w2 failed modelUnavailable', 'settle c failed modelUnavailable'],
      ],
    ]);
  });

  it('when its model is the one that another needs room from, then it is not unloaded under it', () => {
    const scheduler = newScheduler(policy, { holdings: countedHoldings(1) });
    const all = [...ready.map(([event]) => event), submit(warm('w')), submit(task('c', { model: 'n' }))];
    const seen = all.map((event, index) => words(scheduler.on(event, index)));
    expect(seen.at(-1)).toEqual(['stop w']);
    expect(words(scheduler.on(left('w'), 9))).toEqual(['unload m']);
  });
});
