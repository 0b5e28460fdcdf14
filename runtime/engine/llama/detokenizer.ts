/**
 * From tokens to text, one token at a time. A token may be part of a character (an emoji is four bytes, often in as many tokens), so
 * text is released only up to where the characters are complete.
 */
import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Detokenizer } from '../answer-text.ts';

/** Tokens before the new ones that the tokenizer looks at, for instance to decide about a space between two words. */
const tokensBefore = 4;

/** A character has four bytes at most, so what is still no text after this many tokens is not going to be any. */
const pendingTokensMax = 8;

const replacementCharacter = '\uFFFD';

export class LlamaDetokenizer implements Detokenizer {
  readonly #model: LlamaModel;
  #shown: Token[];
  #pending: Token[] = [];

  constructor(model: LlamaModel, before: readonly number[]) {
    this.#model = model;
    this.#shown = before.slice(-tokensBefore) as Token[];
  }

  push(token: number): string {
    this.#pending.push(token as Token);
    const text = this.#model.detokenize(this.#pending, false, this.#shown);
    if (text.endsWith(replacementCharacter) && this.#pending.length < pendingTokensMax) return '';
    this.#shown = [...this.#shown, ...this.#pending].slice(-tokensBefore);
    this.#pending = [];
    return text;
  }
}
