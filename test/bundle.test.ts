/** What has to be read before anything else goes on: what of the extension comes in which turn, by what the bundler says of its files; and what a runtime begins with. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Output {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
}

const root = path.resolve(import.meta.dirname, '..');
const outputs: Readonly<Record<string, Output>> = JSON.parse(
  readFileSync(path.join(root, 'dist', 'extension.meta.json'), 'utf8'),
);
const entry = 'dist/extension.cjs';

/** The files that are evaluated with this one. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const each of outputs[file]?.imports ?? [])
    if (!each.external && each.kind === 'import-statement') withImports(each.path, seen);
  return seen;
}

const sourcesOf = (file: string): string[] =>
  [...withImports(file)].flatMap((each) => Object.keys(outputs[each]?.inputs ?? {}));

/** Names of the packages among them. */
const packagesOf = (file: string): string[] => [
  ...new Set(
    sourcesOf(file).flatMap((source) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []),
  ),
];

/** The file that begins with a source of ours and is loaded in a later turn. */
function later(name: string): string {
  const files = Object.keys(outputs).filter(
    (file) => path.basename(file).startsWith(`${name}-`) && file.endsWith('.cjs'),
  );
  expect(files, name).toHaveLength(1);
  return files[0] ?? '';
}

describe('the built extension', () => {
  it('when VS Code loads the entry, then nothing but its own few sources comes with it', () => {
    expect(sourcesOf(entry).sort()).toEqual(['extension/commands.ts', 'extension/main.ts']);
    const bytes = [...withImports(entry)].reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
    expect(bytes).toBeLessThan(16_384);
  });

  it('when the product is loaded, then neither the language client nor the WebSocket comes with it', () => {
    const packages = packagesOf(later('product'));
    expect(packages.filter((name) => name === 'ws' || name.startsWith('vscode-'))).toEqual([]);
    expect(packagesOf(later('connection'))).toContain('vscode-languageclient');
    expect(packagesOf(later('runtime'))).toContain('ws');
  });

  it('when a package is in it, then in one version', () => {
    const sources = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
    const folders = new Set(sources.flatMap((source) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []));
    const names = [...folders].map((folder) => folder.slice(folder.lastIndexOf('node_modules/'))).sort();
    expect(names).toEqual([...new Set(names)]);
  });

  it('when one is loaded, then all it asks for is there', () => {
    for (const [file, { imports }] of Object.entries(outputs)) {
      for (const each of imports.filter(({ external }) => !external)) {
        expect(statSync(path.join(root, each.path)).isFile(), `${file} imports ${each.path}`).toBe(true);
        expect(readFileSync(path.join(root, file), 'utf8')).toContain(`/${path.basename(each.path)}`);
      }
    }
  });

  it('when it is packed, then all its files are', () => {
    const allowed = readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
    expect(allowed).toContain('!dist/extension.cjs');
    expect(allowed).toContain('!dist/extension/*.cjs');
    const places = Object.keys(outputs).filter((file) => file.endsWith('.cjs') && file !== entry);
    expect([...new Set(places.map((file) => path.dirname(file)))]).toEqual(['dist/extension']);
  });
});

describe('the built runtime', () => {
  it('when it starts, then what only downloads need waits for the first of them', () => {
    const program = readFileSync(path.join(root, 'dist', 'runtime.mjs'), 'utf8');
    const begins = program.split('\n').filter((line) => line.includes('require_undici()'));
    expect(begins).toHaveLength(1);
    expect(begins[0]).toContain('await Promise.resolve().then(');
  });
});
