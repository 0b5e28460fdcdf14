/** One loaded model with the library's own batching: a context with its sequences, and the prompts as the product writes them. */
import { getLlama, type LlamaContext, type LlamaContextSequence, type LlamaModel, type Token } from 'node-llama-cpp';
import type { Prompt } from '../../../core/task.ts';
import { PromptFormat } from '../../../engine/llama/prompt.ts';
import { quietLlama } from '../../quiet-llama.ts';
import type { LibraryLoadOptions } from './messages.ts';

export class Library {
  readonly context: LlamaContext;
  readonly sequences: readonly LlamaContextSequence[];
  readonly #format: PromptFormat;

  private constructor(context: LlamaContext, sequences: number) {
    this.context = context;
    this.sequences = Array.from({ length: sequences }, () => context.getSequence());
    this.#format = new PromptFormat(context.model, context.contextSize);
  }

  /** @throws what the library throws. */
  static async load(options: LibraryLoadOptions): Promise<Library> {
    const { threads } = options;
    const llama = await getLlama({ ...quietLlama, maxThreads: threads });
    return await Library.#open(await llama.loadModel({ modelPath: options.file }), options);
  }

  /** The same model with other settings: only the context is made anew. */
  async reopened(options: LibraryLoadOptions): Promise<Library> {
    const { model } = this.context;
    await this.context.dispose();
    return await Library.#open(model, options);
  }

  static async #open(model: LlamaModel, options: LibraryLoadOptions): Promise<Library> {
    const { sequences, contextTokens, threads, flashAttention } = options;
    // All else stays as the library sets it: its batch of 512 tokens and its strategy.
    const contextSize = Math.min(contextTokens, model.trainContextSize);
    const context = await model.createContext({ sequences, contextSize, threads, flashAttention });
    return new Library(context, sequences);
  }

  /** @throws when the model has no such prompts, or the text is far too long. */
  tokensOf(prompt: Prompt, maxTokens: number): Token[] {
    const result = this.#format.tokenize(prompt, maxTokens);
    if (result.kind === 'refused') throw new Error(String(result.error.message));
    return result.tokens as Token[];
  }
}
