/**
 * `npm run bench:dashboard [-- --json] [-- --quick]`: what the dashboard's page costs while it is followed, in a real browser, as ratios within one run:
 *
 * - `dashboard.frame`: processor time of the page for each second it is seen, with 10,000 tasks behind it, all in the hour that is shown,
 *   against 100 tasks.
 * - `dashboard.frame.near`: the same with 10,000 tasks behind it, of which 30 s are shown.
 * - `dashboard.memory`: its JavaScript memory after ten times as many tasks as it keeps (a session of days), against when its bounds
 *   were first reached.
 *
 * News go on meanwhile as a runtime tells them, four times a second.
 */
import { newsOf, session, statusAt } from './scenes.mjs';
import { Stand } from './stand.mjs';

const isQuick = process.argv.includes('--quick');
const seconds = isQuick ? 4 : 10;
const rounds = isQuick ? 1 : 3;
const hour = '3600000';
const near = '30000';

/** @typedef {import('./stand.mjs').StoodPage} StoodPage */

/** An hour with so many tasks, then the time that is shown. @param {Stand} stand @param {number} tasks @param {string} span */
async function pageWith(stand, tasks, span) {
  const page = await stand.page({ width: 1280 });
  const items = session({ tasks, gapMs: (0.9 * Number(hour)) / tasks });
  await page.news(newsOf(items, { past: true }));
  await page.page.selectOption('#span', span);
  await page.drawn();
  return { page, nowMs: items.at(-1)?.atMs ?? 0 };
}

/** Milliseconds of processor time in a second. @param {StoodPage} page @param {number} nowMs */
async function costOf(page, nowMs) {
  const devtools = await page.page.context().newCDPSession(page.page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await taskMs(devtools);
  const began = performance.now();
  for (let news = 0; news < 4 * seconds; news++) {
    const atMs = nowMs + news * 250;
    const items = session({ tasks: 1, seed: news, gapMs: 1 }).slice(2);
    const moved = items.map((item) => ({ ...item, id: `n${news}`, atMs: atMs + item.atMs - 1_300 }));
    const told = /** @type {import('./scenes.mjs').Item[]} */ (
      moved.map((item) => (item.kind === 'submit' ? { ...item, arrivalMs: item.atMs } : item))
    );
    await page.tell({ kind: 'news', news: newsOf(told, { nowMs: atMs + 250 }) });
    if (news % 4 === 0) await page.tell({ kind: 'status', status: statusAt(atMs) });
    await new Promise((done) => setTimeout(done, 250));
  }
  const spentMs = (await taskMs(devtools)) - before;
  return (1_000 * spentMs) / (performance.now() - began);
}

/** @param {import('playwright-core').CDPSession} devtools */
async function taskMs(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

/** @param {StoodPage} page */
async function heapBytes(page) {
  const devtools = await page.page.context().newCDPSession(page.page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}

/** @param {Stand} stand */
async function memory(stand) {
  const page = await stand.page();
  const bytes = [];
  const parts = isQuick ? 3 : 10;
  for (let part = 0; part < parts; part++) {
    const items = session({ tasks: 11_000, seed: part });
    const shiftMs = part * 9_000_000;
    const moved = items.map((item) => ({
      ...item,
      atMs: item.atMs + shiftMs,
      ...('id' in item && { id: `${part}-${item.id}` }),
      ...('arrivalMs' in item && { arrivalMs: item.arrivalMs + shiftMs }),
    }));
    await page.news(newsOf(/** @type {import('./scenes.mjs').Item[]} */ (moved), part === 0 ? { past: true } : {}));
    await page.drawn();
    bytes.push(await heapBytes(page));
    log(`memory after ${(part + 1) * 11_000} tasks: ${((bytes.at(-1) ?? 0) / 1e6).toFixed(1)} MB`);
  }
  await page.page.close();
  // What follows the first part replaces as much.
  return (bytes.at(-1) ?? Number.NaN) / (bytes[1] ?? Number.NaN);
}

/** @param {string} line */
const log = (line) => process.stderr.write(`${line}\n`);

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const stand = await Stand.open();
try {
  /** @type {{ few: number[], all: number[], near: number[] }} */
  const costs = { few: [], all: [], near: [] };
  const cases = /** @type {const} */ ([
    ['few', 100, hour],
    ['all', 10_000, hour],
    ['near', 10_000, near],
  ]);
  for (let round = 0; round < rounds; round++) {
    for (const [name, tasks, span] of cases) {
      const { page, nowMs } = await pageWith(stand, tasks, span);
      costs[name].push(await costOf(page, nowMs));
      await page.page.close();
      log(
        `${tasks} tasks, ${Number(span) / 1_000} s shown: ${costs[name].at(-1)?.toFixed(1)} ms of processor time each second`,
      );
    }
  }
  const few = median(costs.few);
  const figures = {
    'dashboard.frame': median(costs.all) / few,
    'dashboard.frame.near': median(costs.near) / few,
    'dashboard.memory': await memory(stand),
  };
  const details = { fewMsPerSecond: few, allMsPerSecond: median(costs.all), nearMsPerSecond: median(costs.near) };
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ bench: 'dashboard', quick: isQuick, figures, details }));
  else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value.toFixed(2)}`);
} finally {
  await stand.close();
}
