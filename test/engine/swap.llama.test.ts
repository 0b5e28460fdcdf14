/** Models that come and go in the real engine: what is kept of them, what a load that fails leaves, and what nobody may find later. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeStaleKvFolders } from '../../runtime/engine/llama/kv-folder.ts';
import { writeModel } from '../gguf/model.ts';
import { archivedFiles, bank, Desk, deskSpec, keptFolders, liveFiles, words } from './desk.ts';
import { embeddedModel, engineProgram, ModelFiles } from './models.ts';

const tmpdirBefore = process.env['TMPDIR'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-swap-'));
const files = new ModelFiles();

beforeAll(() => {
  process.env['TMPDIR'] = folder;
});

afterAll(() => {
  if (tmpdirBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = tmpdirBefore;
  rmSync(folder, { recursive: true, force: true });
  files.dispose();
});

describe('what a model that has left leaves behind', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = new Desk();
    await desk.load();
  });

  afterEach(async () => {
    await desk.engine.close();
    expect(keptFolders()).toEqual([]);
  });

  it('when a model is away, then nobody else may read what its documents held, and all of it comes back', async () => {
    const first = [await desk.ask(bank, 'bank'), await desk.ask(words, 'words')];
    await desk.unload();
    expect(archivedFiles()).toHaveLength(3);
    for (const file of archivedFiles()) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    }
    await desk.load();
    expect(archivedFiles()).toEqual([]);
    expect(liveFiles()).toHaveLength(2);
    const before = desk.prefilledTokens;
    const again = [await desk.ask(bank, 'bank'), await desk.ask(words, 'words')];
    expect(again.map(({ text }) => text)).toEqual(first.map(({ text }) => text));
    expect(again.map(({ promptTokens, reusedTokens }) => promptTokens - reusedTokens)).toEqual([1, 1]);
    expect(desk.prefilledTokens - before).toBe(2);
    expect(desk.lines).toEqual([]);
  });

  it('when the engine dies while a model is away, then the next engine process finds what it left', async () => {
    await desk.ask(bank, 'bank');
    await desk.unload();
    desk.engine.kill();
    await desk.recorder.until(() => desk.recorder.of('lost').length === 1);
    await desk.load();
    const { promptTokens, reusedTokens } = await desk.ask(bank, 'bank');
    expect(reusedTokens).toBe(promptTokens - 1);
  });

  it('when its file was replaced meanwhile, then nothing of the old one is used', async () => {
    const file = path.join(folder, 'own.gguf');
    rmSync(file, { force: true });
    await writeModel({ file, shape: 'tiny' });
    const spec = { ...deskSpec, id: 'own', file };
    await desk.load(spec);
    await desk.ask(bank, 'bank', { model: 'own' });
    await desk.unload('own');
    expect(archivedFiles()).toHaveLength(2);
    utimesSync(file, 1, 1);
    await desk.load(spec);
    const { reusedTokens } = await desk.ask(bank, 'bank', { model: 'own' });
    expect(reusedTokens).toBe(0);
  });

  it('when a kept file is damaged, then its prompt is evaluated again and the answer is the same', async () => {
    const first = await desk.ask(bank, 'bank');
    await desk.unload();
    for (const file of archivedFiles().filter((name) => !name.endsWith('.json'))) truncateSync(file, 2_000);
    await desk.load();
    const before = desk.prefilledTokens;
    const again = await desk.ask(bank, 'bank');
    expect(again.text).toBe(first.text);
    expect(desk.prefilledTokens - before).toBe(first.promptTokens);
    expect(desk.lines.join('\n')).toContain('could not be restored');
  });

  it('when a runtime was killed, then the next one removes what it left', async () => {
    await desk.ask(bank, 'bank');
    await desk.unload();
    const [own = ''] = keptFolders();
    // A process that has ended: what it left looks exactly so.
    const dead = await endedPid();
    const left = path.join(folder, `punctual-kv-${dead}-abc`);
    renameSync(own, left);
    expect(archivedFiles()).toHaveLength(2);
    await removeStaleKvFolders();
    expect(existsSync(left)).toBe(false);
  });
});

async function endedPid(): Promise<number> {
  const child = fork('-e', [''], { execArgv: [], stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('an engine process whose runtime is gone', () => {
  it('when the channel closes, then it ends and takes the files of the runtime with it', async () => {
    const root = path.join(folder, 'punctual-kv-1-orphan');
    mkdirSync(path.join(root, 'archive', 'model'), { recursive: true });
    const child: ChildProcess = fork(engineProgram, [], { execArgv: [], env: { PUNCTUAL_KV_FOLDER: root } });
    await once(child, 'spawn');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(root)).toBe(false);
  });
});

describe('a load or a resize that fails', () => {
  let desk: Desk;
  let huge: string;

  beforeAll(async () => {
    desk = new Desk();
    await desk.load();
    huge = path.join(folder, 'huge.gguf');
    await writeModel({ file: huge, shape: 'tiny', contextTokens: 40_000_000 });
  });

  afterAll(() => desk.engine.close());

  async function loadError(spec = deskSpec): Promise<string> {
    const before = desk.recorder.of('loadFailed').length;
    desk.engine.send({ kind: 'load', spec });
    await desk.recorder.until(() => desk.recorder.of('loadFailed').length > before);
    return String(desk.recorder.of('loadFailed').at(-1)?.error.message ?? '');
  }

  it('when the context is too large, then the load says so with the sizes, and other models go on', async () => {
    const running = desk.start(bank, 'bank', { limits: { maxTokens: 60, stop: [] } });
    const message = await loadError({ ...deskSpec, id: 'huge', file: huge, sequences: 16, contextTokens: 40_000_000 });
    expect(message).toContain('There is no memory for 16 sequences of 40000000 tokens');
    expect(message).toContain('choose a smaller context or fewer sequences');
    await desk.answer(running);
    await desk.load({ ...deskSpec, id: 'huge', file: huge });
    await desk.unload('huge');
  });

  it('when a file has gone away while its model was loaded, then its model goes on, and the next load says so', async () => {
    const file = path.join(folder, 'short-lived.gguf');
    await writeModel({ file, shape: 'tiny' });
    const spec = { ...deskSpec, id: 'short-lived', file };
    await desk.load(spec);
    rmSync(file);
    expect((await desk.ask(bank, 'bank', { model: spec.id })).text).not.toBe('');
    await desk.unload(spec.id);
    expect(await loadError(spec)).toContain('There is no model file at');
  });

  it('when a context that is too large is asked for, then the former one stays and the answers are the same', async () => {
    const spec = { ...deskSpec, id: 'huge', file: huge };
    const { info } = await desk.load(spec);
    const first = await desk.ask(bank, 'bank', { model: 'huge' });
    desk.engine.send({ kind: 'resize', model: 'huge', sequences: 16, contextTokens: 40_000_000 });
    await desk.recorder.until(() => desk.recorder.of('resizeFailed').length === 1);
    expect(desk.recorder.of('resizeFailed')[0]?.error.message).toContain('There is no memory for 16 sequences');
    const again = await desk.ask(bank, 'bank', { model: 'huge' });
    expect(again).toMatchObject({ text: first.text, reusedTokens: first.promptTokens - 1 });
    const { loadMs: _, loadParts: __, ...same } = info;
    expect((await desk.load(spec)).info).toMatchObject(same);
    await desk.unload('huge');
  });

  it('when another file is to take the place of a model and cannot, then the former one comes back', async () => {
    const loadedBefore = desk.recorder.of('loaded').length;
    const message = await loadError({ ...deskSpec, file: files.truncated('half.gguf', 0.5) });
    expect(message).toContain('is incomplete');
    await desk.recorder.until(() => desk.recorder.of('loaded').length > loadedBefore);
    expect((await desk.ask(bank, 'bank')).text).not.toBe('');
  });

  it('when a model is loaded, then the parts of the time add up and the context is told apart', async () => {
    const { info } = await desk.load({ ...deskSpec, id: 'parts', file: embeddedModel });
    const { weightsMs = 0, contextMs = 0, warmUpMs = 0 } = info.loadParts ?? {};
    for (const part of [weightsMs, contextMs, warmUpMs]) expect(part).toBeGreaterThan(0);
    expect(weightsMs + contextMs + warmUpMs).toBeCloseTo(info.loadMs, 6);
    // Nothing but the RAM computes here.
    expect(info.heldBytes).toBe(info.memoryBytes);
    await desk.unload('parts');
  });
});
