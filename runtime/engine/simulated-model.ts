/**
 * A made-up model for the simulated engine: how long its passes take, how text becomes tokens, and what it answers. All of it is a
 * pure function of the seed and the input.
 */
import type { Costs } from '../core/estimate.ts';
import type { EngineRequest } from './engine.ts';

/** A point of a cost table: so many tokens (prefill) or sequences (decode) cost so many ms. */
export type CostPoint = readonly [count: number, ms: number];

/**
 * What a pass costs. Between two points it is interpolated, beyond the last one extended by the last slope. A table and no formula,
 * because the real cost is neither linear nor monotone in the number of sequences.
 */
export interface PassCosts {
  readonly prefill: readonly CostPoint[];
  readonly decode: readonly CostPoint[];
  /** Added for each 1,000 tokens in the KV cache of the sequences that take part. */
  readonly msPerKiloContext: number;
}

export interface SimulatedModel {
  readonly costs: PassCosts;
  readonly loadMs: number;
  /** A new context over weights that are there. */
  readonly resizeMs: number;
  readonly memoryBytes: number;
  /** The context that the model was trained on, in tokens. */
  readonly contextTokensMax: number;
  readonly chunkTokens: number;
  /** Tokens whose KV cells it may park. */
  readonly shelfTokensMax: number;
  readonly infill: boolean;
  readonly chat: boolean;
}

/** A 0.5 B model with 4-bit weights on one core, as measured with llama.cpp (CPU ms, depth 64). */
export const halfBillionModel: SimulatedModel = {
  costs: {
    prefill: [
      [1, 15.5],
      [16, 55.7],
      [32, 102],
      [64, 191],
      [128, 375],
      [256, 750],
    ],
    decode: [
      [1, 15.5],
      [2, 42.6],
      [3, 55.3],
      [4, 55.2],
      [6, 99.4],
      [8, 75.3],
      [12, 99.2],
      [16, 104],
    ],
    msPerKiloContext: 2.3,
  },
  loadMs: 750,
  resizeMs: 200,
  memoryBytes: 640_000_000,
  contextTokensMax: 32_768,
  chunkTokens: 64,
  shelfTokensMax: 16_384,
  infill: true,
  chat: true,
};

/** The table as predictions that are always right. */
export function costsOf({ prefill, decode, msPerKiloContext }: PassCosts): Costs {
  const contextMs = (contextTokens: number): number => (msPerKiloContext * contextTokens) / 1_000;
  return {
    prefillMs: (tokens, contextTokens) => interpolate(prefill, tokens) + contextMs(contextTokens),
    decodeMs: (sequences, contextTokens) => interpolate(decode, sequences) + contextMs(contextTokens),
  };
}

function interpolate(table: readonly CostPoint[], count: number): number {
  const nextIndex = table.findIndex(([points]) => points >= count);
  const upper = table[nextIndex < 0 ? table.length - 1 : nextIndex];
  const lower = table[nextIndex < 0 ? table.length - 2 : nextIndex - 1];
  if (upper === undefined) return 0;
  if (lower === undefined) return upper[1];
  const slope = (upper[1] - lower[1]) / (upper[0] - lower[0]);
  return lower[1] + slope * (count - lower[0]);
}

/** The token that ends an answer. */
export const endToken = 0;

/** Marks where the parts of a prompt begin, as a real model's special tokens do. */
const markerTokens = { prefix: 1, suffix: 2, user: 3, assistant: 4 } as const;

/** Characters of one token, the average of source code. */
const charsPerToken = 4;

/** Cuts text into pieces of whole characters and numbers each different piece, in order of appearance. */
export class SimulatedTokenizer {
  readonly #ids = new Map<string, number>();
  readonly #pieces: string[] = ['', '', '', '', ''];

  tokenize(text: string): number[] {
    const characters = [...text];
    const tokens: number[] = [];
    for (let start = 0; start < characters.length; start += charsPerToken) {
      tokens.push(this.#id(characters.slice(start, start + charsPerToken).join('')));
    }
    return tokens;
  }

  detokenize(token: number): string {
    return this.#pieces[token] ?? '';
  }

  #id(piece: string): number {
    const known = this.#ids.get(piece);
    if (known !== undefined) return known;
    const id = this.#pieces.push(piece) - 1;
    this.#ids.set(piece, id);
    return id;
  }
}

/** The prompt with its markers, the suffix first, so that typing only appends to it. */
export function promptTokens(tokenizer: SimulatedTokenizer, prompt: EngineRequest['prompt']): number[] {
  switch (prompt.kind) {
    case 'infill':
      return [
        markerTokens.suffix,
        ...tokenizer.tokenize(prompt.suffix),
        markerTokens.prefix,
        ...tokenizer.tokenize((prompt.context?.pieces ?? []).map(({ comments }) => comments).join('')),
        ...tokenizer.tokenize(prompt.prefix + (prompt.typed ?? '')),
      ];
    case 'chat':
      return [markerTokens.user, ...tokenizer.tokenize(prompt.user), markerTokens.assistant];
    default:
      return prompt satisfies never;
  }
}

const words = [
  'value',
  'index',
  'result',
  'return',
  'const',
  'items',
  'name',
  'length',
  'map',
  'filter',
  'await',
  'this',
];
const separators = [' ', ' = ', '.', '(', ')', ', ', ';\n', ' + '];

/** A text of 8 to 63 words that depends on the seed and the prompt only. */
export function answerFromSeed(seed: number, prompt: EngineRequest['prompt']): string {
  const random = mulberry32(hash(JSON.stringify(prompt), seed));
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const count = 8 + Math.floor(random() * 56);
  return Array.from({ length: count }, () => pick(words) + pick(separators)).join('');
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string, seed: number): number {
  let value = 2_166_136_261 ^ seed;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  return value >>> 0;
}

/** Mulberry32 by Tommy Ettinger (public domain): small, fast, and good enough to choose words. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
