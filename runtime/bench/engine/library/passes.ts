/** Bare decode passes: the CPU time that llama_decode itself takes for one token of each of some sequences. */
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Library } from './library.ts';
import type { PassesOptions, PassTimes } from './messages.ts';
import { ownCpuMs } from './saturate.ts';

const greedy = { generateNext: { token: true, options: { temperature: 0 } } } as const;

export async function passes(library: Library, options: PassesOptions): Promise<PassTimes> {
  const streams: Stream[] = [];
  for (const [index, prompt] of options.prompts.slice(0, options.sequences).entries()) {
    const sequence = library.sequences[index];
    if (sequence === undefined) throw new Error(`There are only ${index} sequences.`);
    const tokens = library.tokensOf(prompt, 0);
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    const token = await evaluate(sequence, tokens.slice(sequence.nextTokenIndex));
    streams.push({ sequence, token });
  }
  const meter = new DecodeMeter(library.context);
  const sampledCpuMs: number[] = [];
  try {
    for (let pass = 0; pass < options.rampTokens + options.passes; pass += 1) {
      const startedMs = ownCpuMs();
      // All calls are made in one tick: the library then puts them into one batch.
      await Promise.all(
        streams.map(async (stream) => {
          stream.token = await evaluate(stream.sequence, [stream.token]);
        }),
      );
      sampledCpuMs.push(ownCpuMs() - startedMs);
    }
    return { cpuMs: meter.cpuMs.slice(-options.passes), sampledCpuMs: sampledCpuMs.slice(-options.passes) };
  } finally {
    meter.remove();
  }
}

interface Stream {
  readonly sequence: LlamaContextSequence;
  token: Token;
}

async function evaluate(sequence: LlamaContextSequence, tokens: Token[]): Promise<Token> {
  const last = tokens.length - 1;
  const results = await sequence.controlledEvaluate(
    tokens.map((token, index) => (index === last ? [token, greedy] : token)),
  );
  const token = results[last]?.next.token;
  if (token === undefined || token === null) throw new Error('no token could be sampled');
  return token;
}

/**
 * Stands around the native decodeBatch of a context. That object is private to the library: the public way has sampling and promises
 * around it, and what they cost is just what is to be found out.
 */
class DecodeMeter {
  readonly cpuMs: number[] = [];
  readonly #native: object;

  constructor(context: LlamaContext) {
    const native: unknown = Reflect.get(context, '_ctx');
    const decode: unknown = typeof native === 'object' && native !== null && Reflect.get(native, 'decodeBatch');
    if (typeof native !== 'object' || native === null || typeof decode !== 'function')
      throw new Error('This release of node-llama-cpp keeps its native context elsewhere: adapt the meter.');
    this.#native = native;
    const measured = async (): Promise<unknown> => {
      const startedMs = ownCpuMs();
      const result: unknown = await Reflect.apply(decode, native, []);
      this.cpuMs.push(ownCpuMs() - startedMs);
      return result;
    };
    Reflect.defineProperty(native, 'decodeBatch', { value: measured, configurable: true });
  }

  /** The native method of the prototype shows again. */
  remove(): void {
    Reflect.deleteProperty(this.#native, 'decodeBatch');
  }
}
