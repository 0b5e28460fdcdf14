/** KV cells that make room for another document's and come back, on the real engine: same answers, less to evaluate, nothing left over. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeStaleKvFolders } from '../../runtime/engine/llama/kv-folder.ts';
import { type Answered, bank, Desk, keptFolders, liveFiles, words } from './desk.ts';

const tmpdirBefore = process.env['TMPDIR'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-parking-'));

beforeAll(() => {
  process.env['TMPDIR'] = folder;
});

afterAll(() => {
  if (tmpdirBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = tmpdirBefore;
  rmSync(folder, { recursive: true, force: true });
});

/** One sequence, two documents that take turns, each a little longer every time. */
const turns = [
  ['bank', bank],
  ['words', words],
  ['bank', `${bank}amount) {\n    `],
  ['words', `${words} total\n\ndef `],
  ['bank', `${bank}amount) {\n    if (`],
  ['words', `${words} total\n\ndef main(`],
] as const;

describe('two documents that take turns on one sequence', () => {
  let desk: Desk;

  beforeAll(() => {
    desk = new Desk();
  });
  beforeEach(async () => void (await desk.load()));
  afterEach(async () => {
    await desk.unload();
    // Each test begins with what it parks itself.
    for (const each of keptFolders()) rmSync(path.join(each, 'archive'), { recursive: true, force: true });
  });

  afterAll(async () => {
    await desk.engine.close();
    expect(keptFolders()).toEqual([]);
  });

  it('when their cells are parked, then each answer is that of a run without, and only what is new is evaluated', async () => {
    const plain: Answered[] = [];
    for (const [, prefix] of turns) plain.push(await desk.ask(prefix));
    expect(liveFiles()).toEqual([]);
    const evaluatedPlain = desk.prefilledTokens;
    const parked: Answered[] = [];
    for (const [document, prefix] of turns) parked.push(await desk.ask(prefix, document));
    expect(parked.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
    expect(new Set(plain.map(({ text }) => text)).size).toBeGreaterThan(2);
    const first = parked.slice(0, 2);
    expect(first.every(({ promptTokens }) => promptTokens > 90)).toBe(true);
    parked.slice(2).forEach(({ reusedTokens }, index) => {
      const before = parked[index];
      // All of the prompt before, but for the marker at its end and a token that the new text may have changed.
      expect(reusedTokens).toBeGreaterThan((before?.promptTokens ?? 0) - 6);
    });
    const evaluated = desk.prefilledTokens - evaluatedPlain;
    const claimed = parked.reduce((sum, { promptTokens, reusedTokens }) => sum + promptTokens - reusedTokens, 0);
    expect(evaluated).toBe(claimed);
    expect(evaluated).toBeLessThan(evaluatedPlain / 2);
    expect(desk.lines).toEqual([]);
  });

  it('when cells are parked, then nobody else may read them, and they are gone with the model', async () => {
    await desk.ask(bank, 'bank');
    await desk.ask(words, 'words');
    expect(liveFiles()).toHaveLength(1);
    for (const file of liveFiles()) expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const each of keptFolders()) expect(statSync(each).mode & 0o777).toBe(0o700);
    await desk.unload();
    expect(liveFiles()).toEqual([]);
  });

  it.each([
    ['gone', (file: string) => rmSync(file)],
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['empty', (file: string) => truncateSync(file, 0)],
  ])('when a file is %s, then its prompt is evaluated again and the answer is the same', async (_what, spoil) => {
    const first = await desk.ask(bank, 'bank');
    await desk.ask(words, 'words');
    const [file] = liveFiles();
    spoil(file ?? '');
    const before = desk.prefilledTokens;
    const again = await desk.ask(bank, 'bank');
    expect(again.text).toBe(first.text);
    expect(desk.prefilledTokens - before).toBe(first.promptTokens);
    expect(desk.lines.join('\n')).toContain('could not be restored');
    // What goes wrong once does not stay: the next turns are parked and restored as ever.
    await desk.ask(words, 'words');
    expect((await desk.ask(bank, 'bank')).text).toBe(first.text);
  });

  it('when the engine ends in order, then it takes its files away', async () => {
    const other = new Desk();
    await other.load();
    await other.ask(bank, 'bank');
    await other.ask(words, 'words');
    expect(liveFiles()).toHaveLength(1);
    await other.engine.close();
    expect(liveFiles()).toEqual([]);
  });

  it('when the engine is killed, then what it left is removed', async () => {
    const other = new Desk();
    await other.load();
    await other.ask(bank, 'bank');
    await other.ask(words, 'words');
    expect(liveFiles()).toHaveLength(1);
    other.engine.kill();
    await other.recorder.until(() => other.recorder.of('lost').length === 1);
    await other.engine.close();
    expect(liveFiles()).toEqual([]);
  });
});

describe('folders of parked cells', () => {
  it('when a process is alive, or a name is none of ours, then its folder stays', async () => {
    const own = path.join(folder, `punctual-kv-${process.pid}-abc`);
    const other = path.join(folder, 'punctual-kv-x');
    for (const each of [own, other]) mkdirSync(each);
    await removeStaleKvFolders();
    expect([own, other].map((each) => existsSync(each))).toEqual([true, true]);
    for (const each of [own, other]) rmSync(each, { recursive: true });
  });
});
