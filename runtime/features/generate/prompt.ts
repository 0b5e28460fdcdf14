/**
 * How a model is asked for code in a sentence. Pure.
 *
 * 1. One that follows instructions is asked in words, by the prompt file, with what stands around the place.
 * 2. One that only completes gets the same text to fill in, with the sentence as a comment right above the place.
 */
import type { InfillContext, Prompt as TaskPrompt } from '../../core/task.ts';
import { targetLanguages } from '../../protocol.ts';
import { asComments } from '../completion/context/comments.ts';
import { indentOf } from '../completion/filters/lines.ts';
import type { InfillWindow } from '../completion/prompt.ts';
import { fenced, fillPrompt, type Prompt } from '../prompts/prompt.ts';
import { type GeneratePlace, lastLine } from './place.ts';

export interface Asked {
  readonly place: GeneratePlace;
  readonly instruction: string;
  /** Of the file, for the model. */
  readonly name: string;
}

/** `words`: in words, by a chat template. `comment`: as a comment to be filled in behind. */
export type Manner = 'words' | 'comment';

export function promptFor(
  manner: Manner,
  asked: Asked,
  file: Prompt,
  window: InfillWindow,
  context?: InfillContext,
): TaskPrompt {
  return manner === 'words'
    ? { kind: 'chat', user: inWords(asked, file, window, context) } // 1
    : { kind: 'infill', ...asComment(asked, window), ...(context && { context }) }; // 2
}

function inWords(
  { place, instruction, name }: Asked,
  file: Prompt,
  { prefix, suffix }: InfillWindow,
  context: InfillContext | undefined,
): string {
  const { languageId, selected } = place;
  const code = (text: string): string => (text.trim() === '' ? '' : fenced(languageId, text.replace(/^\n+|\s+$/g, '')));
  const others = (context?.pieces ?? []).map(({ path, text }) => `${path}:\n${code(text)}`).join('\n');
  return fillPrompt(file, {
    ...{ instruction, name, others, language: languageName(languageId) },
    before: code(prefix),
    selected: code(selected),
    after: code(suffix),
  });
}

function languageName(languageId: string): string {
  const base = languageId.replace(/react$/, '');
  return Object.entries(targetLanguages).find(([id]) => id === base)?.[1] ?? languageId;
}

/** Of the text above the place: a comment that is there already is not said twice. */
const nearChars = 1_000;

function asComment(asked: Asked, { prefix, suffix }: InfillWindow): InfillWindow {
  return { prefix: beforeCode('comment', asked, prefix), suffix: asked.place.tail + suffix };
}

/** What stands before the code, from `prefix` on: the text up to the place, as the model was told of it. */
export function beforeCode(manner: Manner, { place, instruction }: Asked, prefix: string): string {
  const { languageId, selected, lead } = place;
  const before = prefix + lead;
  if (manner === 'words') return before;
  const lineStart = before.length - lastLine(before).length;
  const indent = indentOf(before.slice(lineStart));
  const [said = ''] = asComments(languageId, instruction, '').split('\n');
  const replaced = selected.trim() === '' ? '' : asComments(languageId, 'Instead of:', selected);
  const isThere = words(before.slice(-nearChars)).includes(words(instruction));
  const comment = isThere ? replaced : `${replaced}${said}\n`;
  const lines = comment.replaceAll(/^(?=.)/gm, indent);
  return before.slice(0, lineStart) + lines + before.slice(lineStart);
}

/** Without the marks of comments. */
function words(text: string): string {
  return ` ${text.split(/[^\p{L}\p{N}]+/u).join(' ')} `.replace(/ {2,}/g, ' ');
}
