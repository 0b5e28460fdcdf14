/**
 * What each layer keeps of the tokens it has seen, by the rules of llama.cpp's `load_arch_hparams` (src/models/*.cpp).
 */
import type { Metadata } from './metadata.ts';

export interface LayerCache {
  /** Values that the layer keeps of one token as keys and as values; 0 where it keeps none of its own. */
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** The layer attends to the last tokens only (sliding window), so it may forget the others. */
  readonly sliding: boolean;
  /** 32-bit values of a state of fixed size that a recurrent layer keeps for each sequence; 0 for attention. */
  readonly stateValues: number;
}

export interface Attention {
  readonly heads: readonly number[];
  readonly kvHeads: readonly number[];
  readonly keyLength: number;
  readonly valueLength: number;
  /** Tokens that sliding layers look back; undefined when no layer slides. */
  readonly windowTokens: number | undefined;
  readonly layers: readonly LayerCache[];
}

interface WindowRule {
  /** Of so many layers one sees everything. */
  readonly period: number;
  /** That one is the first of them instead of the last. */
  readonly fullFirst?: boolean;
}

/**
 * Architectures that slide, with the period that llama.cpp takes when the file names none. Others may carry the key
 * `attention.sliding_window` (Mistral 7B v0.1, Qwen 2, Phi 3), which llama.cpp ignores: they keep everything.
 */
const windowRules: ReadonlyMap<string, WindowRule> = new Map([
  ['gemma2', { period: 2 }],
  ['gemma3', { period: 6 }],
  ['gemma3n', { period: 5 }],
  ['gemma4', { period: 6 }],
  ['gemma-embedding', { period: 6 }],
  ['gpt-oss', { period: 2 }],
  ['cohere2', { period: 4 }],
  ['cohere2moe', { period: 4, fullFirst: true }],
  ['exaone4', { period: 4 }],
  ['exaone-moe', { period: 4 }],
  ['olmo2', { period: 4 }],
  ['llama4', { period: 4 }],
  ['plamo3', { period: 8 }],
  ['smallthinker', { period: 4, fullFirst: true }],
  ['mellum', { period: 4 }],
  ['afmoe', { period: 4 }],
  ['laguna', { period: 4, fullFirst: true }],
]);

/** Architectures in which every layer is both attention and recurrence. */
const bothWays = new Set(['falcon-h1']);
/** Architectures without attention. */
const recurrent = new Set(['mamba', 'mamba2', 'rwkv6', 'rwkv7', 'rwkv6qwen2', 'arwkv7']);
/** Of so many layers one is attention, where the file does not say it (llama.cpp's own default). */
const attentionIntervalDefault = 4;
const interleaved = new Set(['qwen3next', 'qwen35', 'qwen35moe']);

export function attentionOf(metadata: Metadata, layers: number, embedding: number): Attention {
  const heads = metadata.perLayer('attention.head_count', layers) ?? Array.from({ length: layers }, () => 0);
  const kvHeads = metadata.perLayer('attention.head_count_kv', layers) ?? heads;
  const headsMax = Math.max(1, ...heads);
  const keyLength = metadata.own('attention.key_length') ?? Math.floor(embedding / headsMax);
  const valueLength = metadata.own('attention.value_length') ?? Math.floor(embedding / headsMax);
  const window = windowOf(metadata, layers);
  const isRecurrent = recurrenceOf(metadata, layers, kvHeads);
  // Multi-head latent attention keeps one compressed row for keys and values together.
  const isLatent = metadata.own('attention.key_length_mla') !== undefined;
  const ownCaches = layers - sharedLayers(metadata, layers);
  const stateValues = stateValuesOf(metadata);
  const caches = kvHeads.map((count, layer): LayerCache => {
    const sliding = window?.sliding[layer] ?? false;
    const attends = layer < ownCaches && (!isRecurrent[layer] || bothWays.has(metadata.architecture));
    const keys = sliding ? (metadata.own('attention.key_length_swa') ?? keyLength) : keyLength;
    const values = sliding ? (metadata.own('attention.value_length_swa') ?? valueLength) : valueLength;
    return {
      keyWidth: attends ? count * keys : 0,
      valueWidth: attends && !isLatent ? count * values : 0,
      sliding,
      stateValues: isRecurrent[layer] ? stateValues : 0,
    };
  });
  return { heads, kvHeads, keyLength, valueLength, windowTokens: window?.tokens, layers: caches };
}

function windowOf(metadata: Metadata, layers: number): { tokens: number; sliding: readonly boolean[] } | undefined {
  const rule = windowRules.get(metadata.architecture);
  const tokens = metadata.own('attention.sliding_window') ?? metadata.own('attention.chunk_size') ?? 0;
  if (rule === undefined || tokens === 0) return undefined;
  const key = 'attention.sliding_window_pattern';
  const named = metadata.perLayer(key, layers);
  if (named !== undefined && metadata.isArray(key)) return { tokens, sliding: named.map((value) => value !== 0) };
  const period = named?.[0] ?? rule.period;
  const full = rule.fullFirst ? 0 : period - 1;
  return { tokens, sliding: Array.from({ length: layers }, (_, layer) => period === 0 || layer % period !== full) };
}

function recurrenceOf(metadata: Metadata, layers: number, kvHeads: readonly number[]): readonly boolean[] {
  const { architecture } = metadata;
  if (recurrent.has(architecture) || bothWays.has(architecture)) return Array.from({ length: layers }, () => true);
  const named = metadata.perLayer('attention.recurrent_layers', layers);
  if (named !== undefined) return named.map((value) => value !== 0);
  if (interleaved.has(architecture)) {
    const interval = metadata.own('full_attention_interval') || attentionIntervalDefault;
    return Array.from({ length: layers }, (_, layer) => (layer + 1) % interval !== 0);
  }
  return kvHeads.map((count) => count === 0);
}

/** The last layers may read the cache of an earlier one. */
function sharedLayers(metadata: Metadata, layers: number): number {
  if (metadata.architecture === 'gemma3n') return Math.max(0, layers - 20);
  return Math.min(layers, metadata.own('attention.shared_kv_layers') ?? 0);
}

/** The states of a convolution and of a state-space layer (`n_embd_r` and `n_embd_s` of llama-hparams.cpp). */
function stateValuesOf(metadata: Metadata): number {
  const inner = metadata.own('ssm.inner_size') ?? 0;
  const state = metadata.own('ssm.state_size') ?? 0;
  const groups = metadata.own('ssm.group_count') ?? 0;
  const convolution = Math.max(0, (metadata.own('ssm.conv_kernel') ?? 0) - 1) * (inner + 2 * groups * state);
  return convolution + state * inner;
}
