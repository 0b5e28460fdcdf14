/**
 * Real text for the token numbers of a replayed load: each number becomes a word that is one token of the model, and equal numbers
 * become equal words, so that what two prompts share in numbers they share in tokens.
 */
import { getLlama, type LlamaModel } from 'node-llama-cpp';
import type { Prompt } from '../../../core/task.ts';
import { quietLlama } from '../../quiet-llama.ts';
import type { Arrival } from '../../replay/arrivals.ts';

const wordsMax = 4_096;
/** Fewer would make different prompts alike. */
const wordsMin = 256;

/** Words of the model's vocabulary, each one token with its leading space. @throws when the model has too few. */
export async function wordsOf(file: string): Promise<readonly string[]> {
  const llama = await getLlama(quietLlama);
  const model = await llama.loadModel({ modelPath: file, vocabOnly: true });
  const words = candidatesOf(model).filter((word) => isOneToken(model, word));
  await llama.dispose();
  if (words.length < wordsMin) throw new Error(`The vocabulary of ${file} has only ${words.length} words.`);
  return words.slice(0, wordsMax);
}

/** Tokens that say that they begin with a space: Ġ in vocabularies of bytes, ▁ in those of SentencePiece. */
function candidatesOf(model: LlamaModel): string[] {
  return model.fileInfo.metadata.tokenizer.ggml.tokens
    .filter((token) => /^[Ġ▁][a-z]{2,12}$/u.test(token))
    .slice(0, 4 * wordsMax)
    .map((token) => ` ${token.slice(1)}`);
}

/** Behind another word, as it will stand. */
function isOneToken(model: LlamaModel, word: string): boolean {
  const single = model.tokenize(' value');
  return model.tokenize(` value${word}`).length === single.length + 1;
}

/**
 * A completion's numbers come in an order in which typing appends, so they are the text before the cursor; the rest is asked in a chat.
 * The markers of the model's prompt format come on top: three tokens, or a chat's frame.
 */
export function promptOf({ class: taskClass, promptTokens }: Arrival, words: readonly string[]): Prompt {
  const text = promptTokens.map((token) => words[scattered(token) % words.length] ?? '').join('');
  return taskClass === 'completion'
    ? { kind: 'infill', prefix: text, suffix: '' }
    : { kind: 'chat', user: text.trim() };
}

/** Numbers that follow each other, or that differ by a power of two, lead to words far apart (the end of MurmurHash3). */
function scattered(token: number): number {
  let mixed = Math.imul(token ^ (token >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
