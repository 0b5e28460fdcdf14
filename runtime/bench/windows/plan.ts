/**
 * What somebody does in a window, from the seed alone: a document of the recorded editing trace, its edits with the Copilot study's gaps
 * between keys, and a summary now and then, some of which are taken back. Pure.
 */
import { exponential, integer, newRandom, type Random } from '../random.ts';
import type { EditingTrace } from '../replay/editing-trace.ts';
import type { PlayedEdit } from '../replay/sessions.ts';
import { halfOf } from '../replay/traces.ts';
import { studyEdits } from '../typing/timeline.ts';
import { sessions } from '../workloads.ts';

export interface Material {
  readonly editing: EditingTrace;
  /** Between two keys, as developers of the study typed. */
  readonly gapsMs: readonly number[];
}

/** Somebody asks what some lines do. */
export interface SummaryPlan {
  /** From the first edit of the session. */
  readonly atMs: number;
  /** Taken back after so long; undefined for one that is waited for. */
  readonly cancelAfterMs?: number;
}

/** One document, from its opening to its closing. */
export interface SessionPlan {
  /** The first edit, by its place in the recording. */
  readonly from: number;
  /** In order; times count from the first edit. */
  readonly edits: readonly PlayedEdit[];
  /** In order. */
  readonly summaries: readonly SummaryPlan[];
  readonly lengthMs: number;
}

/** Fixed: what a window does besides typing. */
export const asides = {
  /** Mean time between two summaries of one window, in ms. */
  summaryEveryMs: 120_000,
  /** Of the summaries, so many are taken back. */
  takenBackShare: 1 / 3,
  /** ... after at most so long, in ms. */
  takenBackMsMax: 1_000,
  /** Lines before the cursor that a summary is about. */
  summaryLines: 30,
  /** How often a window asks what needs no engine, in ms: the round trip of nothing but the protocol. */
  cheapEveryMs: 1_000,
} as const;

/** @param index of the session in its window. */
export function sessionPlan({ editing, gapsMs }: Material, seed: number, window: number, index: number): SessionPlan {
  const random = newRandom(seed, `window ${window} session ${index}`);
  const { start, end } = halfOf(editing.edits.length, 'reporting');
  const from = integer(random, start, end);
  const lengthMs = integer(random, ...sessions.lengthMs) - sessions.openLeadMs;
  const edits = studyEdits(editing, { from, end, lengthMs, gapsMs }, random);
  return { from, edits, summaries: summariesOf(lengthMs, random), lengthMs };
}

function summariesOf(lengthMs: number, random: Random): SummaryPlan[] {
  const summaries: SummaryPlan[] = [];
  const gapMs = (): number => exponential(random, asides.summaryEveryMs);
  for (let atMs = gapMs(); atMs < lengthMs; atMs += gapMs()) {
    const isTakenBack = random() < asides.takenBackShare;
    const cancelAfterMs = random() * asides.takenBackMsMax;
    summaries.push({ atMs, ...(isTakenBack && { cancelAfterMs }) });
  }
  return summaries;
}
