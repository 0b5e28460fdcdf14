/** Texts for prompts whose words do not matter: common words of code, one token each in the bench's model. */
import type { Prompt } from '../../core/task.ts';
import { pick, type Random } from '../random.ts';

const words = 'value result string number index item list array object class map filter name user count total sum data'
  .split(' ')
  .map((word) => ` ${word}`);

/** An infill prompt of about `tokens` tokens; two of them have next to nothing in common. */
export function inventedPrompt(random: Random, tokens: number): Prompt {
  const prefix = Array.from({ length: tokens }, () => pick(random, words)).join('');
  return { kind: 'infill', prefix, suffix: '' };
}
