/** Somebody edits, as recorded: each state of the document with its cursor, and how long the model would answer there. Pure. */
import { type Situation, situationAt } from '../../features/completion/situation.ts';
import { integer, lognormalOfMeanOne, newRandom, pick, type Random } from '../random.ts';
import type { Window } from '../replay/arrivals.ts';
import { applied, cursorAfter, type EditingTrace } from '../replay/editing-trace.ts';
import { type PlayedEdit, playedEdits } from '../replay/sessions.ts';
import { halfOf, type Traces } from '../replay/traces.ts';
import { sessions } from '../workloads.ts';
import { studyEdits } from './timeline.ts';

/** `study`: gaps of the Copilot study. `even`: spread evenly over their seconds, with looks at suggestions, as `bench replay` plays them. */
export const timings = ['study', 'even'] as const;
export type Timing = (typeof timings)[number];

/** The document after an edit, and what its suggestion would take. */
export interface TypedEdit {
  readonly atMs: number;
  /** Until the next edit. */
  readonly gapMs: number;
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
  readonly situation: Situation;
  readonly grownBy: number;
  readonly answerTokens: number;
  /** What the machine takes at this moment, as a share of what it usually does. */
  readonly slowness: number;
}

export interface TypingMaterial extends Traces {
  readonly gapsMs: readonly number[];
}

export interface SessionsOptions {
  readonly timing: Timing;
  readonly window: Window;
  readonly seed: number;
  readonly count: number;
}

/** Of its time, the standard deviation of a pass (docs/MEASUREMENTS.md: a quiet machine). */
const slownessVariation = 0.15;

export function* typingSessions(material: TypingMaterial, options: SessionsOptions): Generator<readonly TypedEdit[]> {
  for (let index = 0; index < options.count; index += 1) yield typingSession(material, options, index);
}

function typingSession(material: TypingMaterial, options: SessionsOptions, index: number): readonly TypedEdit[] {
  const { editing } = material;
  const random = newRandom(options.seed, `typing ${index}`);
  const lengthMs = integer(random, ...sessions.lengthMs);
  const { start, end } = halfOf(editing.edits.length, options.window);
  const from = integer(random, start, end);
  const edits = timed(material, options, { from, end, lengthMs }, random);
  const served = half(material.served, options.window);
  let text = editing.textBefore(from);
  return edits.flatMap((edit, place) => {
    const before = text.length;
    text = editing.edits.slice(edit.first, edit.end).reduce((old, { patches }) => applied(old, patches), text);
    const answerTokens = Math.min(Math.max(pick(random, served).outputTokens, 1), sessions.maxTokens);
    const slowness = lognormalOfMeanOne(random, slownessVariation);
    const next = edits[place + 1];
    // How long the last one rests is not known.
    if (next === undefined) return [];
    const offset = cursorOf(editing, edit);
    const situation = situationAt({ before: text.slice(0, offset), after: text.slice(offset) });
    const { atMs } = edit;
    return [
      { atMs, gapMs: next.atMs - atMs, text, offset, situation, grownBy: text.length - before, answerTokens, slowness },
    ];
  });
}

function timed(
  { editing, suggestions, gapsMs }: TypingMaterial,
  { timing, window }: SessionsOptions,
  { from, end, lengthMs }: { readonly from: number; readonly end: number; readonly lengthMs: number },
  random: Random,
): readonly PlayedEdit[] {
  switch (timing) {
    case 'study':
      return studyEdits(editing, { from, end, lengthMs, gapsMs: half(gapsMs, window) }, random);
    case 'even':
      return playedEdits(editing, from, end, lengthMs, half(suggestions, window), random);
    default:
      return timing satisfies never;
  }
}

function cursorOf(editing: EditingTrace, { end }: PlayedEdit): number {
  const last = editing.edits[end - 1];
  return last === undefined ? 0 : cursorAfter(last, editing.edits[end]);
}

function half<T>(items: readonly T[], window: Window): readonly T[] {
  const { start, end } = halfOf(items.length, window);
  return items.slice(start, end);
}
