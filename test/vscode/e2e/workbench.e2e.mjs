// That the harness itself works: a window without the extension does what the other scripts rely on.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, Workbench } from '../harness/workbench.mjs';

const sample = fileURLToPath(new URL('../../../media/sample/', import.meta.url));

export const withoutExtension = true;

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when a file is opened, then its text is on the screen': async ({ workbench, rig, screenshot }) => {
    await workbench.openFile('sum.js');
    const [firstLine = ''] = rig.read('sum.js').split('\n');
    await until(
      'the first line',
      () => workbench.shownText(),
      (text) => text.startsWith(firstLine),
    );
    assert.deepEqual(await workbench.shownTabs(), ['sum.js']);
    await screenshot('workbench');
  },

  'when text is typed and saved, then it is in the file': async ({ workbench }) => {
    await workbench.goTo(1);
    await workbench.type('// (typed)\n', { delayMs: 5 });
    assert.match(await workbench.savedText('sum.js'), /^\/\/ \(typed\)\n/);
  },

  'when an input box and a list are answered, then VS Code obeys': async ({ workbench }) => {
    await workbench.goTo(2, 3);
    await workbench.status('Ln 2, Col 3');
    await workbench.command('Change Language Mode');
    await workbench.pick('Markdown');
    await workbench.status('Markdown');
  },

  'when nothing suggests anything, then there is no ghost text': async ({ workbench }) => {
    assert.equal(await workbench.shownGhostText(), '');
    await workbench.noGhostText();
  },

  'when a second window opens, then both show the same folder': async ({ workbench, browser, rig }) => {
    const second = await Workbench.open(browser, rig);
    await second.openFile('people.py');
    assert.deepEqual(await second.shownTabs(), ['people.py']);
    assert.deepEqual(await workbench.shownTabs(), ['sum.js']);
    await second.close();
  },

  'when the window is reset with unsaved changes, then no editor is left and the file is as it was': async ({
    workbench,
    rig,
  }) => {
    const before = rig.read(path.basename('sum.js'));
    await workbench.type('unsaved');
    await workbench.reset();
    assert.deepEqual(await workbench.shownTabs(), []);
    assert.equal(rig.read('sum.js'), before);
  },
};
