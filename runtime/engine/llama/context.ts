/** How a context is made: its sizes, and a first prompt that nobody waits for. */
import os from 'node:os';
import type { Llama, LlamaContext, LlamaModel, Token } from 'node-llama-cpp';
import { SaidError, sentence, type Words } from '../../core/sentence.ts';
import type { ModelSpec } from '../engine.ts';
import { cellBytesOf } from './kv-shelf.ts';

/**
 * Tokens that one llama_decode takes at most. The logits buffer is batch × vocabulary × 4 bytes (156 MB for a vocabulary of 152 k),
 * so it is as small as the largest chunk allows.
 */
const batchTokens = 256;

/** The prompt of the warm-up: more than the one token of a decode, as several tokens take other paths through the library. */
const warmUpTokens = 8;

export const greedy = { generateNext: { token: true, options: { temperature: 0 } } } as const;

/** The memory for it cannot be had; the message is one sentence with the sizes. */
export class ContextError extends SaidError {
  override readonly name = 'ContextError';
}

/** @throws {ContextError} with nothing left in memory. */
export async function createContext(model: LlamaModel, spec: ModelSpec): Promise<LlamaContext> {
  const gpu = model.llama.gpu !== false;
  const contextSize = Math.min(spec.contextTokens, model.trainContextSize);
  const cellsBytes = cellBytesOf(model) * contextSize * spec.sequences;
  // The library finds out by a trial that itself takes gigabytes for such sizes.
  if (!gpu && cellsBytes > os.totalmem()) {
    throw tooLarge(
      spec,
      contextSize,
      sentence('they take {0} of {1}', gibibytes(cellsBytes), gibibytes(os.totalmem())),
    );
  }
  try {
    return await model.createContext({
      sequences: spec.sequences,
      contextSize,
      batchSize: batchTokens,
      threads: spec.threads === 0 ? defaultThreads(model.llama) : spec.threads,
      // On a CPU flash attention costs many times more for chunks of fewer than 64 tokens, and that is what a keystroke leaves.
      flashAttention: gpu ? 'auto' : false,
      // A sliding window would forget the prefix that the next keystroke wants to reuse.
      swaFullCache: true,
      // Never a smaller context than asked: the length limits are computed from it.
      failedCreationRemedy: false,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw tooLarge(spec, contextSize, reason, error);
  }
}

function tooLarge({ sequences, file }: ModelSpec, contextSize: number, reason: Words, cause?: unknown): ContextError {
  const what = sentence('{0} sequences of {1} tokens with {2}', sequences, contextSize, file);
  const remedy = sentence('choose a smaller context or fewer sequences, or close other programs');
  return new ContextError(sentence('There is no memory for {0} ({1}): {2}.', what, reason, remedy), { cause });
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** One core is left to the editor: the threads spin while they wait for each other, and a busy core stalls them all. */
export function defaultThreads(llama: Llama): number {
  return Math.max(1, llama.cpuMathCores - 1);
}

/**
 * The first passes allocate buffers, touch the file's pages and, on a GPU, compile shaders; nobody's deadline should pay for that. The
 * sequence is empty afterwards.
 * @returns whether the model cannot forget single tokens (recurrent and hybrid architectures).
 */
export async function warmUp(context: LlamaContext): Promise<boolean> {
  const { tokens } = context.model;
  const token = tokens.bos ?? tokens.eos ?? (0 as Token);
  const sequence = context.getSequence();
  const prompt = Array.from({ length: Math.min(warmUpTokens, context.contextSize - 2) }, () => token);
  try {
    await sequence.evaluateWithoutGeneratingNewTokens(prompt);
    await sequence.controlledEvaluate([[token, greedy]]);
    return sequence.needsCheckpoints;
  } finally {
    await sequence.dispose();
  }
}
