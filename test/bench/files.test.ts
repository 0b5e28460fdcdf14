import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadInput } from '../../runtime/bench/bench.ts';
import { checkModel, checkWritable } from '../../runtime/bench/files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-bench-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that a bench is to write', () => {
  it('when its folder is not there, then it is refused and no folder is made', async () => {
    const file = path.join(folder, 'a', 'b.html');
    expect(() => checkWritable('html', file)).toThrow(BadInput);
    expect(() => checkWritable('html', file)).toThrow(
      `--html ${file} cannot be written: there is no folder ${path.dirname(file)}.`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('when its folder is a file or it is a folder itself, then it is refused', async () => {
    await writeFile(path.join(folder, 'file'), '');
    expect(() => checkWritable('html', path.join(folder, 'file', 'b.html'))).toThrow('there is no folder');
    expect(() => checkWritable('html', folder)).toThrow('it is a folder');
  });

  it('when it can be written, then nothing is made yet', async () => {
    checkWritable('html', path.join(folder, 'page.html'));
    expect(await readdir(folder)).toEqual([]);
  });

  // Root may write everywhere, so there is nothing to refuse.
  it.skipIf(process.getuid?.() === 0)('when its folder is not writable, then it is refused', async () => {
    const locked = path.join(folder, 'locked');
    await mkdir(locked, { mode: 0o500 });
    expect(() => checkWritable('html', path.join(locked, 'page.html'))).toThrow('you may not write there');
  });
});

describe('a model that a bench is to load', () => {
  it('when it is none, then the sentence says why', async () => {
    const text = path.join(folder, 'text.gguf');
    await writeFile(text, 'hello');
    expect(() => checkModel('model', '/nope')).toThrow('--model /nope cannot be loaded: there is no such file.');
    expect(() => checkModel('model', folder)).toThrow('it is a folder');
    expect(() => checkModel('model', text)).toThrow('it is no GGUF file');
  });

  it('when it begins as GGUF files do, then it is taken', async () => {
    const model = path.join(folder, 'model.gguf');
    await writeFile(model, 'GGUF\u0003');
    expect(() => checkModel('model', model)).not.toThrow();
  });
});
