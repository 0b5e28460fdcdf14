/**
 * What `npm run check` runs before every commit, so that it, the types and the linter take 20 s on two quiet cores: the rules, without
 * what starts an engine, a server or a program. `npm run test:unit` runs everything.
 */
import { defineConfig } from 'vitest/config';
import { limits } from './vitest.config.ts';

export default defineConfig({
  test: {
    ...limits,
    maxWorkers: 2,
    include: [
      'test/{core,dashboard,diagnose,disk,extension,features,models}/**/*.test.ts',
      'test/engine/{simulated,step-machine}*.test.ts',
      'test/{house,loop}.test.ts',
    ],
    exclude: [
      '**/node_modules/**',
      '**/*.llama.test.ts',
      // Downloads from a server on this machine; the names, ranges and meters in parts.test.ts need none.
      'test/models/store/!(parts).test.ts',
      // Compiles and runs sixteen files; assembly by itself is tested in assemble.test.ts.
      'test/features/translate/humaneval.test.ts',
      // Hours of simulated overload: a fifth of the time that all the others take.
      'test/core/policies/starvation.test.ts',
    ],
    globalSetup: ['test/global-setup-quick.ts'],
    // No module here keeps anything from one test to the next, and a fresh worker for a file takes longer than most files do.
    pool: 'threads',
    isolate: false,
  },
});
