/** Who plays the workflow bench, all on the same machine. */
import type { Costs } from '../../core/estimate.ts';
import type { Knowledge } from '../../core/knowledge.ts';
import { punctual } from '../../core/policies/punctual.ts';
import { staticPolicy } from '../../core/policies/static.ts';
import type { Policy } from '../../core/policy.ts';
import type { ReplayMachine } from '../replay/run.ts';
import { type MachineName, machines, replay } from '../workloads.ts';
import type { WorkflowArrival } from './arrivals.ts';
import { type Driver, IndependentCalls, type Split } from './driver.ts';
import { loads, type StaticChoice } from './workload.ts';

/** What a driver may know. */
export interface DriverRoom {
  readonly costs: Costs;
  readonly chunkTokens: number;
  readonly knowledge: Knowledge;
}

export interface Contender {
  readonly policy: Policy;
  readonly machine: ReplayMachine;
  readonly isClairvoyant?: boolean;
  readonly newDriver: (arrival: WorkflowArrival, room: DriverRoom) => Driver;
}

/**
 * - `split` is (a): each call a task, with the workflow's target times the share of its stage in the predicted time.
 * - `split_each`: the same with each call's own share, also where calls run side by side.
 * - `whole` is (b): each call a task with the workflow's whole deadline.
 * - `static` is (e): the best fixed number of sequences, first come, first served.
 */
export const contenderNames = ['split', 'split_each', 'whole', 'static'] as const;

export type ContenderName = (typeof contenderNames)[number];

export function contenderOf(name: ContenderName, machine: MachineName): Contender {
  switch (name) {
    case 'split':
      return independent(machine, 'stages');
    case 'split_each':
      return independent(machine, 'each');
    case 'whole':
      return independent(machine, 'whole');
    case 'static':
      return staticContender(machine, loads[machine].best);
    default:
      throw new Error(`There is no contender '${name satisfies never}'.`);
  }
}

export function staticContender(machine: MachineName, { sequences, parks }: StaticChoice): Contender {
  const base = machineOf(machine);
  return {
    policy: staticPolicy(sequences),
    machine: { ...base, shelfTokensMax: parks ? base.shelfTokensMax : 0 },
    newDriver: (arrival) => new IndependentCalls(arrival, 'whole'),
  };
}

function independent(machine: MachineName, split: Split): Contender {
  return {
    policy: punctual,
    machine: machineOf(machine),
    newDriver: (arrival) => new IndependentCalls(arrival, split),
  };
}

/** As the workloads of the replay fix it, with parking and the reuse of prefixes. */
function machineOf(name: MachineName): ReplayMachine {
  const { costs, chunkTokens, shelfTokensMax } = machines[name].model;
  return { costs, chunkTokens, shelfTokensMax, sequences: replay.sequences, reusesPrefixes: true };
}
