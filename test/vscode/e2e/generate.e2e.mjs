// What a person sees of *Generate…*: the question with the comment above in it, the code as ghost text, and one key for each answer.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../harness/workbench.mjs';

export const settings = { 'punctual.model': 'embedded', 'punctual.enable': false };

const content = 'function add(a, b) {\n  // return the sum\n\n}\n';

/** @param {string} folder */
export function workspace(folder) {
  writeFileSync(path.join(folder, 'add.js'), content);
}

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when code is asked for, then it shows; Tab keeps it, and one undo takes it back': async ({
    workbench,
    screenshot,
  }) => {
    // It is saved once it is there: a key may take its time on a busy machine.
    const saved = async (/** @type {string} */ what, /** @type {(text: string) => boolean} */ isSo) => {
      await until(what, () => workbench.shownText(), isSo, 30_000);
      assert.ok(isSo(await workbench.savedText('add.js')));
    };
    await workbench.openFile('add.js');
    await workbench.goTo(3, 1);
    await workbench.command('Punctual: Generate…');
    const input = workbench.page.locator('.quick-input-widget input:visible');
    const isComment = (/** @type {string} */ value) => value === 'return the sum';
    await until('the comment above in the question', () => input.inputValue(), isComment, 20_000);
    await screenshot('generate-question');
    await workbench.press('Enter');
    const ghost = await workbench.ghostText(/\S/, 60_000);
    await screenshot('generate-preview');
    assert.equal(await workbench.rig.read('add.js'), content);
    await workbench.press('Tab');
    const [first = ''] = ghost.trim().split('\n');
    await saved('the code in the file', (text) => text.includes(first));
    await screenshot('generate-kept');
    await workbench.press('Control+z');
    await saved('the file as it was', (text) => text.trimEnd() === content.trimEnd());
  },

  'when Escape is pressed, then the code is gone and nothing has happened to the file': async ({
    workbench,
    screenshot,
  }) => {
    await workbench.openFile('add.js');
    await workbench.goTo(3, 1);
    await workbench.command('Punctual: Generate…');
    const input = workbench.page.locator('.quick-input-widget input:visible');
    await until(
      'the question',
      () => input.inputValue(),
      (value) => value !== '',
      20_000,
    );
    await workbench.press('Enter');
    await workbench.ghostText(/\S/, 60_000);
    await workbench.press('Escape');
    await workbench.noGhostText();
    await screenshot('generate-discarded');
    // The key is free again: it is Tab as ever.
    await workbench.press('Tab');
    assert.match(await workbench.savedText('add.js'), /^function add\(a, b\) \{\n {2}\/\/ return the sum\n\s+\n\}\n$/);
  },
};
