/** Which contenders meet on which days: read from the command line, or said by whoever plays a part of the bench. */
import type { BenchOptions } from '../bench.ts';
import { countOf, listed, oneOf } from '../options.ts';
import { ablationNames } from './ablation.ts';
import { type ContenderName, contenderNames, policyNames } from './contenders.ts';
import { seeds, type Window } from './workloads.ts';

export interface Selection {
  readonly window: Window;
  readonly seeds: readonly number[];
  readonly contenders: readonly ContenderName[];
}

/** Seeds of a quick run: one for each fleet. */
export const quickSeeds = 3;

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const window = oneOf<Window>('window', values['window'] ?? 'reporting', ['reporting', 'tuning']);
  const there = seeds[window];
  const count = countOf('seeds', values['seeds'], quick ? quickSeeds : there.length, there.length);
  const wanted = listed<ContenderName>('policy', values['policy'], contenderNames, policyNames);
  const ablations = listed('ablation', values['ablation'] ?? 'none', ['none', 'all', ...ablationNames]);
  const ablated = ablationNames.filter((name) => ablations.includes('all') || ablations.includes(name));
  return { window, seeds: there.slice(0, count), contenders: [...new Set([...wanted, ...ablated])] };
}
