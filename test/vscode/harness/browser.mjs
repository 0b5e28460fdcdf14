/** The browser half of the web workbench: one Chromium, a context of its own for every window. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { webInstallation } from './paths.mjs';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/**
 * @typedef {object} WindowOptions
 * @property {string} [folder] what the window opens; by default the rig's workspace
 * @property {string[]} [extensions] folders of extensions under development
 * @property {string} [tests] the module whose `run()` the extension host calls
 */

export class Browser {
  /** @param {import('playwright-core').Browser} playwright */
  constructor(playwright) {
    this.playwright = playwright;
  }

  static async launch() {
    const require = createRequire(path.join(webInstallation, 'package.json'));
    /** @type {typeof import('playwright-core')} */
    const { chromium } = require('playwright-core');
    const executablePath = findChromium();
    if (!executablePath)
      throw new Error('Chromium is missing: node test/vscode/harness/setup.mjs says how to install it.');
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }; // run.mjs cleans up itself
    return new Browser(await chromium.launch({ executablePath, headless: true, args: flags, ...signals }));
  }

  /** A page of its own context: no storage is shared with other windows. @param {import('./rig.mjs').Rig} rig */
  async newPage(rig) {
    const context = await this.playwright.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: rig.origin });
    return context.newPage();
  }

  /**
   * @param {import('playwright-core').Page} page
   * @param {import('./rig.mjs').Rig} rig
   * @param {WindowOptions} [options]
   */
  async load(page, rig, { folder, extensions = [], tests } = {}) {
    if (extensions.length > 0 || tests) await developExtensions(page, rig, extensions, tests);
    // Whoever loads a page waits for what he needs of it; all of it takes long on a busy machine.
    await page.goto(rig.url(folder), { waitUntil: 'commit' });
  }

  async close() {
    await this.playwright.close();
  }
}

/**
 * Starts the window as an extension development host. The page's configuration is changed where the page reads it: the same in the
 * URL's payload is honoured only by a server whose smoke test driver is on (which hides toasts), and a page answered by
 * Playwright's `route` is not "loopback" to Chromium, which then refuses its WebSocket.
 * @param {import('playwright-core').Page} page
 * @param {import('./rig.mjs').Rig} rig
 * @param {string[]} extensions
 * @param {string | undefined} tests
 */
async function developExtensions(page, rig, extensions, tests) {
  /** @param {string} file */
  const uri = (file) => ({ $mid: 1, scheme: 'vscode-remote', authority: rig.authority, path: path.resolve(file) });
  const options = { extensions: extensions.map(uri), ...(tests ? { extensionTestsPath: uri(tests) } : {}) };
  await page.addInitScript((developmentOptions) => {
    const original = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = original.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || !value) return value;
      const configuration = JSON.parse(value);
      const merged = { ...configuration.developmentOptions, ...developmentOptions };
      return JSON.stringify({ ...configuration, developmentOptions: merged });
    };
  }, options);
}
