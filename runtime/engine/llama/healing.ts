/**
 * Token healing: a tokenizer writes `return` as one token, so after the tokens of `ret` the rest of the word is unlikely. The word at the
 * cursor is taken off the prompt again, token by token, and the first token of the answer is chosen among those that agree with it.
 *
 * The prompt is the same while the word is being typed, so nothing of it is evaluated anew; the word costs one pass, as it would in the
 * prompt.
 */
import { type LlamaModel, type Token, TokenBias } from 'node-llama-cpp';

/** A longer word would cost more passes before the first new text than it is worth. */
const tokensMax = 2;

/** What precedes a word is part of its token in most vocabularies: a space, the dot of a member, the underscore inside a name. */
const wordAtEnd = /[^\r\n\p{L}\p{N}]?\p{L}+$/u;
/** The space belongs to the word that follows. Indentation is a token of its own. */
const spaceAtEnd = /(?<=\S) $/;

/** Only such text: where a token may hold half a character, letters and tokens cannot be compared one by one. */
const plainText = /^[\x20-\x7e]+$/;

/** Far above what a model gives any token, so the best of the chosen ones wins over all others. */
const biasLogit = 1_000;
/** So many tokens agree with a text only if it says next to nothing. */
const agreeingMax = 16_384;

const normalToken = 1;
/** How the vocabularies that are known write a space. */
const spaces: Readonly<Record<string, string>> = { gpt2: '\u0120', llama: '\u2581' };

export class Healing {
  readonly #model: LlamaModel;
  /** How the vocabulary writes a space; undefined when it is of no known kind, and nothing is healed. */
  readonly #space: string | undefined;
  /** Normal tokens by their first character. */
  #tokens: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(model: LlamaModel) {
    this.#model = model;
    this.#space = spaces[model.fileInfo.metadata.tokenizer.ggml.model];
  }

  /**
   * @param tokens of a text that ends with `text`.
   * @returns the tokens without those of the word at the end, and the text of these.
   */
  backUp(tokens: readonly Token[], text: string): { readonly tokens: readonly Token[]; readonly cut: string } {
    const wanted = (wordAtEnd.exec(text) ?? spaceAtEnd.exec(text))?.[0].length ?? 0;
    let cut = '';
    let count = 0;
    while (cut.length < wanted && count < Math.min(tokensMax, tokens.length)) {
      cut = this.#textOf(tokens[tokens.length - 1 - count] ?? (0 as Token)) + cut;
      count += 1;
    }
    const isKnown = plainText.test(cut) && text.endsWith(cut);
    return isKnown ? { tokens: tokens.slice(0, tokens.length - count), cut } : { tokens, cut: '' };
  }

  /** What makes the model choose a token that begins with `begin` or is the beginning of it; undefined when nearly all are. */
  bias(begin: string): TokenBias | undefined {
    const written = begin.replaceAll(' ', this.#space ?? ' ');
    this.#tokens ??= byFirstCharacter(this.#model);
    const agreeing = (this.#tokens.get(written.charAt(0)) ?? []).filter((token) => {
      const text = this.#written(token);
      return text.startsWith(written) || written.startsWith(text);
    });
    if (agreeing.length > agreeingMax) return undefined;
    const bias = new TokenBias(this.#model.tokenizer);
    for (const token of agreeing) bias.set(token as Token, { logit: biasLogit });
    return bias;
  }

  #textOf(token: Token): string {
    return this.#space === undefined ? '' : this.#written(token).replaceAll(this.#space, ' ');
  }

  /** As the vocabulary writes it. */
  #written(token: number): string {
    return this.#model.fileInfo.metadata.tokenizer.ggml.tokens[token] ?? '';
  }
}

/** Milliseconds for 152,000 tokens, once. */
function byFirstCharacter({ fileInfo }: LlamaModel): ReadonlyMap<string, readonly number[]> {
  const { tokens, token_type: types } = fileInfo.metadata.tokenizer.ggml;
  const map = new Map<string, number[]>();
  for (const [id, text] of tokens.entries()) {
    if (types !== undefined && types[id] !== normalToken) continue;
    const known = map.get(text.charAt(0));
    if (known === undefined) map.set(text.charAt(0), [id]);
    else known.push(id);
  }
  return map;
}
