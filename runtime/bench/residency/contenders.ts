/** Who is put to the same days: ours, what it is compared with, and the one that knows the day. */
import type { ResidencyOptions } from '../../core/residency/options.ts';
import { ResidencyPolicy } from '../../core/residency/policy.ts';
import { type AblationName, ablate, ablationNames } from './ablation.ts';
import { Baseline, type BaselineName, baselineNames } from './baselines.ts';
import { Clairvoyance } from './clairvoyant.ts';
import type { ContenderSetup } from './contender.ts';
import type { BenchDay } from './day.ts';
import { ReadingLru } from './reading-lru.ts';

/** A rule, with or without the completion model pinned. */
export type RuleName = BaselineName | `${BaselineName}_pinned`;

export const ruleNames: readonly RuleName[] = baselineNames.flatMap((name): RuleName[] => [name, `${name}_pinned`]);

/**
 * `punctual` is what ships: models stand in for each other within a class. `punctual_as_chosen` answers every task with the model
 * chosen for it. The clairvoyants have the same means as one of these two, and know when each model is used next.
 */
const ourNames = ['punctual', 'punctual_as_chosen', 'clairvoyant', 'clairvoyant_as_chosen'] as const;

export type ContenderName = RuleName | 'lru_reading' | (typeof ourNames)[number] | AblationName;

export const policyNames: readonly ContenderName[] = [...ruleNames, 'lru_reading', ...ourNames];
export const contenderNames: readonly ContenderName[] = [...policyNames, ...ablationNames];

/** A policy that looks ahead is asked this often when nothing happens, in ms. */
const reviewMs = 5_000;
const asChosen = { substitution: 'never' } as const satisfies Partial<ResidencyOptions>;
/** Certain of what comes, it loads just in time, and waits for no other reason than that. */
const certain: Partial<ResidencyOptions> = {
  aheadMs: 2_000,
  aheadProbability: 0.5,
  aheadFreeProbability: 0.5,
  aheadGain: 1,
  aheadGapMs: 0,
};

export function setupOf(name: ContenderName, day: BenchDay): ContenderSetup {
  switch (name) {
    case 'punctual':
      return ours({});
    case 'punctual_as_chosen':
      return ours(asChosen);
    case 'clairvoyant':
      return ours(certain, day);
    case 'clairvoyant_as_chosen':
      return ours({ ...certain, ...asChosen }, day);
    case 'lru_reading':
      return { make: () => new ReadingLru(), pinsCompletion: true, parks: false, reviewMs };
    default:
      return isAblation(name) ? ablated(name) : rule(name);
  }
}

export function isAblation(name: ContenderName): name is AblationName {
  return (ablationNames as readonly string[]).includes(name);
}

function ablated(name: AblationName): ContenderSetup {
  const { options, ...rest } = ablate(name);
  return { ...ours(options ?? {}), ...rest };
}

function ours(options: Partial<ResidencyOptions>, known?: BenchDay): ContenderSetup {
  const make = () => new ResidencyPolicy(options, known === undefined ? undefined : new Clairvoyance(known));
  return { make, pinsCompletion: true, parks: true, reviewMs };
}

function rule(name: RuleName): ContenderSetup {
  const base = baselineNames.find((known) => name === known || name === `${known}_pinned`);
  if (base === undefined) throw new Error(`There is no rule '${name}'.`);
  // Only Ollama does something when nothing happens: it unloads what was not used for long.
  const asked = base === 'ollama' ? reviewMs : undefined;
  return { make: () => new Baseline(base), pinsCompletion: name !== base, parks: false, reviewMs: asked };
}
