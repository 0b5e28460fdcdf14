/**
 * Where no suggestion is asked for. Pure. The first that holds:
 * 1. Asked by hand: nothing keeps it back.
 * 2. `notSource`: what programs write (output, logs, comparisons), not what a person writes.
 * 3. `conflictMarkers`: the cursor is inside of a merge conflict, where both sides contradict what a suggestion would go by.
 * 4. `midIdentifier`: word characters on both sides; what is put in there changes a name.
 * 5. `unlikely`: the suggestion would hardly be taken, by a small logistic model of what stands at the cursor and what was taken before.
 *
 * What only an editor knows (read-only, comparisons, several cursors) is decided there. Files too large, and those that are no text, are
 * told from others before (eligibility.ts).
 */
import { sentence, type Words } from '../../core/sentence.ts';
import { type Inside, insideAt } from './inside.ts';
import type { Sides } from './since.ts';
import { type Before, type Situation, situationAt } from './situation.ts';

export type Silence = 'notSource' | 'conflictMarkers' | 'midIdentifier' | 'unlikely';

export interface GateQuestion extends Sides {
  readonly uri: string;
  readonly languageId: string;
  /** Asked for by hand. */
  readonly invoked: boolean;
  readonly history: GateHistory;
  /** What of the text the cursor is in, where that was read already. */
  readonly inside?: Inside;
}

/** What is known of the person. */
export interface GateHistory {
  /** Share of the latest suggestions in this language that were taken. */
  readonly acceptRate: number;
  /** Median time between two keys in ms. */
  readonly beatMs: number;
  /** What was learned here, added to the weights. */
  readonly learned: GateWeights;
}

export type Silenced = { readonly reason: Silence; readonly message: Words } | undefined;

const messages: Readonly<Record<Silence, Words>> = {
  notSource: sentence('What programs write is not completed.'),
  conflictMarkers: sentence('The cursor is inside of a merge conflict.'),
  midIdentifier: sentence('The cursor is inside of a word: ask by hand for a suggestion there.'),
  unlikely: sentence('A suggestion here would hardly be taken: ask by hand for one.'),
};

export function whySilent(question: GateQuestion): Silenced {
  if (question.invoked) return undefined; // 1
  const { before, after, uri, languageId } = question;
  if (!isSource(uri, languageId)) return silence('notSource'); // 2
  if (isInConflict(question)) return silence('conflictMarkers'); // 3
  const { before: left, behind } = situationAt({ before, after });
  if (left === 'word' && behind === 'word') return silence('midIdentifier'); // 4
  return acceptProbability(question) < acceptMin ? silence('unlikely') : undefined; // 5
}

function silence(reason: Silence): Silenced {
  return { reason, message: messages[reason] };
}

// ------------------------------------------------------------------------------------------------------------------ hard rules

/** Of VS Code: output and debug views, source control, comparisons with an earlier version, outputs of notebook cells. */
const unwrittenSchemes: ReadonlySet<string> = new Set([
  'output',
  'debug',
  'git',
  'scm',
  'review',
  'vscode-scm',
  'vscode-notebook-cell-output',
]);
const unwrittenLanguages: ReadonlySet<string> = new Set(['log', 'diff', 'git-rebase', 'code-text-binary']);

function isSource(uri: string, languageId: string): boolean {
  const scheme = uri.slice(0, Math.max(0, uri.indexOf(':'))).toLowerCase();
  return !unwrittenSchemes.has(scheme) && !unwrittenLanguages.has(languageId.toLowerCase());
}

/** A conflict is shorter than this on either side of the cursor, or it is not looked at as one. */
const conflictCharsMax = 20_000;
const conflictMark = /^(<{7}|>{7})(?: |$)/gm;

/** The nearest mark above opens a conflict, and the nearest below closes one. A line of `=======` alone may be a heading. */
function isInConflict({ before, after }: Sides): boolean {
  // What the cursor's line begins with may be a mark itself.
  const above = [...before.slice(-conflictCharsMax).matchAll(conflictMark)].at(-1)?.[1];
  if (above?.startsWith('<') !== true) return false;
  const [below] = after.slice(0, conflictCharsMax).matchAll(conflictMark);
  return below?.[1]?.startsWith('>') === true;
}

// -------------------------------------------------------------------------------------------------------------- what is improbable

/** Less likely to be taken than this, a suggestion disturbs more than it helps. */
const acceptMin = 0.1;

const gateFeatureNames = [
  'always',
  'line',
  'space',
  'opener',
  'comma',
  'dot',
  'end',
  'operator',
  'quote',
  'other',
  'amid',
  'inComment',
  'inString',
  'shortDocument',
  'slowTyping',
  'acceptRate',
] as const;
export type GateFeature = (typeof gateFeatureNames)[number];

/** By feature; one that is absent weighs 0. */
export type GateWeights = Readonly<Partial<Record<GateFeature, number>>>;
export type GateFeatures = GateWeights;

/**
 * On the logistic scale. Two were fitted on the Copilot study (522 suggestions that eleven developers resolved; arXiv 2210.14306), which
 * says nothing of the cursor's place: `always` is the 31 % of suggestions of one line that were taken, and `acceptRate` the odds after one
 * that was taken over those after one that was rejected, 1.95, where one outcome moves the rate by 0.2. The others are set by hand, each
 * for its reason, and small enough that no single one silences a person whose rate is the usual one:
 * - `line`: a statement or a block begins. In the study suggestions of several lines were taken more often (odds 2.4); half of that.
 * - `dot`, `opener`, `operator`: something must follow, and the text says what it can be. `comma`, `space`: so too, with more choice.
 * - `end`: after `;`, `:` or a closing bracket the line may be complete. `quote`: a string has just begun or ended.
 * - `amid`: text behind the cursor has to be met; people change a line there rather than write one.
 * - `inComment`, `inString`: prose, which a small model of code writes badly.
 * - `shortDocument`: fewer than 100 characters say little of what is wanted.
 * - `slowTyping`: for each factor e of the beat over the usual: who types fast knows what to write.
 */
const gateWeights: Readonly<Record<GateFeature, number>> = {
  always: -0.8,
  line: 0.4,
  space: 0.1,
  opener: 0.3,
  comma: 0.1,
  dot: 0.4,
  end: -1.2,
  operator: 0.3,
  quote: -0.4,
  other: -0.3,
  amid: -0.8,
  inComment: -0.7,
  inString: -0.5,
  shortDocument: -0.6,
  slowTyping: 0.2,
  acceptRate: 3.3,
};

/** Of the Copilot study; the rate of a person of whom nothing is known. */
export const acceptRateUsual = 0.33;
const beatUsualMs = 220;
const documentCharsMin = 100;

/** Whether a suggestion at this place would be taken. */
export function acceptProbability(question: GateQuestion): number {
  const features = gateFeatures(question);
  return logistic(score(features, question.history.learned));
}

export function gateFeatures({
  before,
  after,
  languageId,
  history,
  inside = insideAt(before, languageId),
}: GateQuestion): GateFeatures {
  const situation = situationAt({ before, after });
  const { acceptRate, beatMs } = history;
  return {
    always: 1,
    ...beforeFeature(situation.before),
    ...(isAmid(situation) && { amid: 1 }),
    ...(inside === 'comment' && { inComment: 1 }),
    ...(inside === 'string' && { inString: 1 }),
    ...(before.length + after.length < documentCharsMin && { shortDocument: 1 }),
    slowTyping: Math.log(Math.max(1, beatMs) / beatUsualMs),
    acceptRate: acceptRate - acceptRateUsual,
  };
}

function beforeFeature(before: Before): GateFeatures {
  return before === 'word' ? {} : { [before]: 1 };
}

function isAmid({ behind }: Situation): boolean {
  return behind === 'text' || behind === 'word';
}

function score(features: GateFeatures, learned: GateWeights): number {
  return gateFeatureNames.reduce(
    (sum, name) => sum + (gateWeights[name] + (learned[name] ?? 0)) * (features[name] ?? 0),
    0,
  );
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

// ----------------------------------------------------------------------------------------------------------- what is learned here

const learnGain = 0.05;
const learnedMax = 1;
/** What was learned fades, so that a place that is silent for that reason is asked about again one day. */
const fading = 0.995;

/** After a suggestion at a place of these features was taken or not: a step of logistic regression. */
export function gateLearned(learned: GateWeights, features: GateFeatures, isAccepted: boolean): GateWeights {
  const error = Number(isAccepted) - logistic(score(features, learned));
  const changed = gateFeatureNames.map((name) => {
    const value = fading * (learned[name] ?? 0) + learnGain * error * (features[name] ?? 0);
    return [name, Math.min(Math.max(value, -learnedMax), learnedMax)] as const;
  });
  return Object.fromEntries(changed.filter(([, value]) => value !== 0));
}
