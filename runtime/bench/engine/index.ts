/** The bench of the real engine, one part at a time: `bench engine --part throughput|batch|cancel|replay|estimate`. */
import type { BenchResult } from '../bench.ts';
import { batch } from './batch.ts';
import { cancel } from './cancel.ts';
import { estimate } from './estimate/index.ts';
import { replayPart } from './live/replay.ts';
import type { PartOptions } from './model.ts';
import { throughput } from './throughput.ts';

/** What may be chosen on the command line; undefined is the default. */
export interface EngineBenchOptions extends PartOptions {
  readonly part: PartName;
  /** The policy of our engine, by name. */
  readonly policy?: string | undefined;
  /** With `batch`: the policy that decodes all streams together. */
  readonly baseline?: string | undefined;
  /** With `replay`, see `ReplayOptions` in live/replay.ts; the last three also with `estimate`. */
  readonly sequences?: readonly number[] | undefined;
  readonly against?: string | undefined;
  readonly load?: number | undefined;
  readonly seconds?: number | undefined;
  readonly stretch?: number | undefined;
}

export const partNames = ['throughput', 'batch', 'cancel', 'replay', 'estimate'] as const;
export type PartName = (typeof partNames)[number];

export function isPart(name: string): name is PartName {
  return partNames.some((part) => part === name);
}

const policyDefault = 'punctual';
/** What a user of a local server may choose; more than eight is beyond the sequences that our policy has. */
const sequencesDefault = [4, 8];

/** @throws when the part cannot be measured on this machine, with the reason in words. */
export async function runEnginePart(options: EngineBenchOptions): Promise<BenchResult> {
  const policy = options.policy ?? policyDefault;
  switch (options.part) {
    case 'throughput':
      return await throughput({ ...options, policy });
    case 'batch':
      return await batch({ ...options, policy, baseline: options.baseline ?? 'fcfs' });
    case 'cancel':
      return await cancel({ ...options, policy });
    case 'replay':
      return await replayPart({ ...options, policy, sequences: options.sequences ?? sequencesDefault });
    case 'estimate':
      return await estimate({ ...options, policy });
    default:
      return options.part satisfies never;
  }
}
