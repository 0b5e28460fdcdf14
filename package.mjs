// Makes the VSIX for this machine's platform. A staging folder gets what the extension needs at run time and nothing else:
// .vscodeignore is the allow-list for our own files; of node_modules only node-llama-cpp goes along, with the packages that
// its modules really import (esbuild's metafile knows them) and this platform's binaries.
//
// The packages lie in dist/node_modules, beside the engine, which has node-llama-cpp inside and reads from there its binaries, its own facts and
// its trial of a graphics library: vsce leaves out the root's node_modules when it is told not to ask npm for the dependency tree, and npm's
// tree would bring every x64 variant of the binaries (460 MB).
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';

const binaryPackages = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-armhf': 'linux-armv7l',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

const target = `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`;
const binaries = binaryPackages[target];
if (!binaries)
  fail(`No llama.cpp binaries exist for ${target}: build the VSIX on ${Object.keys(binaryPackages).join(', ')}.`);

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const stage = mkdtempSync(path.join(tmpdir(), 'punctual-vsix-'));
// Also when something is missing.
process.on('exit', () => rmSync(stage, { recursive: true, force: true }));
stageOwnFiles();
for (const name of await importedPackages()) stagePackage(name);
stagePackage(`@node-llama-cpp/${binaries}`);
const vsix = `punctual-${target}-${manifest.version}.vsix`;
await createVSIX({
  cwd: stage,
  packagePath: path.resolve(vsix),
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
report(vsix);

function stageOwnFiles() {
  const texts = ['LICENSE', 'README.md', 'CHANGELOG.md', 'SUPPORT.md', 'package.nls.json', 'package.nls.zh-cn.json'];
  for (const entry of [...texts, '.vscodeignore', 'l10n', 'media', 'dist']) {
    if (!existsSync(entry)) fail(`${entry} is missing: run this at the root of the repository, after 'npm run build'.`);
    cpSync(entry, path.join(stage, entry), { recursive: true });
  }
  // What only development needs would be shown by the Marketplace, and `private` refused by it.
  const { scripts, devDependencies, dependencies, private: _private, config, overrides, ...published } = manifest;
  // VS Code runs it when the extension was uninstalled.
  const hook = scripts?.['vscode:uninstall'];
  const kept = hook === undefined ? published : { ...published, scripts: { 'vscode:uninstall': hook } };
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`);
}

/** Names of the packages whose modules node-llama-cpp imports, itself included: without it the VSIX would be one that cannot compute. */
async function importedPackages() {
  folderOf('node-llama-cpp');
  const { metafile } = await build({
    stdin: { contents: "import 'node-llama-cpp';", resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    outfile: 'unused.mjs',
    external: ['@node-llama-cpp/*', '@reflink/*', 'electron'],
    // node_modules may be a link, and a package in it: what counts is the name by which it is found here.
    preserveSymlinks: true,
    logLevel: 'error',
  });
  const names = Object.keys(metafile.inputs).flatMap(
    (file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  if (!names.includes('node-llama-cpp'))
    fail(`node-llama-cpp is not found by its path in ${path.resolve('node_modules')}: run 'npm ci'.`);
  return [...new Set(names)].sort();
}

function folderOf(name) {
  const folder = path.join('node_modules', name);
  if (!existsSync(folder)) fail(`${folder} is missing: run 'npm ci'.`);
  return folder;
}

function stagePackage(name) {
  const from = folderOf(name);
  cpSync(from, path.join(stage, 'dist', from), {
    recursive: true,
    // A link would lead nowhere on another machine.
    dereference: true,
    filter: (file) => isNeeded(path.relative(from, file)),
  });
}

/** Of a package: no type declarations, maps, documentation or tests; of node-llama-cpp nothing that only compiling needs. */
function isNeeded(file) {
  const parts = file.split(path.sep);
  if (/\.(d\.[cm]?ts|[cm]?ts|map|markdown|md)$/i.test(file) && !/licen[cs]e/i.test(file)) return false;
  if (
    ['test', 'tests', '__tests__', 'docs', 'example', 'examples', 'templates', 'coverage', '.github'].includes(parts[0])
  )
    return false;
  if (parts.at(-1) === 'yarn.lock') return false;
  if (parts[0] === 'llama' && parts.length > 1) return /^llama[/\\][^/\\]+\.json$/.test(file);
  return true;
}

function report(vsix) {
  const files = listFiles(stage).length;
  console.log(
    `${vsix}: ${(statSync(vsix).size / 1e6).toFixed(1)} MB packed, ${files} files, ${(sizeOf(stage) / 1e6).toFixed(1)} MB unpacked`,
  );
  reportVulkan();
}

/** What the VSIX leaves out: it computes on the processor, or with Metal. Said where the package is installed, so that the price is known. */
function reportVulkan() {
  const folder = path.join('node_modules', '@node-llama-cpp', `${binaries}-vulkan`);
  if (!existsSync(folder)) return;
  const files = listFiles(folder);
  const packed = files.reduce((sum, file) => sum + deflateRawSync(readFileSync(file)).length, 0);
  console.log(
    `Vulkan would add ${(packed / 1e6).toFixed(1)} MB packed, ${(sizeOf(folder) / 1e6).toFixed(1)} MB unpacked`,
  );
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

function sizeOf(folder) {
  return listFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

function fail(message) {
  console.error(`package: ${message}`);
  process.exit(1);
}
