/** Heads of model files: one of true shape spoiled in bytes, and ones that are built from the grammar with lies in them. */
import { integer, pick, type Random } from '../../bench/random.ts';
import { HeadProblem, NeedsMore } from '../../models/gguf/cursor.ts';
import { describe } from '../../models/gguf/describe.ts';
import { parseHead } from '../../models/gguf/head.ts';
import type { Case, Failure, Target } from '../case.ts';
import { chance, nastyTexts, spoiledBytes } from '../mutate.ts';

const types = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  text: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
};
const widths: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

const counts: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  63n,
  64n,
  1_000n,
  65_536n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const keys: readonly string[] = [
  'general.architecture',
  'general.name',
  'general.type',
  'general.alignment',
  'general.file_type',
  'general.license',
  'general.size_label',
  'llama.block_count',
  'llama.context_length',
  'llama.embedding_length',
  'llama.feed_forward_length',
  'llama.attention.head_count',
  'llama.attention.head_count_kv',
  'llama.attention.key_length',
  'llama.attention.sliding_window',
  'llama.attention.sliding_window_pattern',
  'llama.ssm.state_size',
  'llama.expert_count',
  'tokenizer.ggml.model',
  'tokenizer.ggml.tokens',
  'tokenizer.ggml.token_type',
  'tokenizer.ggml.merges',
  'tokenizer.ggml.fim_pre_token_id',
  'tokenizer.ggml.fim_suf_token_id',
  'tokenizer.chat_template',
  'split.count',
  'split.no',
  'split.tensors.count',
];

const tokens = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|im_start|>', 'a', 'ab', '\u0120the'];

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}

function text(value: string, claimed?: bigint): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(claimed ?? BigInt(bytes.length)), bytes]);
}

const textKey = (key: string, value: string): Buffer => Buffer.concat([text(key), u32(types.text), text(value)]);
const u32Key = (key: string, value: number): Buffer => Buffer.concat([text(key), u32(types.u32), u32(value)]);

/** Small, complete, and read without a complaint: of 2 layers, with a vocabulary that can fill in the middle. */
function trueShape(): Buffer {
  const listed = [
    textKey('general.architecture', 'llama'),
    textKey('general.name', 'Fuzz'),
    u32Key('general.file_type', 0),
    u32Key('llama.block_count', 2),
    u32Key('llama.context_length', 2_048),
    u32Key('llama.embedding_length', 64),
    u32Key('llama.feed_forward_length', 128),
    u32Key('llama.attention.head_count', 4),
    u32Key('llama.attention.head_count_kv', 2),
    textKey('tokenizer.ggml.model', 'gpt2'),
    Buffer.concat([
      text('tokenizer.ggml.tokens'),
      ...[u32(types.array), u32(types.text), u64(BigInt(tokens.length))],
      ...tokens.map((token) => text(token)),
    ]),
    u32Key('tokenizer.ggml.fim_pre_token_id', 0),
    u32Key('tokenizer.ggml.fim_suf_token_id', 1),
    u32Key('tokenizer.ggml.fim_mid_token_id', 2),
    textKey('tokenizer.chat_template', "{% for message in messages %}<|im_start|>{{ message['content'] }}{% endfor %}"),
  ];
  const tensor = Buffer.concat([text('token_embd.weight'), u32(2), u64(64n), u64(7n), u32(0), u64(0n)]);
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1n), u64(BigInt(listed.length)), ...listed, tensor]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(64 * 7 * 4)]);
}

function builtValue(random: Random): Buffer {
  const type = integer(random, 0, 14);
  if (type === types.text) return Buffer.concat([u32(type), lyingText(random)]);
  if (type !== types.array) return Buffer.concat([u32(type), plain(random, type)]);
  const element = integer(random, 0, 14);
  const count = integer(random, 0, 6);
  const elements = Array.from({ length: count }, () =>
    element === types.text ? lyingText(random) : plain(random, element),
  );
  const claimed = chance(random, 0.3) ? pick(random, counts) : BigInt(count);
  return Buffer.concat([u32(type), u32(element), u64(claimed), ...elements]);
}

function plain(random: Random, type: number): Buffer {
  const bytes = Buffer.alloc(widths[type] ?? 4);
  for (const [index] of bytes.entries()) bytes[index] = chance(random, 0.6) ? 0 : integer(random, 0, 256);
  if (chance(random, 0.7)) bytes[0] = integer(random, 0, 9);
  return bytes;
}

function lyingText(random: Random): Buffer {
  const value = chance(random, 0.5) ? 'llama' : pick(random, nastyTexts);
  return text(value, chance(random, 0.05) ? pick(random, counts) : undefined);
}

function builtTensor(random: Random, index: number): Buffer {
  const dimensions = integer(random, 0, 6);
  const shape = Array.from({ length: dimensions }, () => u64(pick(random, [...counts, 32n, 256n])));
  const name = chance(random, 0.8) ? `blk.${index}.attn_q.weight` : pick(random, nastyTexts);
  const offset = chance(random, 0.7) ? 0n : pick(random, counts);
  return Buffer.concat([text(name), u32(dimensions), ...shape, u32(integer(random, 0, 45)), u64(offset)]);
}

function built(random: Random): Buffer {
  const chosen = Array.from({ length: integer(random, 0, 12) }, () => pick(random, keys));
  const listed = [...new Set(['general.architecture', 'llama.block_count', ...chosen])].map((key) => {
    if (key === 'general.architecture' && chance(random, 0.8)) return textKey(key, 'llama');
    if (key === 'llama.block_count' && chance(random, 0.8)) return u32Key(key, integer(random, 0, 600));
    return Buffer.concat([text(key), builtValue(random)]);
  });
  const tensors = Array.from({ length: integer(random, 0, 4) }, (_, index) => builtTensor(random, index));
  const tensorCount = chance(random, 0.1) ? pick(random, counts) : BigInt(tensors.length);
  const keyCount = chance(random, 0.1) ? pick(random, counts) : BigInt(listed.length);
  const fixed = [
    Buffer.from('GGUF'),
    u32(chance(random, 0.9) ? 3 : integer(random, 0, 9)),
    u64(tensorCount),
    u64(keyCount),
  ];
  return Buffer.concat([...fixed, ...listed, ...tensors, Buffer.alloc(integer(random, 0, 2_000))]);
}

export function ggufTarget(): Target {
  const whole = trueShape();
  return {
    name: 'gguf',
    share: 3_000,
    cutsBytes: true,
    make: (random): Case => [chance(random, 0.6) ? spoiledBytes(random, whole) : built(random)],
    run: (parts) => Promise.resolve(readAll(Buffer.concat(parts))),
  };
}

/** Bytes that the reader has first, as it has only the beginning of a large file. */
const firstBytes = 100;

function readAll(bytes: Buffer): Failure | undefined {
  for (const given of [bytes.subarray(0, firstBytes), bytes]) {
    try {
      describe(['fuzz.gguf'], bytes.length, [parseHead(given, bytes.length)]);
    } catch (error) {
      if (error instanceof HeadProblem) continue;
      if (error instanceof NeedsMore && given.length < bytes.length) continue;
      return { kind: 'crash', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
  return undefined;
}
