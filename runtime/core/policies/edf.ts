/** Earliest deadline first, at both levels and without a look ahead: the textbook's answer, which falls like dominoes in overload. */
import type { Policy } from '../policy.ts';
import { alternate, byDeadline } from '../step.ts';
import { OrderedTasks } from './ordered.ts';

export const edf: Policy = {
  name: 'edf',
  newTaskPolicy: () => new OrderedTasks((work) => work.deadlineMs),
  planStep: (view) => alternate(view, byDeadline),
};
