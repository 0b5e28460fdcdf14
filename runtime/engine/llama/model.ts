/**
 * One loaded model: its weights, its tokenizer, what its passes cost, and the context that it has now. It runs the passes that it is
 * given and decides nothing.
 */
import { performance } from 'node:perf_hooks';
import type { ChatWrapper, Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import { type CostModel, type Costs, costsOf, learn, newCostModel } from '../../core/estimate.ts';
import type { LoadParts, ModelInfo } from '../../core/event.ts';
import type { PassReport } from '../../core/pass-report.ts';
import type { ModelSpec } from '../engine.ts';
import type { PassItem, PassResult } from '../pass.ts';
import type { MachineModel } from '../sequence.ts';
import type { Kept, Leftover } from '../slots.ts';
import { ChatFormats } from './chat-formats.ts';
import { createContext, warmUp } from './context.ts';
import { LlamaDetokenizer } from './detokenizer.ts';
import { Healing } from './healing.ts';
import type { ArchivedCells } from './kv-archive.ts';
import type { KvFolder } from './kv-folder.ts';
import { cellBytesOf, KvShelf, paysToKeep, shelfTokensMaxOf } from './kv-shelf.ts';
import { PromptFormat } from './prompt.ts';
import { Sequences } from './sequences.ts';
import { loadWeights } from './weights.ts';

/** On a CPU the cost per prompt token is the same from 64 tokens up, and a chunk is what a stop and everybody else wait for. */
const chunkTokensCpu = 64;
const chunkTokensGpu = 256;

/** What a model shares with the others of its process. */
export interface Surroundings {
  /** The name of what computes. */
  readonly device: string;
  readonly kvFolder: KvFolder;
  /** Without them each model finds out by itself. */
  readonly chatFormats?: ChatFormats;
  readonly log: (line: string) => void;
}

/** What depends on the size of the context. */
interface Stage {
  readonly spec: ModelSpec;
  readonly context: LlamaContext;
  readonly sequences: Sequences;
  readonly prompts: PromptFormat;
  readonly info: ModelInfo;
}

export class LoadedModel {
  readonly #model: LlamaModel;
  readonly #device: string;
  readonly #chat: ChatWrapper | undefined;
  readonly #appendOnly: boolean;
  readonly #shelf: KvShelf;
  readonly #healing: Healing;
  #stage: Stage;
  #costModel: CostModel = newCostModel();
  /** Laid out at the first question after a report. */
  #costs: Costs | undefined;
  /** Settles when the pass that runs now is over. */
  #pass: Promise<unknown> = Promise.resolve();

  private constructor(
    surroundings: Surroundings,
    spec: ModelSpec,
    warm: WarmContext,
    chat: ChatWrapper | undefined,
    weightsMs: number,
  ) {
    const { device, kvFolder, log } = surroundings;
    const { context, contextMs, warmUpMs } = warm;
    this.#model = context.model;
    this.#device = device;
    this.#chat = chat;
    this.#appendOnly = warm.appendOnly;
    this.#shelf = new KvShelf(kvFolder, this.#appendOnly ? 0 : shelfTokensMaxOf(this.#model), log);
    this.#healing = new Healing(this.#model);
    this.#stage = this.#newStage(spec, context, { weightsMs, contextMs, warmUpMs });
  }

  /**
   * @param onProgress fraction of the file that is loaded, 0 to 1.
   * @throws what the library throws, or a ContextError, with nothing left in memory.
   */
  static async load(
    llama: Llama,
    surroundings: Surroundings,
    spec: ModelSpec,
    onProgress: (fraction: number) => void,
  ): Promise<LoadedModel> {
    const startedMs = performance.now();
    const model = await loadWeights(llama, spec, onProgress);
    try {
      const chat = (surroundings.chatFormats ?? new ChatFormats()).of(model);
      const weightsMs = performance.now() - startedMs;
      return new LoadedModel(surroundings, spec, await warmContext(model, spec), chat, weightsMs);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  get spec(): ModelSpec {
    return this.#stage.spec;
  }

  get info(): ModelInfo {
    return this.#stage.info;
  }

  get prompts(): PromptFormat {
    return this.#stage.prompts;
  }

  get machineModel(): MachineModel {
    const model = this.#model;
    const { prompts, info } = this.#stage;
    return {
      id: this.spec.id,
      sequences: info.sequences,
      contextTokens: info.contextTokens,
      chunkTokens: info.chunkTokens,
      costs: () => this.costs,
      shelfTokensMax: this.#shelf.tokensMax,
      appendOnly: this.#appendOnly,
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

  /** Runs the items of one pass in one llama_decode. Never rejects: what fails is told per item. */
  async run(items: readonly PassItem[]): Promise<PassResult> {
    const pass = this.#stage.sequences.run(items);
    this.#pass = pass;
    return await pass;
  }

  /** Saves what is worth it, after the pass that runs now. @returns what is outside of the device now. Never rejects. */
  async save(leftovers: readonly Leftover[]): Promise<readonly Kept[]> {
    await this.#pass;
    for (const { slot, key, tokens } of leftovers) {
      if (slot !== undefined && this.#paysToKeep(tokens.length)) {
        await this.#stage.sequences.save(slot, tokens.length, key);
      }
    }
    const kept = leftovers.filter(({ key }) => this.#shelf.has(key));
    await this.#shelf.retain(kept.map(({ key }) => key));
    return kept.map(({ key, tokens, document, lastOwner }) => ({ key, tokens, document, lastOwner }));
  }

  #paysToKeep(tokens: number): boolean {
    const chunk = this.info.chunkTokens;
    const prefillMs = (tokens / chunk) * this.costs.prefillMs(chunk, tokens / 2);
    return paysToKeep(tokens * cellBytesOf(this.#model), prefillMs);
  }

  /** Cells of an earlier stay. @returns those that fit into the context, under the keys of this stay. */
  adopt(cells: readonly ArchivedCells[]): readonly Kept[] {
    return this.#fitting(this.#shelf.adopt(cells));
  }

  /** The files of saved cells; from now on they are the caller's. */
  release(kept: readonly Kept[]): readonly ArchivedCells[] {
    return this.#shelf.release(kept);
  }

  /**
   * Another context takes the place of the one that there is, after the pass that runs now.
   * @param kept what was saved before. @returns what of it fits into the new context.
   * @throws a ContextError: then there is no context, and all that can be done is another `resize` or `dispose`.
   */
  async resize(
    size: Pick<ModelSpec, 'sequences' | 'contextTokens' | 'threads'>,
    kept: readonly Kept[],
  ): Promise<readonly Kept[]> {
    const { loadParts = { weightsMs: 0, contextMs: 0, warmUpMs: 0 } } = this.info;
    const { sequences, contextTokens, threads } = size;
    const spec = { ...this.spec, sequences, contextTokens, threads };
    await this.#pass;
    await this.#stage.context.dispose();
    const { context, contextMs, warmUpMs } = await warmContext(this.#model, spec);
    this.#stage = this.#newStage(spec, context, { ...loadParts, contextMs, warmUpMs });
    const fitting = this.#fitting(kept);
    await this.#shelf.retain(fitting.map(({ key }) => key));
    return fitting;
  }

  #fitting(kept: readonly Kept[]): readonly Kept[] {
    return kept.filter(({ tokens }) => tokens.length < this.info.contextTokens);
  }

  #newStage(spec: ModelSpec, context: LlamaContext, loadParts: LoadParts): Stage {
    const { weightsMs, contextMs, warmUpMs } = loadParts;
    const prompts = new PromptFormat(this.#model, context.contextSize, this.#chat, this.#healing);
    const info: ModelInfo = {
      sequences: spec.sequences,
      contextTokens: context.contextSize,
      chunkTokens: this.#model.llama.gpu === false ? chunkTokensCpu : chunkTokensGpu,
      infill: prompts.infill,
      suffixFirst: prompts.suffixFirst,
      chat: prompts.chat,
      memoryBytes: memoryBytes(this.#model.memoryUsage) + memoryBytes(context.memoryUsage),
      heldBytes: heldBytes(this.#model, context),
      loadMs: weightsMs + contextMs + warmUpMs,
      loadParts,
      device: this.#device,
    };
    return {
      spec,
      context,
      prompts,
      info,
      sequences: new Sequences(context, spec.sequences, this.#shelf, this.#healing),
    };
  }

  /** What it holds where it computes, in bytes, as the library believes. */
  get heldBytes(): number {
    return heldBytes(this.#model, this.#stage.context);
  }

  /** Frees all memory of the model, after the pass that runs now. */
  async dispose(): Promise<void> {
    await this.#pass;
    await this.#shelf.clear();
    await this.#stage.context.dispose();
    await this.#model.dispose();
  }
}

interface WarmContext {
  readonly context: LlamaContext;
  /** See warmUp. */
  readonly appendOnly: boolean;
  readonly contextMs: number;
  readonly warmUpMs: number;
}

/** @throws with no context left. */
async function warmContext(model: LlamaModel, spec: ModelSpec): Promise<WarmContext> {
  const startedMs = performance.now();
  const context = await createContext(model, spec);
  const createdMs = performance.now();
  try {
    const appendOnly = await warmUp(context);
    return { context, appendOnly, contextMs: createdMs - startedMs, warmUpMs: performance.now() - createdMs };
  } catch (error) {
    await context.dispose();
    throw error;
  }
}

function heldBytes(model: LlamaModel, { memoryUsage }: LlamaContext): number {
  const { ram, vram } = model.memoryUsage;
  return model.llama.gpu === false ? ram + memoryUsage.ram : vram + memoryUsage.vram;
}

function memoryBytes(usage: { readonly ram: number; readonly vram: number }): number {
  return usage.ram + usage.vram;
}
