/** Runs a script test/vscode/e2e/*.e2e.mjs: from outside, with a browser, on the VSIX that a user installs. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fileName, keepEvidence } from './artifacts.mjs';
import { Browser } from './browser.mjs';
import { repository } from './paths.mjs';
import { Rig } from './rig.mjs';
import { Workbench } from './workbench.mjs';

const testMsMax = 240_000;
const cliMsMax = 60_000;
const folder = fileURLToPath(new URL('../e2e/', import.meta.url));

/**
 * @typedef {object} TestContext
 * @property {Workbench} workbench the first window; it stays open from test to test
 * @property {Rig} rig the user's files, settings, logs; where the server is
 * @property {Browser} browser for further windows: `Workbench.open(browser, rig)`
 * @property {(...args: string[]) => any} cli runs `punctual … --json` on the same PUNCTUAL_HOME and returns what it prints
 * @property {(name: string) => Promise<string>} screenshot of the first window, into test-artifacts/vscode/
 *
 * @typedef {object} Script what a file exports
 * @property {Record<string, (context: TestContext) => Promise<void>>} tests by name, run in this order
 * @property {(folder: string) => void} [workspace] fills the workspace before the window opens
 * @property {Record<string, unknown>} [settings] the user's settings
 * @property {Record<string, string>} [env] for the server, the extension host and the runtime
 * @property {boolean} [withoutExtension] leaves the VSIX out: a test of the harness itself
 */

/**
 * The scripts' files, the largest first: they take the longest.
 * @param {string | undefined} only the files whose name has these letters (a file is run whole: its tests go on where the one before stopped)
 */
export function scripts(only) {
  const size = (/** @type {string} */ name) => statSync(path.join(folder, name)).size;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.e2e.mjs') && name.includes(only ?? ''))
    .sort((a, b) => size(b) - size(a));
}

/**
 * @param {string} file the script
 * @param {string} vsix
 * @returns {Promise<import('./suites.mjs').Counts>}
 */
export async function runScript(file, vsix) {
  const label = file.replace('.e2e.mjs', '');
  const counts = { passed: 0, failed: 0 };
  const rig = new Rig();
  const end = endOnSignal(rig);
  /** @type {Browser | undefined} */
  let browser;
  /** @type {Workbench | undefined} */
  let workbench;
  try {
    /** @type {Script} */
    const script = await import(pathToFileURL(path.join(folder, file)).href);
    rig.writeSettings(script.settings ?? {});
    script.workspace?.(rig.workspace);
    if (!script.withoutExtension) rig.installVsix(vsix);
    await rig.start(script.env);
    browser = await Browser.launch();
    workbench = await Workbench.open(browser, rig);
    const context = {
      workbench,
      rig,
      browser,
      cli: commandLine(rig),
      screenshot: workbench.screenshot.bind(workbench),
    };
    for (const [name, test] of Object.entries(script.tests)) await runTest(`${label}: ${name}`, test, context, counts);
  } catch (error) {
    counts.failed++;
    console.error(`  ✗ ${label}: the window did not open\n${words(error)}`);
    await keepEvidence(`failed-${fileName(label)}`, rig.folder, workbench ? [workbench] : []);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    // One that never became usable, too: what it says goes into the rig's folder.
    await browser?.close();
    await rig.stop().catch((error) => {
      counts.failed++;
      console.error(`  ✗ ${label}: the end\n${words(error)}`);
    });
  }
  return counts;
}

/**
 * @param {string} title
 * @param {(context: TestContext) => Promise<void>} test
 * @param {TestContext} context
 * @param {import('./suites.mjs').Counts} counts
 */
async function runTest(title, test, context, counts) {
  const began = Date.now();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test did not end within ${testMsMax / 1000} s.`)), testMsMax);
  });
  try {
    await Promise.race([test(context), late]);
    counts.passed++;
    console.log(`  ✓ ${title} (${Date.now() - began} ms)`);
  } catch (error) {
    counts.failed++;
    console.error(`  ✗ ${title} (${Date.now() - began} ms)\n${words(error)}`);
    await keepEvidence(`failed-${fileName(title)}`, context.rig.folder, openWindows(context));
    // The next test begins in a usable window; that it cannot is the next failure, with its own evidence.
    await context.workbench.reset().catch((problem) => console.error(`    the window could not be reset: ${problem}`));
  } finally {
    clearTimeout(timer);
    for (const { page } of openWindows(context).slice(1)) await page.context().close();
  }
}

/** Playwright's errors say everything twice when they are inspected. @param {unknown} error */
function words(error) {
  return error instanceof Error ? error.stack : String(error);
}

/** @param {TestContext} context the first window and those that the test opened */
function openWindows({ browser, rig, workbench }) {
  const pages = browser.playwright.contexts().flatMap((context) => context.pages());
  const others = pages.filter((page) => page !== workbench.page).map((page) => new Workbench(page, rig));
  return [workbench, ...others];
}

/** @param {Rig} rig */
function commandLine(rig) {
  const cli = path.join(repository, 'dist', 'cli.mjs');
  return (/** @type {string[]} */ ...args) => {
    const env = { ...process.env, PUNCTUAL_HOME: rig.punctualHome };
    const ended = spawnSync(process.execPath, [cli, ...args, '--json'], { env, encoding: 'utf8', timeout: cliMsMax });
    const { status, signal, stdout, stderr } = ended;
    if (status !== 0)
      throw new Error(`punctual ${args.join(' ')} ended with ${signal ?? status}:\n${stderr}${stdout.slice(0, 4_000)}`);
    return JSON.parse(stdout);
  };
}

/** Interrupted, a run still leaves nothing behind, however often the signal comes. @param {Rig} rig */
function endOnSignal(rig) {
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    await rig.stop().catch(console.error);
    process.exit(130);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return end;
}
