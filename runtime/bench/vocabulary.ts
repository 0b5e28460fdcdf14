/** Windows measured in tokens of a model: its vocabulary alone is loaded. */
import { getLlama, type Llama, type LlamaModel, type Token } from 'node-llama-cpp';
import { quietLlama } from './quiet-llama.ts';

export interface TokenWindow {
  readonly prefix: string;
  readonly suffix: string;
}

export class Vocabulary {
  readonly #llama: Llama;
  readonly #model: LlamaModel;

  private constructor(llama: Llama, model: LlamaModel) {
    this.#llama = llama;
    this.#model = model;
  }

  /** @throws what the library throws. */
  static async open(file: string): Promise<Vocabulary> {
    const llama = await getLlama(quietLlama);
    try {
      return new Vocabulary(llama, await llama.loadModel({ modelPath: file, vocabOnly: true }));
    } catch (error) {
      await llama.dispose();
      throw error;
    }
  }

  count(text: string): number {
    return this.#tokens(text).length;
  }

  /** The last tokens of what stands before the cursor, the first of what stands behind it. A character is never cut in two. */
  window(before: string, after: string, prefixTokens: number, suffixTokens: number): TokenWindow {
    const prefix = this.#end(
      before,
      prefixTokens,
      (tokens, count) => tokens.slice(-count),
      before.endsWith.bind(before),
    );
    const start = after.startsWith.bind(after);
    return { prefix, suffix: this.#end(after, suffixTokens, (tokens, count) => tokens.slice(0, count), start) };
  }

  #end(
    text: string,
    count: number,
    cut: (tokens: readonly Token[], count: number) => Token[],
    isPart: (part: string) => boolean,
  ): string {
    const tokens = this.#tokens(text);
    if (tokens.length <= count) return text;
    for (let left = count; left > 0; left -= 1) {
      const part = this.#model.detokenize(cut(tokens, left));
      if (isPart(part) && this.#tokens(part).length <= count) return part;
    }
    return '';
  }

  #tokens(text: string): Token[] {
    return this.#model.tokenize(text, false, 'trimLeadingSpace');
  }

  async close(): Promise<void> {
    await this.#llama.dispose();
  }
}
