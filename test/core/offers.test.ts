/** Askers who want to be asked whether another model may answer: when they are, and what their answers change. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import type { Substitution, Task } from '../../runtime/core/task.ts';
import { translation, words } from './fixtures.ts';
import { scheduler } from './machine.ts';
import { ended, loaded, submit } from './scheduler-steps.ts';

/** With `budget` 8 both models fit, with 6.5 one at a time. The small one is there and idle. */
function machineWith(budget: number, substitution: Substitution = 'never'): Scheduler {
  const machine = scheduler({ gigabytes: { small: 1, large: 6 }, budget, residency: { substitution } });
  machine.on(submit(translation('first', { model: 'small' })), 0);
  machine.on(loaded('small'), 1);
  machine.on(ended('first'), 2);
  return machine;
}

/** Loading takes 3 s, so the promise would break by waiting. */
const urgent: Task = translation('urgent', {
  model: 'large',
  arrivalMs: 3,
  sla: { kind: 'e2e', targetMs: 2_500 },
  substitution: 'ask',
});
const now: Event = { kind: 'offerAnswered', id: 'urgent', by: 'small' };
const wait: Event = { kind: 'offerAnswered', id: 'urgent', by: undefined };

/** Has been asked at 3 ms. */
function asked(budget = 8): Scheduler {
  const machine = machineWith(budget);
  machine.on(submit(urgent), 3);
  return machine;
}

describe('a task whose asker wants to be asked', () => {
  it('when waiting would break the promise, then he is asked once, and the right model comes in meanwhile', () => {
    const machine = machineWith(8);
    const effects = machine.on(submit(urgent), 3);
    expect(words(effects)).toEqual(['load large', 'offer urgent by small']);
    expect(effects[1]).toMatchObject({ waitMs: 3_000, why: expect.stringContaining("'small'") });
    expect(words(machine.on({ kind: 'wake' }, 1_500))).toEqual([]);
  });

  it('when he does not want to wait, then the other answers at once, and the right one comes in all the same', () => {
    const machine = asked();
    expect(words(machine.on(now, 500))).toEqual(['substitute urgent by small', 'start urgent']);
    expect(words(machine.on(loaded('large'), 3_000))).toEqual([]);
    expect(words(machine.on(ended('urgent'), 4_000))).toEqual(['settle urgent finished']);
  });

  it('when he wants to wait, or says nothing, then the right one answers, and in the second case the question goes away', () => {
    const patient = asked();
    expect(words(patient.on(wait, 500))).toEqual([]);
    expect(words(patient.on(loaded('large'), 900))).toEqual(['start urgent']);
    expect(words(asked().on(loaded('large'), 900))).toEqual(['start urgent', 'withdraw urgent']);
  });

  it('when the promise can be kept by waiting, then nobody is asked', () => {
    const easy = { ...urgent, sla: { kind: 'e2e', targetMs: 60_000 } } as const;
    expect(words(machineWith(8).on(submit(easy), 3))).toEqual(['load large']);
  });

  it('when the other would have to leave for the right one, then it stays for the answer, but not for long', () => {
    const machine = machineWith(6.5);
    const effects = machine.on(submit(urgent), 3);
    expect(words(effects)).toEqual(['offer urgent by small']);
    expect(effects).toContainEqual({ kind: 'wakeAt', atMs: 5_003 });
    expect(words(machine.on({ kind: 'wake' }, 5_002))).toEqual([]);
    expect(words(machine.on({ kind: 'wake' }, 5_003))).toEqual(['unload small', 'withdraw urgent']);
    expect(words(machine.on(now, 5_100))).toEqual([]);
  });

  it('when he says that he waits, then the other leaves at once', () => {
    expect(words(asked(6.5).on(wait, 800))).toEqual(['unload small']);
  });

  it('when the completion model is waited for, then nobody stays for an answer, and so nobody is asked', () => {
    const machine = scheduler({ gigabytes: { small: 1, P: 6 }, budget: 6.5, pinned: 'P' });
    machine.on(submit(translation('first', { model: 'small' })), 0);
    machine.on(loaded('small'), 1);
    machine.on(ended('first'), 2);
    expect(words(machine.on(submit({ ...urgent, model: 'P' }), 3))).toEqual(['unload small']);
  });
});

describe('an answer that comes too late', () => {
  it('when the task has been cancelled, has started, is done, or is nobody, then it changes nothing', () => {
    const cancelled = asked();
    expect(words(cancelled.on({ kind: 'cancel', id: 'urgent' }, 10))).toEqual([
      'settle urgent cancelled client',
      'withdraw urgent',
    ]);
    const started = asked();
    started.on(loaded('large'), 3_000);
    const done = asked();
    done.on(loaded('large'), 3_000);
    done.on(ended('urgent'), 4_000);
    for (const machine of [cancelled, started, done, machineWith(8)]) {
      for (const answer of [now, wait]) expect(words(machine.on(answer, 5_000))).toEqual([]);
    }
  });

  it('when the engine has died with the other model in it, then the question goes, and the answer changes nothing', () => {
    const machine = machineWith(6.5);
    machine.on(submit(urgent), 3);
    expect(words(machine.on({ kind: 'engineLost', reason: 'killed' }, 500))).toContain('withdraw urgent');
    expect(words(machine.on(now, 600))).toEqual([]);
  });

  it('when it names a model that was not on offer, then the question stands', () => {
    const machine = asked();
    expect(words(machine.on({ kind: 'offerAnswered', id: 'urgent', by: 'large' }, 400))).toEqual([]);
    expect(words(machine.on(now, 500))).toContain('substitute urgent by small');
  });

  it('when it comes twice, then the second changes nothing', () => {
    const machine = asked();
    machine.on(now, 500);
    for (const answer of [now, wait]) expect(words(machine.on(answer, 600))).toEqual([]);
  });
});

describe('what a task says of other models', () => {
  it('when it says something else than the options, then its word counts', () => {
    const of = (options: Substitution, own: Substitution) =>
      words(machineWith(6.5, options).on(submit({ ...urgent, substitution: own }), 3));
    expect(of('automatically', 'never')).toEqual(['unload small']);
    expect(of('automatically', 'ask')).toEqual(['offer urgent by small']);
    expect(of('never', 'automatically')).toEqual(['substitute urgent by small', 'start urgent']);
  });

  it('when some of a model want to be asked and others do not, then each has what it wants', () => {
    const machine = machineWith(8);
    machine.on(submit(urgent), 3);
    const automatic = { ...urgent, id: 'automatic', substitution: 'automatically' } as const;
    const never = { ...urgent, id: 'never', substitution: 'never' } as const;
    expect(words(machine.on(submit(never), 4))).toEqual([]);
    expect(words(machine.on(submit(automatic), 5))).toEqual(['substitute automatic by small', 'start automatic']);
    expect(words(machine.on(loaded('large'), 900))).toEqual(['start urgent', 'withdraw urgent']);
  });

  it.each(['ask', 'automatically'] as const)(
    'when its answer has begun (%s), then it goes on with its own model, which is not kept from coming',
    (substitution) => {
      const machine = scheduler({ gigabytes: { small: 1, large: 6 }, budget: 8 });
      machine.on(submit({ ...urgent, substitution }), 3);
      machine.on(loaded('large'), 4);
      machine.on({ kind: 'tokens', id: 'urgent', tokens: [1, 2], text: 'It adds' }, 5);
      machine.on({ kind: 'engineLost', reason: 'killed' }, 6);
      machine.on(submit(translation('other', { model: 'small', arrivalMs: 7 })), 7);
      const seen: string[] = [];
      for (const event of [loaded('small'), loaded('large')]) seen.push(...words(machine.on(event, 10)));
      machine.on(ended('other'), 3_000);
      for (const at of [9_000, 10_000, 11_000]) seen.push(...words(machine.on({ kind: 'wake' }, at)));
      expect(seen.filter((word) => /offer|substitute/.test(word))).toEqual([]);
      expect(seen).toContain('start urgent');
    },
  );
});
