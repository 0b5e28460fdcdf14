/**
 * One window of VS Code as a test sees it. What acts or waits throws when that cannot be done in time; `shown…` reads what is on the
 * screen now.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { artifactsFolder } from './paths.mjs';
import { until } from './processes.mjs';
import { QuickInput } from './quick-input.mjs';

export { until };

const patienceMs = 30_000;
const startMs = 120_000;

/** VS Code shows spaces as no-break spaces. @param {string} text */
const plain = (text) => text.replaceAll('\u00a0', ' ');

export class Workbench {
  /** @type {QuickInput} */
  #quickInput;

  /**
   * @param {import('playwright-core').Page} page
   * @param {import('./rig.mjs').Rig} rig
   */
  constructor(page, rig) {
    this.page = page;
    this.rig = rig;
    this.#quickInput = new QuickInput(page);
    const log = path.join(rig.folder, 'console.log');
    page.on('console', (message) => appendFileSync(log, `[${message.type()}] ${message.text()}\n`));
    page.on('pageerror', (error) => appendFileSync(log, `[pageerror] ${error.stack ?? error}\n`));
  }

  /**
   * Opens a window; several windows share nothing but the rig's server and its runtime.
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('./rig.mjs').Rig} rig
   * @param {import('./browser.mjs').WindowOptions} [options]
   */
  static async open(browser, rig, options) {
    const workbench = new Workbench(await browser.newPage(rig), rig);
    await browser.load(workbench.page, rig, options);
    await workbench.ready();
    return workbench;
  }

  /** Waits until the window can be used. */
  async ready() {
    await this.page.waitForSelector('.monaco-workbench', { timeout: startMs });
    await this.page.waitForSelector('#workbench\\.parts\\.statusbar', { timeout: startMs });
  }

  /** Closes the window, and lets it say goodbye to its extension host (`deactivate` runs). */
  async close() {
    const { page } = this;
    const closed = page.waitForEvent('close', { timeout: patienceMs });
    page.on('dialog', (dialog) => dialog.accept());
    await page.close({ runBeforeUnload: true });
    await closed;
    await page.context().close();
  }

  async reload() {
    // As where it was opened (browser.mjs): all of it takes long on a busy machine.
    await this.page.reload({ waitUntil: 'commit' });
    await this.ready();
  }

  // ---- keyboard

  /** Presses a key or chord in Playwright's words, such as `Control+End`. @param {string} key */
  async press(key) {
    await this.page.keyboard.press(key);
  }

  /**
   * Types like a person; VS Code debounces what comes faster.
   * @param {string} text
   * @param {{ delayMs?: number }} [options]
   */
  async type(text, { delayMs = 30 } = {}) {
    await this.page.keyboard.type(text, { delay: delayMs });
  }

  // ---- palette and quick input

  /**
   * Runs a command of the palette.
   * @param {string} title its words, such as `Punctual: Show Log`
   */
  async command(title) {
    await this.#quickInput.open('F1', `>${title}`, title);
    await this.#quickInput.click(title);
  }

  /** Picks a row of the quick pick that is open or about to open. @param {string} label some words of the row */
  async pick(label) {
    await this.#quickInput.pick(label);
  }

  /** Answers the input box that is open or about to open. @param {string} text */
  async answer(text) {
    await this.#quickInput.answer(text);
  }

  /** The rows of the open quick pick, as far as they are on the screen. @returns {Promise<string[]>} */
  async rows() {
    return (await this.#quickInput.rows()).map(plain);
  }

  // ---- editors

  /** Opens a file of the workspace, and puts the cursor into it. @param {string} name relative to the workspace */
  async openFile(name) {
    const base = path.basename(name);
    await this.#quickInput.open('Control+P', name, base);
    await this.#quickInput.click(base);
    await this.activeTab(base).waitFor({ timeout: patienceMs });
    await this.editor().locator('.view-lines').waitFor({ timeout: patienceMs });
    await this.focusEditor();
  }

  /** The active tab with this label. @param {string} label */
  activeTab(label) {
    return this.page.locator('.editor-group-container.active .tab.active', { hasText: label });
  }

  /** The names of all tabs. @returns {Promise<string[]>} */
  async shownTabs() {
    const tabs = this.page.locator('.tabs-container .tab');
    return tabs.evaluateAll((all) => all.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** The active text editor. */
  editor() {
    return this.page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
  }

  async focusEditor() {
    await this.command('View: Focus Active Editor Group');
  }

  /**
   * @param {number} line from 1
   * @param {number} [column] from 1
   */
  async goTo(line, column = 1) {
    await this.#quickInput.open('Control+G', `:${line}:${column}`, `${line}`);
    await this.page.keyboard.press('Enter');
    await this.#quickInput.closed();
  }

  /** The lines of the active editor that are on the screen, without ghost text. Long lines and files are cut by VS Code. */
  async shownText() {
    const lines = await this.editor().evaluate((editor) =>
      [...editor.querySelectorAll('.view-lines > .view-line')]
        .map((line) => {
          const copy = /** @type {HTMLElement} */ (line.cloneNode(true));
          for (const ghost of copy.querySelectorAll('[class*="ghost-text-decoration"]')) ghost.remove();
          return { top: Number.parseFloat(/** @type {HTMLElement} */ (line).style.top), text: copy.textContent ?? '' };
        })
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
    return plain(lines.join('\n'));
  }

  /** Saves the active editor and returns what is on the disk: the one true text. @param {string} name relative to the workspace */
  async savedText(name) {
    await this.page.keyboard.press('Control+S');
    const dirty = this.page.locator('.editor-group-container.active .tab.active.dirty');
    await dirty.waitFor({ state: 'detached', timeout: patienceMs });
    return this.rig.read(name);
  }

  // ---- ghost text

  /** The suggestion behind the cursor, all its lines; '' when there is none now. */
  async shownGhostText() {
    const inline = await this.page.locator('.view-lines .ghost-text-decoration:visible').allTextContents();
    const further = await this.page.locator('.suggest-preview-text .view-line:visible').allTextContents();
    return plain([inline.join(''), ...further].join('\n'));
  }

  /** Waits for a suggestion and returns it. @param {RegExp} [matching] @param {number} [timeoutMs] */
  async ghostText(matching = /\S/, timeoutMs = patienceMs) {
    const isThere = (/** @type {string} */ text) => matching.test(text);
    return until(`ghost text like ${matching}`, () => this.shownGhostText(), isThere, timeoutMs);
  }

  /** Waits until nothing is suggested. @param {number} [timeoutMs] */
  async noGhostText(timeoutMs = patienceMs) {
    await until(
      'the end of the ghost text',
      () => this.shownGhostText(),
      (text) => text === '',
      timeoutMs,
    );
  }

  // ---- colour theme

  /**
   * Picks a colour theme, as a user does: a window does not notice every change of the settings' file.
   * @param {string} label as the list of themes has it, such as `Dark Modern`
   * @param {'vs' | 'vs-dark' | 'hc-black' | 'hc-light'} kind
   */
  async theme(label, kind) {
    await this.command('Preferences: Color Theme');
    await this.pick(label);
    await this.#quickInput.closed();
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor({ timeout: 2 * patienceMs });
  }

  // ---- status bar and notifications

  /** Items of the status bar. @param {string | RegExp} label some of its words, or of its name for screen readers */
  statusItem(label) {
    const items = this.page.locator('.statusbar-item');
    const named = this.page.locator(
      typeof label === 'string' ? `[aria-label*=${JSON.stringify(label)}]` : 'never-there',
    );
    return items
      .filter({ hasText: label })
      .or(items.filter({ has: named }))
      .first();
  }

  /** Waits for an item and returns its words. @param {string | RegExp} label @param {number} [timeoutMs] */
  async status(label, timeoutMs = startMs) {
    const item = this.statusItem(label);
    await item.waitFor({ timeout: timeoutMs });
    return plain((await item.textContent()) ?? '').trim();
  }

  /** What the toasts on the screen say. @returns {Promise<string[]>} */
  async shownNotifications() {
    const messages = this.page.locator('.notifications-toasts .notification-list-item-message');
    return (await messages.allInnerTexts()).map(plain);
  }

  /** Waits for a toast and returns what it says. @param {string | RegExp} words @param {number} [timeoutMs] */
  async notification(words, timeoutMs = patienceMs) {
    const message = this.#toast(words).locator('.notification-list-item-message');
    await message.waitFor({ timeout: timeoutMs });
    return plain((await message.textContent()) ?? '');
  }

  /** Presses a button of a toast. @param {string | RegExp} words @param {string} button */
  async answerNotification(words, button) {
    await this.#toast(words).locator('.monaco-button', { hasText: button }).click({ timeout: patienceMs });
  }

  async dismissNotifications() {
    if ((await this.shownNotifications()).length > 0) await this.command('Notifications: Clear All Notifications');
  }

  /** @param {string | RegExp} words */
  #toast(words) {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: words }).first();
  }

  // ---- between tests

  /** Back to an empty window: no widget, no toast, no editor; unsaved changes are dropped. */
  async reset() {
    await this.page.keyboard.press('Escape');
    await this.dismissNotifications();
    if ((await this.page.locator('.tabs-container .tab').count()) === 0) return;
    await this.command('View: Close All Editors');
    const dontSave = this.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
    const noTabs = async () => {
      if (await dontSave.isVisible()) await dontSave.click();
      return (await this.page.locator('.tabs-container .tab').count()) === 0;
    };
    await until('a window without editors', noTabs, Boolean, patienceMs);
  }

  /**
   * Keeps a picture of the window.
   * @param {string} name without an ending
   * @returns {Promise<string>} the file
   */
  async screenshot(name) {
    const file = path.join(artifactsFolder, `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }
}
