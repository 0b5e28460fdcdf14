/**
 * What the workflow bench puts to everybody: plans of calls, their sizes, promises, loads and seeds. Fixed before any tuning; a later
 * change needs a reason, written here. Data only.
 */
import type { MachineName } from '../workloads.ts';

/** A summary that has to be shorter is asked for in half the words. */
export const shorterShare = 0.5;

/** Sizes in tokens: lognormal with this median and coefficient of variation, cut at `max`. */
export interface Size {
  readonly median: number;
  readonly variation: number;
  readonly max: number;
}

/**
 * Summaries of files and folders: each part by itself, then one answer from all of theirs. A part is what a selection is in `background`
 * of workloads.ts (500 tokens with 0.7, answered in 80 with 0.5, from HumanEval-X); the last call reads the answers of all parts.
 */
export const summary = {
  parts: [2, 8],
  part: { median: 500, variation: 0.7, max: 1_800 },
  answer: { median: 80, variation: 0.5, max: 256 },
  /** What tells the model to put the parts together. */
  mergeTokens: 60,
} as const satisfies { part: Size; answer: Size; [other: string]: unknown };

/**
 * Translations of files, declaration by declaration: a declaration is a function of HumanEval-X (296 tokens at the median, variation 0.5),
 * its translation 1.1 times as long with 0.15. Of the declarations behind the first, so many use an earlier one, and carry its signature:
 * they wait for it.
 */
export const translation = {
  parts: [2, 8],
  part: { median: 296, variation: 0.5, max: 1_400 },
  answerRatio: { median: 1.1, variation: 0.15 },
  answerMax: 1_024,
  dependentShare: 2 / 3,
  /** Of the translation that it depends on: the signature and shared names, as a share of its tokens. */
  carriedShare: 0.15,
} as const satisfies { part: Size; [other: string]: unknown };

/**
 * The promise of a workflow is this many times the predicted time of its calls on an idle device (idle.ts). Today's summaries and
 * translations have 3.6 and 2.8 times that of their median on `cpu`, 4.8 and 2.3 times on `gpu` (`background` in workloads.ts).
 */
export const targetMultiple = 3;

/** Of the workflows, so many are summaries; the others are translations. */
export const summaryShare = 0.5;

/** A setting of the static comparator, chosen for the least p95 E2E of workflows, on the tuning seeds. */
export interface StaticChoice {
  readonly sequences: number;
  readonly parks: boolean;
}

/** What a machine is loaded with. */
export interface WorkflowLoad {
  /** Editing sessions at a time: their completions take a fifth to a third of the device. */
  readonly sessions: number;
  /** Workflows a minute, at which (a) attains half of their promises. */
  readonly perMinute: number;
  readonly best: StaticChoice;
}

/** Virtual time in which tasks arrive; the machine is empty before, and what is under way then is still finished. */
export const durationMs = 1_200_000;

/** As `bench workflow --find-loads yes` prints them: bisection for contender (a) alone, on the tuning seeds. */
export const loads: Readonly<Record<MachineName, WorkflowLoad>> = {
  cpu: { sessions: 1, perMinute: 1.36, best: { sequences: 1, parks: false } },
  gpu: { sessions: 2, perMinute: 5.79, best: { sequences: 6, parks: true } },
};

export const seeds = { tuning: range(801, 8), reporting: range(301, 24) } as const;

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}
