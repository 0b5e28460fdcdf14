/**
 * The dashboard's page as it is built, in a browser without VS Code: in the colours of VS Code's own themes (themes.json was read from a webview
 * of VS Code 1.139), under the page's own policy, fed with what scenes.mjs makes up. For pictures and measurements that need no editor.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Browser } from '../harness/browser.mjs';
import { repository } from '../harness/paths.mjs';

const origin = 'http://localhost';

/** @type {Record<string, { class: string, colors: Record<string, string> }>} */
const themes = JSON.parse(readFileSync(fileURLToPath(new URL('themes.json', import.meta.url)), 'utf8'));
export const themeNames = Object.keys(themes);

/** A module of the extension, with VS Code's translator replaced by one that knows `texts`. @param {string} file @param {Record<string, string>} [texts] */
async function moduleOf(file, texts = {}) {
  const vscode = `export const l10n = { t: (text) => (${JSON.stringify(texts)})[text] ?? text };`;
  const { outputFiles } = await build({
    ...{ entryPoints: [path.join(repository, file)], bundle: true, write: false, format: 'esm', logLevel: 'error' },
    plugins: [
      {
        name: 'no-editor',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'no-editor' }));
          onLoad({ filter: /.*/, namespace: 'no-editor' }, () => ({ contents: vscode }));
        },
      },
    ],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`);
}

export class Stand {
  /** @param {Browser} browser */
  constructor(browser) {
    this.browser = browser;
  }

  static async open() {
    return new Stand(await Browser.launch());
  }

  close() {
    return this.browser.playwright.close();
  }

  /**
   * A page that has its texts and is connected, and nothing to show yet.
   * @param {{ theme?: string, width?: number, height?: number, language?: string }} [options]
   */
  async page({ theme = 'dark', width = 1280, height = 900, language = 'en' } = {}) {
    const page = await this.browser.playwright.newPage({ viewport: { width, height } });
    const { dashboardPage } = await moduleOf('extension/dashboard-page.ts');
    const html = dashboardPage({
      ...{ cspSource: origin, nonce: 'stand', language, title: 'Dashboard' },
      ...{ script: `${origin}/dashboard.js`, style: `${origin}/dashboard.css` },
    });
    await page.route(`${origin}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
      return route.fulfill({ path: path.join(repository, 'dist', path.basename(pathname)) });
    });
    await page.addInitScript(() => {
      const problems = /** @type {string[]} */ ([]);
      const postMessage = (/** @type {{ kind: string, message: string }} */ { kind, message }) =>
        kind === 'problem' && problems.push(message);
      const host = { postMessage, getState: () => undefined, setState: () => undefined };
      Object.assign(globalThis, { problems, acquireVsCodeApi: () => host });
    });
    await page.goto(`${origin}/`);
    await page.evaluate((colors) => {
      for (const [name, value] of Object.entries(colors.colors))
        document.documentElement.style.setProperty(name, value);
      document.body.className = colors.class;
    }, themes[theme] ?? { class: '', colors: {} });
    const texts =
      language === 'en'
        ? {}
        : JSON.parse(readFileSync(path.join(repository, `l10n/bundle.l10n.${language}.json`), 'utf8'));
    const { dashboardStrings } = await moduleOf('extension/dashboard-strings.ts', texts);
    const stood = new StoodPage(page);
    await stood.tell(
      { kind: 'strings', language, strings: dashboardStrings() },
      { kind: 'connection', isConnected: true },
    );
    return stood;
  }
}

export class StoodPage {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Says to the page what the extension would. @param {...import('../../../extension/dashboard-messages.ts').ToPage} messages */
  async tell(...messages) {
    await this.page.evaluate((all) => {
      for (const message of all) window.postMessage(message, '*');
    }, messages);
  }

  /** News in messages as large as the wire takes. @param {import('../../../runtime/protocol/dashboard.ts').WatchNews} news */
  async news(news) {
    for (let from = 0; from === 0 || from < news.items.length; from += itemsAtOnce) {
      const { past, ...rest } = news;
      const items = news.items.slice(from, from + itemsAtOnce);
      await this.tell({ kind: 'news', news: { ...rest, items, ...(past && from === 0 && { past }) } });
    }
  }

  /** Everything that was told is drawn. @throws {Error} when the page did not understand something */
  async drawn() {
    const problems = await this.page.evaluate(() => Reflect.get(globalThis, 'problems'));
    if (problems.length > 0) throw new Error(`The page did not understand: ${problems.join('; ')}`);
    await this.page.waitForFunction(() => document.querySelector('.charts canvas, .nothing:not([hidden])') !== null);
    await this.page.evaluate(() => new Promise((done) => setTimeout(done, 1_500)));
  }
}

const itemsAtOnce = 4_000;
