import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** What holds for every test, wherever it runs. */
export const limits = {
  setupFiles: ['test/english.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

/** Real engines, runtimes and programs; files that replace a module; downloads from servers on this machine. */
const alone = [
  '**/*.llama.test.ts',
  'test/{client,fuzz,gguf,soak}/*.test.ts',
  'test/engine/!(simulated*|step-machine*).test.ts',
  'test/bench/{program.test.ts,windows/windows.test.ts}',
  'test/cli/{demo-program,diagnose,models,models-pull,program,screen,uninstall}.test.ts',
  'test/eval/program.test.ts',
  'test/features/translate/humaneval.test.ts',
  'test/host/cache-check.test.ts',
  'test/loop/watchdog.test.ts',
  'test/main/*.test.ts',
  'test/models/machine.test.ts',
  'test/models/store/*.test.ts',
  'test/package.test.ts',
  'test/server/{end-to-end,residency,runtime,telemetry}.test.ts',
];

// The suites under test/vscode run inside a real editor (npm run test:vscode), not here.
const elsewhere = [...configDefaults.exclude, 'test/vscode/**'];

export default defineConfig({
  test: {
    // Several suites start the built programs.
    globalSetup: ['test/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // A worker for each file; three at once on two cores, as much of what they do is to wait for processes of their own.
        test: {
          ...limits,
          name: 'alone',
          include: alone,
          exclude: elsewhere,
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A worker for many files: nothing there keeps anything from one test to the next, and a worker takes longer to start than most files.
        test: {
          ...limits,
          ...{ name: 'together', include: ['test/**/*.test.ts'], exclude: [...elsewhere, ...alone] },
          ...{ pool: 'threads', isolate: false, maxWorkers: 2, sequence: { groupOrder: 1 } },
        },
      },
    ],
  },
});
