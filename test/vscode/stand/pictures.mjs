// Pictures of the dashboard in its states, themes and widths, into test-artifacts/dashboard/: `node build.mjs dashboard && node test/vscode/stand/pictures.mjs [words]`.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../harness/paths.mjs';
import { newsOf, session, statusAt } from './scenes.mjs';
import { Stand, themeNames } from './stand.mjs';

const folder = path.join(repository, 'test-artifacts', 'dashboard');

/** @typedef {import('./stand.mjs').StoodPage} StoodPage */
/** @type {Record<string, (page: StoodPage) => Promise<void>>} */
const states = {
  empty: async (page) => {
    await page.news(newsOf([], { past: true }));
  },
  session: async (page) => {
    await working(page, session({ tasks: 160 }));
  },
  'ten-minutes': async (page) => {
    await working(page, session({ tasks: 900 }));
    await page.page.selectOption('#span', '600000');
  },
  'an-hour-held': async (page) => {
    await working(page, session({ tasks: 5_000 }));
    await page.page.selectOption('#span', '3600000');
    await page.page.click('#pause');
  },
  lost: async (page) => {
    await working(page, session({ tasks: 60 }));
    await page.tell({ kind: 'connection', isConnected: false });
  },
};

/** @param {StoodPage} page @param {import('./scenes.mjs').Item[]} items */
async function working(page, items) {
  const news = newsOf(items, { past: true });
  await page.news(news);
  for (let agoMs = 120_000; agoMs >= 0; agoMs -= 2_500)
    await page.tell({ kind: 'status', status: statusAt(news.nowMs - agoMs) });
  await page.page.focus('.timeline');
  await page.page.keyboard.press('End');
  await page.page.keyboard.press('ArrowLeft');
}

const wanted = process.argv.slice(2);
const views = themeNames.flatMap((theme) => [800, 1600].map((width) => ({ theme, width, language: 'en' })));
const chinese = { theme: 'light', width: 1280, language: 'zh-cn' };
mkdirSync(folder, { recursive: true });
const stand = await Stand.open();
try {
  for (const [state, show] of Object.entries(states)) {
    for (const view of [...views, chinese]) {
      const name = `${state}-${view.theme}-${view.width}${view.language === 'en' ? '' : `-${view.language}`}`;
      if (wanted.length > 0 && !wanted.some((words) => name.includes(words))) continue;
      const page = await stand.page({ ...view, height: 1000 });
      await show(page);
      await page.drawn();
      await page.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
      await page.page.close();
      console.log(`${name}.png`);
    }
  }
} finally {
  await stand.close();
}
