/** All policies by name, as the command line and the benches call them. */
import type { Policy } from '../policy.ts';
import { edf } from './edf.ts';
import { fcfs } from './fcfs.ts';
import { punctual } from './punctual.ts';
import { saberPolicy } from './saber.ts';
import { staticPolicy } from './static.ts';

export const policyNames = ['punctual', 'saber', 'fcfs', 'edf', 'static:N'] as const;

/** @returns undefined when there is no policy of this name. `static:N` takes 1 to 999 for N. */
export function policyNamed(name: string): Policy | undefined {
  const sequences = /^static:([1-9]\d{0,2})$/.exec(name)?.[1];
  if (sequences !== undefined) return staticPolicy(Number(sequences));
  return [punctual, saberPolicy(), fcfs, edf].find((policy) => policy.name === name);
}
