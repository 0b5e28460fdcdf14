#!/usr/bin/env node
/**
 * Tests in a real VS Code: `npm run test:vscode`, or `node test/vscode/harness/run.mjs [suite|e2e] [--only WORDS] [--at-once N]` after a build.
 *
 * 1. suite/: mocha inside the extension host, on the extension as it was built. In a desktop VS Code where there is one (desktop.mjs),
 *    else in the web workbench (code-shim.mjs).
 * 2. e2e/: a browser drives the web workbench, in which the VSIX is installed.
 *
 * What is missing is installed or named (setup.mjs); nothing is skipped. The suites and the scripts run two at once where there are two cores
 * (parts.mjs). The last line is `N passed, N failed`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { emptyArtifacts } from './artifacts.mjs';
import { scripts } from './e2e.mjs';
import { runParts } from './parts.mjs';
import { artifactsFolder, repository, shown } from './paths.mjs';
import { ensureWebWorkbench } from './setup.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    /** Another VSIX than the one at the root of the repository. */
    vsix: { type: 'string' },
    /** Another extension under development than this repository. */
    extension: { type: 'string', default: repository },
    /** How many parts run at the same time. Each wants a core while its window starts. */
    // Two editors with an engine each want four cores: on two, suggestions come too late for who waits for them.
    'at-once': { type: 'string', default: availableParallelism() < 4 ? '1' : '2' },
  },
});
const [kind = 'all'] = positionals;

try {
  if (!['all', 'suite', 'e2e'].includes(kind)) throw new Error(`'${kind}' is neither suite nor e2e.`);
  if (!/^[1-9]$/.test(values['at-once'])) throw new Error(`--at-once ${values['at-once']} is none of 1 to 9.`);
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @returns {Promise<number>} the exit code */
async function run() {
  const began = Date.now();
  emptyArtifacts();
  const parts = kind === 'e2e' ? [] : [{ name: 'suites', args: ['suite', path.resolve(values.extension)] }];
  if (kind !== 'suite') {
    await ensureWebWorkbench();
    const vsix = path.resolve(values.vsix ?? findVsix());
    console.log(`End to end: VS Code's web workbench, ${path.basename(vsix)}`);
    parts.push(...scripts(values.only).map((name) => ({ name, args: ['e2e', name, vsix] })));
  }
  const { passed, failed } = await runParts(parts, Number(values['at-once']));
  console.log(`\n${Math.round((Date.now() - began) / 1000)} s; screenshots and logs: ${shown(artifactsFolder)}/`);
  if (passed + failed === 0) console.error('No test ran.');
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** The VSIX that `npm run package` made. */
function findVsix() {
  const found = readdirSync(repository).filter((name) => /^punctual-.*\.vsix$/.test(name));
  const [name] = found;
  if (name === undefined) throw new Error("There is no punctual-*.vsix to test: run 'npm run package' first.");
  if (found.length > 1) throw new Error(`Which VSIX? ${found.join(', ')}: delete all but one, or give --vsix FILE.`);
  const file = path.join(repository, name);
  if (!existsSync(file)) throw new Error(`${name} has vanished.`);
  return file;
}
