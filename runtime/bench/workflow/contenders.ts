/** Who plays the workflow bench, all on the same machine. */
import { punctual, punctualWith } from '../../core/policies/punctual.ts';
import { staticPolicy } from '../../core/policies/static.ts';
import type { Policy } from '../../core/policy.ts';
import type { ReplayMachine } from '../replay/run.ts';
import { type MachineName, machines, replay } from '../workloads.ts';
import type { WorkflowArrival } from './arrivals.ts';
import { type Driver, type DriverRoom, IndependentCalls, type Split, WholeWorkflow } from './driver.ts';
import { loads, type StaticChoice } from './workload.ts';

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
 * - `workflow` is (c): one deadline over the whole.
 * - `degraded` is (d): the same, and it may do less to be on time.
 * - `known` is (c) told all lengths: what knowing more would gain it.
 */
export const policyContenders = ['split', 'split_each', 'whole', 'static', 'workflow', 'degraded', 'known'] as const;

/**
 * (c) with one thing taken away: what the policy is told of the calls that follow, so that only the deadline is handed on; what it gives up
 * so that others are on time; calls side by side.
 */
export const ablationNames = ['without_rest', 'without_giving_up', 'without_side_by_side'] as const;

export const contenderNames = [...policyContenders, ...ablationNames] as const;

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
    case 'workflow':
      return ours(machine, false);
    case 'degraded':
      return ours(machine, true);
    case 'known':
      return { ...ours(machine, false), isClairvoyant: true };
    case 'without_rest':
      return {
        ...ours(machine, false),
        newDriver: (arrival, room) => new WholeWorkflow(arrival, room, { hidesRest: true }),
      };
    case 'without_giving_up':
      return { ...ours(machine, false), policy: punctualWith({ forecasts: false }) };
    case 'without_side_by_side':
      return {
        ...ours(machine, false),
        newDriver: (arrival, room) => new WholeWorkflow(arrival, room, { outstandingMax: 1 }),
      };
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

function ours(machine: MachineName, degrades: boolean): Contender {
  return {
    policy: punctual,
    machine: machineOf(machine),
    newDriver: (arrival, room) => new WholeWorkflow(arrival, room, { degrades }),
  };
}

/** As the workloads of the replay fix it, with parking and the reuse of prefixes. */
function machineOf(name: MachineName): ReplayMachine {
  const { costs, chunkTokens, shelfTokensMax } = machines[name].model;
  return { costs, chunkTokens, shelfTokensMax, sequences: replay.sequences, reusesPrefixes: true };
}
