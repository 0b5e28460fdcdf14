import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Several suites start the built programs.
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/english.ts'],
    // The suites under test/vscode run inside a real editor (npm run test:vscode), not here.
    exclude: ['test/vscode/**', '**/node_modules/**'],
    // Two workers: several suites start real engine processes, and the spin-waiting threads of two of them on one core cost more than they gain.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
