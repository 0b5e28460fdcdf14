/** What a filter is given and what it may do. Pure: types only. */
import type { TokenConfidence } from '../../tasks.ts';
import type { Around } from './around.ts';

/**
 * The filters in the order in which they run; also the reasons why nothing is left of an answer. A name says what a filter objects to.
 */
export const filterNames = [
  'lowConfidence',
  'encoding',
  'specialTokens',
  'fences',
  'prose',
  'selectedEntry',
  'echo',
  'leadingBlank',
  'repetition',
  'partialLine',
  'linesAbove',
  'indentation',
  'outdent',
  'linesBelow',
  'quotes',
  'brackets',
  'restOfLine',
  'blank',
] as const;

export type FilterName = (typeof filterNames)[number];

/** What a model wrote. All but the text tells of the raw answer and means nothing for one that has been filtered. */
export interface Answer {
  readonly text: string;
  /** `length`: the token limit cut it, so its last line is not whole. */
  readonly end?: 'stop' | 'length';
  /** One for each token, in order; absent where the engine does not tell. */
  readonly tokens?: readonly TokenConfidence[];
}

/**
 * From a text to what of it may be shown: a contiguous piece of it, white space apart. Never longer, but for `indentation`, which may
 * write more spaces for a tab. An empty text is no suggestion.
 */
export type Filter = (text: string, around: Around, answer: Omit<Answer, 'text'>) => string;
