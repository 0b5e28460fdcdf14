// What a user does, on the VSIX that a user installs. Each test goes on where the one before it stopped, as a user does.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, Workbench } from '../harness/workbench.mjs';

const sample = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../media/sample');

/** A copy of the sample: so that the model completes by itself in it, it has to be chosen. */
export const settings = { 'punctual.model': 'embedded' };

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** Puts the cursor at the end of line 3 of sum.js and leaves `  for (` of it. @param {Workbench} workbench */
async function beginLoop(workbench) {
  await workbench.openFile('sum.js');
  await workbench.goTo(3, 1);
  await workbench.press('Shift+End');
  await workbench.press('Delete');
  await workbench.type('  for (');
}

/**
 * The suggestion after `for (`. One that would come too late (the model is still loading, the machine is busy) is not shown and not
 * asked for again by itself: a person types on, or asks by hand, and so does this, in turn.
 * @param {Workbench} workbench
 */
function suggestionWhileTyping(workbench) {
  let tries = 0;
  const ask = async () => {
    const text = await workbench.ghostText(/\S/, 3000).catch(() => '');
    if (text !== '') return text;
    tries++;
    if (tries % 2 === 0) {
      await workbench.command('Trigger Inline Suggestion');
    } else {
      await workbench.press('Backspace');
      await workbench.type('(');
    }
    return '';
  };
  return until('a suggestion while typing', ask, Boolean, 60_000);
}

/** @param {Workbench} workbench */
async function undoAll(workbench) {
  await workbench.command('File: Revert File');
}

/**
 * The figures of one class of tasks in what `punctual status --json` prints.
 * @param {{ classes: { class: string, running: number, waiting: number, finished: number, cancelled: number, failed: number }[] }} status
 * @param {string} name
 */
function figures({ classes }, name) {
  const found = classes.find((entry) => entry.class === name);
  assert.ok(found, name);
  return found;
}

/** @param {number} pid */
const isProcess = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when text is typed, then ghost text of the embedded model appears and Tab accepts it': async ({
    workbench,
    screenshot,
  }) => {
    await beginLoop(workbench);
    const ghost = await suggestionWhileTyping(workbench);
    assert.match(ghost, /i = 0; i < arr\.length; i\+\+\) \{/);
    await workbench.statusItem('on time').waitFor({ timeout: 15_000 });
    await screenshot('ghost-text');
    await workbench.press('Tab');
    await until(
      'the accepted line',
      () => workbench.shownText(),
      (text) => text.includes('for (let i = 0; i < arr.length; i++) {'),
    );
    await workbench.noGhostText();
  },

  'when typing goes on, then older requests are cancelled and the text is only what was typed': async ({
    workbench,
    cli,
  }) => {
    await undoAll(workbench);
    await beginLoop(workbench);
    await workbench.type('let k = 5; k');
    await workbench.press('Escape');
    assert.match(await workbench.shownText(), /for \(let k = 5; k/);
    const completion = figures(cli('status'), 'completion');
    assert.equal(completion.failed, 0);
    assert.equal(completion.running + completion.waiting, 0);
    await undoAll(workbench);
  },

  'when a file is summarized from the palette, then the summary streams into a document beside it, labelled': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.openFile('people.py');
    await workbench.command('Punctual: Summarize Selection or File');
    await workbench.page.locator('.tab', { hasText: 'Summary of people.py' }).waitFor({ timeout: 20_000 });
    const body = workbench.page.locator('.editor-group-container').nth(1).locator('.view-lines');
    await until(
      'a summary with its promise',
      async () => (await body.textContent()) ?? '',
      (text) => /promised/.test(text.replaceAll('\u00a0', ' ')),
    );
    assert.match(((await body.textContent()) ?? '').replaceAll('\u00a0', ' '), /[Dd]emonstration model/);
    await screenshot('summary');
  },

  'when a file is translated from the palette, then the code streams into a new editor of that language': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.reset();
    await workbench.openFile('Counter.java');
    await workbench.command('Punctual: Translate Selection or File…');
    await workbench.pick('Python');
    await workbench.page.locator('.tab', { hasText: 'Untitled' }).waitFor({ timeout: 20_000 });
    const body = workbench.page.locator('.editor-group-container').nth(1).locator('.view-lines');
    await until(
      'a translation',
      async () => (await body.textContent()) ?? '',
      (text) => text.trim().length > 10,
    );
    await screenshot('translation');
  },

  'when a translation is cancelled in its notification, then its task is gone and the next answer comes': async ({
    workbench,
    cli,
    screenshot,
  }) => {
    const { enginePid, pid } = cli('status');
    await workbench.reset();
    await workbench.openFile('Counter.java');
    // Halted, the engine leaves time to press the button.
    process.kill(enginePid, 'SIGSTOP');
    try {
      await workbench.command('Punctual: Translate Selection or File…');
      await workbench.pick('Go');
      await workbench.notification(/Translating Counter\.java to Go/);
      await screenshot('translation-running');
      await workbench.answerNotification(/Translating/, 'Cancel');
      await until(
        'a cancelled translation',
        () => figures(cli('status'), 'translate'),
        (entry) => entry.cancelled === 1 && entry.running + entry.waiting === 0,
      );
    } finally {
      process.kill(enginePid, 'SIGCONT');
    }
    await beginLoop(workbench);
    assert.match(await suggestionWhileTyping(workbench), /arr\.length/);
    assert.deepEqual([cli('status').pid, cli('status').enginePid], [pid, enginePid]);
    await undoAll(workbench);
  },

  'when the engine dies, then the next completion works and a translation under way still finishes': async ({
    workbench,
    cli,
  }) => {
    const { enginePid } = cli('status');
    assert.ok(enginePid, 'an engine is up');
    await workbench.reset();
    await workbench.openFile('Counter.java');
    // Halted, the engine cannot finish the translation before it is killed.
    process.kill(enginePid, 'SIGSTOP');
    await workbench.command('Punctual: Translate Selection or File…');
    await workbench.pick('JavaScript');
    await until(
      'a running translation',
      () => figures(cli('status'), 'translate'),
      (entry) => entry.running === 1,
    );
    process.kill(enginePid, 'SIGKILL');
    await until(
      'the translation, finished',
      () => cli('status'),
      (status) => status.engineRestarts === 1 && figures(status, 'translate').finished >= 2,
    );
    assert.ok(!isProcess(enginePid));
    await beginLoop(workbench);
    assert.match(await suggestionWhileTyping(workbench), /arr\.length/);
    await undoAll(workbench);
  },

  'when the runtime dies, then the extension starts another and completes again': async ({
    workbench,
    cli,
    screenshot,
  }) => {
    const { pid, enginePid } = cli('status');
    process.kill(pid, 'SIGKILL');
    await until(
      'the end of the engine of a dead runtime',
      () => isProcess(enginePid),
      (there) => !there,
    );
    await until(
      'another runtime',
      () => cli('status'),
      (status) => status.pid !== undefined && status.pid !== pid && status.clients >= 1,
    );
    await beginLoop(workbench);
    assert.match(await suggestionWhileTyping(workbench), /arr\.length/);
    await screenshot('after-runtime-death');
    await undoAll(workbench);
  },

  'when a second window opens, then both share one runtime': async ({ workbench, browser, rig, cli }) => {
    const before = cli('status');
    // Left open when the test fails, so that the evidence shows it.
    const second = await Workbench.open(browser, rig);
    // The command line is a client too while it asks.
    const both = await until(
      'two windows',
      () => cli('status'),
      (status) => status.clients >= 3,
    );
    assert.equal(both.pid, before.pid);
    await beginLoop(second);
    assert.match(await suggestionWhileTyping(second), /arr\.length/);
    await undoAll(second);
    await second.close();
    await beginLoop(workbench);
    assert.match(await suggestionWhileTyping(workbench), /arr\.length/);
    await undoAll(workbench);
  },
};
