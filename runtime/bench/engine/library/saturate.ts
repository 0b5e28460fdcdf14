/** The library's default loop under full load: one stream for each prompt, all at once, each as a program would consume it. */
import { LlamaCompletion, type LlamaContextSequence, type Token } from 'node-llama-cpp';
import { type Saturation, SaturationWindow, tokensMax } from '../saturation.ts';
import type { Library } from './library.ts';
import type { LibraryApi, SaturateOptions } from './messages.ts';

/** @throws when a stream ends before enough tokens have come. */
export async function saturate(library: Library, options: SaturateOptions): Promise<Saturation> {
  const { prompts, api } = options;
  const sizes = { ...options, streams: prompts.length };
  const window = new SaturationWindow(sizes, ownCpuMs);
  const enough = new AbortController();
  await Promise.all(
    prompts.map(async (prompt, index) => {
      const sequence = library.sequences[index];
      if (sequence === undefined) throw new Error(`There are only ${index} sequences.`);
      const tokens = library.tokensOf(prompt, 0);
      await stream[api](sequence, tokens, tokensMax(sizes), enough.signal, () => {
        window.token(index);
        if (window.result !== undefined) enough.abort();
      });
    }),
  );
  if (window.result === undefined) throw new Error('The streams ended before enough tokens had come.');
  return window.result;
}

/** User and system time of this process, in ms. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

type Stream = (
  sequence: LlamaContextSequence,
  tokens: Token[],
  maxTokens: number,
  signal: AbortSignal,
  onToken: () => void,
) => Promise<void>;

const stream: Record<LibraryApi, Stream> = {
  async evaluate(sequence, tokens, maxTokens, signal, onToken) {
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    let count = 0;
    for await (const _token of sequence.evaluate(tokens.slice(sequence.nextTokenIndex), { temperature: 0 })) {
      onToken();
      count += 1;
      if (signal.aborted || count >= maxTokens) return;
    }
  },

  async completion(sequence, tokens, maxTokens, signal, onToken) {
    const completion = new LlamaCompletion({ contextSequence: sequence, autoDisposeSequence: false });
    const onTokens = (given: Token[]): void => given.forEach(onToken);
    // Without a penalty for repetition, as the product samples: with one, the library does more work for each token.
    await completion.generateCompletion(tokens, {
      maxTokens,
      temperature: 0,
      repeatPenalty: false,
      signal,
      stopOnAbortSignal: true,
      onToken: onTokens,
    });
    completion.dispose();
  },
};
