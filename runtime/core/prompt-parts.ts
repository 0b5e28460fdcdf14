/**
 * What predictions take from the text of a prompt: how long it is, and how much of it begins as another one does. Nothing else of what a
 * user wrote matters to a decision, so a recorded log can do without the text. Pure.
 */
import type { Prompt } from './task.ts';

export const partNames = ['user', 'context', 'prefix', 'suffix', 'typed'] as const;

/** A prompt's texts, by what they are; those that it does not have are empty. */
export type PromptParts = Readonly<Record<(typeof partNames)[number], string>>;

const noParts: PromptParts = { user: '', context: '', prefix: '', suffix: '', typed: '' };

export function partsOf(prompt: Prompt): PromptParts {
  if (prompt.kind === 'chat') return { ...noParts, user: prompt.user };
  const { prefix, suffix, typed = '', context } = prompt;
  return {
    ...noParts,
    context: (context?.pieces ?? []).map(({ comments }) => comments).join(''),
    prefix,
    suffix,
    typed,
  };
}

export function charsOf(parts: PromptParts): number {
  return partNames.reduce((sum, name) => sum + parts[name].length, 0);
}

const prefixOrder = ['user', 'context', 'prefix', 'suffix', 'typed'] as const;
const suffixOrder = ['user', 'suffix', 'context', 'prefix', 'typed'] as const;

/**
 * How many characters both begin with, in the order in which the engine writes them. Between two parts stands a token of the model's own,
 * so where one part differs nothing behind it is shared.
 */
export function sharedChars(a: PromptParts, b: PromptParts, suffixFirst: boolean): number {
  let shared = 0;
  for (const name of suffixFirst ? suffixOrder : prefixOrder) {
    const same = sharedStart(a[name], b[name]);
    shared += same;
    if (same < a[name].length || same < b[name].length) break;
  }
  return shared;
}

/** Whole pieces first: strings are compared far faster than characters, and prompts of one document share thousands of them. */
export function sharedStart(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  for (let piece = 1_024; piece >= 32; piece >>= 1)
    while (index + piece <= length && a.slice(index, index + piece) === b.slice(index, index + piece)) index += piece;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  return index;
}
