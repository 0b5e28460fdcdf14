#!/usr/bin/env node
/**
 * A stand-in for the desktop's `code`, for runTests({ vscodeExecutablePath }) of @vscode/test-electron: takes its test arguments, runs
 * the tests in the extension host of the web workbench (a real Node extension host; no Electron), prints what they print, and exits with
 * their code. 97: the workbench broke; 98: the tests went silent; 99: the page crashed.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { follow, keepEvidence } from './artifacts.mjs';
import { Browser } from './browser.mjs';
import { Rig } from './rig.mjs';
import { Workbench } from './workbench.mjs';

/** Each test has a limit of its own (suite/index.ts); this one is for a window that says nothing at all, from its start and from each test. */
const silenceMs = 180_000;

const { values, positionals } = parseArgs({ strict: false, allowPositionals: true });
const developed = list('extensionDevelopmentPath');
const [tests = ''] = list('extensionTestsPath');
if (tests === '') throw new Error('code-shim runs tests only: --extensionTestsPath is missing.');

const rig = new Rig();
/** @type {Browser | undefined} */
let browser;
const interrupted = new Promise((resolve) => {
  // Not `once`: Ctrl+C in a terminal arrives twice, from the terminal and from @vscode/test-electron.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(130));
  // The caller was killed. Writing to it would otherwise end this process before it has cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => resolve(130));
  const caller = process.ppid;
  setInterval(() => process.ppid !== caller && resolve(130), 500).unref();
});
let code = await Promise.race([runTests(), interrupted]);
await browser?.close();
try {
  await rig.stop();
} catch (error) {
  console.error(error);
  code ||= 97;
}
process.exit(code);

/** @returns {Promise<number>} */
async function runTests() {
  const outputFile = path.join(rig.folder, 'tests.txt');
  writeFileSync(outputFile, '');
  const output = follow(outputFile, process.stdout);
  /** @type {Workbench | undefined} */
  let workbench;
  let ended = 97;
  try {
    rig.writeSettings(givenSettings());
    // The caller's PUNCTUAL_HOME is not used: the rig's own is ended and removed with the rig.
    await rig.start({ VSCODE_TEST_OUTPUT: outputFile });
    browser = await Browser.launch();
    workbench = new Workbench(await browser.newPage(rig), rig);
    ended = await testsEnd(
      browser,
      workbench,
      outputFile,
      positionals.find((name) => existsSync(name)),
    );
  } catch (error) {
    console.error(error);
  }
  output.end();
  if (ended !== 0 || isWithoutCounts()) await keepEvidence('extension-host', rig.folder, workbench ? [workbench] : []);
  return ended;
}

/**
 * Opens the window; the workbench calls `codeAutomationExit` when the tests have ended.
 * @param {Browser} browser
 * @param {Workbench} workbench
 * @param {string} outputFile what the tests print
 * @param {string | undefined} folder
 * @returns {Promise<number>}
 */
async function testsEnd(browser, { page }, outputFile, folder) {
  /** @type {(code: number) => void} */
  let resolveEnd = () => {};
  const end = new Promise((resolve) => {
    resolveEnd = resolve;
  });
  await page.exposeFunction('codeAutomationExit', resolveEnd);
  await page.exposeFunction('codeAutomationLog', () => {}); // the tests write to a file instead
  page.on('crash', () => resolveEnd(99));
  const watch = endsInSilence(outputFile, () => resolveEnd(98));
  const options = { extensions: developed, tests: path.resolve(tests) };
  await browser.load(page, rig, folder ? { ...options, folder: path.resolve(folder) } : options);
  const code = await end;
  clearInterval(watch);
  return code;
}

/**
 * However many tests there are, each that ends prints a line.
 * @param {string} outputFile
 * @param {() => void} end
 */
function endsInSilence(outputFile, end) {
  let last = { size: 0, atMs: Date.now() };
  return setInterval(() => {
    const { size } = statSync(outputFile);
    if (size !== last.size) last = { size, atMs: Date.now() };
    else if (Date.now() - last.atMs > silenceMs) {
      console.error(`The extension host said nothing of its tests for ${silenceMs / 1000} s.`);
      end();
    }
  }, 1000);
}

/** All values of an option that may be repeated. @param {string} name @returns {string[]} */
function list(name) {
  const prefix = `--${name}=`;
  return process.argv
    .filter((argument) => argument.startsWith(prefix))
    .map((argument) => argument.slice(prefix.length));
}

/** Whether suites.mjs, which asks for counts, is about to call this run a failure: its tests ended without a result. */
function isWithoutCounts() {
  const file = process.env['PUNCTUAL_TEST_COUNTS'];
  return file !== undefined && !existsSync(file);
}

/** What the caller put into the user-data folder that it names. */
function givenSettings() {
  const file = path.join(String(values['user-data-dir'] ?? ''), 'User', 'settings.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
