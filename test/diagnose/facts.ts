/** Machines as a probe has recorded them, for tests of what follows. */
import type { Facts, ModelFacts } from '../../runtime/diagnose/facts.ts';

export const model: ModelFacts = {
  classes: ['completion'],
  name: 'Qwen2.5 Coder 1.5B',
  demo: false,
  isThere: true,
  verified: true,
  bytes: 1_100_000_000,
  cachedBytes: 1_100_000_000,
  fits: true,
  fit: 'It takes 1.6 GB of the 20.3 GB that are free for models.',
  wasLoaded: true,
  timed: { count: 5, p50Ms: 150, p95Ms: 172, promptTokens: 610, tokensPerSecond: 31.4 },
  speed: { prefillTokensPerSecond: 420, decodeTokensPerSecond: 33 },
};

/** A laptop on which everything is in order, asked from an editor. */
export const healthy: Facts = {
  client: {
    client: 'vscode',
    version: '0.1.0',
    protocol: 1,
    editor: {
      name: 'Visual Studio Code',
      version: '1.105.0',
      inlineSuggest: true,
      enabled: true,
      language: 'typescript',
      paused: false,
      trusted: true,
      here: { automatic: true, message: 'Completion is on here.' },
      others: [],
    },
  },
  runtime: {
    version: '0.1.0',
    protocol: 1,
    node: '22.19.0',
    platform: 'linux',
    arch: 'x64',
    uptimeMs: 60_000,
    cLibrary: { kind: 'glibc', version: '2.36' },
    problems: [],
  },
  engine: { isRunning: true, restarts: 0, llamaCpp: 'v0.4.0', library: '3.21.1', backend: 'cpu', devices: [] },
  machine: {
    cores: 8,
    totalBytes: 32e9,
    freeBytes: 24e9,
    budgetBytes: 20e9,
    budget: 'Models may take 20.0 GB of 32.0 GB of RAM.',
    power: 'mains',
    pressure: 'none',
  },
  disk: { freeBytes: 80e9 },
  models: [model],
  unserved: [],
  promises: [
    { class: 'completion', kind: 'ttft', targetMs: 300, isAutomatic: true, ordinaryMs: 150, kept: 99, decided: 100 },
  ],
};
