/** A fixed number of sequences, first come, first served: the best that a user of today's servers can choose. */
import type { Policy } from '../policy.ts';
import { alternate, byArrival } from '../step.ts';
import { OrderedTasks } from './ordered.ts';

export function staticPolicy(sequences: number): Policy {
  return {
    name: `static:${sequences}`,
    newTaskPolicy: () => new OrderedTasks((work) => work.arrivalMs, sequences),
    planStep: (view) => alternate(view, byArrival),
  };
}
