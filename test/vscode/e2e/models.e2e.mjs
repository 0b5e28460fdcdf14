// Punctual: Models…, as a user sees it: what is there, importing a file, giving it a task, forgetting it again, and a download
// from a server of the test.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/workbench.mjs';

/** The demonstration model under another name is as good a file of one's own as any. */
const model = fileURLToPath(new URL('../../../media/models/tinycode-4m-q8_0.gguf', import.meta.url));
const fileName = 'my-own-model.gguf';
const name = 'my-own-model';

/** The hub that takes the place of Hugging Face. A setting from the beginning: when a window has noticed a later one, nothing on the screen says. */
const gated = await hub({ token: 'hf_secret' });
export const settings = { 'punctual.downloads': { mirror: gated.address } };

/** @param {string} folder */
export function workspace(folder) {
  cpSync(model, path.join(folder, fileName));
  writeFileSync(path.join(folder, 'sum.js'), 'function sum(items) {\n  let total = 0;\n}\n');
}

/**
 * Opens the list and waits for what the runtime says; the list is open afterwards.
 * @param {import('../harness/workbench.mjs').Workbench} workbench
 * @param {(rows: readonly string[]) => boolean} isRight
 */
async function openModels(workbench, isRight) {
  await workbench.command('Punctual: Models');
  return until('the list of models', () => workbench.rows(), isRight);
}

/** @param {readonly string[]} rows @param {string} words */
const rowWith = (rows, words) => rows.find((row) => row.includes(words));

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when the models are listed, then the embedded one is installed and others could be downloaded': async ({
    workbench,
    screenshot,
  }) => {
    // Its commands are in the palette once the extension is.
    await workbench.status('Punctual');
    const rows = await openModels(workbench, (all) => rowWith(all, 'TinyCode') !== undefined);
    assert.match(rowWith(rows, 'TinyCode') ?? '', /5 MB · Q8_0 · (installed|loading|loaded) · completion/);
    assert.match(rows[0] ?? '', /TinyCode/, 'installed models come first');
    await screenshot('models');
    await workbench.press('Escape');
  },

  'when a GGUF file is imported, then it is listed, and the file stays where it is': async ({
    workbench,
    screenshot,
  }) => {
    await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
    await workbench.pick('Import a GGUF file');
    // The dialog opens in the workspace.
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: fileName }).click();
    // What can be done with it is asked at once.
    await until(
      'what to do with it',
      () => workbench.rows(),
      (rows) => rowWith(rows, 'Use for completion') !== undefined,
    );
    await workbench.press('Escape');
    const rows = await openModels(workbench, (all) => rowWith(all, name) !== undefined);
    assert.ok(rowWith(rows, 'TinyCode'), 'the embedded one is still there');
    assert.match(rowWith(rows, name) ?? '', /5 MB · .*(installed|loading|loaded) · completion/);
    await screenshot('models-imported');
    await workbench.press('Escape');
  },

  'when another is picked for completion, then the list says who does what': async ({ workbench, screenshot }) => {
    await openModels(workbench, (rows) => /In use for completion, summaries and/.test(rowWith(rows, name) ?? ''));
    await workbench.pick('TinyCode');
    await workbench.pick('Use for completion');
    const rows = await until(
      'its use',
      () => openModels(workbench, (all) => rowWith(all, 'TinyCode') !== undefined),
      (all) => /In use for completion\./.test(rowWith(all, 'TinyCode') ?? ''),
    );
    assert.match(rowWith(rows, name) ?? '', /In use for summaries and translations\./);
    await screenshot('models-in-use');
    await workbench.press('Escape');
  },

  'when it is forgotten, then a question comes first, and the file is still there': async ({ workbench, rig }) => {
    await openModels(workbench, (rows) => rowWith(rows, name) !== undefined);
    await workbench.pick(name);
    await workbench.pick('Forget this model');
    const button = workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Forget' });
    await button.click({ timeout: 30_000 });
    await button.waitFor({ state: 'hidden' });
    await until(
      'a list without it',
      () => openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined),
      (rows) => rowWith(rows, name) === undefined,
    );
    assert.ok(existsSync(path.join(rig.workspace, fileName)));
    await workbench.press('Escape');
  },

  'when a download is cancelled, then what has come is kept, and it can go on to its end': async ({
    workbench,
    screenshot,
  }) => {
    const server = await hub({ isSlow: true });
    try {
      await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
      await workbench.pick('Download from an address');
      await workbench.answer(`${server.address}/some-model.gguf`);
      await workbench.notification(/Downloading some-model\.gguf.*[1-9] MB of 5 MB/);
      await screenshot('models-download');
      await workbench.answerNotification(/Downloading/, 'Cancel');
      await workbench.notification(/some-model\.gguf was stopped; the [1-9] MB that have come will be kept/);
      server.release();
      await workbench.answerNotification(/was stopped/, 'Go On');
      await workbench.notification(/some-model is installed/);
      await screenshot('models-downloaded');
    } finally {
      server.close();
    }
    assert.ok(
      server.ranges.some((range) => /^bytes=[1-9]/.test(range)),
      'it went on where it had stopped',
    );
  },

  'when a downloaded model is deleted, then a question comes first': async ({ workbench }) => {
    await workbench.dismissNotifications();
    await openModels(workbench, (rows) => rowWith(rows, 'some-model') !== undefined);
    await workbench.pick('some-model');
    await workbench.pick('Delete this model');
    await workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
    await until(
      'a list without it',
      () => openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined),
      (rows) => rowWith(rows, 'some-model') === undefined,
    );
    await workbench.press('Escape');
  },

  'when a file differs from its first download, then it comes only when the user trusts it': async ({
    workbench,
    screenshot,
  }) => {
    const bytes = readFileSync(model);
    const server = await hub({ bytes });
    const download = async () => {
      await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
      await workbench.pick('Download from an address');
      await workbench.answer(`${server.address}/renewed.gguf`);
    };
    const remove = async () => {
      await workbench.dismissNotifications();
      await until(
        'a list with it',
        () => openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined),
        (rows) => /installed|loading|loaded/.test(rowWith(rows, 'renewed') ?? ''),
      );
      await workbench.pick('renewed');
      await workbench.pick('Delete this model');
      await workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
      await until(
        'a list without it',
        () => openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined),
        (rows) => rowWith(rows, 'renewed') === undefined,
      );
      await workbench.press('Escape');
    };
    try {
      await download();
      await remove();
      server.replace(Buffer.concat([bytes, Buffer.alloc(4_096)]));
      await download();
      await workbench.notification(/its first download had .* Trust the New File downloads it as it is now/);
      await screenshot('models-replaced');
      await workbench.answerNotification(/its first download had/, 'Trust the New File');
      await remove();
    } finally {
      server.close();
    }
  },

  'when a hub wants an access token, then it is asked for once, kept, and can be forgotten': async ({
    workbench,
    rig,
    screenshot,
  }) => {
    const download = async (/** @type {string} */ file) => {
      await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
      await workbench.pick('Download from an address');
      await workbench.answer(`https://huggingface.co/me/gated/resolve/main/${file}.gguf`);
    };
    const installed = (/** @type {string} */ file) => workbench.notification(new RegExp(`${file} is installed`));
    try {
      await download('gated-one');
      await workbench.page.locator('.quick-input-widget', { hasText: 'set an access token' }).waitFor();
      await screenshot('models-token');
      await workbench.answer('hf_secret');
      await installed('gated-one');
      await download('gated-two');
      await installed('gated-two');
    } finally {
      gated.close();
    }
    await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
    await workbench.pick('Forget the access token');
    await openModels(workbench, (rows) => rowWith(rows, 'TinyCode') !== undefined);
    // It would stand below what is on the screen, so it is asked for by its words.
    await workbench.page.locator('.quick-input-widget input.input:visible').first().fill('access token');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'TinyCode' }).waitFor({ state: 'detached' });
    assert.equal(await rows.filter({ hasText: 'Forget the access token' }).count(), 0);
    await workbench.press('Escape');
    const kept = rig.logs().filter((file) => readFileSync(file, 'utf8').includes('hf_secret'));
    assert.deepEqual(kept, [], 'no log has the token');
  },

  'when a model was loaded and measured, then the list says how fast it is': async ({ workbench, screenshot }) => {
    // Whoever opens a document will ask about it: its model is loaded.
    await workbench.openFile('sum.js');
    await openModels(workbench, (rows) => rows.some((row) => /Prefill \d+, decode [\d.]+ tokens\/s\./.test(row)));
    await screenshot('models-measured');
    await workbench.press('Escape');
  },
};

/**
 * Serves the model, or other `bytes`, under every name. With a `token` only to those who show it; with `isSlow` slowly, and no more than its first 2 MB until
 * it is released.
 * @param {{ token?: string, isSlow?: boolean, bytes?: Buffer }} options
 */
async function hub({ token, isSlow = false, bytes = readFileSync(model) }) {
  let version = 1;
  const half = 2_000_000;
  let isReleased = !isSlow;
  /** @type {string[]} */
  const ranges = [];
  const server = createServer((request, response) => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    const range = request.headers.range ?? '';
    ranges.push(range);
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const start = Number(from);
    const end = to === '' ? bytes.length : Number(to) + 1;
    response.writeHead(range === '' ? 200 : 206, {
      'accept-ranges': 'bytes',
      etag: `"${version}"`,
      'content-length': end - start,
      ...(range !== '' && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
    });
    if (isReleased) {
      response.end(bytes.subarray(start, end));
      return;
    }
    // Progress is told as bytes come, so they must come for a while.
    let at = start;
    const dripping = setInterval(() => {
      if (at < Math.min(end, half)) response.write(bytes.subarray(at, at + 50_000));
      at += 50_000;
    }, 50);
    response.on('close', () => clearInterval(dripping));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  return {
    address: `http://127.0.0.1:${bound.port}`,
    ranges,
    release: () => {
      isReleased = true;
    },
    replace: (/** @type {Buffer} */ others) => {
      bytes = others;
      version += 1;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
