/** Runs the mocha suites of test/vscode/suite inside an extension host, through @vscode/test-electron in either world. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { keepEvidence } from './artifacts.mjs';
import { findDesktop } from './desktop.mjs';
import { bundledSuites, repository } from './paths.mjs';
import { endRuntime, shortTempFolder } from './processes.mjs';
import { quietSettings } from './profile.mjs';
import { ensureWebWorkbench } from './setup.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Counts
 * @param {string} extension the folder of the extension under development
 * @returns {Promise<Counts>} a run that broke counts as one failure
 */
export async function runSuites(extension) {
  await bundleSuites();
  const desktop = await findDesktop();
  if (!desktop) await ensureWebWorkbench();
  const shim = fileURLToPath(new URL('code-shim.mjs', import.meta.url));
  const { executable, launchArguments, name } = desktop ?? {
    executable: shim,
    launchArguments: [],
    name: "VS Code's web workbench, Node extension host",
  };
  console.log(`\nSuites in the extension host (${name})`);
  const folder = shortTempFolder('ps-');
  const counts = path.join(folder, 'counts.json');
  const { home, workspace, userData } = prepareUser(folder);
  const signals = passSignalsOn();
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: extension,
      extensionTestsPath: path.join(bundledSuites, 'index.cjs'),
      // A folder of its own, and short: VS Code's unix sockets lie in it.
      launchArgs: [...launchArguments, workspace, `--user-data-dir=${userData}`],
      extensionTestsEnv: { PUNCTUAL_HOME: home, PUNCTUAL_TEST_COUNTS: counts },
    });
    return readCounts(counts);
  } catch (error) {
    if (signals.came()) throw new Error('Interrupted.');
    console.error(error instanceof Error ? error.message : error);
    if (desktop) await keepEvidence('extension-host', folder, []); // the shim keeps its own, with a picture
    const { passed, failed } = existsSync(counts) ? readCounts(counts) : { passed: 0, failed: 0 };
    return { passed, failed: Math.max(failed, 1) };
  } finally {
    signals.end();
    await endRuntime(home); // of a desktop VS Code; the shim ends its own
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A throw-away user with a quiet editor and a copy of the sample. @param {string} folder */
function prepareUser(folder) {
  const home = path.join(folder, 'home');
  const workspace = path.join(folder, 'workspace');
  const userData = path.join(folder, 'user-data');
  mkdirSync(home, { mode: 0o700 });
  cpSync(path.join(repository, 'media', 'sample'), workspace, { recursive: true });
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User', 'settings.json'), JSON.stringify(quietSettings));
  return { home, workspace, userData };
}

/**
 * `runTests` ends VS Code at SIGINT, and at no other signal. Without a listener of our own it would then end this process too, with the
 * temporary folder still there.
 */
function passSignalsOn() {
  let came = false;
  const onInterrupt = () => {
    came = true;
  };
  const onTerminate = () => process.emit('SIGINT');
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return {
    /** Whether a signal came. */
    came: () => came,
    end: () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate),
  };
}

async function bundleSuites() {
  rmSync(bundledSuites, { recursive: true, force: true });
  await build({
    entryPoints: { index: path.join(repository, 'test', 'vscode', 'suite', 'index.ts') },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    outdir: bundledSuites,
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
}

/** @param {string} file @returns {Counts} */
function readCounts(file) {
  // A run that says nothing has not run: that is a failure, not a success without tests.
  if (!existsSync(file)) throw new Error('The suites wrote no result: they did not run to their end.');
  return JSON.parse(readFileSync(file, 'utf8'));
}
