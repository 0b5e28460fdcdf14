/**
 * One loaded model: its context, its sequences kept for ever as slots, and its tokenizer. It runs the passes that it is given and
 * decides nothing.
 */
import { performance } from 'node:perf_hooks';
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { type CostModel, type Costs, costsOf, learn, newCostModel } from '../../core/estimate.ts';
import type { ModelInfo, PassReport } from '../../core/event.ts';
import type { ModelSpec } from '../engine.ts';
import type { PassItem, PassItemResult, PassResult } from '../pass.ts';
import type { MachineModel } from '../sequence.ts';
import { LlamaDetokenizer } from './detokenizer.ts';
import type { KvFolder } from './kv-folder.ts';
import { KvShelf, shelfTokensMaxOf } from './kv-shelf.ts';
import { PromptFormat } from './prompt.ts';

/**
 * Tokens that one llama_decode takes at most. The logits buffer is batch × vocabulary × 4 bytes (156 MB for a vocabulary of 152 k),
 * so it is as small as the largest chunk allows.
 */
const batchTokens = 256;

/** On a CPU the cost per prompt token is the same from 64 tokens up, and a chunk is what a stop and everybody else wait for. */
const chunkTokensCpu = 64;
const chunkTokensGpu = 256;

/** Passes of several sequences that may fail one after the other before their requests are given up instead of tried one by one. */
const batchFailuresMax = 2;

const greedy = { generateNext: { token: true, options: { temperature: 0 } } } as const;

/** What a model shares with the others of its process. */
export interface Surroundings {
  /** The name of what computes. */
  readonly device: string;
  readonly kvFolder: KvFolder;
  readonly log: (line: string) => void;
}

export class LoadedModel {
  readonly spec: ModelSpec;
  readonly info: ModelInfo;
  readonly prompts: PromptFormat;
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #sequences: LlamaContextSequence[];
  readonly #gpu: boolean;
  #batchFailures = 0;
  readonly #shelf: KvShelf;
  #costModel: CostModel = newCostModel();
  /** Laid out at the first question after a report. */
  #costs: Costs | undefined;
  /** Settles when the pass that runs now is over. */
  #pass: Promise<unknown> = Promise.resolve();

  private constructor(surroundings: Surroundings, spec: ModelSpec, context: LlamaContext, startedMs: number) {
    const { model } = context;
    const { device, kvFolder, log } = surroundings;
    this.spec = spec;
    this.#model = model;
    this.#context = context;
    this.#gpu = model.llama.gpu !== false;
    this.#sequences = Array.from({ length: spec.sequences }, () => context.getSequence());
    const canPark = this.#sequences[0]?.needsCheckpoints === false;
    this.#shelf = new KvShelf(kvFolder, canPark ? shelfTokensMaxOf(model) : 0, log);
    this.prompts = new PromptFormat(model, context.contextSize);
    this.info = {
      sequences: spec.sequences,
      contextTokens: context.contextSize,
      chunkTokens: this.#gpu ? chunkTokensGpu : chunkTokensCpu,
      infill: this.prompts.infill,
      chat: this.prompts.chat,
      memoryBytes: memoryBytes(model.memoryUsage) + memoryBytes(context.memoryUsage),
      loadMs: performance.now() - startedMs,
      device,
    };
  }

  /**
   * @param onProgress fraction of the file that is loaded, 0 to 1.
   * @throws what the library throws, with nothing left in memory.
   */
  static async load(
    llama: Llama,
    surroundings: Surroundings,
    spec: ModelSpec,
    onProgress: (fraction: number) => void,
  ): Promise<LoadedModel> {
    const startedMs = performance.now();
    const model = await llama.loadModel({
      modelPath: spec.file,
      onLoadProgress: onProgress,
      ...(spec.gpuLayers !== undefined && { gpuLayers: spec.gpuLayers }),
      ...(spec.mmap !== undefined && { useMmap: spec.mmap }),
    });
    try {
      const context = await createContext(model, spec);
      await warmUp(context);
      return new LoadedModel(surroundings, spec, context, startedMs);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  get machineModel(): MachineModel {
    const model = this.#model;
    const { prompts } = this;
    return {
      id: this.spec.id,
      sequences: this.spec.sequences,
      contextTokens: this.info.contextTokens,
      chunkTokens: this.info.chunkTokens,
      costs: () => this.costs,
      shelfTokensMax: this.#shelf.tokensMax,
      appendOnly: this.#sequences[0]?.needsCheckpoints === true,
      isEnd: (token) => prompts.isEnd(token),
      detokenizer: (before) => new LlamaDetokenizer(model, before),
    };
  }

  /** What its passes cost, as far as it is known now. */
  get costs(): Costs {
    this.#costs ??= costsOf(this.#costModel);
    return this.#costs;
  }

  /** An earlier measurement takes the place of what is known. */
  know(costModel: CostModel): void {
    this.#costModel = costModel;
    this.#costs = undefined;
  }

  learn(report: PassReport): void {
    this.know(learn(this.#costModel, report));
  }

  /** Tokens as they came from the asker: an id beyond the vocabulary would crash native code. */
  knows(tokens: readonly number[]): boolean {
    const vocabulary = this.#model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    return tokens.every((token) => token < vocabulary);
  }

  /**
   * Runs the items of one pass in one llama_decode. Never rejects: what fails is told per item. The time is that of the pass alone:
   * what moved cells took would be taken for the cost of evaluating.
   */
  async run(items: readonly PassItem[]): Promise<PassResult> {
    const pass = this.#run(items);
    this.#pass = pass;
    return await pass;
  }

  async #run(items: readonly PassItem[]): Promise<PassResult> {
    for (const item of items) await this.#move(item);
    const startedMs = performance.now();
    const results = await this.#evaluateAll(items);
    return { items: results, wallMs: performance.now() - startedMs };
  }

  /** A slot without the cells that were to be restored is empty: then fewer tokens are kept than asked, and they are evaluated. */
  async #move({ slot, moves }: PassItem): Promise<void> {
    if (moves === undefined) return;
    if (moves.park !== undefined) await this.#shelf.park(moves.park, this.#sequence(slot));
    if (moves.restore !== undefined && !(await this.#shelf.restore(moves.restore, this.#sequence(slot))))
      await this.#renew(slot);
    await this.#shelf.drop(moves.drop);
  }

  async #evaluateAll(items: readonly PassItem[]): Promise<PassItemResult[]> {
    const kept = await Promise.all(items.map((item) => this.#cut(item)));
    // All calls of a pass are made in one tick: the library then puts them into one batch.
    const settled = await Promise.allSettled(
      items.map((item, index) => {
        const tokens = kept[index] ?? 0;
        return tokens === item.keep ? this.#evaluate(item) : { kind: 'keptLess' as const, tokens };
      }),
    );
    const failures = settled.filter((result) => result.status === 'rejected').length;
    const batchFailed = failures > 1 && this.#batchFailures < batchFailuresMax;
    if (failures === 0) this.#batchFailures = 0;
    if (batchFailed) this.#batchFailures += 1;
    return await Promise.all(
      settled.map(async (result, index): Promise<PassItemResult> => {
        if (result.status === 'fulfilled') return result.value;
        const slot = items[index]?.slot ?? 0;
        await this.#renew(slot);
        // The library fails a whole batch at once. Each sequence starts anew alone, which shows whose fault it was.
        return batchFailed ? { kind: 'keptLess', tokens: 0 } : { kind: 'failed', message: sentence(result.reason) };
      }),
    );
  }

  /** Cuts the slot to the tokens that are kept. Returns how many it has then. */
  async #cut(item: PassItem): Promise<number> {
    const sequence = this.#sequence(item.slot);
    if (sequence.nextTokenIndex > item.keep) {
      try {
        await sequence.eraseContextTokenRanges([{ start: item.keep, end: sequence.nextTokenIndex }]);
      } catch {
        await this.#renew(item.slot);
        return 0;
      }
    }
    return sequence.nextTokenIndex;
  }

  async #evaluate(item: PassItem): Promise<PassItemResult> {
    const sequence = this.#sequence(item.slot);
    const tokens = item.tokens as Token[];
    if (!item.sample) {
      await sequence.evaluateWithoutGeneratingNewTokens(tokens);
      return { kind: 'done' };
    }
    const draft = (item.draft ?? []) as readonly Token[];
    const last = tokens.length - 1;
    const results = await sequence.controlledEvaluate(
      [...tokens, ...draft].map((token, index) => (index >= last ? [token, greedy] : token)),
    );
    const sampled = results.slice(last).map((result) => result?.next.token ?? undefined);
    const wrong = draft.findIndex((guess, index) => sampled[index] !== guess);
    const accepted = wrong < 0 ? draft.length : wrong;
    const token = sampled[accepted];
    if (token === undefined) throw new Error('no token could be sampled');
    return { kind: 'done', token, ...(draft.length > 0 && { accepted }) };
  }

  /** After a failure the native cache may hold cells that the library does not know of; only a new sequence is clean for sure. */
  async #renew(slot: number): Promise<void> {
    await this.#sequence(slot).dispose();
    this.#sequences[slot] = this.#context.getSequence();
  }

  #sequence(slot: number): LlamaContextSequence {
    const sequence = this.#sequences[slot];
    if (sequence === undefined) throw new Error(`There is no slot ${slot}.`);
    return sequence;
  }

  /** Frees all memory of the model, after the pass that runs now. */
  async dispose(): Promise<void> {
    await this.#pass;
    await this.#shelf.clear();
    await this.#context.dispose();
    await this.#model.dispose();
  }
}

async function createContext(model: LlamaModel, spec: ModelSpec): Promise<LlamaContext> {
  const gpu = model.llama.gpu !== false;
  return await model.createContext({
    sequences: spec.sequences,
    contextSize: Math.min(spec.contextTokens, model.trainContextSize),
    batchSize: batchTokens,
    threads: spec.threads === 0 ? defaultThreads(model.llama) : spec.threads,
    // On a CPU flash attention costs many times more for chunks of fewer than 64 tokens, and that is what a keystroke leaves.
    flashAttention: gpu ? 'auto' : false,
    // A sliding window would forget the prefix that the next keystroke wants to reuse.
    swaFullCache: true,
    // Never a smaller context than asked: the length limits are computed from it.
    failedCreationRemedy: false,
  });
}

/** One core is left to the editor: the threads spin while they wait for each other, and a busy core stalls them all. */
export function defaultThreads(llama: Llama): number {
  return Math.max(1, llama.cpuMathCores - 1);
}

/** The first decode allocates buffers and, on a GPU, compiles shaders; nobody's deadline should pay for that. */
async function warmUp(context: LlamaContext): Promise<void> {
  const { tokens } = context.model;
  const token = tokens.bos ?? tokens.eos ?? (0 as Token);
  const sequence = context.getSequence();
  try {
    await sequence.controlledEvaluate([[token, greedy]]);
  } finally {
    await sequence.dispose();
  }
}

function memoryBytes(usage: { readonly ram: number; readonly vram: number }): number {
  return usage.ram + usage.vram;
}

function sentence(reason: unknown): string {
  return `The engine could not evaluate this request: ${reason instanceof Error ? reason.message : String(reason)}.`;
}
