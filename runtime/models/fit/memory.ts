/**
 * How much memory a load will take, from the model file's head and the settings of the load. Pure.
 *
 * Weights and KV cells are arithmetic: they equal what llama.cpp logs to the last page. The working memory of a pass is reckoned from
 * the shapes that are alive at the same time. What the tokenizer and the process take was measured (test/models/fit holds the
 * prediction to within a tenth of what the engine process really takes).
 */
import type { ModelFile } from '../gguf/describe.ts';
import { bytesOfValues, type TensorType } from '../gguf/tensor-type.ts';
import { type Backend, placement, type Weights, weightsOf } from './weights.ts';

export interface LoadSettings {
  /** Of the layers and the output, which counts as one more; 0 to `model.layers` + 1. */
  readonly gpuLayers: number;
  /** Of each sequence. */
  readonly contextTokens: number;
  readonly sequences: number;
  /** The file is mapped and not read: its pages can be taken back by the system, but repacked weights then exist twice. */
  readonly mmap: boolean;
  /** Tokens of the largest pass that memory is reserved for. */
  readonly batchTokens?: number;
  readonly keyType?: TensorType;
  readonly valueType?: TensorType;
  readonly flashAttention?: boolean;
  /** Sliding layers keep all tokens, so that a prefix can be reused; without it they keep their window. */
  readonly fullWindow?: boolean;
}

/** How engine/llama creates its contexts: the settings that are not the asker's to choose. */
export const engineSettings = {
  batchTokens: 256,
  /** Tokens of a pass on a CPU: of the memory reserved for a batch, only what they need is ever touched. */
  chunkTokensCpu: 64,
  keyType: 'F16',
  valueType: 'F16',
  fullWindow: true,
} as const satisfies Partial<LoadSettings> & { readonly chunkTokensCpu: number };

/** What computes, as far as memory depends on it. */
export interface Target {
  readonly backend: Backend;
  /** `process.arch` of the machine. */
  readonly arch: string;
  /** Free memory of each device, in the order in which layers are dealt out; a CPU has none. */
  readonly shares: readonly number[];
}

export interface DeviceNeed {
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly computeBytes: number;
}

export interface HostNeed {
  /** Weights in memory of the process: repacked, or read without mmap. */
  readonly weightBytes: number;
  /** Pages of the mapped file that every token needs. The system may take them back, and each token would then wait for the disk. */
  readonly fileBytes: number;
  /** Pages of the mapped file that were only read to be repacked: they count as resident until the system wants them back. */
  readonly idleFileBytes: number;
  readonly kvBytes: number;
  readonly computeBytes: number;
  /** Reserved for passes of a whole batch with logits for every token, which the engine never runs: address space, no memory. */
  readonly reservedBytes: number;
  /** The vocabulary, in llama.cpp and in JavaScript. Most of it stays with the process after the model is unloaded. */
  readonly tokenizerBytes: number;
  /** Tables of the samplers, from the first pass of so many sequences on. */
  readonly samplingBytes: number;
}

export interface MemoryNeed {
  /** One for each device of the target. */
  readonly devices: readonly DeviceNeed[];
  readonly host: HostNeed;
}

/** Bytes of one token in the tokenizer, measured with 4 096 to 152 000 tokens, and of one merge, with 10 000 and 151 000. */
const tokenBytes = 310;
const mergeBytes = 165;
/** Each sequence that decodes has a sampler of so many bytes for each token of the vocabulary. */
const samplerTokenBytes = 12;
/** Graphs, bookkeeping and a thread's work space of one context, as measured beside the above. */
const contextBytes = 3 * 2 ** 20;
/** KV cells of a sequence come in such blocks (node-llama-cpp pads contexts, llama.cpp sliding windows). */
const cellsBlock = 256;

/** The engine process before its first model, with node-llama-cpp and its libraries: measured on Linux; it is counted once. */
export const engineProcess = { anonymousBytes: 40 * 2 ** 20, fileBytes: 51 * 2 ** 20 } as const;

export function predictMemory(model: ModelFile, settings: LoadSettings, target: Target): MemoryNeed {
  return memoryPredictor(model, target)(settings);
}

/** For many settings of one model: its tensors are looked through once. */
export function memoryPredictor(model: ModelFile, target: Target): (settings: LoadSettings) => MemoryNeed {
  const weights = weightsOf(model, target.arch);
  return (settings) => {
    const load = loadOf(model, settings, target, weights);
    return { devices: target.shares.map((_, device) => deviceNeed(load, device)), host: hostNeed(load) };
  };
}

/** Everything that a prediction is made of, with the defaults filled in. */
interface Load {
  readonly model: ModelFile;
  readonly weights: Weights;
  readonly mmap: boolean;
  readonly repacks: boolean;
  readonly sequences: number;
  readonly batchTokens: number;
  readonly flashAttention: boolean;
  /** KV cells of one sequence. */
  readonly cells: number;
  /** Bytes that each layer keeps of what all sequences hold. */
  readonly cache: readonly number[];
  /** The device of each layer and of the output; undefined for the host. */
  readonly places: readonly (number | undefined)[];
}

function loadOf(model: ModelFile, settings: LoadSettings, target: Target, weights: Weights): Load {
  const cells = cellsOf(Math.min(settings.contextTokens, model.contextTokens ?? settings.contextTokens));
  const batchTokens = settings.batchTokens ?? engineSettings.batchTokens;
  return {
    model,
    weights,
    mmap: settings.mmap,
    repacks: target.backend === 'cpu' || target.backend === 'metal',
    sequences: settings.sequences,
    batchTokens,
    flashAttention: settings.flashAttention ?? target.backend !== 'cpu',
    cells,
    cache: cacheOf(model, settings, cells, batchTokens),
    places: placement(model.layers, settings.gpuLayers, target.shares),
  };
}

/** Memory that is the process's own: nothing but an unload gives it back. */
export function anonymousBytes({ host }: MemoryNeed): number {
  return host.weightBytes + host.kvBytes + host.computeBytes + host.tokenizerBytes + host.samplingBytes;
}

/** What the host must have for the model to run at full speed. */
export function hostBytes(need: MemoryNeed): number {
  return anonymousBytes(need) + need.host.fileBytes;
}

/** What a system monitor shows right after the load, beyond the engine process itself. */
export function residentBytes(need: MemoryNeed): number {
  return hostBytes(need) + need.host.idleFileBytes - need.host.samplingBytes;
}

export function deviceBytes({ weightBytes, kvBytes, computeBytes }: DeviceNeed): number {
  return weightBytes + kvBytes + computeBytes;
}

/** Everything that the load takes, wherever it is: what a device with unified memory must hold. */
export function totalBytes(need: MemoryNeed): number {
  return need.devices.reduce((sum, device) => sum + deviceBytes(device), hostBytes(need));
}

function cacheOf(model: ModelFile, settings: LoadSettings, cells: number, batchTokens: number): readonly number[] {
  const { attention } = model;
  const fullWindow = settings.fullWindow ?? engineSettings.fullWindow;
  const windowCells =
    fullWindow || attention.windowTokens === undefined
      ? cells
      : Math.min(cells, cellsOf(attention.windowTokens + batchTokens));
  return attention.layers.map((layer) => {
    const keys = bytesOfValues(settings.keyType ?? engineSettings.keyType, layer.keyWidth);
    const values = bytesOfValues(settings.valueType ?? engineSettings.valueType, layer.valueWidth);
    const tokens = layer.sliding ? windowCells : cells;
    return settings.sequences * (tokens * (keys + values) + layer.stateValues * 4);
  });
}

function cellsOf(tokens: number): number {
  return Math.ceil(tokens / cellsBlock) * cellsBlock;
}

function deviceNeed(load: Load, device: number): DeviceNeed {
  const { model, weights, cache, places, batchTokens } = load;
  const isHere = (layer: number): boolean => places[layer] === device;
  const layers = sumOf(weights.layers, ({ bytes }, layer) => (isHere(layer) ? bytes : 0));
  const hasOutput = isHere(model.layers);
  return {
    weightBytes: layers + (hasOutput ? weights.output.bytes + weights.tiedBytes : 0),
    kvBytes: sumOf(cache, (bytes, layer) => (isHere(layer) ? bytes : 0)),
    computeBytes: places.includes(device) ? computeBytes(load, batchTokens, hasOutput ? batchTokens : 0) : 0,
  };
}

function hostNeed(load: Load): HostNeed {
  const { model, weights, cache, places, repacks, mmap } = load;
  const isHere = (layer: number): boolean => places[layer] === undefined;
  const hasOutput = isHere(model.layers);
  const layerBytes = sumOf(weights.layers, ({ bytes }, layer) => (isHere(layer) ? bytes : 0));
  const bytes = weights.input.bytes + layerBytes + (hasOutput ? weights.output.bytes : 0);
  const repackedLayers = sumOf(weights.layers, ({ repackedBytes }, layer) => (isHere(layer) ? repackedBytes : 0));
  const repacked = repacks ? repackedLayers + (hasOutput ? weights.output.repackedBytes : 0) : 0;
  // A tied output is one more copy in its repacked form; without that form both are the same bytes.
  const copied = repacks && hasOutput ? weights.tiedRepackedBytes : 0;
  const { tokens, merges } = model.vocabulary;
  return {
    weightBytes: mmap ? repacked + copied : bytes + copied,
    fileBytes: mmap ? bytes - repacked : 0,
    idleFileBytes: mmap ? repacked : 0,
    kvBytes: sumOf(cache, (each, layer) => (isHere(layer) ? each : 0)),
    ...hostCompute(load),
    tokenizerBytes: tokens * tokenBytes + merges * mergeBytes,
    samplingBytes: tokens * samplerTokenBytes * load.sequences,
  };
}

/** With a device the host keeps only what goes in (embeddings and the mask) and the logits that come out. */
function hostCompute(load: Load): Pick<HostNeed, 'computeBytes' | 'reservedBytes'> {
  const { model, places, sequences, batchTokens, cells } = load;
  const base = contextBytes + sequences * model.vocabulary.tokens * 4;
  if (!places.includes(undefined))
    return { computeBytes: base + batchTokens * (cells + model.embeddingLength) * 4, reservedBytes: 0 };
  if (places.some((place) => place !== undefined))
    return { computeBytes: base + computeBytes(load, batchTokens, sequences), reservedBytes: 0 };
  const touched = computeBytes(load, engineSettings.chunkTokensCpu, sequences);
  const reserved = computeBytes(load, batchTokens, batchTokens);
  return { computeBytes: base + touched, reservedBytes: Math.max(0, reserved - touched) };
}

/**
 * What is alive at once in a pass: at the end the logits, in an attention layer its scores (flash attention makes none), between them
 * the two halves of a feed-forward layer. llama.cpp reserves the largest of the three (ggml-alloc.c).
 * @param outputs rows of logits; 0 where the output matrix is elsewhere.
 */
function computeBytes({ model, cells, flashAttention }: Load, tokens: number, outputs: number): number {
  const hidden = tokens * model.embeddingLength * 4;
  const logits = Math.min(outputs, tokens) * model.vocabulary.tokens * 4 + hidden;
  const heads = Math.max(1, ...model.attention.heads);
  const scores = flashAttention ? 0 : tokens * cells * heads * 4;
  const attention = scores + 5 * hidden;
  const feedForward = 2 * tokens * model.feedForwardLength * 4 + 2 * hidden;
  return Math.max(outputs > 0 ? logits : 0, attention, feedForward);
}

function sumOf<T>(items: readonly T[], bytesOf: (item: T, index: number) => number): number {
  return items.reduce((sum, item, index) => sum + bytesOf(item, index), 0);
}
