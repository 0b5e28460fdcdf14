// Bundles the programs of the project into dist/: the extension (cjs, as VS Code loads it) and the runtime's programs (esm).
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';
import { libraryInside } from './engine-library.mjs';
import { packagesOf, writeNotices } from './notices.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What zod says of a message that is wrong goes to a log: its other fifty languages are 366 kB of every program, and half of the page. */
const englishErrorsOnly = {
  name: 'english-errors-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** `runtime/client/` extends two classes of vscode-jsonrpc, which are the same in the version that the language client brings: one is enough. */
const oneJsonRpc = {
  name: 'one-json-rpc',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^vscode-jsonrpc\/node$/ }, ({ importer, kind }) => {
      if (importer.includes('node_modules')) return undefined;
      const broughtBy = path.resolve('node_modules/vscode-languageserver-protocol');
      return resolve('vscode-jsonrpc/node', { kind, importer: path.join(broughtBy, 'node.js'), resolveDir: broughtBy });
    });
  },
};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
  define: { PUNCTUAL_VERSION: JSON.stringify(version) },
  plugins: [englishErrorsOnly],
};

// Some dependencies of the runtime are CommonJS and call require() for Node's own modules.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

const programs = {
  runtime: 'runtime/main.ts',
  telemetry: 'runtime/observe/exporters.ts',
  engine: 'runtime/engine/llama/main.ts',
  cli: 'runtime/cli/main.ts',
  uninstall: 'runtime/cli/uninstall-hook.ts',
  bench: 'runtime/bench/main.ts',
  'bench-guard': 'runtime/bench/guard/main.ts',
  'bench-library': 'runtime/bench/engine/library/main.ts',
  eval: 'runtime/eval/main.ts',
  'eval-make': 'runtime/eval/make/main.ts',
  soak: 'runtime/soak/main.ts',
  'soak-engine': 'runtime/soak/engine.ts',
  fuzz: 'runtime/fuzz/main.ts',
};

/** Those in which node-llama-cpp stands itself. */
const engines = new Set(['engine', 'soak-engine']);

/** Of the programs that are shipped; the others stay here. */
const shipped = new Set(['extension', 'runtime', 'telemetry', 'engine', 'cli', 'uninstall']);
const shippedPackages = [];

/**
 * The extension is what `main.ts` imports, and in dist/extension/ what it loads later. Only modules can share parts, and VS Code loads CommonJS: so
 * they are split as modules and each file is then written as CommonJS. Names stay, for stack traces.
 */
async function buildExtension() {
  const minify = { minifyWhitespace: true, minifySyntax: true };
  const { metafile, outputFiles } = await build({
    ...shared,
    ...minify,
    plugins: [...shared.plugins, oneJsonRpc],
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    entryPoints: { extension: 'extension/main.ts' },
    chunkNames: 'extension/[name]-[hash]',
    external: ['vscode'],
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    write: false,
  });
  mkdirSync('dist/extension', { recursive: true });
  for (const { path: file, text } of outputFiles) await writeCommonJs(file, text, minify);
  removeOthers('dist/extension', outputFiles);
  // For the test of what is loaded when.
  writeFileSync('dist/extension.meta.json', JSON.stringify(metafile.outputs));
  shippedPackages.push(...packagesOf(metafile.inputs));
}

async function writeCommonJs(file, text, minify) {
  const { code, map } = await transform(text, {
    ...minify,
    format: 'cjs',
    platform: 'node',
    target: shared.target,
    // What VS Code gives to an extension, it gives through require().
    supported: { 'dynamic-import': false },
    sourcefile: path.basename(file),
    sourcemap: 'external',
  });
  writeFileSync(file, `${code}//# sourceMappingURL=${path.basename(file)}.map\n`);
  writeFileSync(`${file}.map`, map);
}

/** Of an earlier build. */
function removeOthers(folder, outputFiles) {
  const kept = new Set(outputFiles.map(({ path: file }) => path.basename(file).replace(/\.map$/, '')));
  for (const name of readdirSync(folder)) {
    if (!kept.has(name.replace(/\.map$/, ''))) rmSync(path.join(folder, name));
  }
}

/** The page of the dashboard: what runs in the webview, and has nothing of Node or VS Code. */
async function buildDashboard() {
  const { metafile } = await build({
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    sourcemap: false,
    entryPoints: [
      { in: 'media/dashboard/main.ts', out: 'dashboard' },
      { in: 'media/dashboard/dashboard.css', out: 'dashboard' },
    ],
    outdir: 'dist',
  });
  shippedPackages.push(...packagesOf(metafile.inputs));
}

async function buildProgram(name, entry) {
  const banner = name === 'cli' ? { js: `#!/usr/bin/env node\n${requireBanner.js}` } : requireBanner;
  const { metafile } = await build({
    ...shared,
    format: 'esm',
    entryPoints: { [name]: entry },
    ...(engines.has(name) ? { plugins: [...shared.plugins, libraryInside] } : { external: ['node-llama-cpp'] }),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    // The modules of OpenTelemetry, of which the bundler can leave out what nobody calls; as CommonJS they are half as large again.
    ...(name === 'telemetry' && { mainFields: ['module', 'main'] }),
    banner,
  });
  if (shipped.has(name)) shippedPackages.push(...packagesOf(metafile.inputs));
  if (name === 'cli') chmodSync('dist/cli.mjs', 0o755);
}

/** Parsers are data to the runtime: read from dist/grammars when a document of their language comes. */
const grammars = {
  parser: 'web-tree-sitter/web-tree-sitter.wasm',
  c: '@repomix/tree-sitter-wasms/out/tree-sitter-c.wasm',
  cpp: '@vscode/tree-sitter-wasm/wasm/tree-sitter-cpp.wasm',
  csharp: '@vscode/tree-sitter-wasm/wasm/tree-sitter-c-sharp.wasm',
  go: '@vscode/tree-sitter-wasm/wasm/tree-sitter-go.wasm',
  java: '@vscode/tree-sitter-wasm/wasm/tree-sitter-java.wasm',
  javascript: '@vscode/tree-sitter-wasm/wasm/tree-sitter-javascript.wasm',
  python: '@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm',
  rust: '@vscode/tree-sitter-wasm/wasm/tree-sitter-rust.wasm',
  tsx: '@vscode/tree-sitter-wasm/wasm/tree-sitter-tsx.wasm',
  typescript: '@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm',
};

function copyGrammars() {
  mkdirSync('dist/grammars', { recursive: true });
  for (const [name, file] of Object.entries(grammars)) {
    copyFileSync(`node_modules/${file}`, `dist/grammars/${name}.wasm`);
  }
  copyFileSync('runtime/syntax/NOTICES.md', 'dist/grammars/NOTICES.md');
}

// Without arguments everything is built; with names (extension, dashboard, grammars, runtime, telemetry, engine, cli, uninstall, bench, bench-guard, bench-library, eval, eval-make, fuzz) only these.
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
if (isWanted('extension')) await buildExtension();
if (isWanted('dashboard')) await buildDashboard();
if (isWanted('grammars')) copyGrammars();
for (const [name, entry] of Object.entries(programs)) {
  if (isWanted(name)) await buildProgram(name, entry);
}
// What was not built is not known.
if (wanted.length === 0) writeNotices('dist/THIRD_PARTY_NOTICES.txt', shippedPackages);
