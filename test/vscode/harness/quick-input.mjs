/** The widget at the top of a window: the palette, the list of files, quick picks and input boxes. */
import { until } from './processes.mjs';

const patienceMs = 30_000;

export class QuickInput {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * Opens a quick input by its key, and writes into it until it shows a row. A key that comes while the focus goes from one frame to
   * another is lost, and an input that is still closing may be written to in vain: then all is done again.
   * @param {string} key
   * @param {string} text
   * @param {string} label some words of the row
   */
  async open(key, text, label) {
    const opened = async () => {
      await this.page.keyboard.press(key);
      try {
        await this.#input().fill(text, { timeout: 5000 });
        await this.row(label).waitFor({ state: 'visible', timeout: 10_000 });
        return true;
      } catch (error) {
        // Pressed again in an open input, the key would choose among its rows.
        await this.page.keyboard.press('Escape');
        throw error;
      }
    };
    await until(`'${label}' of what ${key} opens`, opened, Boolean, 2 * patienceMs);
  }

  #input() {
    return this.page.locator('.quick-input-widget input.input:visible').first();
  }

  /** @param {string} text */
  async fill(text) {
    const input = this.#input();
    await input.waitFor({ state: 'visible', timeout: patienceMs });
    await input.fill(text);
  }

  /**
   * Answers an input box. What was open before may still be closing, and would take the words: an input box is known by its message, which
   * says how it is answered.
   * @param {string} text
   */
  async answer(text) {
    const message = this.page.locator('.quick-input-widget .quick-input-message:visible');
    await message.waitFor({ timeout: patienceMs });
    await this.fill(text);
    await this.#input().press('Enter');
    // Whatever opens next would close it before it has heard that.
    const heard = async () =>
      !(await message.isVisible()) || (await this.#input().inputValue({ timeout: 1000 })) !== text;
    await until(`the end of the box that was answered with '${text}'`, heard, Boolean, patienceMs);
  }

  /** @param {string} label @param {number} [timeoutMs] */
  async click(label, timeoutMs = patienceMs) {
    await this.row(label).click({ timeout: timeoutMs });
  }

  /** A row of what is open or about to open. @param {string} label some words of it */
  async pick(label) {
    // The list that was there before may still be closing: then its rows do not match, and the words are given again.
    const picked = async () => {
      await this.fill(label);
      await this.row(label).waitFor({ state: 'visible', timeout: 1000 });
      // A click that counts may still be told late by a busy machine, and must not be repeated in what it has opened.
      await this.click(label, 10_000);
      return true;
    };
    await until(`a choice '${label}'`, picked, Boolean, patienceMs);
  }

  /** @param {string} label */
  row(label) {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
  }

  /** What the rows say that are on the screen. */
  async rows() {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor({ state: 'visible', timeout: patienceMs });
    return rows.allInnerTexts();
  }

  async closed() {
    await this.#input().waitFor({ state: 'hidden', timeout: patienceMs });
  }
}
