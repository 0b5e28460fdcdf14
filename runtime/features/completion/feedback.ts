/**
 * What became of suggestions: counts by language and model, and what was learned from them. Pure, (statistics, outcome) -> statistics. No
 * source text, no file name and no time of day is in it; the runtime keeps it on this machine and nowhere else.
 */
import { acceptRateUsual, type GateFeatures, type GateWeights, gateLearned } from './gate.ts';

/** How a suggestion came out. `partly`: a word or a line of it was taken; `retained`, `lost`: one that was taken, half a minute later. */
export const outcomeKinds = ['shown', 'accepted', 'partly', 'rejected', 'retained', 'lost'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** What a suggestion is counted under. */
export interface Scope {
  readonly language: string;
  /** The model's name, as people know it. */
  readonly model: string;
}

export interface Outcome extends Scope {
  readonly kind: OutcomeKind;
  /** Of the place where it was suggested; absent for one that the gate was not asked about. */
  readonly features?: GateFeatures;
}

export interface OutcomeCounts extends Scope, Readonly<Record<OutcomeKind, number>> {
  /** Share that was taken, the latest count most. */
  readonly acceptRate: number;
}

export interface Statistics {
  /** The one that was counted last is the last. */
  readonly counts: readonly OutcomeCounts[];
  readonly learned: GateWeights;
}

export const noStatistics: Statistics = { counts: [], learned: {} };

/** Beyond them the pair of language and model that was not counted for the longest time is forgotten. */
export const countsMax = 64;
/** One outcome moves the rate by so much: the last five say most. */
const rateGain = 0.2;

export function counted(statistics: Statistics, outcome: Outcome): Statistics {
  const { language, model, kind, features } = outcome;
  const known = statistics.counts.find((one) => isOf(one, outcome));
  const before = known ?? { language, model, ...noCounts, acceptRate: acceptRateUsual };
  const isAccepted = wasTaken(kind);
  const acceptRate =
    isAccepted === undefined
      ? before.acceptRate
      : before.acceptRate + rateGain * (Number(isAccepted) - before.acceptRate);
  const now = { ...before, [kind]: before[kind] + 1, acceptRate };
  const others = statistics.counts.filter((one) => one !== known);
  const learned =
    isAccepted === undefined || features === undefined
      ? statistics.learned
      : gateLearned(statistics.learned, features, isAccepted);
  return { counts: [...others, now].slice(-countsMax), learned };
}

const noCounts = { shown: 0, accepted: 0, partly: 0, rejected: 0, retained: 0, lost: 0 } as const satisfies Record<
  OutcomeKind,
  0
>;

/** Whether the person wanted it; undefined for what says nothing of that. */
export function wasTaken(kind: OutcomeKind): boolean | undefined {
  switch (kind) {
    case 'accepted':
    case 'partly':
      return true;
    case 'rejected':
      return false;
    case 'shown':
    case 'retained':
    case 'lost':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function isOf(one: Scope, { language, model }: Scope): boolean {
  return one.language === language && one.model === model;
}

/** Of the latest suggestions of this model in this language; of an ordinary person as long as there were none. */
export function acceptRateOf({ counts }: Statistics, scope: Scope): number {
  return counts.find((one) => isOf(one, scope))?.acceptRate ?? acceptRateUsual;
}

/** All languages and models together. */
export function totalOf({ counts }: Pick<Statistics, 'counts'>): Readonly<Record<OutcomeKind, number>> {
  const sum = (kind: OutcomeKind): number => counts.reduce((total, one) => total + one[kind], 0);
  return {
    shown: sum('shown'),
    accepted: sum('accepted'),
    partly: sum('partly'),
    rejected: sum('rejected'),
    retained: sum('retained'),
    lost: sum('lost'),
  };
}
