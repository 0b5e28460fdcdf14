/** Where things lie, and which versions of the real editor the tests run on. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * The web workbench: code-server 4.139.1 is VS Code 1.139.1, and asks for Node 24 exactly (on Node 20 it answers 500).
 * `recipe` goes up when setup.mjs installs something else from the same versions.
 */
export const versions = { codeServer: '4.139.1', node: '24.21.0', playwright: '1.65.1', recipe: 1 };

/** Git-ignored; one folder per set of versions, so that a change of version never meets an old installation. */
export const webFolder = process.env['VSCODE_WEB_DIR'] ?? path.join(repository, '.vscode-web');
export const webInstallation = path.join(
  webFolder,
  `code-server-${versions.codeServer}-node-${versions.node}-playwright-${versions.playwright}-${versions.recipe}`,
);

/** Written last into an installation: without it the installation does not count. */
export const readyMarker = path.join(webInstallation, 'ready.json');

/** The program `node` of the workbench's own Node. */
export const workbenchNode = path.join(webInstallation, 'node_modules', nodePackage(), 'bin', 'node');
export const codeServer = path.join(webInstallation, 'node_modules', 'code-server');

/** Screenshots and logs; git-ignored, emptied when a run begins. */
export const artifactsFolder = path.join(repository, 'test-artifacts', 'vscode');

/** The suites for the extension host, bundled. */
export const bundledSuites = path.join(repository, 'dist', 'test-vscode');

/** The npm package that carries the binary of Node for this machine. */
export function nodePackage() {
  return `node-${process.platform}-${process.arch}`;
}

/**
 * A path as a person at the root of the repository would type it.
 * @param {string} file
 */
export function shown(file) {
  const relative = path.relative(repository, file);
  return relative.startsWith('..') ? file : relative;
}
