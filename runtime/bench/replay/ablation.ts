/** Punctual with one mechanism off, so that the reader sees what each is worth. The first two are off in the machine, the others in the policy. */
import { punctualWith } from '../../core/policies/punctual.ts';
import type { PunctualOptions } from '../../core/policies/punctual-options.ts';
import type { Contender } from './contender.ts';
import type { ReplayMachine } from './simulate.ts';

export const ablationNames = [
  'without_prefix_reuse',
  'without_parking',
  'without_relegation',
  'without_pausing',
  'without_sized_chunks',
  'without_yielding',
  'without_kept_sequences',
  'without_forecast',
  'without_batch_choice',
] as const;

export type AblationName = (typeof ablationNames)[number];

export function ablate(name: AblationName, machine: ReplayMachine): Contender {
  const off = (options: Partial<PunctualOptions>): Contender => ({ policy: punctualWith(options), machine });
  switch (name) {
    case 'without_prefix_reuse':
      return { policy: punctualWith({}), machine: { ...machine, reusesPrefixes: false } };
    case 'without_parking':
      return { policy: punctualWith({}), machine: { ...machine, shelfTokensMax: 0 } };
    case 'without_relegation':
      return off({ relegates: false });
    case 'without_pausing':
      return off({ pauses: false });
    case 'without_sized_chunks':
      return off({ sizesChunks: false });
    case 'without_yielding':
      return off({ yields: false });
    case 'without_kept_sequences':
      return off({ keepsSequences: false });
    case 'without_forecast':
      return off({ forecasts: false });
    case 'without_batch_choice':
      return off({ choosesBatch: false });
    default:
      throw new Error(`There is no ablation '${name satisfies never}'.`);
  }
}
