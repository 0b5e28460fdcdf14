// The dashboard as a user sees it: tasks appear while they happen, time can be held, the log can be exported and played again, and the
// page can be read in every theme, with keys alone, and by a screen reader.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { isWrittenDown } from '../harness/storage.mjs';
import { until, Workbench } from '../harness/workbench.mjs';

const sample = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../media/sample');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const settings = { 'punctual.model': 'embedded' };

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** Generous: what is waited for comes in seconds on a machine that has nothing else to do. */
const patienceMs = 90_000;

/** The document of the dashboard's webview; undefined while there is none. @param {Workbench} workbench */
async function shownDashboard(workbench) {
  for (const frame of workbench.page.frames()) {
    if (await frame.$('#page h1').catch(() => null)) return frame;
  }
  return undefined;
}

/** Waits for it. @param {Workbench} workbench */
async function dashboard(workbench) {
  const frame = await until('the dashboard', () => shownDashboard(workbench), Boolean, patienceMs);
  assert.ok(frame);
  return frame;
}

/**
 * The dashboard beside sum.js, with a task to be seen: as the test before left it, or opened again where that one failed.
 * @param {Workbench} workbench
 */
async function withTask(workbench) {
  const shown = await shownDashboard(workbench);
  if (shown !== undefined) return shown;
  await workbench.openFile('sum.js');
  // Opened in its place: a dashboard that is moved is another document.
  await workbench.command('View: New Editor Group to the Right');
  await workbench.command('Punctual: Show Dashboard');
  const frame = await dashboard(workbench);
  await complete(workbench);
  // Ten minutes: on a slow machine a task would else have left the picture before it is looked for.
  await frame.selectOption('#span', '600000');
  return frame;
}

/** @param {import('playwright-core').Frame} frame @param {string} selector */
const textOf = async (frame, selector) => (await frame.textContent(selector)) ?? '';

/** Leaves `  for (` at line 3 of sum.js and waits for a suggestion, typing on where one was too late. @param {Workbench} workbench */
async function complete(workbench) {
  await workbench.command('View: Focus First Editor Group');
  await workbench.openFile('sum.js');
  await workbench.goTo(3, 1);
  await workbench.press('Shift+End');
  await workbench.press('Delete');
  await workbench.type('  for (');
  const ask = async () => {
    const text = await workbench.ghostText(/\S/, 3000).catch(() => '');
    if (text === '') {
      await workbench.press('Backspace');
      await workbench.type('(');
    }
    return text;
  };
  await until('a suggestion', ask, Boolean, patienceMs);
}

/**
 * Takes the name that the file dialog proposes, as soon as it does: it takes no Enter while it reads a folder.
 * @param {Workbench} workbench
 */
async function saveAsProposed(workbench) {
  const dialog = workbench.page.locator('.quick-input-widget:visible');
  await until(
    'the proposed name',
    () => dialog.locator('input.input').first().inputValue({ timeout: 1000 }),
    (name) => name.endsWith('.log.gz'),
    patienceMs,
  );
  const closed = async () => {
    await workbench.press('Enter');
    await dialog.waitFor({ state: 'hidden', timeout: 3000 });
    return true;
  };
  await until('the end of the file dialog', closed, Boolean, patienceMs);
}

/** The file that the page says was written. @param {import('playwright-core').Frame} frame @param {import('../harness/rig.mjs').Rig} rig @param {RegExp} words */
async function exported(frame, rig, words) {
  const told = await state(frame, words);
  return path.join(rig.workspace, /punctual-\S+\.log\.gz/.exec(told)?.[0] ?? 'no name was told');
}

/** What axe-core finds wrong. @param {import('playwright-core').Frame} frame */
async function violations(frame) {
  await frame.evaluate(axe);
  // @ts-expect-error axe is a global of the page by now
  const found = await frame.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map(
    (/** @type {{ id: string, nodes: { target: string[], failureSummary: string }[] }} */ one) => [
      one.id,
      ...one.nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    ],
  );
}

/** Theme, its kind as the workbench and as a webview names it, and the picture. @type {[string, 'vs' | 'vs-dark' | 'hc-black' | 'hc-light', string, string][]} */
const themes = [
  ['Light Modern', 'vs', 'vscode-light', 'light'],
  ['Dark Modern', 'vs-dark', 'vscode-dark', 'dark'],
  ['Dark High Contrast', 'hc-black', 'vscode-high-contrast', 'high-contrast'],
  ['Light High Contrast', 'hc-light', 'vscode-high-contrast-light', 'high-contrast-light'],
];

/** Waits until a part of the page has these words. @param {import('playwright-core').Frame} frame @param {string} selector @param {RegExp} words */
const shows = (frame, selector, words) =>
  until(
    `${words} in ${selector}`,
    () => textOf(frame, selector),
    (text) => words.test(text),
    patienceMs,
  );

/** Waits until the state of the page is told so. @param {import('playwright-core').Frame} frame @param {RegExp} words */
const state = (frame, words) => shows(frame, '#state', words);

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when nothing was asked yet, then the dashboard says what to do, and is there again when the window is loaded again':
    async ({ workbench }) => {
      // A palette that was opened before the extension is known does not find its commands later.
      await workbench.status('Punctual');
      await workbench.command('Punctual: Show Dashboard');
      const frame = await dashboard(workbench);
      await shows(frame, '.nothing:not([hidden])', /^No task yet/);
      await state(frame, /^Live/);
      // A window that is loaded again still has it, once it has written down what it shows.
      const isKept = () => isWrittenDown(workbench.page, 'mainThreadWebview-punctual.dashboard');
      await until('the dashboard in what the window has written down', isKept, Boolean, patienceMs);
      await workbench.reload();
      await state(await dashboard(workbench), /^Live/);
      await workbench.status('Punctual');
      await workbench.reset();
    },

  'when something is completed beside it, then the task appears with what happened to it': async ({ workbench }) => {
    const frame = await withTask(workbench);
    await state(frame, /^Live; what happened since/);
    await frame.click('section.card:has(.timeline) summary');
    const rows = await until(
      'a finished completion in the table',
      () => frame.$$eval('section.card:has(.timeline) tbody tr', (all) => all.map((row) => row.textContent ?? '')),
      (all) => all.some((row) => /Completion.*promise (kept|broken).*finished after/.test(row)),
      patienceMs,
    );
    assert.ok(
      rows.some((row) => /first token within \d+ ms/.test(row)),
      rows.join('\n'),
    );
    // What is told from time to time may be told later than what happened.
    await shows(frame, '.facts', /of \d+ on time/);
    await shows(frame, '.promises tbody', /Completion.*first token within.*%/);
    await shows(frame, '.log', /Loads|is loaded/);
    await shows(frame, '.models table', /ready/);
  },

  'when the keys are used on the timeline, then each task is told in words': async ({ workbench }) => {
    const frame = await withTask(workbench);
    // The focus is put there again as long as the window gives it to another frame.
    const told = async () => {
      await frame.press('.timeline', 'End');
      const option = await textOf(frame, '[role=option]');
      return /asked at/.test(option) && option === (await textOf(frame, '.story'));
    };
    await until('the story of a task, to the eye and to a screen reader', told, Boolean, patienceMs);
  },

  'when time is held, then it stands still and can be moved, until it is followed again': async ({ workbench }) => {
    const frame = await withTask(workbench);
    await frame.click('#pause');
    const held = await state(frame, /^Paused at/);
    await complete(workbench);
    assert.equal(await textOf(frame, '#state'), held);
    const before = Number(await frame.inputValue('#scrub'));
    const moved = async () => {
      await frame.press('#scrub', 'ArrowLeft');
      return Number(await frame.inputValue('#scrub')) < before;
    };
    await until('an earlier time', moved, Boolean, patienceMs);
    await frame.click('#pause');
    await state(frame, /^Live/);
  },

  'when the log is exported, then punctual replay plays it again, identical, and no code is in it': async ({
    workbench,
    rig,
    cli,
  }) => {
    const frame = await withTask(workbench);
    await frame.click('#export');
    await workbench.pick('Without text');
    await saveAsProposed(workbench);
    const file = await exported(frame, rig, /Exported \d/);
    assert.doesNotMatch(gunzipSync(readFileSync(file)).toString('utf8'), /total|arr\.length/);
    const replayed = cli('replay', file);
    assert.equal(replayed.identical, true);
    assert.equal(replayed.text, undefined);
    assert.ok(replayed.events > 10, JSON.stringify(replayed));
  },

  'when it is exported with text, then text is kept from the first time on, and the next file has it and plays':
    async ({ workbench, rig, cli, screenshot }) => {
      const frame = await withTask(workbench);
      const ask = async () => {
        await frame.click('#export');
        await workbench.pick('With the text of my code');
        const box = workbench.page.locator('.monaco-dialog-box');
        await box.waitFor({ timeout: patienceMs });
        await screenshot('dashboard-export-text');
        await box.locator('.monaco-button', { hasText: 'Continue with Text' }).click({ timeout: patienceMs });
      };
      await ask();
      await state(frame, /From now on the text of your code is kept/);
      await complete(workbench);
      await ask();
      await saveAsProposed(workbench);
      const file = await exported(frame, rig, /Exported [\d,]+ kB with the text of your code/);
      assert.match(path.basename(file), /-with-text\.log\.gz$/);
      const text = gunzipSync(readFileSync(file)).toString('utf8');
      assert.match(text, /total/);
      assert.ok(!text.includes(rig.workspace), 'no address of a document');
      const replayed = cli('replay', file, '--text');
      assert.equal(replayed.identical, true);
      assert.ok(
        replayed.texts.some((/** @type {{ prompt?: { typed?: string, prefix?: string } }} */ { prompt }) =>
          /for \(/.test(`${prompt?.prefix}${prompt?.typed}`),
        ),
        JSON.stringify(replayed.texts),
      );
      // An export without it has none, although it is kept.
      await frame.click('#export');
      await workbench.pick('Without text');
      await saveAsProposed(workbench);
      const without = await exported(frame, rig, /Exported [\d,]+ kB to/);
      assert.notEqual(without, file);
      assert.doesNotMatch(gunzipSync(readFileSync(without)).toString('utf8'), /total|arr\.length/);
    },

  'when the page is looked at in each theme, then axe finds nothing wrong': async ({ workbench, screenshot }) => {
    const frame = await withTask(workbench);
    // It takes the whole window.
    await workbench.command('Punctual: Show Dashboard');
    await workbench.command('View: Toggle Maximize Editor Group');
    for (const [theme, kind, name, picture] of themes) {
      await workbench.theme(theme, kind);
      await until(
        `the theme ${theme} in the page`,
        () => frame.getAttribute('body', 'class'),
        (all) => all?.split(' ').includes(name) === true,
        patienceMs,
      );
      await screenshot(`dashboard-${picture}`);
      assert.deepEqual(await violations(frame), [], theme);
    }
  },

  'when the runtime dies, then the page says so, and goes on with the next one': async ({ workbench, cli }) => {
    const frame = await withTask(workbench);
    // The page remembers what it said: the next runtime may be there before this test asks.
    const wasLost = frame.evaluate(
      () =>
        new Promise((resolve) => {
          const said = () => document.querySelector('#state')?.textContent ?? '';
          const look = () => said().startsWith('The runtime is gone') && resolve(true);
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }),
    );
    process.kill(cli('status').pid, 'SIGKILL');
    assert.equal(await wasLost, true);
    await state(frame, /^Live.*The runtime was started anew/);
  },
};
