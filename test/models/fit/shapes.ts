/**
 * Heads of well-known models without their files: shapes from their published configurations, formats by the rules of llama.cpp's
 * quantizer (`llama_tensor_get_type` of src/llama-quant.cpp).
 */
import type { ModelFile, ModelTensor } from '../../../runtime/models/gguf/describe.ts';
import type { LayerCache } from '../../../runtime/models/gguf/layers.ts';
import { bytesOfValues, type TensorType } from '../../../runtime/models/gguf/tensor-type.ts';

export type Quantization = 'F16' | 'Q8_0' | 'Q4_0' | 'Q4_K_S' | 'Q4_K_M';

export interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headLength?: number;
  readonly ffn: number;
  readonly vocabulary: number;
  readonly merges?: number;
  readonly contextTokens: number;
  readonly tied?: boolean;
  /** Two matrices instead of three in the feed-forward part, and one for queries, keys and values together. */
  readonly isGptNeox?: boolean;
  readonly windowTokens?: number;
  readonly isSliding?: (layer: number) => boolean;
  /** Experts in each layer, with `ffn` each. */
  readonly experts?: number;
}

export const shapes = {
  'Qwen2.5-Coder 0.5B': shape(24, 896, 14, 2, 4_864, 151_936, { tied: true }),
  'Qwen2.5 3B': shape(36, 2_048, 16, 2, 11_008, 151_936, { tied: true }),
  'Qwen2.5-Coder 7B': shape(28, 3_584, 28, 4, 18_944, 152_064),
  'Qwen2.5 14B': shape(48, 5_120, 40, 8, 13_824, 152_064),
  'Qwen2.5-Coder 32B': shape(64, 5_120, 40, 8, 27_648, 152_064),
  'Qwen3 30B-A3B': shape(48, 2_048, 32, 4, 768, 151_936, { headLength: 128, experts: 128, contextTokens: 262_144 }),
  'Mistral 7B': shape(32, 4_096, 32, 8, 14_336, 32_000),
  'Command-R 35B': shape(40, 8_192, 64, 64, 22_528, 256_000, { tied: true }),
  'TriLM 3.9B': shape(30, 3_072, 24, 24, 9_216, 50_688),
  'Pythia 1.4B': shape(24, 2_048, 16, 16, 8_192, 50_304, { isGptNeox: true }),
  'Gemma 2 2B': shape(26, 2_304, 8, 4, 9_216, 256_000, {
    headLength: 256,
    tied: true,
    windowTokens: 4_096,
    isSliding: (layer) => layer % 2 === 0,
  }),
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;

function shape(
  layers: number,
  width: number,
  heads: number,
  kvHeads: number,
  ffn: number,
  vocabulary: number,
  more: Partial<Shape> = {},
): Shape {
  return { layers, width, heads, kvHeads, ffn, vocabulary, merges: vocabulary - 500, contextTokens: 131_072, ...more };
}

/** `use_more_bits` of the quantizer: the first and last eighth of the layers, and every third between. */
function isPrecious(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

type Part = 'embedding' | 'output' | 'value' | 'down' | 'other';

function typeOf(quantization: Quantization, part: Part, layer: number, { layers, tied }: Shape): TensorType {
  if (quantization === 'F16' || quantization === 'Q8_0') return quantization;
  const isOutput = part === 'output' || (part === 'embedding' && tied === true);
  if (isOutput) return 'Q6_K';
  switch (quantization) {
    case 'Q4_0':
      return 'Q4_0';
    case 'Q4_K_S':
      return (part === 'value' && layer < 4) || (part === 'down' && layer < Math.floor(layers / 8)) ? 'Q5_K' : 'Q4_K';
    case 'Q4_K_M':
      return (part === 'value' || part === 'down') && isPrecious(layer, layers) ? 'Q6_K' : 'Q4_K';
    default:
      return quantization satisfies never;
  }
}

/** @param change overrides the format of a tensor, for files that were quantized otherwise. */
export function modelOf(
  name: ShapeName,
  quantization: Quantization,
  change: (name: string, layer: number) => TensorType | undefined = () => undefined,
): ModelFile {
  const of: Shape = shapes[name];
  const tensors: ModelTensor[] = [];
  let offset = 0;
  const add = (tensor: string, dimensions: readonly number[], part: Part | 'plain', layer = 0): void => {
    const wanted = change(tensor, layer) ?? (part === 'plain' ? 'F32' : typeOf(quantization, part, layer, of));
    const bytes = bytesOfValues(
      wanted,
      dimensions.reduce((product, size) => product * size, 1),
    );
    tensors.push({ name: tensor, type: wanted, shape: dimensions, bytes, offset, part: 0 });
    offset += bytes;
  };
  add('token_embd.weight', [of.width, of.vocabulary], 'embedding');
  for (let layer = 0; layer < of.layers; layer++) addLayer(of, layer, add);
  add('output_norm.weight', [of.width], 'plain');
  if (!of.tied) add('output.weight', [of.width, of.vocabulary], 'output');
  return described(name, of, quantization, tensors, offset);
}

type Add = (tensor: string, dimensions: readonly number[], part: Part | 'plain', layer?: number) => void;

function addLayer(of: Shape, layer: number, add: Add): void {
  const { width, ffn } = of;
  const headLength = of.headLength ?? width / of.heads;
  const [queries, keys] = [headLength * of.heads, headLength * of.kvHeads];
  const prefix = `blk.${layer}.`;
  const experts = of.experts === undefined ? [] : [of.experts];
  const suffix = of.experts === undefined ? '' : '_exps';
  add(`${prefix}attn_norm.weight`, [width], 'plain');
  add(`${prefix}ffn_norm.weight`, [width], 'plain');
  if (of.isGptNeox) add(`${prefix}attn_qkv.weight`, [width, 3 * width], 'other', layer);
  else {
    add(`${prefix}attn_q.weight`, [width, queries], 'other', layer);
    add(`${prefix}attn_k.weight`, [width, keys], 'other', layer);
    add(`${prefix}attn_v.weight`, [width, keys], 'value', layer);
    add(`${prefix}ffn_gate${suffix}.weight`, [width, ffn, ...experts], 'other', layer);
  }
  add(`${prefix}attn_output.weight`, [queries, width], 'other', layer);
  add(`${prefix}ffn_up${suffix}.weight`, [width, ffn, ...experts], 'other', layer);
  add(`${prefix}ffn_down${suffix}.weight`, [ffn, width, ...experts], 'down', layer);
}

function described(
  name: string,
  of: Shape,
  quantization: Quantization,
  tensors: ModelTensor[],
  bytes: number,
): ModelFile {
  const headLength = of.headLength ?? of.width / of.heads;
  const cache = (layer: number): LayerCache => ({
    keyWidth: headLength * of.kvHeads,
    valueWidth: headLength * of.kvHeads,
    sliding: of.isSliding?.(layer) ?? false,
    stateValues: 0,
  });
  const each = <T>(value: T): readonly T[] => Array.from({ length: of.layers }, () => value);
  return {
    files: [`/models/${name}.gguf`],
    fileBytes: bytes + 6e6,
    architecture: of.isGptNeox ? 'gptneox' : 'qwen2',
    name,
    sizeLabel: undefined,
    licence: undefined,
    parameters: tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0),
    quantization,
    dominantType: 'F16',
    contextTokens: of.contextTokens,
    layers: of.layers,
    embeddingLength: of.width,
    feedForwardLength: of.ffn,
    attention: {
      heads: each(of.heads),
      kvHeads: each(of.kvHeads),
      keyLength: headLength,
      valueLength: headLength,
      windowTokens: of.windowTokens,
      layers: Array.from({ length: of.layers }, (_, layer) => cache(layer)),
    },
    vocabulary: { tokens: of.vocabulary, merges: of.merges ?? 0 },
    infill: undefined,
    chatTemplate: true,
    reasoning: false,
    serves: ['summarize', 'translate'],
    tensors,
  };
}
