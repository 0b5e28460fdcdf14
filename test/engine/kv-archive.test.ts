import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchivedCells, archiveKey, KvArchive } from '../../runtime/engine/llama/kv-archive.ts';

let root: string;
let live: string;
const lines: string[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'punctual-archive-'));
  live = path.join(root, 'live-1');
  mkdirSync(live);
  lines.length = 0;
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function archive(bytesMax?: number): KvArchive {
  return new KvArchive(root, (line) => lines.push(line), bytesMax);
}

function cells(name: string, bytes = 100): ArchivedCells {
  const file = path.join(live, name);
  writeFileSync(file, Buffer.alloc(bytes, name));
  return { file, tokens: [1, 2, 3], document: `file:///${name}`, lastOwner: 't1' };
}

describe('the cells of models that have left', () => {
  it('when they are taken, then files and facts are those that were put, once', async () => {
    await archive().put('model', [cells('a'), { ...cells('b'), lastOwner: undefined }]);
    expect(readdirSync(live)).toEqual([]);
    const taken = await archive().take('model', live);
    expect(taken).toEqual([
      { file: path.join(live, 'a'), tokens: [1, 2, 3], document: 'file:///a', lastOwner: 't1' },
      { file: path.join(live, 'b'), tokens: [1, 2, 3], document: 'file:///b', lastOwner: undefined },
    ]);
    expect(readFileSync(path.join(live, 'a'), 'utf8')).toBe('a'.repeat(100));
    expect(await archive().take('model', live)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('when a model leaves a second time, then only the newer cells are there', async () => {
    await archive().put('model', [cells('a')]);
    await archive().put('model', [cells('b')]);
    expect((await archive().take('model', live)).map(({ document }) => document)).toEqual(['file:///b']);
    await archive().put('model', [cells('c')]);
    await archive().put('model', []);
    expect(await archive().take('model', live)).toEqual([]);
  });

  it('when they are more than there is room for, then the model that left first loses its own', async () => {
    const small = archive(2_500);
    for (const model of ['first', 'second', 'third']) await small.put(model, [cells(model, 1_000)]);
    expect(await small.take('first', live)).toEqual([]);
    expect(await small.take('second', live)).toHaveLength(1);
    expect(await small.take('third', live)).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'x'],
    ['another shape', '[{"file":"a"}]'],
    ['a file outside of its folder', '[{"file":"../../live-1/b","tokens":[1],"document":"d"}]'],
    ['a file that is not there', '[{"file":"gone","tokens":[1],"document":"d"}]'],
  ])('when the index is %s, then nothing is there and nothing stays', async (_what, index) => {
    await archive().put('model', [cells('a')]);
    cells('b');
    writeFileSync(path.join(root, 'archive', 'model', 'index.json'), index);
    expect(await archive().take('model', live)).toEqual([]);
    expect(existsSync(path.join(root, 'archive', 'model'))).toBe(false);
    expect(existsSync(path.join(live, 'b'))).toBe(true);
  });

  it('when a file is gone that the index speaks of, then those that were taken before it are not left behind', async () => {
    await archive().put('model', [cells('a'), cells('b'), cells('c')]);
    rmSync(path.join(root, 'archive', 'model', 'b'));
    expect(await archive().take('model', live)).toEqual([]);
    expect(readdirSync(live)).toEqual([]);
    expect(existsSync(path.join(root, 'archive', 'model'))).toBe(false);
  });

  it('when a file cannot be moved, then the others are not left behind', async () => {
    const gone = { ...cells('a'), file: path.join(live, 'gone') };
    await archive().put('model', [cells('b'), gone]);
    expect(await archive().take('model', live)).toEqual([]);
    expect(readdirSync(live)).toEqual(['a']);
    expect(lines).toHaveLength(1);
  });

  it('when file, library or device differ, then the cells are not those of this model', async () => {
    const file = path.join(root, 'model.gguf');
    writeFileSync(file, 'one');
    const origin = { file, library: 'v1', device: 'a processor' };
    const key = await archiveKey(origin);
    expect(await archiveKey(origin)).toBe(key);
    expect(await archiveKey({ ...origin, library: 'v2' })).not.toBe(key);
    expect(await archiveKey({ ...origin, device: 'a card' })).not.toBe(key);
    writeFileSync(file, 'other');
    expect(await archiveKey(origin)).not.toBe(key);
  });
});
