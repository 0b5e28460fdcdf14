/** What a filter is given and what it may do. Pure: types only. */
import type { Around } from './around.ts';

/**
 * The filters in the order in which they run; also the reasons why nothing is left of an answer. A name says what a filter objects to.
 */
export const filterNames = [
  'lowConfidence',
  'encoding',
  'specialTokens',
  'healed',
  'fences',
  'prose',
  'selectedEntry',
  'echo',
  'leadingBlank',
  'partialLine',
  'repetition',
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

/** One token of an answer. */
export interface TokenConfidence {
  /** How many UTF-16 units of the answer's text it made; 0 while a character was incomplete. */
  readonly chars: number;
  /** Natural logarithm of the probability that the model gave it when it chose it: 0 is certain. */
  readonly logProbability: number;
}

/** What a model wrote. All but the text tells of the raw answer and means nothing for one that has been filtered. */
export interface Answer {
  readonly text: string;
  /** `length`: the token limit cut it, so its last line is not whole. */
  readonly end?: 'stop' | 'length';
  /** Text before the cursor that was taken off the prompt, with which the answer is to begin. */
  readonly healed?: string;
  /** One for each token, in order; absent where the engine does not tell. */
  readonly tokens?: readonly TokenConfidence[];
}

/** Where an answer is to stand. The texts may be the whole document's: only what is near the cursor is read. */
export interface Place {
  /** Before and after the cursor, with `\n` line ends. A selected entry of the suggestion list counts as typed: `before` ends with it. */
  readonly before: string;
  readonly after: string;
  /** The editor's language id. A language that is not known is judged by the cursor's line alone. */
  readonly languageId: string;
  /** Text of the entry that is selected in the editor's suggestion list. */
  readonly selected?: string;
}

/**
 * From a text to what of it may be shown: a contiguous piece of it, white space apart. Never longer, but for `indentation`, which may
 * write more spaces for a tab. An empty text is no suggestion.
 */
export type Filter = (text: string, around: Around, answer: Omit<Answer, 'text'>) => string;
