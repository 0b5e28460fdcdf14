/** What the scheduler makes of what a user allows and announces: another model's answer, and a load before the task. */
import { describe, expect, it } from 'vitest';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import { translation, words } from './fixtures.ts';
import { obey, scheduler } from './machine.ts';
import { ended, loaded, submit } from './scheduler-steps.ts';

describe('what a user may ask for', () => {
  const machineOf = (substitution: 'never' | 'automatically', named?: string): Scheduler => {
    const gigabytes = { small: 1, large: 6 };
    const machine = scheduler({ gigabytes, budget: 6.5, residency: { substitution }, ...(named && { named }) });
    machine.on(submit(translation('first', { model: 'small' })), 0);
    machine.on(loaded('small'), 1);
    machine.on(ended('first'), 2);
    return machine;
  };
  // Loading takes 3 s, so the promise would break by waiting.
  const urgent = translation('urgent', { model: 'large', arrivalMs: 3, sla: { kind: 'e2e', targetMs: 2_500 } });

  it('when a smaller model may answer and waiting would break the promise, then it does, and that is told', () => {
    expect(words(machineOf('automatically').on(submit(urgent), 3))).toEqual([
      'substitute urgent by small',
      'start urgent',
    ]);
  });

  it('when the smaller one is not there either and would be back sooner, then it loads in the place of the large one, and answers', () => {
    const residency = { substitution: 'automatically' } as const;
    const machine = scheduler({ gigabytes: { small: 1, large: 6 }, cached: ['small'], budget: 6.5, residency });
    const of = (id: string, arrivalMs: number) =>
      translation(id, { model: 'large', arrivalMs, sla: { kind: 'e2e', targetMs: 2_500 } });
    machine.on({ kind: 'wanted', model: 'small' }, 0);
    machine.on(loaded('small'), 1);
    machine.on({ kind: 'unloaded', model: 'small' }, 2);
    expect(words(machine.on(submit(of('urgent', 3)), 3))).toEqual(['load small']);
    expect(words(machine.on(loaded('small'), 1_000))).toEqual(['substitute urgent by small', 'start urgent']);
  });

  it('when the user did not say so, or chose the model by its name, then the task waits for it', () => {
    expect(words(machineOf('never').on(submit(urgent), 3))).toEqual(['unload small']);
    expect(words(machineOf('automatically', 'large').on(submit(urgent), 3))).toEqual(['unload small']);
  });

  it('when a signal came before tasks of a model again and again, then the next signal loads it', () => {
    const machine = scheduler({
      gigabytes: { A: 4, B: 4 },
      budget: 9,
      residency: { loadsAhead: true, residenceMsMin: 0, aheadGapMs: 0 },
    });
    const signal = { kind: 'signal', signal: { kind: 'selectionMade', language: 'java' } } as const;
    let nowMs = 0;
    for (let day = 0; day < 30; day += 1) {
      for (const model of ['A', 'B']) {
        nowMs += 120_000;
        if (model === 'B') obey(machine, machine.on(signal, nowMs), nowMs);
        nowMs += 3_000;
        const ask = translation(`${model}${day}`, { model, arrivalMs: nowMs, sla: { kind: 'e2e', targetMs: 60_000 } });
        obey(machine, machine.on(submit(ask), nowMs), nowMs);
      }
    }
    nowMs += 120_000;
    machine.on({ kind: 'engineLost', reason: 'test' }, nowMs);
    expect(words(machine.on({ kind: 'wake' }, nowMs + 2_000))).toEqual([]);
    expect(words(machine.on(signal, nowMs + 4_000))).toEqual(['load B']);
  });
});
