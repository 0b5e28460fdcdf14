/** How the weights of a model come into memory. */
import { InsufficientMemoryError, type Llama, type LlamaModel, type LlamaModelOptions } from 'node-llama-cpp';
import type { ModelSpec } from '../engine.ts';

/**
 * The layers on the graphics card are the runtime's choice. The library refuses what does not fit by its own estimate, which is another
 * one, and may be right when somebody else took memory meanwhile: then it takes as many of these layers as it finds room for beside
 * the context.
 * @param onProgress fraction of the file that is loaded, 0 to 1.
 * @throws what the library throws.
 */
export async function loadWeights(
  llama: Pick<Llama, 'loadModel'>,
  { file, gpuLayers, mmap, sequences, contextTokens }: Omit<ModelSpec, 'id' | 'threads'>,
  onProgress: (fraction: number) => void,
): Promise<LlamaModel> {
  const options: LlamaModelOptions = {
    modelPath: file,
    onLoadProgress: onProgress,
    ...(mmap !== undefined && { useMmap: mmap }),
  };
  if (gpuLayers === undefined) return await llama.loadModel(options);
  try {
    return await llama.loadModel({ ...options, gpuLayers });
  } catch (error) {
    if (!(error instanceof InsufficientMemoryError) || gpuLayers === 0) throw error;
    const fitContext = { contextSize: sequences * contextTokens };
    return await llama.loadModel({ ...options, gpuLayers: { max: gpuLayers, fitContext } });
  }
}
