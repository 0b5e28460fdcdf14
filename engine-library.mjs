// node-llama-cpp within the engine's program. As a package it is 400 modules that Node looks up, reads and compiles one by one: half a second of a
// processor before the engine can do anything, at its first start as after each of its deaths. In one file, without what nobody calls, it is a
// fifth of that. Its binaries, its own facts and its trial of a graphics library are still read from where the package lies.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const name = 'node-llama-cpp';
/** Native code, and what only Electron has. */
const outside = /^(@node-llama-cpp\/|@reflink\/|electron$)/;
const trial = path.resolve('runtime/engine/llama/trial.ts');

export const libraryInside = {
  name: 'library-inside',
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: outside }, ({ path: wanted }) => ({ path: wanted, external: true }));
    onResolve({ filter: /[\\/]testBindingBinary\.js$/ }, () => ({ path: trial }));
    // No module of the library, nor of what it imports, does anything by being loaded: the bundler may leave out what nobody calls.
    onResolve({ filter: /./ }, async ({ path: wanted, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === libraryInside || (wanted !== name && !importer.includes('node_modules'))) return undefined;
      const found = await resolve(wanted, { importer, kind, resolveDir, pluginData: libraryInside });
      return found.errors.length > 0 || found.external ? found : { ...found, sideEffects: false };
    });
    onLoad({ filter: /[\\/]node-llama-cpp[\\/]dist[\\/].*\.js$/ }, ({ path: file }) => {
      const contents = readFileSync(file, 'utf8');
      return contents.includes('import.meta.url') ? { contents: placed(contents, file) } : undefined;
    });
  },
};

/** A module that asks where it lies is told where it lies in the package. */
function placed(contents, file) {
  const [, inDist] = file.split(`${path.sep}${name}${path.sep}dist${path.sep}`);
  const place = inDist.split(path.sep).join('/');
  return contents.replaceAll('import.meta.url', `new URL('${place}', import.meta.resolve('${name}')).href`);
}
