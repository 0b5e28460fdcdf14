/** Questions that are put to the machine again and again: in order, one at a time, and never after the end. */
import { describe, expect, it } from 'vitest';
import { Poll } from '../../runtime/host/poll.ts';
import { ManualTimer } from './manual-timer.ts';

interface Question {
  readonly last: number;
  readonly answer: (value: number) => void;
  readonly fail: () => void;
}

/** A poll whose questions the test answers. */
function asked() {
  const clock = new ManualTimer();
  const questions: Question[] = [];
  const read = (last: number): Promise<number> =>
    new Promise((resolve, reject) => questions.push({ last, answer: resolve, fail: () => reject(new Error('no')) }));
  const poll = new Poll({ initial: 0, read, everyMs: 5_000, timer: clock.timer });
  const told: (readonly [number, number])[] = [];
  poll.listen((value, last) => told.push([value, last]));
  const question = (index: number): Question => {
    const found = questions[index];
    if (found === undefined) throw new Error(`question ${index} was not put`);
    return found;
  };
  return { clock, poll, told, questions, question };
}

/** Until what was answered has been told. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a poll', () => {
  it('when it has not begun, then nothing is asked and the first value stands', () => {
    const { poll, questions, clock } = asked();
    expect(poll.value).toBe(0);
    expect(questions).toEqual([]);
    expect(clock.waitingMs).toEqual([]);
  });

  it('when it is answered, then it tells of it and asks again after the time, with that answer', async () => {
    const { poll, told, clock, question, questions } = asked();
    const started = poll.start();
    expect(clock.waitingMs, 'no second question beside the first').toEqual([]);
    question(0).answer(7);
    await started;
    expect(poll.value).toBe(7);
    expect(clock.waitingMs).toEqual([5_000]);
    clock.fire();
    expect(question(1).last).toBe(7);
    question(1).answer(7);
    await settled();
    expect(told).toEqual([
      [7, 0],
      [7, 7],
    ]);
    expect(questions).toHaveLength(2);
  });

  it('when a question fails, then the last answer stands and the next one is put', async () => {
    const { poll, told, clock, question } = asked();
    const started = poll.start();
    question(0).answer(3);
    await started;
    clock.fire();
    question(1).fail();
    await settled();
    expect(poll.value).toBe(3);
    expect(told.at(-1)).toEqual([3, 3]);
    expect(clock.waitingMs).toEqual([5_000]);
  });

  it('when it is started twice, then it asks once', async () => {
    const { poll, questions, question } = asked();
    void poll.start();
    await poll.start();
    expect(questions).toHaveLength(1);
    question(0).answer(1);
  });

  it('when it ends while a question is on its way, then nobody is told and nothing waits', async () => {
    const { poll, told, clock, question } = asked();
    const started = poll.start();
    poll.dispose();
    question(0).answer(9);
    await started;
    expect(told).toEqual([]);
    expect(poll.value).toBe(0);
    expect(clock.waitingMs).toEqual([]);
  });

  it('when it ends while it waits, then the timer is taken back, and it does not begin again', async () => {
    const { poll, clock, question, questions } = asked();
    const started = poll.start();
    question(0).answer(1);
    await started;
    poll.dispose();
    expect(clock.waitingMs).toEqual([]);
    await poll.start();
    expect(questions).toHaveLength(1);
  });

  it('when a listener ends it, then no timer is set any more', async () => {
    const { poll, clock, question } = asked();
    poll.listen(() => poll.dispose());
    const started = poll.start();
    question(0).answer(1);
    await started;
    expect(clock.waitingMs).toEqual([]);
  });

  it('when a listener goes away, then it is told no more', async () => {
    const { poll, clock, question } = asked();
    const heard: number[] = [];
    const leave = poll.listen((value) => heard.push(value));
    const started = poll.start();
    question(0).answer(1);
    await started;
    leave();
    clock.fire();
    question(1).answer(2);
    await settled();
    expect(heard).toEqual([1]);
  });
});
