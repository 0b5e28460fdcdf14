/** The bench of the real engine, one part at a time: `bench engine --part throughput|batch|cancel`. */
import type { BenchResult } from '../bench.ts';
import { batch } from './batch.ts';
import { cancel } from './cancel.ts';
import type { PartOptions } from './model.ts';
import { throughput } from './throughput.ts';

/** What may be chosen on the command line; undefined is the default. */
export interface EngineBenchOptions extends PartOptions {
  readonly part: PartName;
  /** The policy of our engine, by name. */
  readonly policy?: string | undefined;
  /** With `batch`: the policy that it is compared with. */
  readonly against?: string | undefined;
}

export const partNames = ['throughput', 'batch', 'cancel'] as const;
export type PartName = (typeof partNames)[number];

export function isPart(name: string): name is PartName {
  return partNames.some((part) => part === name);
}

const policyDefault = 'punctual';

/** @throws when the part cannot be measured on this machine, with the reason in words. */
export async function runEnginePart(options: EngineBenchOptions): Promise<BenchResult> {
  const policy = options.policy ?? policyDefault;
  switch (options.part) {
    case 'throughput':
      return await throughput({ ...options, policy });
    case 'batch':
      return await batch({ ...options, policy, against: options.against ?? 'fcfs' });
    case 'cancel':
      return await cancel({ ...options, policy });
    default:
      return options.part satisfies never;
  }
}
