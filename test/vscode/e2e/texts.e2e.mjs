// Answers about texts as a person sees them, in a dark and in a light theme: commit message, hover, translation as a diff.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { skippedBuiltIns } from '../harness/profile.mjs';
import { until } from '../harness/workbench.mjs';

const sample = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../media/sample');

const dark = { 'workbench.colorTheme': 'Dark Modern' };
const common = { 'punctual.model': 'embedded', 'punctual.summarize.targetMs': 60_000, 'git.enabled': true };

export const settings = { ...common, ...dark };

/** Source Control is what this is about, so here the Git extension runs. */
export const env = {
  VSCODE_SKIP_BUILTIN_EXTENSIONS: skippedBuiltIns.filter((name) => name !== 'vscode.git').join(','),
};

/** @param {string} folder @param {string[]} args */
function git(folder, ...args) {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...args], { cwd: folder, stdio: 'pipe' });
}

/** A repository with one commit, one staged change and one secret file. @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
  mkdirSync(path.join(folder, 'lib'));
  cpSync(path.join(sample, 'people.py'), path.join(folder, 'lib', 'people.py'));
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'Begin');
  writeFileSync(path.join(folder, '.env'), 'TOKEN=hush\n');
  writeFileSync(path.join(folder, 'lib', 'total.js'), 'export function total(prices) {\n  return prices.length;\n}\n');
  git(folder, 'add', '-A');
}

/**
 * The same window in both themes.
 * @param {import('../harness/e2e.mjs').TestContext} context
 * @param {string} name of the pictures
 */
async function pictures({ workbench, screenshot }, name) {
  await screenshot(`${name}-dark`);
  await workbench.command('Preferences: Toggle between Light/Dark Themes');
  await workbench.page.waitForSelector('.monaco-workbench.vs', { timeout: 10_000 });
  await screenshot(`${name}-light`);
  await workbench.command('Preferences: Toggle between Light/Dark Themes');
  await workbench.page.waitForSelector('.monaco-workbench.vs-dark', { timeout: 10_000 });
}

/** @param {import('../harness/workbench.mjs').Workbench} workbench */
async function messageBox({ page }) {
  const lines = await page.locator('.scm-view .scm-editor .view-line').allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ').trim();
}

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when the message of what is staged is asked for in Source Control, then it stands in its box': async (context) => {
    const { workbench } = context;
    const { page } = workbench;
    await page.locator('.activitybar [aria-label^="Source Control"]').first().click({ force: true });
    await page.locator('.scm-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    // Nothing is open here: the model comes when it is asked.
    await workbench.status('Punctual');
    await workbench.command('Punctual: Write Commit Message');
    const text = await until(
      'a message',
      () => messageBox(workbench),
      (said) => said.length > 5 && !/^Message \(/.test(said),
      60_000,
    );
    assert.doesNotMatch(text, /hush/);
    await workbench.status('Commit message of 2 staged files', 20_000);
    await pictures(context, 'commit-message');
  },

  'when the box holds a message, then it is replaced only if its user says so': async (context) => {
    const { workbench } = context;
    const before = await messageBox(workbench);
    await workbench.command('Punctual: Write Commit Message');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: 30_000 });
    await context.screenshot('commit-message-consent');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await messageBox(workbench), before);
  },

  'when the button over Source Control is pressed, then it does the same': async (context) => {
    const { workbench } = context;
    const { page } = workbench;
    const button = page.locator('.sidebar [aria-label*="Write Commit Message"]').first();
    // It shows while the pointer is over the header that it stands in.
    await page.locator('.sidebar .pane-header', { hasText: 'Changes' }).first().hover();
    await button.click({ timeout: 20_000 });
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: 30_000 });
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  },

  'when a folder is summarized from its menu, then the answer is about its files': async (context) => {
    const { workbench } = context;
    const { page } = workbench;
    await workbench.command('View: Show Explorer');
    await page
      .locator('.explorer-folders-view .monaco-list-row', { hasText: 'lib' })
      .first()
      .click({ button: 'right' });
    const item = page.locator('.context-view .action-item', { hasText: 'Summarize Folder' }).first();
    await item.waitFor({ timeout: 20_000 });
    // A menu that has just opened takes no clicks yet, as they may belong to what opened it.
    const chosen = async () => {
      await item.click({ timeout: 1_000 }).catch(() => undefined);
      return await item.isHidden();
    };
    await until('the menu to close', chosen, Boolean, 20_000);
    await workbench
      .activeTab('Summary of lib')
      .or(page.locator('.tab', { hasText: 'Summary of lib' }))
      .first()
      .waitFor({
        timeout: 60_000,
      });
    await workbench.status('Summarized', 60_000);
    await pictures(context, 'summarize-folder');
    await workbench.command('View: Close All Editors');
  },

  'when a function is documented, then its comment stands above it, and one undo takes it back': async (context) => {
    const { workbench } = context;
    const before = context.rig.read('lib/total.js');
    await workbench.openFile('total.js');
    await workbench.goTo(2, 3);
    await workbench.command('Punctual: Document This');
    await workbench.status('Documented', 60_000);
    assert.match(await workbench.savedText('lib/total.js'), /^\/\*\*[\s\S]*\*\/\nexport function total/);
    await context.screenshot('document-this');
    await workbench.press('Control+z');
    assert.equal(await workbench.savedText('lib/total.js'), before);
  },

  'when a name is explained, then a hover says so where it stands': async (context) => {
    const { workbench } = context;
    await workbench.openFile('queue.go');
    await workbench.goTo(9, 18);
    await workbench.command('Punctual: Explain Symbol');
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'Explained in' }).first();
    await hover.waitFor({ timeout: 20_000 });
    await context.screenshot('explain-dark');
    await workbench.press('Escape');
  },

  'when a file is translated as a diff, then source and translation stand side by side': async (context) => {
    const { workbench } = context;
    const { page } = workbench;
    await workbench.openFile('total.js');
    await workbench.command('Punctual: Translate Selection or File as Diff…');
    await workbench.pick('Python');
    const right = page.locator('.monaco-diff-editor .editor.modified .view-lines');
    await until(
      'a translation',
      () => right.innerText().catch(() => ''),
      (text) => text.trim().length > 3,
      60_000,
    );
    await workbench.status('Translated to Python', 20_000);
    await pictures(context, 'translate-diff');
    assert.equal((await page.locator('[aria-label*="Save Translation As"]').count()) > 0, true);
  },

  'when the translation is saved, then it is offered beside its source, and nothing is overwritten unasked': async (
    context,
  ) => {
    const { workbench, rig } = context;
    rig.write('lib/total.py', '# mine\n');
    await workbench.page.locator('[aria-label*="Save Translation As"]').first().click();
    const input = workbench.page.locator('.quick-input-widget input.input:visible').first();
    await until(
      'an offered name',
      () => input.inputValue().catch(() => ''),
      (value) => value.endsWith('total-2.py'),
    );
    await context.screenshot('translate-save');
    await workbench.press('Enter');
    await workbench.activeTab('total-2.py').waitFor({ timeout: 30_000 });
    assert.equal(rig.read('lib/total.py'), '# mine\n');
    assert.ok(rig.read('lib/total-2.py').length > 3);
  },
};
