// Bundles the programs of the project into dist/: the extension (cjs, as VS Code loads it) and the runtime's programs (esm).
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  legalComments: 'none',
  define: { PUNCTUAL_VERSION: JSON.stringify(version) },
};

// Some dependencies of the runtime are CommonJS and call require() for Node's own modules.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

const programs = {
  runtime: 'runtime/main.ts',
  engine: 'runtime/engine/llama/main.ts',
  cli: 'runtime/cli/main.ts',
  bench: 'runtime/bench/main.ts',
  'bench-guard': 'runtime/bench/guard/main.ts',
  'bench-library': 'runtime/bench/engine/library/main.ts',
};

async function buildExtension() {
  await build({
    ...shared,
    format: 'cjs',
    entryPoints: { extension: 'extension/main.ts' },
    external: ['vscode'],
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
  });
}

async function buildProgram(name, entry) {
  const banner = name === 'cli' ? { js: `#!/usr/bin/env node\n${requireBanner.js}` } : requireBanner;
  await build({
    ...shared,
    format: 'esm',
    entryPoints: { [name]: entry },
    external: ['node-llama-cpp'],
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    banner,
  });
  if (name === 'cli') chmodSync('dist/cli.mjs', 0o755);
}

// Without arguments everything is built; with names (extension, runtime, engine, cli, bench, bench-guard, bench-library) only these.
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
if (isWanted('extension')) await buildExtension();
for (const [name, entry] of Object.entries(programs)) {
  if (isWanted(name)) await buildProgram(name, entry);
}
