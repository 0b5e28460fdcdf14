#!/usr/bin/env node
// A stand-in for the desktop `code` executable, for runTests({ vscodeExecutablePath }) of @vscode/test-electron: takes desktop VS Code's
// test arguments, runs the tests in the extension host of the web workbench, prints what they print, and exits with their code.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { artifacts, watchFile } from './output.mjs';
import { Rig } from './server.mjs';
import { launchBrowser, workbenchUrl } from './workbench.mjs';

const timeoutMs = 180_000;

const options = new Map();
const positionals = [];
for (const argument of process.argv.slice(2)) {
  const match = /^--([\w-]+)(?:=(.*))?$/s.exec(argument);
  if (match) options.set(match[1], match[2] ?? true);
  else positionals.push(argument);
}

const rig = new Rig();
const outputFile = path.join(rig.folder, 'tests.txt');
writeFileSync(outputFile, '');
rig.writeSettings(userSettings());
const output = watchFile(outputFile, process.stdout);
let browser;
let code = 97;
try {
  await rig.start({ VSCODE_TEST_OUTPUT: outputFile });
  browser = await launchBrowser();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const ended = new Promise((resolve) => {
    void page.exposeFunction('codeAutomationExit', resolve);
    page.on('crash', () => resolve(99));
    setTimeout(() => resolve(98), timeoutMs).unref();
  });
  await page.exposeFunction('codeAutomationLog', () => undefined);
  await injectTests(page);
  await page.goto(workbenchUrl(rig, path.resolve(positionals.find((name) => existsSync(name)) ?? rig.workspace)));
  code = await ended;
  if (code === 98) {
    await page.screenshot({ path: path.join(artifacts(), 'extension-host-timeout.png') });
    console.error(
      `the tests in the extension host did not end within ${timeoutMs} ms; a screenshot is in test-artifacts/`,
    );
  }
} catch (error) {
  console.error(error);
} finally {
  await browser?.close();
  await rig.stop().catch((error) => {
    console.error(error);
    code ||= 96;
  });
  output.stop();
}
process.exit(code);

function userSettings() {
  const file = path.join(String(options.get('user-data-dir') ?? ''), 'User/settings.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * The page's configuration names the extension under development and its tests. It is changed where the page reads it: a page that
 * Playwright fulfils itself is not loopback to Chromium, which then refuses its WebSocket.
 */
async function injectTests(page) {
  const uri = (file) => ({ $mid: 1, scheme: 'vscode-remote', authority: rig.authority, path: path.resolve(file) });
  const developmentOptions = {
    extensions: [uri(options.get('extensionDevelopmentPath'))],
    extensionTestsPath: uri(options.get('extensionTestsPath')),
  };
  await page.addInitScript((development) => {
    const original = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function getAttribute(name) {
      const value = original.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || !value) return value;
      const configuration = JSON.parse(value);
      return JSON.stringify({
        ...configuration,
        developmentOptions: { ...configuration.developmentOptions, ...development },
      });
    };
  }, developmentOptions);
}
