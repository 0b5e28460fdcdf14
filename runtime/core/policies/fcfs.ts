/** First come, first served: what today's local servers do, with all sequences of the machine. `static:N` is this with N of them. */
import type { Policy } from '../policy.ts';
import { alternate, byArrival } from '../step.ts';
import { OrderedTasks } from './ordered.ts';

export const fcfs: Policy = {
  name: 'fcfs',
  newTaskPolicy: () => new OrderedTasks((work) => work.arrivalMs),
  planStep: (view) => alternate(view, byArrival),
};
