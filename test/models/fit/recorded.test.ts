/**
 * Predictions against what llama.cpp logged on graphics cards of 8, 12, 16 and 24 GB and on unified memory, as users reported it. The
 * buffers of weights and KV cells are arithmetic, and nearly all of these predictions agree to the last MiB; a tenth is what was promised.
 */
import { describe, expect, it } from 'vitest';
import { engineSettings, type LoadSettings, predictMemory, type Target } from '../../../runtime/models/fit/memory.ts';
import { weightsOf } from '../../../runtime/models/fit/weights.ts';
import type { ModelFile } from '../../../runtime/models/gguf/describe.ts';
import { modelOf } from './shapes.ts';

const mebibyte = 2 ** 20;

interface Record {
  readonly what: string;
  /** Where the log was published. */
  readonly url: string;
  readonly predicted: number;
  readonly loggedMiB: number;
}

const card: Target = { backend: 'cuda', arch: 'x64', shares: [1] };
/** What llama.cpp's own programs take unless told otherwise. */
const settings: LoadSettings = { gpuLayers: 999, contextTokens: 4_096, sequences: 1, mmap: true, batchTokens: 512 };

function need(model: ModelFile, more: Partial<LoadSettings>, target = card) {
  const { devices, host } = predictMemory(model, { ...settings, ...more }, target);
  const [device = { weightBytes: 0, kvBytes: 0, computeBytes: 0 }] = devices;
  return { device, devices, host };
}

/** Older versions left the output on the host until all layers were offloaded: then the last layers alone are on the card. */
function lastLayers(model: ModelFile, count: number): number {
  return weightsOf(model, 'x64')
    .layers.slice(-count)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

const qwen7 = modelOf('Qwen2.5-Coder 7B', 'Q4_K_M');
const qwen14 = modelOf('Qwen2.5 14B', 'Q4_K_M');
const qwen32 = modelOf('Qwen2.5-Coder 32B', 'Q8_0');
const commandR = modelOf('Command-R 35B', 'Q4_K_S');
const pythia = modelOf('Pythia 1.4B', 'F16');
const trilm = modelOf('TriLM 3.9B', 'F16');

const ollama10125 = 'https://github.com/ollama/ollama/issues/10125';
const lmstudio1360 = 'https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1360';
const llamafile552 = 'https://github.com/mozilla-ai/llamafile/pull/552';
const llamaSharp1099 = 'https://github.com/SciSharp/LLamaSharp/issues/1099';
const llamaCpp6122 = 'https://github.com/ggml-org/llama.cpp/pull/6122';
const llamaCpp11337 = 'https://github.com/ggml-org/llama.cpp/issues/11337';
const llamaCpp11598 = 'https://github.com/ggml-org/llama.cpp/issues/11598';
const llamaCpp15009 = 'https://github.com/ggml-org/llama.cpp/issues/15009';
const jan3087 = 'https://github.com/janhq/jan/issues/3087';
/** The project's own test machines; build 4722 (68ff663a) on a Mac mini M4. */
const ggmlCi = 'https://github.com/ggml-org/ci';

/** 12 of 40 layers on the first of two cards, as the log has it. */
const two = need(commandR, {}, { ...card, shares: [12, 29] });

const records: readonly Record[] = [
  {
    what: '8 GB: weights of 11 of 64 layers of Qwen2.5-Coder 32B Q8_0',
    url: ollama10125,
    predicted: lastLayers(qwen32, 11),
    loggedMiB: 5_435.42,
  },
  {
    what: '8 GB: weights of 8 of 28 layers of Qwen2.5-Coder 7B Q4_K_M',
    url: ollama10125,
    predicted: lastLayers(qwen7, 8),
    loggedMiB: 1_103.35,
  },
  {
    what: '12 GB (RTX 4070 Ti): the first of two cards with Command-R 35B Q4_K_S, weights',
    url: llamaCpp6122,
    predicted: two.devices[0]?.weightBytes ?? 0,
    loggedMiB: 5_434.38,
  },
  {
    what: '24 GB (RTX 3090 Ti): the second of the two cards, weights with the tied output',
    url: llamaCpp6122,
    predicted: two.devices[1]?.weightBytes ?? 0,
    loggedMiB: 13_989.53,
  },
  {
    what: '12 GB: KV cells on the first of the two cards',
    url: llamaCpp6122,
    predicted: two.devices[0]?.kvBytes ?? 0,
    loggedMiB: 1_536,
  },
  {
    what: '24 GB: KV cells on the second of the two cards',
    url: llamaCpp6122,
    predicted: two.devices[1]?.kvBytes ?? 0,
    loggedMiB: 3_584,
  },
  {
    what: '16 GB (RTX 5060 Ti): 19 layers and the output of a Qwen 14B Q4_K_M',
    url: lmstudio1360,
    predicted: need(qwen14, { gpuLayers: 20 }).device.weightBytes,
    loggedMiB: 3_621.44,
  },
  {
    what: '16 GB: what of it stays mapped on the host',
    url: lmstudio1360,
    predicted: need(qwen14, { gpuLayers: 20 }).host.fileBytes,
    loggedMiB: 4_944.6,
  },
  {
    what: '16 GB (RTX 4080 Super): KV cells of Qwen2.5 3B',
    url: llamaSharp1099,
    predicted: need(modelOf('Qwen2.5 3B', 'Q4_K_M'), {}).device.kvBytes,
    loggedMiB: 144,
  },
  {
    what: '16 GB: working memory of a pass of Qwen2.5 3B',
    url: llamaSharp1099,
    predicted: need(modelOf('Qwen2.5 3B', 'Q4_K_M'), { flashAttention: false }).device.computeBytes,
    loggedMiB: 300.75,
  },
  {
    what: '16 GB (RTX 4080): weights of TriLM 3.9B F16',
    url: llamafile552,
    predicted: need(trilm, {}).device.weightBytes,
    loggedMiB: 7_317.71,
  },
  {
    what: '16 GB: KV cells of TriLM 3.9B at 512 tokens',
    url: llamafile552,
    predicted: need(trilm, { contextTokens: 512 }).device.kvBytes,
    loggedMiB: 180,
  },
  {
    what: '16 GB: working memory of a pass of TriLM 3.9B',
    url: llamafile552,
    predicted: need(trilm, { contextTokens: 512, flashAttention: false }).device.computeBytes,
    loggedMiB: 105,
  },
  {
    what: '24 GB (RX 7900 XTX): KV cells in Q8_0 of Qwen2.5-Coder 32B at 32 768 tokens',
    url: llamaCpp11337,
    predicted: need(qwen32, { contextTokens: 32_768, keyType: 'Q8_0', valueType: 'Q8_0' }).device.kvBytes,
    loggedMiB: 4_352,
  },
  {
    what: '24 GB: working memory of a pass with flash attention',
    url: llamaCpp11337,
    predicted: need(qwen32, { contextTokens: 32_768, flashAttention: true }).device.computeBytes,
    loggedMiB: 307,
  },
  {
    what: '32 GB (Instinct MI60): KV cells of Qwen2.5 7B at 72 000 tokens',
    url: llamaCpp11598,
    predicted: need(qwen7, { contextTokens: 72_000 }).device.kvBytes,
    loggedMiB: 3_937.5,
  },
  {
    what: 'unified (Strix Halo): KV cells of Qwen3 30B-A3B at 70 000 tokens',
    url: llamaCpp15009,
    predicted: need(modelOf('Qwen3 30B-A3B', 'Q8_0'), { contextTokens: 70_000 }).device.kvBytes,
    loggedMiB: 6_564,
  },
  {
    what: 'a card of unknown size: weights of Mistral 7B Q4_K_M',
    url: jan3087,
    predicted: need(modelOf('Mistral 7B', 'Q4_K_M'), {}).device.weightBytes,
    loggedMiB: 4_095.05,
  },
  {
    what: 'Metal, 16 GB unified (M4): weights of Pythia 1.4B F16',
    url: ggmlCi,
    predicted: need(pythia, {}, { ...card, backend: 'metal', arch: 'arm64' }).device.weightBytes,
    loggedMiB: 2_502.97,
  },
  {
    what: 'Metal: what of it stays with the CPU',
    url: ggmlCi,
    predicted: need(pythia, {}, { ...card, backend: 'metal', arch: 'arm64' }).host.fileBytes,
    loggedMiB: 196.5,
  },
  {
    what: 'Metal: KV cells of Pythia 1.4B at 2048 tokens',
    url: ggmlCi,
    predicted: need(pythia, { contextTokens: 2_048 }).device.kvBytes,
    loggedMiB: 384,
  },
  {
    what: 'Metal: working memory of a pass of Pythia 1.4B',
    url: ggmlCi,
    predicted: need(pythia, { contextTokens: 2_048, flashAttention: false }).device.computeBytes,
    loggedMiB: 102.25,
  },
];

describe('recorded loads', () => {
  it.each(records)('when $what was logged, then the prediction is within a hundredth of it ($url)', (record) => {
    const ratio = record.predicted / (record.loggedMiB * mebibyte);
    expect(ratio).toBeGreaterThan(0.99);
    expect(ratio).toBeLessThan(1.01);
  });
});

describe('repacking on a CPU', () => {
  // https://github.com/ggml-org/llama.cpp/issues/19578: Gemma 2 2B Q4_0 on arm64. The first layers' ffn_down were left in Q4_1.
  const gemma = modelOf('Gemma 2 2B', 'Q4_0', (name, layer) =>
    layer < 3 && name.includes('ffn_down') ? 'Q4_1' : undefined,
  );
  const load: LoadSettings = { gpuLayers: 0, contextTokens: 2_048, sequences: 1, mmap: true };
  const arm: Target = { backend: 'cpu', arch: 'arm64', shares: [] };

  it('when the file is mapped, then the repacked weights stand beside its pages, as logged', () => {
    const { host } = predictMemory(gemma, load, arm);
    expect(host.weightBytes / mebibyte / 1_513.16).toBeCloseTo(1, 2);
    expect((host.fileBytes + host.idleFileBytes) / mebibyte / 1_552.05).toBeCloseTo(1, 2);
  });

  it('when it is not mapped, then there is one copy, and the tied output once more', () => {
    const { host } = predictMemory(gemma, { ...load, mmap: false }, arm);
    expect(host.fileBytes + host.idleFileBytes).toBe(0);
    expect(host.weightBytes / mebibyte).toBeCloseTo(1_552.05 + 461.4, -1);
  });

  it('when a card computes, then what stays on the host is not repacked', () => {
    const { host } = predictMemory(gemma, load, { ...arm, backend: 'cuda', shares: [1] });
    expect(host.weightBytes).toBe(0);
  });
});

describe('sliding windows', () => {
  const gemma = modelOf('Gemma 2 2B', 'Q4_0');
  const load: LoadSettings = { gpuLayers: 0, contextTokens: 32_768, sequences: 2, mmap: true };
  const cpu: Target = { backend: 'cpu', arch: 'x64', shares: [] };

  it('when sliding layers keep only their window, then half of the layers keep less', () => {
    const full = predictMemory(gemma, load, cpu).host.kvBytes;
    const window = predictMemory(gemma, { ...load, fullWindow: false }, cpu).host.kvBytes;
    expect(full).toBe(2 * 26 * 32_768 * 2 * 1_024 * 2);
    expect(window).toBe(2 * 13 * (32_768 + 4_096 + engineSettings.batchTokens) * 2 * 1_024 * 2);
  });
});
