/**
 * When the edits of the recording were made: its stamps are whole seconds, and the Copilot study says how keys follow each other within
 * them. Pure.
 */
import type { Random } from '../random.ts';
import { pick } from '../random.ts';
import type { EditingTrace } from '../replay/editing-trace.ts';
import type { PlayedEdit } from '../replay/sessions.ts';
import { sessions } from '../workloads.ts';

export interface TimelineOptions {
  /** The first edit of the recording, and where its half ends. */
  readonly from: number;
  readonly end: number;
  readonly lengthMs: number;
  /** Between two keys, as developers of the study typed. */
  readonly gapsMs: readonly number[];
}

/** Stamps that differ by no more than this may be a beat apart: a second each way is lost in them. */
const runGapMs = 1_000;
/** What one stamp may be off. */
const stampMs = 1_000;
/** No hand is faster. */
const gapMsMin = 30;

/**
 * The edits from `from` on, until `lengthMs` are over. Those whose stamps follow each other within a second are a run: its gaps are drawn
 * from the study, and stretched to the time that the recording says it took, as far as its stamps tell. What is between runs is as
 * recorded; longer pauses are cut at `sessions.pauseMsMax`.
 */
export function studyEdits(editing: EditingTrace, options: TimelineOptions, random: Random): PlayedEdit[] {
  const { from, end, lengthMs } = options;
  const stampOf = (edit: number): number => editing.edits[edit]?.stampMs ?? 0;
  const played: PlayedEdit[] = [];
  let atMs = 0;
  for (let first = from; first < end && atMs < lengthMs; ) {
    let next = first + 1;
    while (next < end && stampOf(next) - stampOf(next - 1) <= runGapMs) next += 1;
    played.push({ atMs, first, end: first + 1 });
    for (const gapMs of runGaps(next - first - 1, stampOf(next - 1) - stampOf(first), options.gapsMs, random)) {
      atMs += gapMs;
      const edit = played.length + from;
      played.push({ atMs, first: edit, end: edit + 1 });
    }
    const pauseMs = stampOf(next) - stampOf(next - 1) + stampMs * (random() - random());
    atMs += Math.min(pauseMs, sessions.pauseMsMax);
    first = next;
  }
  return played.filter((edit) => edit.atMs < lengthMs);
}

function runGaps(count: number, recordedMs: number, gapsMs: readonly number[], random: Random): number[] {
  const drawn = Array.from({ length: count }, () => pick(random, gapsMs));
  const sum = drawn.reduce((total, gapMs) => total + gapMs, 0);
  const possible = Math.min(Math.max(sum, recordedMs - stampMs), recordedMs + stampMs);
  return drawn.map((gapMs) => Math.max(gapMsMin, (gapMs * possible) / sum));
}
