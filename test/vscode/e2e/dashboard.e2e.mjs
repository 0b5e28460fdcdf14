// The dashboard as a user sees it: tasks appear while they happen, time can be held, the log can be exported and played again, and the
// page can be read in every theme, with keys alone, and by a screen reader.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, Workbench } from '../harness/workbench.mjs';

const sample = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../media/sample');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const settings = { 'punctual.model': 'embedded' };

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** The document of the dashboard's webview. @param {Workbench} workbench */
function dashboard(workbench) {
  const find = async () => {
    for (const frame of workbench.page.frames()) {
      if (await frame.$('#page h1').catch(() => null)) return frame;
    }
    return undefined;
  };
  return until('the dashboard', find, Boolean, 90_000);
}

/** Beside the editors, on the right. @param {Workbench} workbench */
async function open(workbench) {
  await workbench.command('Punctual: Show Dashboard');
  const frame = await dashboard(workbench);
  await workbench.command('View: Move Editor into Next Group');
  return frame;
}

/** Takes the whole window. @param {Workbench} workbench */
async function frameAlone(workbench) {
  await workbench.command('View: Focus Second Editor Group');
  await workbench.command('View: Toggle Maximize Editor Group');
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
  await until('a suggestion', ask, Boolean, 60_000);
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

const themes = [
  ['Default Light Modern', 'vscode-light', 'light'],
  ['Default Dark Modern', 'vscode-dark', 'dark'],
  ['Default High Contrast', 'vscode-high-contrast', 'high-contrast'],
  ['Default High Contrast Light', 'vscode-high-contrast-light', 'high-contrast-light'],
];

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when nothing was asked yet, then the dashboard says what to do': async ({ workbench }) => {
    // A palette that was opened before the extension is known does not find its commands later.
    await workbench.status('Punctual');
    await workbench.command('Punctual: Show Dashboard');
    const frame = await dashboard(workbench);
    await until(
      'the empty state',
      () => textOf(frame, '#state'),
      (text) => text.startsWith('No task yet'),
    );
    // An editor that is alone is not moved beside itself; and with a file that is open, work is done ahead.
    await workbench.openFile('sum.js');
    await open(workbench);
  },

  'when something is completed beside it, then the task appears with what happened to it': async ({ workbench }) => {
    await complete(workbench);
    const frame = await dashboard(workbench);
    await until(
      'the live state',
      () => textOf(frame, '#state'),
      (text) => text === 'Live',
    );
    await frame.click('section.card:has(.timeline) summary');
    const rows = await until(
      'a finished completion in the table',
      () => frame.$$eval('section.card:has(.timeline) tbody tr', (all) => all.map((row) => row.textContent ?? '')),
      (all) => all.some((row) => /Completion.*promise (kept|broken).*finished after/.test(row)),
      60_000,
    );
    assert.ok(
      rows.some((row) => /first token within \d+ ms/.test(row)),
      rows.join('\n'),
    );
    assert.match(await textOf(frame, '.facts'), /on time/);
    assert.match(await textOf(frame, '.log'), /Loads|is loaded/);
    assert.match(await textOf(frame, '.halves table'), /ready/);
  },

  'when the keys are used on the timeline, then each task is told in words': async ({ workbench }) => {
    const frame = await dashboard(workbench);
    await frame.focus('.timeline');
    await workbench.press('End');
    const option = await until(
      'the story of a task',
      () => textOf(frame, '[role=option]'),
      (text) => /asked at/.test(text),
    );
    assert.equal(await textOf(frame, '.story'), option);
  },

  'when time is held, then it stands still and can be moved, until it is followed again': async ({ workbench }) => {
    const frame = await dashboard(workbench);
    await frame.click('#pause');
    const held = await until(
      'the held state',
      () => textOf(frame, '#state'),
      (text) => text.startsWith('Paused at'),
    );
    await complete(workbench);
    assert.equal(await textOf(frame, '#state'), held);
    await frame.focus('#scrub');
    const before = Number(await frame.inputValue('#scrub'));
    await workbench.press('ArrowLeft');
    assert.ok(Number(await frame.inputValue('#scrub')) < before);
    await frame.click('#pause');
    await until(
      'the live state',
      () => textOf(frame, '#state'),
      (text) => text === 'Live',
    );
  },

  'when the log is exported, then punctual replay plays it again, identical, and no code is in it': async ({
    workbench,
    rig,
    cli,
  }) => {
    const frame = await dashboard(workbench);
    await frame.click('#export');
    const file = path.join(rig.workspace, 'seen.log.gz');
    await workbench.answer(file);
    await until('the exported file', () => existsSync(file), Boolean);
    await until(
      'that it was exported',
      () => textOf(frame, '#state'),
      (text) => text.includes('Exported'),
    );
    const replayed = cli('replay', file);
    assert.equal(replayed.identical, true);
    assert.ok(replayed.events > 10, JSON.stringify(replayed));
  },

  'when the page is looked at in each theme, then axe finds nothing wrong': async ({ workbench, rig, screenshot }) => {
    await frameAlone(workbench);
    for (const [theme = '', name = '', file = ''] of themes) {
      rig.writeSettings({ ...settings, 'workbench.colorTheme': theme });
      const frame = await dashboard(workbench);
      await until(
        `the theme ${theme}`,
        () => frame.getAttribute('body', 'class'),
        (all) => all?.split(' ').includes(name) === true,
      );
      await screenshot(`dashboard-${file}`);
      assert.deepEqual(await violations(frame), [], theme);
    }
  },

  'when the runtime dies, then the page says so, and goes on with the next one': async ({ workbench, cli }) => {
    const frame = await dashboard(workbench);
    process.kill(cli('status').pid, 'SIGKILL');
    await until(
      'the lost state',
      () => textOf(frame, '#state'),
      (text) => text.startsWith('The runtime is gone'),
    );
    await until(
      'the next runtime',
      () => textOf(frame, '#state'),
      (text) => text.startsWith('No task yet') || text.startsWith('Live'),
      60_000,
    );
  },
};
