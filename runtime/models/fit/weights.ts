/** Where the tensors of a model go when so many layers are offloaded: the rules of llama.cpp's loader (src/llama-model.cpp). Pure. */
import type { ModelFile, ModelTensor } from '../gguf/describe.ts';
import type { TensorType } from '../gguf/tensor-type.ts';

/** What computes. Only the CPU and Metal let llama.cpp repack what stays on the host: the others have host buffers that go first. */
export type Backend = 'cpu' | 'cuda' | 'vulkan' | 'metal';

/**
 * Formats that llama.cpp interleaves for the vector units of a processor when it loads them (ggml-cpu/repack.cpp, v0.4.0), for a
 * processor of the last ten years. Q2_K needs AVX-512: without it, its memory is predicted too large, never too small.
 */
const repackedTypes: Readonly<Record<string, readonly TensorType[]>> = {
  x64: ['Q4_0', 'Q4_K', 'Q2_K', 'IQ4_NL', 'MXFP4'],
  arm64: ['Q4_0', 'Q4_K', 'Q5_K', 'Q6_K', 'Q8_0', 'IQ4_NL', 'MXFP4'],
};
/** A matrix is repacked when its rows are a multiple of this. */
const repackedRows = 8;

export interface LayerWeights {
  /** Bytes of the tensors as they stand in the file. */
  readonly bytes: number;
  /** Those of them that a CPU keeps repacked. */
  readonly repackedBytes: number;
}

export interface Weights {
  /** The token embedding: rows are looked up, so it stays on the host, as it is. */
  readonly input: LayerWeights;
  readonly layers: readonly LayerWeights[];
  /** The last norm and the output matrix, which llama.cpp counts as one more layer. */
  readonly output: LayerWeights;
  /** The output is the token embedding once more: a device gets a copy of its own, and so does the repacked form. */
  readonly tiedBytes: number;
  readonly tiedRepackedBytes: number;
}

/** @param arch `process.arch` of the machine that computes. */
export function weightsOf(model: ModelFile, arch: string): Weights {
  const types = new Set(repackedTypes[arch] ?? []);
  const layers = Array.from({ length: model.layers }, () => ({ bytes: 0, repackedBytes: 0 }));
  const [input, output] = [
    { bytes: 0, repackedBytes: 0 },
    { bytes: 0, repackedBytes: 0 },
  ];
  for (const tensor of model.tensors) {
    const layer = layerOf(tensor);
    const isLookup = layer === undefined && inputNames.test(tensor.name);
    const place = isLookup ? input : (layers[layer ?? -1] ?? output);
    place.bytes += tensor.bytes;
    if (!isLookup && isRepacked(tensor, types)) place.repackedBytes += tensor.bytes;
  }
  const isTied = !model.tensors.some(({ name }) => name === 'output.weight');
  const embedding = isTied ? model.tensors.find(({ name }) => name === 'token_embd.weight') : undefined;
  return {
    input,
    layers,
    output,
    tiedBytes: embedding?.bytes ?? 0,
    tiedRepackedBytes: embedding && isRepacked(embedding, types) ? embedding.bytes : 0,
  };
}

/** Tables of rows that are looked up by token or position. */
const inputNames = /^(token_embd|token_types|position_embd|per_layer_token_embd)[._]/;

function layerOf({ name }: ModelTensor): number | undefined {
  const layer = /^blk\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? undefined : Number(layer);
}

function isRepacked({ shape, type }: ModelTensor, types: ReadonlySet<TensorType>): boolean {
  return types.has(type) && shape.length >= 2 && (shape[1] ?? 0) % repackedRows === 0;
}

/**
 * Which device holds what, as llama.cpp decides it: the last `gpuLayers` of all layers and the output go to the devices, dealt out in
 * order and in proportion to the shares.
 * @param shares one for each device, usually its free memory; one device takes all.
 * @returns the device of each layer and then of the output; undefined where the host keeps it.
 */
export function placement(
  layers: number,
  gpuLayers: number,
  shares: readonly number[],
): readonly (number | undefined)[] {
  const offloaded = Math.min(gpuLayers, layers + 1);
  const first = layers + 1 - offloaded;
  const sum = shares.reduce((total, share) => total + share, 0);
  return Array.from({ length: layers + 1 }, (_, layer) => {
    if (layer < first || shares.length === 0) return undefined;
    const position = (layer - first) / offloaded;
    let passed = 0;
    for (const [device, share] of shares.entries()) {
      passed += sum === 0 ? 1 / shares.length : share / sum;
      if (position < passed) return device;
    }
    return shares.length - 1;
  });
}
