// What a user sees of promises and of what is wrong: the status and its pause, the walkthrough and its commands, calibration, diagnosis.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/workbench.mjs';

const sample = fileURLToPath(new URL('../../../media/sample/', import.meta.url));
const patienceMs = 60_000;

/** A setting that has another name now, as a user of an older version has it. */
export const settings = { 'punctual.unloadAfterMinutes': 45 };

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** @typedef {import('../harness/workbench.mjs').Workbench} Workbench */

/** @param {import('../harness/rig.mjs').Rig} rig */
function writtenSettings(rig) {
  return ['User', 'Machine']
    .map((place) => path.join(rig.folder, 'user-data', place, 'settings.json'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The hover of the status bar item. @param {Workbench} workbench */
async function hovered(workbench) {
  await workbench.page
    .locator('.statusbar-item', { hasText: /on time|Punctual/ })
    .last()
    .hover();
  const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'Promised' });
  await hover.waitFor({ timeout: 20_000 });
  return hover;
}

/** What stands beside some of the walkthrough's steps, by the step's index. @type {[number, string][]} */
const besideSteps = [
  [0, 'Which model?'],
  [1, 'count = count;'],
  [4, 'What is promised'],
  [5, '118 ms'],
];

/** Waits until a page inside the window, such as what stands beside a step, has these words on the screen. @param {Workbench} workbench @param {string} words */
async function painted(workbench, words) {
  // Each frame is asked for a bounded time: one that is on its way out may never answer.
  const inAny = async () => {
    const frames = workbench.page.frames().slice(1);
    const shown = frames.map((frame) => frame.getByText(words).first().waitFor({ timeout: 500 }));
    return Promise.any(shown).then(
      () => true,
      () => false,
    );
  };
  await until(`'${words}' on the screen`, inAny, Boolean, patienceMs);
}

/** The last one stays: later pictures are dark. @type {['light' | 'contrast' | 'dark', string, 'vs' | 'hc-black' | 'vs-dark'][]} */
const themes = [
  ['light', 'Light Modern', 'vs'],
  ['contrast', 'Dark High Contrast', 'hc-black'],
  ['dark', 'Dark Modern', 'vs-dark'],
];

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when a setting has another name now, then it is moved after a question, and not before': async ({
    workbench,
    rig,
    screenshot,
  }) => {
    await workbench.status('Punctual');
    await workbench.notification(/punctual\.unloadAfterMinutes is now part of punctual\.residency/);
    await screenshot('seen-moved-setting');
    assert.match(writtenSettings(rig), /"punctual\.unloadAfterMinutes": 45/);
    await workbench.answerNotification(/is now part of/, 'Move');
    await until(
      'the moved setting',
      async () => writtenSettings(rig),
      (text) => /"unloadAfterMinutes": 45/.test(text) && !/punctual\.unloadAfterMinutes/.test(text),
    );
  },

  'when the walkthrough opens, then it has its six steps, in every kind of theme': async ({
    workbench,
    screenshot,
  }) => {
    // Without the side bar there is room for the pictures beside the steps.
    await workbench.press('Control+b');
    const steps = workbench.page.locator('.getting-started-step');
    for (const [picture, theme, kind] of themes) {
      await workbench.theme(theme, kind);
      // Opened in this theme: Escape, and what is chosen elsewhere, lead an open walkthrough back to the welcome page.
      await workbench.reset();
      await workbench.command('Punctual: Get Started');
      await until(
        'the steps',
        () => steps.count(),
        (count) => count === 6,
      );
      for (const [index, words] of besideSteps) {
        await steps.nth(index).locator('.step-title').click();
        await workbench.page.locator('.getting-started-step.expanded').nth(0).waitFor({ timeout: 20_000 });
        await painted(workbench, words);
        await screenshot(`seen-walkthrough-${index + 1}-${picture}`);
      }
    }
    await workbench.reset();
    await workbench.press('Control+b');
  },

  'when a completion is tried, then ghost text comes in a document that is no file': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.reset();
    await workbench.command('Punctual: Get Started');
    await workbench.page.locator('.getting-started-step').nth(1).click();
    await workbench.page
      .locator('.getting-started-step a, .getting-started-step .monaco-button', { hasText: 'Try a Completion' })
      .first()
      .click();
    const ghost = await workbench.ghostText(/\S/, patienceMs);
    assert.match(ghost, /count/);
    assert.ok((await workbench.shownTabs()).some((name) => /Untitled/.test(name)));
    await screenshot('seen-try-completion');
    await workbench.reset();
  },

  'when completion is paused, then the status counts down in words and nothing is suggested until it resumes': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.openFile('Counter.java');
    await workbench.command('Punctual: Pause Completion for 30 Minutes');
    await workbench.status(/paused, (30|29) minutes left/);
    await screenshot('seen-paused');
    await workbench.goTo(9, 14);
    await workbench.press('Shift+End');
    await workbench.press('Delete');
    await workbench.command('Trigger Inline Suggestion');
    await workbench.noGhostText();
    await workbench.command('Punctual: Resume Completion');
    await until(
      'the status without the pause',
      () => workbench.status('Punctual'),
      (text) => !/paused/.test(text),
    );
    await workbench.command('Trigger Inline Suggestion');
    await workbench.ghostText(/count/, patienceMs);
    await workbench.reset();
  },

  'when the status is hovered, then a table says what is promised and there are links to the rest': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.openFile('Counter.java');
    const hover = await hovered(workbench);
    const text = await hover.innerText();
    for (const words of [
      'promises are',
      'Completion',
      'Summary',
      'Translation',
      'Dashboard',
      'Diagnose',
      'Pause 30 min',
    ])
      assert.ok(text.includes(words), `${words} is not in: ${text}`);
    await screenshot('seen-hover-dark');
    await workbench.press('Escape');
    await workbench.reset();
  },

  'when promises are calibrated, then it says what the machine can keep, and writes only what is ticked': async ({
    workbench,
    rig,
    screenshot,
  }) => {
    await workbench.command('Punctual: Calibrate Promises');
    const rows = await until(
      'what can be kept',
      () => workbench.rows(),
      (all) => all.some((row) => /first token within/.test(row)),
    );
    await screenshot('seen-calibrate');
    assert.match(rows.join('\n'), /\(automatic\) → /);
    await workbench.press('Escape');
    assert.doesNotMatch(writtenSettings(rig), /targetMs/);
    await workbench.command('Punctual: Calibrate Promises');
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'first token within' });
    await row.waitFor({ timeout: patienceMs });
    await row.click();
    await workbench.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await until(
      'the written promise',
      async () => writtenSettings(rig),
      (text) => /"punctual\.completion\.targetMs": \d+/.test(text),
    );
    assert.doesNotMatch(writtenSettings(rig), /summarize\.targetMs|translate\.targetMs/);
  },

  'when it is diagnosed, then a report opens that names no folder of the user, and says what can be done': async ({
    workbench,
    rig,
    screenshot,
  }) => {
    await workbench.openFile('Counter.java');
    await workbench.command('Punctual: Diagnose');
    await workbench.notification(/Punctual: (no problem was found|problems found)/, patienceMs);
    const text = await workbench.shownText();
    assert.match(text, /# Punctual: diagnosis/);
    assert.match(text, /demonstration model/);
    assert.ok(!text.includes(rig.folder), text);
    await screenshot('seen-diagnosis-dark');
    await workbench.answerNotification(/Punctual: /, 'What Can Be Done…');
    const rows = await workbench.rows();
    assert.ok(
      rows.some((row) => /Get a real model/.test(row)),
      rows.join('\n'),
    );
    await screenshot('seen-diagnosis-acts');
    await workbench.press('Escape');
  },
};
