/** How benches open the library beside the product: as it was built, on the processor alone, and silent but for errors. */
import { LlamaLogLevel, type LlamaOptions } from 'node-llama-cpp';

export const quietLlama = {
  build: 'never',
  skipDownload: true,
  gpu: false,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
} as const satisfies LlamaOptions;
