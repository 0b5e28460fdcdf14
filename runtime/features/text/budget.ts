/** How much of a text goes into one prompt. Pure. */
import type { TaskError } from '../../core/task.ts';
import type { ClientSettings } from '../../protocol.ts';
import type { Prompt } from '../prompts/prompt.ts';
import type { ChosenModel } from '../tasks.ts';

/** Characters per token of code, at the optimistic end: the engine says when it was too optimistic. */
export const charsPerToken = 3.5;

/** Room for the words around the code and the chat template's markers, in tokens. */
const frameTokens = 96;

/** Of an answer, as the prompt, the settings and the model allow. */
export function answerTokensMax(prompt: Prompt, settings: ClientSettings, model: ChosenModel): number {
  const allowed = Math.min(settings[prompt.class].maxTokens, prompt.maxTokens);
  return Math.min(allowed, model.demo ? prompt.demoTokens : Math.floor(model.contextTokens / 2));
}

/** Characters of code that fit into a prompt beside the answer and `otherChars` of other text. */
export function roomChars({ contextTokens }: ChosenModel, answerTokens: number, otherChars = 0): number {
  return Math.max(0, Math.floor((contextTokens - answerTokens - frameTokens) * charsPerToken) - otherChars);
}

/** Characters that will fit after all when so many did not. */
export function shorterChars(chars: number, { promptTokens = 2, promptTokensMax = 1 }: TaskError): number {
  return Math.floor((0.92 * chars * promptTokensMax) / promptTokens);
}
