/** Which layers go to a graphics card when the library's own estimate says that they do not fit. */
import { InsufficientMemoryError, type LlamaModel, type LlamaModelOptions } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { loadWeights } from '../../runtime/engine/llama/weights.ts';

/** @param refuse what each load comes to, in order; undefined for a success. @returns what was asked of the library. */
async function asked(
  spec: { readonly gpuLayers?: number; readonly mmap?: boolean },
  ...refuse: readonly (Error | undefined)[]
): Promise<{ readonly layers: LlamaModelOptions['gpuLayers'][]; readonly error: unknown }> {
  const layers: LlamaModelOptions['gpuLayers'][] = [];
  const loadModel = async (options: LlamaModelOptions): Promise<LlamaModel> => {
    layers.push(options.gpuLayers);
    expect(options.useMmap).toBe(spec.mmap);
    const error = refuse[layers.length - 1];
    if (error !== undefined) throw error;
    return Object.create(null);
  };
  const error: unknown = await loadWeights(
    { loadModel },
    { file: '/m.gguf', sequences: 4, contextTokens: 2_048, ...spec },
    () => undefined,
  ).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { layers, error };
}

describe('weights', () => {
  const fewer = { max: 29, fitContext: { contextSize: 8_192 } };
  const full = new InsufficientMemoryError('Not enough VRAM');

  it('when nothing is said of layers, then the library decides; when something is, then that is asked', async () => {
    expect(await asked({})).toEqual({ layers: [undefined], error: undefined });
    expect(await asked({ gpuLayers: 29, mmap: true })).toEqual({ layers: [29], error: undefined });
  });

  it('when the library finds no room for them, then it takes as many of them as it can', async () => {
    expect(await asked({ gpuLayers: 29 }, full)).toEqual({ layers: [29, fewer], error: undefined });
    expect(await asked({ gpuLayers: 29 }, full, full)).toEqual({ layers: [29, fewer], error: full });
  });

  it('when there is nothing less to try, or something else is wrong, then that is the reason', async () => {
    expect(await asked({ gpuLayers: 0 }, full)).toEqual({ layers: [0], error: full });
    const other = new Error('unknown architecture');
    expect(await asked({ gpuLayers: 29 }, other)).toEqual({ layers: [29], error: other });
  });
});
