import { rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalog, World } from './library-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const names = (): string[] => world.library.snapshot.entries.map(({ model }) => model.name);
const problems = (): (string | undefined)[] =>
  world.library.snapshot.entries.map(({ problem }) => problem && String(problem));

describe('the library', () => {
  it('when nothing was looked at yet, then the embedded model is there', () => {
    expect(names()).toEqual(['tinycode-4m']);
  });

  it('when files stay as they are, then their heads are read once, and nobody is told of a change', async () => {
    let changes = 0;
    world.library.onChange(() => changes++);
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    await world.look();
    await world.look();
    expect({ reads: world.reads, changes }).toEqual({ reads: ['coder.gguf'], changes: 1 });
  });

  it('when a file changes under its name, then its head is read again', async () => {
    const { path: file } = await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    await world.file('coder.gguf', 'Qwen2.5 3B', { name: 'another' });
    await utimes(file, 1, 1);
    await world.look();
    expect(world.reads).toEqual(['coder.gguf', 'coder.gguf']);
    expect(world.library.at(file)?.metadata?.name).toBe('another');
  });

  it('when a file cannot be used or is gone, then it stays listed with a sentence', async () => {
    const { path: gone } = await world.store('gone.gguf', 'Qwen2.5-Coder 0.5B', {
      origin: 'remembered',
      state: 'missing',
    });
    await world.store('broken.gguf', 'Qwen2.5-Coder 0.5B');
    await writeFile(path.join(world.folder, 'stranger.gguf'), 'nothing');
    world.stored.push({
      ...(world.stored[1] ?? expect.unreachable()),
      id: 'stranger.gguf',
      name: 'stranger.gguf',
      path: path.join(world.folder, 'stranger.gguf'),
      files: [{ path: path.join(world.folder, 'stranger.gguf'), bytes: 7 }],
    });
    await rm(gone);
    await world.look();
    expect(names()).toEqual(['tinycode-4m', 'gone', 'broken', 'stranger']);
    expect(problems()).toEqual([
      undefined,
      undefined,
      undefined,
      expect.stringContaining('stranger.gguf is not a model'),
    ]);
  });

  it('when the folder cannot be read, then it says so, and the embedded model is still there', async () => {
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    world.listProblem = new Error('/models cannot be used: it is no folder.');
    await world.look();
    expect(world.library.snapshot).toMatchObject({ problem: '/models cannot be used: it is no folder.' });
    expect(names()).toEqual(['tinycode-4m']);
    world.listProblem = undefined;
    await world.look();
    expect(names()).toEqual(['tinycode-4m', 'coder']);
  });

  it('when a file of the catalog is there, then it has the name, the title and the licence of the catalog', async () => {
    const known = catalog.models.find(({ name }) => name === 'mellum-4b');
    if (known?.kind !== 'download') throw new Error('the catalog has no mellum-4b');
    const [file] = known.files;
    const { file: name = '', uri = '' } = file ?? {};
    const entryOf = () => world.library.snapshot.entries.find(({ stored }) => stored?.name === name);
    const stored = await world.store(name, 'Qwen2.5 3B', { origin: 'downloaded', uri });
    expect(entryOf()).toMatchObject({
      title: 'Mellum 4B',
      licence: 'Apache-2.0',
      model: { name: 'mellum-4b', origin: 'catalog' },
    });
    // A file of that name from another place is another model.
    world.stored = [{ ...stored, uri: 'https://example.org/x' }];
    await world.look();
    expect(entryOf()?.model).toMatchObject({ origin: 'imported' });
  });

  it('when layers of a file keep a state instead of tokens, then a note says what that costs', async () => {
    const file = await world.file('hybrid.gguf', 'Qwen2.5-Coder 0.5B');
    expect((await world.library.look(file)).model.notes).toEqual([]);
    const { metadata } = await world.library.look(file);
    const [first, ...rest] = metadata?.attention.layers ?? [];
    if (metadata === undefined || first === undefined) throw new Error('the file says nothing of its layers');
    const layers = [{ ...first, stateValues: 1_024 }, ...rest];
    const other = await world.file('other.gguf', 'Qwen2.5-Coder 0.5B', {
      attention: { ...metadata.attention, layers },
    });
    expect((await world.library.look(other)).model.notes).toEqual([expect.stringContaining('cannot go back')]);
  });

  it('when it is asked to refresh several times at once, then the last change is seen by all who asked after it', async () => {
    const first = world.library.refresh();
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    await Promise.all([first, world.library.refresh(), world.library.refresh()]);
    expect(names()).toEqual(['tinycode-4m', 'coder']);
  });
});
