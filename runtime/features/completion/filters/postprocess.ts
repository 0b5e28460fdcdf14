/**
 * What a model wrote, made fit to be shown: a list of pure filters, applied in order until none of them changes anything, so that to
 * filter an answer again changes nothing. Never throws.
 */
import { type Around, aroundOf, type Place } from './around.ts';
import { brackets, quotes, restOfLine } from './balance.ts';
import { echo, leadingBlank, selectedEntry } from './beginning.ts';
import { fences, prose } from './chatter.ts';
import { lowConfidence } from './confidence.ts';
import { linesAbove, linesBelow } from './duplicates.ts';
import { blank, partialLine, repetition } from './ending.ts';
import { type Answer, type Filter, type FilterName, filterNames } from './filter.ts';
import { indentation, outdent } from './indentation.ts';
import { encoding, specialTokens } from './raw.ts';

const filters: Readonly<Record<FilterName, Filter>> = {
  lowConfidence,
  encoding,
  specialTokens,
  fences,
  prose,
  selectedEntry,
  echo,
  leadingBlank,
  partialLine,
  repetition,
  indentation,
  outdent,
  linesAbove,
  linesBelow,
  quotes,
  brackets,
  restOfLine,
  blank,
};

/** A longer answer is nobody's ghost text; the rest is not read. */
export const answerCharsMax = 65_536;
/** An answer that is still being cut after so many rounds is not worth showing. Usually the second changes nothing. */
const roundsMax = 8;

export interface Postprocessed {
  /** What may be shown, or nothing. */
  readonly text: string;
  /** Why nothing is left: the filter that left nothing, or that they came to no end. Absent when there is a text. */
  readonly dropped?: FilterName | 'unsettled';
  /** The filters that changed the answer, in the order in which they first did. */
  readonly changed: readonly FilterName[];
}

/** @param around what stands around the place, where that is known already. */
export function postprocess(answer: Answer, place: Place, around = aroundOf(place)): Postprocessed {
  const changed = new Set<FilterName>();
  let current = { ...answer, text: answer.text.slice(0, answerCharsMax) };
  for (let round = 0; round < roundsMax; round++) {
    const result = filterOnce(current, around, changed);
    if (result.dropped !== undefined) return { text: '', dropped: result.dropped, changed: [...changed] };
    if (result.text === current.text) return { text: result.text, changed: [...changed] };
    // What was known of the raw answer has been used.
    current = { text: result.text };
  }
  return { text: '', dropped: 'unsettled', changed: [...changed] };
}

function filterOnce(answer: Answer, around: Around, changed: Set<FilterName>): { text: string; dropped?: FilterName } {
  let { text } = answer;
  let { end } = answer;
  for (const name of filterNames) {
    const before = text;
    text = filters[name](before, around, { ...answer, ...(end && { end }) });
    if (text === before) continue;
    changed.add(name);
    if (text === '') return { text, dropped: name };
    // What another filter cut off was what the token limit had cut.
    if (before.startsWith(text)) end = 'stop';
  }
  return text === '' ? { text, dropped: 'blank' } : { text };
}
