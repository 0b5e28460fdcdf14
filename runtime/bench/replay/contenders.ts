/** Who plays the replay: policies of ours and the comparators in each of their settings, all on the same machine. */
import { edf } from '../../core/policies/edf.ts';
import { fcfs } from '../../core/policies/fcfs.ts';
import { punctual } from '../../core/policies/punctual.ts';
import { saberPolicy } from '../../core/policies/saber.ts';
import { staticPolicy } from '../../core/policies/static.ts';
import { sparingly } from '../../features/completion/fit.ts';
import { type LoadLevel, type MachineName, machines, replay, type StaticSetting } from '../workloads.ts';
import { type AblationName, ablate, ablationNames } from './ablation.ts';
import type { Contender } from './contender.ts';
import type { TraceName } from './loads.ts';
import type { ReplayMachine } from './simulate.ts';

/**
 * `static` and `static_parked` are the best fixed numbers of sequences, without and with KV cells parked. `clairvoyant` is punctual told
 * all lengths and what arrives next: what knowing more would gain it, no bound. `fitted` is punctual with prompts that are fitted to
 * their promise: the promises are the same, the prompts are not.
 */
export const policyContenders = [
  'punctual',
  'static',
  'static_parked',
  'fcfs',
  'edf',
  'saber',
  'clairvoyant',
  'fitted',
] as const;

/** `without_x` is punctual with one mechanism off. */
export const contenderNames = [...policyContenders, ...ablationNames] as const;

export type ContenderName = (typeof contenderNames)[number];

/** A machine as the workload fixes it, with parking and the reuse of prefixes. */
function machineOf(name: MachineName): ReplayMachine {
  const { costs, chunkTokens, shelfTokensMax } = machines[name].model;
  return { costs, chunkTokens, shelfTokensMax, sequences: replay.sequences, reusesPrefixes: true };
}

/** The comparator: first come, first served, with prefixes reused and cancel within a pass, in one of its settings. */
export function staticContender(machine: MachineName, setting: StaticSetting): Contender {
  const base = machineOf(machine);
  const { sequences, chunkTokens, parks } = setting;
  return {
    policy: staticPolicy(sequences),
    machine: { ...base, chunkTokens, shelfTokensMax: parks ? base.shelfTokensMax : 0 },
  };
}

/** As in "static:4, chunks of 64, parks". */
export function toldSetting({ sequences, chunkTokens, parks }: StaticSetting): string {
  return `static:${sequences}, chunks of ${chunkTokens}${parks ? ', parks' : ''}`;
}

/** Every setting that the comparator may choose from, on the tuning window. */
export function staticSettings(machine: MachineName): StaticSetting[] {
  const { sequences, chunkTokens } = replay.statics;
  const chunks = [...new Set([...chunkTokens, machines[machine].model.chunkTokens])];
  return sequences.flatMap((count) =>
    chunks.flatMap((chunk) => [false, true].map((parks) => ({ sequences: count, chunkTokens: chunk, parks }))),
  );
}

export interface Place {
  readonly trace: TraceName;
  readonly machine: MachineName;
  readonly level: LoadLevel;
}

export function contenderOf(name: ContenderName, { trace, machine: machineName, level }: Place): Contender {
  const machine = machineOf(machineName);
  const { plain, parked } = replay.loads[trace][machineName][level];
  switch (name) {
    case 'punctual':
      return { policy: punctual, machine };
    case 'static':
      return staticContender(machineName, { ...plain, parks: false });
    case 'static_parked':
      return staticContender(machineName, { ...parked, parks: true });
    case 'fcfs':
      return { policy: fcfs, machine };
    case 'edf':
      return { policy: edf, machine };
    case 'saber':
      return { policy: saberPolicy(), machine };
    case 'clairvoyant':
      return { policy: punctual, machine, isClairvoyant: true };
    case 'fitted':
      return { policy: punctual, machine, fitsPrompts: sparingly };
    default:
      return ablate(name satisfies AblationName, machine);
  }
}
