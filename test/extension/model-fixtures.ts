/** A machine with the demonstration model, one imported file, one loaded model of the catalog and three that could be downloaded. */
import type { ListedModel, ModelFit, ModelsListResult } from '../../runtime/protocol.ts';

export const fits: ModelFit = { fits: true, message: 'It fits.', neededBytes: 2e9, availableBytes: 6e9 };
export const tooLarge: ModelFit = { ...fits, fits: false, message: 'It does not fit.', neededBytes: 9e9 };

function model(over: Partial<ListedModel> & Pick<ListedModel, 'name' | 'title'>): ListedModel {
  return {
    origin: 'catalog',
    installed: true,
    bytes: 1_100_000_000,
    isEstimate: false,
    serves: ['completion', 'summarize', 'translate'],
    notes: [],
    licence: 'Apache-2.0',
    fit: fits,
    ...over,
  };
}

export const demo = model({
  name: 'tinycode-4m',
  title: 'TinyCode 4M (demonstration)',
  origin: 'embedded',
  file: '/ext/tiny.gguf',
  bytes: 4_910_592,
  licence: 'MIT',
});
export const imported = model({
  name: 'mine',
  title: 'mine',
  origin: 'imported',
  file: '/home/me/mine.gguf',
  state: 'unloaded',
  serves: ['completion'],
});
export const loaded = model({
  name: 'qwen-1.5b',
  title: 'Qwen 1.5B',
  file: '/models/qwen-1.5b-q8_0.gguf',
  quantization: 'Q8_0',
  state: 'ready',
  speed: { prefillTokensPerSecond: 340.4, decodeTokensPerSecond: 9.51 },
});
export const small = model({
  name: 'granite-3b',
  title: 'Granite 3B',
  installed: false,
  quantization: 'Q4_K_M',
  isEstimate: true,
});
export const big = model({
  name: 'qwen-14b',
  title: 'Qwen 14B',
  installed: false,
  bytes: 9e9,
  fit: tooLarge,
  serves: ['summarize', 'chat'],
  notes: ['Mind that its licence allows no commercial use.'],
});

export function listWith(over: Partial<ModelsListResult> = {}): ModelsListResult {
  return {
    folder: '/models',
    models: [demo, imported, big, small, loaded],
    roles: [
      { role: 'completion', model: 'qwen-1.5b', message: 'It is the fastest.', better: 'granite-3b' },
      { role: 'summarize', model: 'qwen-1.5b', message: 'It is the only one.' },
      { role: 'translate', message: 'mine cannot serve translate.' },
      { role: 'chat', model: 'qwen-1.5b', message: 'It is the only one.' },
    ],
    leftovers: [],
    memory: { budgetBytes: 6e9, freeBytes: 7e9, totalBytes: 16e9, message: 'Models may take 6 GB.' },
    ...over,
  };
}
