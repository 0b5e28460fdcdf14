/**
 * Models with made-up weights and true shapes: time and memory are those of the real model, the words are not.
 *
 * `chain`: all matrix products run at full cost, but attn_output and ffn_down are zero, so the residual stream is the embedding of
 * the last token, and the output row of a token's successor equals that embedding: the next token is a known function of the last
 * one. The function walks a list and then ends (or begins again, with `noEos`); every token outside the list leads to its first.
 * `random`: the true model's tied output; the end token hardly ever comes.
 *
 * A true Q4_0 file keeps its output in Q6_K; here it is Q8_0, which costs about the same and is simple to write.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Tensor, type Value, writeGguf } from './gguf.ts';
import { encodeRow, type TensorType } from './quantize.ts';
import { byteTokens, type Vocabulary, vocabulary } from './vocabulary.ts';
import { dot, gaussians, normalized, pattern, rowMaker, rows } from './weights.ts';

interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffn: number;
  readonly vocabulary: 'bytes' | 'words';
  readonly vocabularySize?: number;
  readonly contextTokens: number;
  readonly ropeBase: number;
}

export const shapes = {
  tiny: {
    layers: 4,
    width: 128,
    heads: 4,
    kvHeads: 2,
    ffn: 512,
    vocabulary: 'bytes',
    contextTokens: 8_192,
    ropeBase: 1e4,
  },
  'qwen2.5-coder-0.5b': {
    layers: 24,
    width: 896,
    heads: 14,
    kvHeads: 2,
    ffn: 4_864,
    vocabulary: 'words',
    vocabularySize: 151_936,
    contextTokens: 32_768,
    ropeBase: 1e6,
  },
  'qwen2.5-coder-1.5b': {
    layers: 28,
    width: 1_536,
    heads: 12,
    kvHeads: 2,
    ffn: 8_960,
    vocabulary: 'words',
    vocabularySize: 151_936,
    contextTokens: 32_768,
    ropeBase: 1e6,
  },
} as const satisfies Record<string, Shape>;

export interface ModelOptions {
  readonly file: string;
  readonly shape: keyof typeof shapes;
  readonly mode?: 'chain' | 'random';
  readonly type?: TensorType;
  readonly arch?: 'qwen2' | 'llama';
  readonly layers?: number;
  readonly contextTokens?: number;
  /** The list of a chain never ends. */
  readonly noEos?: boolean;
  readonly noFim?: boolean;
  readonly noChatTemplate?: boolean;
  /** Length of the list of a chain of words; bytes walk through the alphabet and a line end. */
  readonly chainLength?: number;
  readonly seed?: number;
}

export interface WrittenModel {
  readonly file: string;
  readonly bytes: number;
  readonly parameters: number;
  /** Texts of the list that a chain walks. */
  readonly chain: readonly string[];
}

const chatml =
  "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
export async function writeModel(options: ModelOptions): Promise<WrittenModel> {
  const shape: Shape = {
    ...shapes[options.shape],
    ...(options.layers && { layers: options.layers }),
    ...(options.contextTokens && { contextTokens: options.contextTokens }),
  };
  const words = vocabulary(shape.vocabulary, shape.vocabularySize, !options.noFim);
  const chain = options.mode === 'random' ? [] : chainOf(words, shape, options.chainLength ?? 64);
  const tensors = tensorsOf(shape, words, chain, options);
  await mkdir(path.dirname(options.file), { recursive: true });
  const bytes = await writeGguf(options.file, metadata(shape, words, options), tensors);
  const parameters = tensors.reduce(
    (sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1),
    0,
  );
  return { file: options.file, bytes, parameters, chain: chain.map((id) => textOf(words.tokens[id] ?? '')) };
}

function chainOf(words: Vocabulary, shape: Shape, length: number): readonly number[] {
  if (shape.vocabulary === 'bytes') return [...'abcdefghijklmnopqrstuvwxyz\n'].map((letter) => letter.charCodeAt(0));
  if (length > words.words.length) throw new RangeError(`a chain has ${words.words.length} words at most`);
  return words.words.slice(0, length);
}

function textOf(token: string): string {
  return Buffer.from([...token].map((letter) => byteTokens.indexOf(letter))).toString('utf8');
}

function metadata(shape: Shape, words: Vocabulary, options: ModelOptions): Record<string, Value> {
  const arch = options.arch ?? 'qwen2';
  const u32 = (value: number): Value => ({ kind: 'u32', value });
  const end = words.idOf('<|endoftext|>');
  return {
    'general.architecture': { kind: 'string', value: arch },
    'general.name': { kind: 'string', value: `made-up ${options.shape} (${options.mode ?? 'chain'})` },
    [`${arch}.context_length`]: u32(shape.contextTokens),
    [`${arch}.embedding_length`]: u32(shape.width),
    [`${arch}.block_count`]: u32(shape.layers),
    [`${arch}.feed_forward_length`]: u32(shape.ffn),
    [`${arch}.attention.head_count`]: u32(shape.heads),
    [`${arch}.attention.head_count_kv`]: u32(shape.kvHeads),
    [`${arch}.rope.freq_base`]: { kind: 'f32', value: shape.ropeBase },
    [`${arch}.attention.layer_norm_rms_epsilon`]: { kind: 'f32', value: 1e-6 },
    [`${arch}.vocab_size`]: u32(words.tokens.length),
    ...(arch === 'llama' && { [`${arch}.rope.dimension_count`]: u32(shape.width / shape.heads) }),
    'general.file_type': u32({ F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 }[options.type ?? 'Q8_0']),
    'tokenizer.ggml.model': { kind: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { kind: 'string', value: 'qwen2' },
    'tokenizer.ggml.tokens': { kind: 'strings', value: words.tokens },
    'tokenizer.ggml.token_type': { kind: 'i32s', value: words.types },
    'tokenizer.ggml.merges': { kind: 'strings', value: words.merges },
    'tokenizer.ggml.bos_token_id': u32(end),
    'tokenizer.ggml.eos_token_id': u32(end),
    'tokenizer.ggml.padding_token_id': u32(end),
    'tokenizer.ggml.add_bos_token': { kind: 'bool', value: false },
    ...(!options.noChatTemplate && { 'tokenizer.chat_template': { kind: 'string', value: chatml } as const }),
    ...(!options.noFim && infillMetadata(words)),
  };
}

function infillMetadata(words: Vocabulary): Record<string, Value> {
  const names = {
    fim_pre: '<|fim_prefix|>',
    fim_suf: '<|fim_suffix|>',
    fim_mid: '<|fim_middle|>',
    fim_pad: '<|fim_pad|>',
    fim_rep: '<|repo_name|>',
    fim_sep: '<|file_sep|>',
  };
  const entry = ([key, token]: [string, string]) =>
    [`tokenizer.ggml.${key}_token_id`, { kind: 'u32', value: words.idOf(token) }] as const;
  return Object.fromEntries(Object.entries(names).map(entry));
}

function tensorsOf(shape: Shape, words: Vocabulary, chain: readonly number[], options: ModelOptions): Tensor[] {
  const type = options.type ?? 'Q8_0';
  const { width, ffn } = shape;
  const kvWidth = (width / shape.heads) * shape.kvHeads;
  const random = gaussians(options.seed ?? 1);
  const isChain = chain.length > 0;
  const matrix = (name: string, rows: number, columns: number, scale: number): Tensor => ({
    name,
    type,
    shape: [columns, rows],
    data: () => pattern(type, rows, columns, scale, random),
  });
  const vector = (name: string, size: number, value: number): Tensor => ({
    name,
    type: 'F32',
    shape: [size],
    data: () => [encodeRow('F32', new Float32Array(size).fill(value))],
  });
  const outputType: TensorType = type === 'Q4_0' ? 'Q8_0' : type;
  const size = words.tokens.length;
  const table = (name: string, tableType: TensorType, rowOf: (id: number) => Float32Array): Tensor => ({
    name,
    type: tableType,
    shape: [width, size],
    data: () => rows(tableType, size, rowOf),
  });
  const tensors: Tensor[] = isChain
    ? chainTables(shape, words, chain, options, table, { embedding: type, output: outputType })
    : [table('token_embd.weight', outputType, rowMaker(width, 0.02, random))];
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    const silent = isChain ? 0 : 0.02;
    tensors.push(vector(name('attn_norm.weight'), width, 1), vector(name('ffn_norm.weight'), width, 1));
    tensors.push(
      matrix(name('attn_q.weight'), width, width, 0.02),
      matrix(name('attn_k.weight'), kvWidth, width, 0.02),
      matrix(name('attn_v.weight'), kvWidth, width, 0.02),
    );
    if ((options.arch ?? 'qwen2') === 'qwen2') {
      tensors.push(
        vector(name('attn_q.bias'), width, 0),
        vector(name('attn_k.bias'), kvWidth, 0),
        vector(name('attn_v.bias'), kvWidth, 0),
      );
    }
    tensors.push(
      matrix(name('attn_output.weight'), width, width, silent),
      matrix(name('ffn_gate.weight'), ffn, width, 0.02),
    );
    tensors.push(matrix(name('ffn_up.weight'), ffn, width, 0.02), matrix(name('ffn_down.weight'), width, ffn, silent));
  }
  return [...tensors, vector('output_norm.weight', width, 1)];
}

type Table = (name: string, type: TensorType, rowOf: (id: number) => Float32Array) => Tensor;

/** One direction, u, belongs to "go to the first of the list"; the embeddings of the listed tokens have nothing of it. */
function chainTables(
  shape: Shape,
  words: Vocabulary,
  chain: readonly number[],
  options: ModelOptions,
  table: Table,
  types: { embedding: TensorType; output: TensorType },
): Tensor[] {
  const { width } = shape;
  const seed = options.seed ?? 1;
  const first = chain[0] ?? 0;
  const after = new Map(chain.slice(0, -1).map((id, index) => [id, chain[index + 1] ?? first]));
  const last = chain[chain.length - 1] ?? first;
  after.set(last, options.noEos ? first : words.idOf('<|endoftext|>'));
  const before = new Map([...after].map(([id, next]) => [next, id]));
  const u = normalized(rowMaker(width, 1, gaussians(seed + 7))(0));
  const padding = rowMaker(width, 1, gaussians(seed + 11));
  const embedding = (id: number): Float32Array => {
    // Tokens that never occur share a few rows; every real one has its own.
    const row = words.types[id] === 5 ? padding(id) : rowMaker(width, 1, gaussians(seed * 1_000_003 + id))(0);
    const along = dot(row, u);
    const add = (after.get(id) ?? first) === first ? Math.sqrt(width) : 0;
    return row.map((value, index) => value + (add - along) * (u[index] ?? 0));
  };
  const quiet = rowMaker(width, 0.05, gaussians(seed + 13));
  const output = (id: number): Float32Array => {
    if (id === first) return u.map((value) => value * Math.sqrt(width));
    const previous = before.get(id);
    return previous === undefined ? quiet(id) : embedding(previous);
  };
  return [table('token_embd.weight', types.embedding, embedding), table('output.weight', types.output, output)];
}
