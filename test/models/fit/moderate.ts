/** Models of moderate size with zero weights: they are written in a moment, and loaded they take what real ones of their shape would. */
import path from 'node:path';
import { type Tensor, type Value, writeGguf } from '../../gguf/gguf.ts';
import { rowBytes, type TensorType } from '../../gguf/quantize.ts';
import { vocabulary } from '../../gguf/vocabulary.ts';

const layers = 6;
const width = 1_024;
const ffn = 4_096;
const heads = 8;
const kvWidth = (width / heads) * 2;
const tokens = 32_000;

/** 124 million parameters: 70 MB in Q4_0, 132 MB in Q8_0. */
export async function writeModerate(folder: string, type: TensorType): Promise<string> {
  const file = path.join(folder, `moderate-${type}.gguf`);
  await writeGguf(file, metadata(), tensors(type));
  return file;
}

function metadata(): Record<string, Value> {
  const words = vocabulary('words', tokens, true);
  const u32 = (value: number): Value => ({ kind: 'u32', value });
  return {
    'general.architecture': { kind: 'string', value: 'qwen2' },
    'qwen2.context_length': u32(8_192),
    'qwen2.embedding_length': u32(width),
    'qwen2.block_count': u32(layers),
    'qwen2.feed_forward_length': u32(ffn),
    'qwen2.attention.head_count': u32(heads),
    'qwen2.attention.head_count_kv': u32(2),
    'qwen2.attention.layer_norm_rms_epsilon': { kind: 'f32', value: 1e-6 },
    'tokenizer.ggml.model': { kind: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { kind: 'string', value: 'qwen2' },
    'tokenizer.ggml.tokens': { kind: 'strings', value: words.tokens },
    'tokenizer.ggml.token_type': { kind: 'i32s', value: words.types },
    'tokenizer.ggml.merges': { kind: 'strings', value: words.merges },
    'tokenizer.ggml.bos_token_id': u32(words.idOf('<|endoftext|>')),
    'tokenizer.ggml.eos_token_id': u32(words.idOf('<|endoftext|>')),
  };
}

function tensors(type: TensorType): Tensor[] {
  const zeros = (name: string, shape: readonly number[], of: TensorType): Tensor => ({
    name,
    shape,
    type: of,
    data: () => [new Uint8Array(rowBytes(of, shape[0] ?? 0) * (shape[1] ?? 1))],
  });
  const matrix = (name: string, columns: number, rows: number): Tensor => zeros(name, [columns, rows], type);
  const vector = (name: string, size: number): Tensor => zeros(name, [size], 'F32');
  const all = [matrix('token_embd.weight', width, tokens)];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    all.push(vector(name('attn_norm.weight'), width), vector(name('ffn_norm.weight'), width));
    all.push(matrix(name('attn_q.weight'), width, width), vector(name('attn_q.bias'), width));
    all.push(matrix(name('attn_k.weight'), width, kvWidth), vector(name('attn_k.bias'), kvWidth));
    all.push(matrix(name('attn_v.weight'), width, kvWidth), vector(name('attn_v.bias'), kvWidth));
    all.push(matrix(name('attn_output.weight'), width, width), matrix(name('ffn_gate.weight'), width, ffn));
    all.push(matrix(name('ffn_up.weight'), width, ffn), matrix(name('ffn_down.weight'), ffn, width));
  }
  return [...all, vector('output_norm.weight', width)];
}
