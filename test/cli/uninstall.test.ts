import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { runCommand } from '../../runtime/cli/run.ts';
import { uninstall } from '../../runtime/cli/uninstall.ts';
import { afterUninstall } from '../../runtime/cli/uninstall-hook.ts';
import { connectRuntime, isProcess } from '../../runtime/client/connect.ts';
import { isAlive, readRendezvous } from '../../runtime/client/rendezvous.ts';
import { statusMethod } from '../../runtime/protocol.ts';
import { TemporaryHome } from '../client/temporary-home.ts';
import { type FakeIo, fakeIo, root } from './fake-io.ts';

let folder: string;
let state: string;
let temporary: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-uninstall-'));
  state = path.join(folder, 'state');
  temporary = path.join(folder, 'tmp');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('TEMP', temporary);
  vi.stubEnv('TMP', temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function put(file: string, bytes = 1): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'x'.repeat(bytes));
}

/** As a year of use leaves it, with something of the user's beside it. */
async function used(): Promise<void> {
  const learned = ['calibrations/a.json', 'load-times.json', 'completion-statistics.json', 'residency.json.damaged'];
  // A client that was killed while it started a runtime leaves the last one.
  const runtime = ['logs/runtime.jsonl', 'runtime.log', 'runtime.starting'];
  const files = ['models/models.json', ...learned, ...runtime, 'settings.json', 'mine.txt'];
  for (const file of files) await put(path.join(state, file));
  await put(path.join(state, 'models/large.gguf'), 2_000_000);
  // Of a runtime that was killed, of one that is up, and of somebody else.
  for (const name of ['punctual-kv-999999999-x', `punctual-kv-${process.pid}-x`, 'other'])
    await put(path.join(temporary, name, 'cells'), 2_500);
}

async function run(
  args: readonly string[],
  answer?: string,
): Promise<FakeIo['printed'] & { code: number; questions: number }> {
  let questions = 0;
  const ask = async (): Promise<string> => {
    questions += 1;
    return answer ?? '';
  };
  const io = fakeIo(folder, { ask: answer === undefined ? undefined : ask, programs: path.join(root, 'dist') });
  const code = await runCommand(uninstall, args, io);
  return { ...io.printed, code, questions };
}

describe('punctual uninstall', () => {
  it('when it is agreed to, then what Punctual made is gone, and what is not its own is there', async () => {
    await used();
    const { code, out, questions } = await run([], 'y');
    expect({ code, questions }).toEqual({ code: 0, questions: 1 });
    expect(out).toContain(`2.0 MB  downloaded models: ${path.join(state, 'models')}`);
    expect(out).toContain('      1 B  your settings.json: ');
    expect(out).toContain('     3 kB  temporary KV files: ');
    expect(await readdir(state)).toEqual(['mine.txt']);
    expect((await readdir(temporary)).sort()).toEqual(['other', `punctual-kv-${process.pid}-x`]);
  });

  it.each(['', 'n', 'yesterday'])('when the answer is %j, then nothing is removed', async (answer) => {
    await used();
    const before = await readdir(state);
    expect(await run([], answer)).toMatchObject({ code: 0, out: expect.stringMatching(/Nothing was removed\.\n$/) });
    expect(await readdir(state)).toEqual(before);
  });

  it('when nobody can be asked, then nothing is removed without --yes, and the folder goes with it', async () => {
    await used();
    await rm(path.join(state, 'mine.txt'));
    expect(await run([])).toMatchObject({ code: 1, err: expect.stringContaining('give --yes') });
    expect(JSON.parse((await run(['--json'])).out)).toMatchObject({ removed: false, failed: [] });
    const { out } = await run(['--yes', '--json']);
    const { found, removed } = JSON.parse(out);
    expect(removed).toBe(true);
    expect(found.map(({ kind }: { kind: string }) => kind)).toEqual([
      ...['models', 'learned', 'logs', 'cells', 'settings', 'runtime'],
    ]);
    await expect(access(state)).rejects.toThrow();
    expect(await run(['--yes'])).toMatchObject({ code: 0, out: `There is nothing of Punctual in ${state}.\n` });
  });

  it('when the folder cannot be looked into, then it is not said to be empty', async () => {
    await writeFile(state, '');
    const { code, out, err } = await run(['--yes']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`Punctual keeps its state in ${state}, and a file is in the way`);
  });

  it('when models are to stay, then they do', async () => {
    await used();
    await run(['--yes', '--keep-models']);
    expect((await readdir(state)).sort()).toEqual(['mine.txt', 'models']);
  });

  it.skipIf(process.platform === 'win32')(
    'when the models folder is a link, then the link goes and what it leads to stays (Windows lets few make links)',
    async () => {
      const elsewhere = path.join(folder, 'elsewhere');
      await put(path.join(elsewhere, 'large.gguf'));
      await mkdir(state);
      await symlink(elsewhere, path.join(state, 'models'));
      await run(['--yes']);
      expect(await readdir(elsewhere)).toEqual(['large.gguf']);
      await expect(access(state)).rejects.toThrow();
    },
  );
});

describe('when the extension is uninstalled', () => {
  it('then what was learned and logged is gone, and models and settings stay', async () => {
    await used();
    expect(await afterUninstall(fakeIo(folder))).toBe(true);
    expect((await readdir(state)).sort()).toEqual(['mine.txt', 'models', 'settings.json']);
  });

  it('then a runtime that nobody uses ends, and one that another window has is left alone', async () => {
    const home = await TemporaryHome.make();
    try {
      const io = fakeIo(folder, { env: { PUNCTUAL_HOME: home.home.folder }, programs: path.join(root, 'dist') });
      const { runtime, socket, reader, writer } = await connectRuntime(home.options);
      const connection = createMessageConnection(reader, writer);
      const isCounted = new Promise((resolve) => connection.onNotification(statusMethod, resolve));
      connection.listen();
      const initializationOptions = { client: 'other' };
      await connection.sendRequest('initialize', {
        processId: null,
        rootUri: null,
        capabilities: {},
        initializationOptions,
      });
      await connection.sendNotification('initialized', {});
      await isCounted;
      expect(await afterUninstall(io)).toBe(false);
      expect(await isAlive(runtime)).toBe(true);
      connection.dispose();
      socket.terminate();
      // It hears of that end in its own time.
      while (!(await afterUninstall(io))) await new Promise((resolve) => setImmediate(resolve));
      expect(isProcess(runtime.pid)).toBe(false);
      expect(await readRendezvous(home.home)).toBeUndefined();
    } finally {
      await home.end();
    }
  });
});
