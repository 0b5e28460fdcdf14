/** Events and the effects that are expected of them, as the tests of the scheduler write them. */
import { expect } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import type { Task } from '../../runtime/core/task.ts';
import { info, newScheduler, words } from './fixtures.ts';

export type Step = readonly [Event, readonly string[]];

/** The one place that touches the scheduler's API: events in, expected effects out, a millisecond apart. */
export function check(steps: readonly Step[], scheduler = newScheduler('edf')): Scheduler {
  steps.forEach(([event, expected], index) => {
    expect(words(scheduler.on(event, index)), `step ${index}: ${event.kind}`).toEqual(expected);
  });
  return scheduler;
}

export const submit = (submitted: Task): Event => ({ kind: 'submit', task: submitted });
export const loaded = (model = 'm', sequences = info.sequences): Event => ({
  kind: 'loaded',
  model,
  info: { ...info, sequences },
});
export const ended = (id: string): Event => ({ kind: 'ended', id, outcome: { kind: 'finished', reason: 'stop' } });
