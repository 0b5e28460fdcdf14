/** The list, what is removed, and the models that are only remembered. */
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../../runtime/models/store/failure.ts';
import { content, failure, fileOf, kB, sha256, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

async function elsewhere(name: string, bytes: Buffer = content(3 * kB)): Promise<string> {
  const file = path.join(world.root, 'mine', name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

async function downloaded(name: string): Promise<void> {
  world.hub.files.set(`/${name}`, fileOf(5 * kB));
  await world.store().download({ uri: world.hub.uri(`/${name}`) });
}

describe('the list', () => {
  it('when there is no folder yet, then it is empty and none is made', async () => {
    expect(await world.store().list()).toEqual([]);
    expect(await world.store().leftovers()).toEqual([]);
    await failure(world.store().remove('x.gguf'), 'unknown-model');
  });

  it('when models came in different ways, then each says how, with its size', async () => {
    await downloaded('b.gguf');
    await writeFile(world.path('a.gguf'), content(2 * kB));
    await writeFile(world.path('notes.txt'), 'no model');
    await mkdir(world.path('folder.gguf'));
    const mine = await elsewhere('b.gguf');
    await symlink(mine, world.path('link.gguf'));
    await world.store().remember(mine);
    const list = await world.store().list();
    expect(list.map(({ id, name, origin, bytes }) => ({ id, name, origin, bytes }))).toEqual([
      { id: 'a.gguf', name: 'a.gguf', origin: 'found', bytes: 2 * kB },
      { id: 'b.gguf', name: 'b.gguf', origin: 'downloaded', bytes: 5 * kB },
      { id: 'link.gguf', name: 'link.gguf', origin: 'found', bytes: 3 * kB },
      { id: mine, name: 'b.gguf', origin: 'remembered', bytes: 3 * kB },
    ]);
    expect(list[1]).toMatchObject({ uri: world.hub.uri('/b.gguf'), files: [{ sha256: sha256(content(5 * kB)) }] });
  });

  it('when the folder is a file, then that is told in a sentence', async () => {
    await writeFile(world.folder, 'in the way');
    expect(await failure(world.store().list(), 'folder')).toContain('Check that it exists');
    await failure(world.store().download({ uri: world.hub.uri('/a.gguf') }), 'folder');
  });

  it('when the manifest is damaged, then it is set aside, models are still found, and the log says so', async () => {
    await downloaded('a.gguf');
    await writeFile(world.path('models.json'), '{"version":1,');
    expect(await world.store().list()).toMatchObject([{ id: 'a.gguf', origin: 'found' }]);
    expect(await readFile(world.path('models.json.damaged'), 'utf8')).toBe('{"version":1,');
    expect(world.log.join('\n')).toContain('was set aside');
  });

  it('when the manifest is larger than it can be, then it is not read but set aside', async () => {
    await downloaded('a.gguf');
    await appendFile(world.path('models.json'), ' '.repeat(16 * 1024 * 1024));
    expect(await world.store().list()).toMatchObject([{ id: 'a.gguf', origin: 'found' }]);
    expect(world.log.join('\n')).toMatch(/set aside as models\.json\.damaged: it has \d+ bytes, more than/);
  });

  it('when many changes come at once, then none is lost', async () => {
    const store = world.store();
    const files = await Promise.all(Array.from({ length: 10 }, (_, i) => elsewhere(`m${i}.gguf`)));
    await Promise.all(files.map((file) => store.remember(file)));
    expect((await world.store().list()).map(({ id }) => id)).toEqual(files.toSorted());
  });
});

describe('a model that is removed', () => {
  it('when it was downloaded, then its file and its entry go', async () => {
    await downloaded('a.gguf');
    await world.store().remove('a.gguf');
    expect(await world.names()).toEqual([]);
    expect(await world.store().list()).toEqual([]);
  });

  it('when it is asked for again in the same moment, then either wins and nothing is left half', async () => {
    await downloaded('a.gguf');
    const ask = (store = world.store()) => store.download({ uri: world.hub.uri('/a.gguf') });
    for (const isRemovedFirst of [true, false]) {
      await ask();
      const store = world.store();
      const work = isRemovedFirst ? [store.remove('a.gguf'), ask(store)] : [ask(store), store.remove('a.gguf')];
      for (const end of await Promise.allSettled(work)) {
        if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(StoreError);
      }
      const list = await store.list();
      expect(list.every(({ origin, state }) => origin === 'downloaded' && state === 'ready')).toBe(true);
      expect(await world.names()).toEqual(list.map(({ id }) => id));
    }
  });

  it('when it is a link, then what it leads to stays', async () => {
    const mine = await elsewhere('mine.gguf');
    await mkdir(world.folder);
    await symlink(mine, world.path('link.gguf'));
    await world.store().remove('link.gguf');
    expect(await readFile(mine)).toEqual(content(3 * kB));
  });

  it('when its name leads out of the folder, then nothing is touched', async () => {
    const mine = await elsewhere('mine.gguf');
    await downloaded('a.gguf');
    for (const id of ['../mine/mine.gguf', mine, '', 'models.json']) {
      await failure(world.store().remove(id), 'unknown-model');
      await failure(world.store().removeLeftover(id), 'unknown-model');
    }
    expect(await readFile(mine)).toEqual(content(3 * kB));
  });

  it('when a whole model is named as a leftover, then it stays', async () => {
    await downloaded('a.gguf');
    await failure(world.store().removeLeftover('a.gguf'), 'unknown-model');
    expect(await world.names()).toEqual(['a.gguf']);
  });
});

describe('a model elsewhere', () => {
  it('when it is remembered, then it is used in place, once, and forgotten without being touched', async () => {
    const mine = await elsewhere('mine.gguf');
    const store = world.store();
    await store.remember(mine);
    expect(await store.remember(mine)).toMatchObject({ id: mine, path: mine, origin: 'remembered', state: 'ready' });
    expect(await store.list()).toHaveLength(1);
    await failure(store.remove(mine), 'unknown-model');
    await store.forget(mine);
    expect(await store.list()).toEqual([]);
    expect(await readFile(mine)).toEqual(content(3 * kB));
    await failure(store.forget(mine), 'unknown-model');
  });

  it('when a later shard of a split one is named, then the set is remembered by its first', async () => {
    const [first, second] = [await elsewhere('m-00001-of-00002.gguf'), await elsewhere('m-00002-of-00002.gguf')];
    expect(await world.store().remember(second)).toMatchObject({
      id: first,
      bytes: 6 * kB,
      files: [{ path: first }, { path: second }],
    });
  });

  it('when a shard is missing, then it is refused with the path that is missing', async () => {
    const first = await elsewhere('m-00001-of-00002.gguf');
    expect(await failure(world.store().remember(first), 'folder')).toContain(
      'm-00002-of-00002.gguf cannot be used: ENOENT',
    );
  });

  it('when the file goes away later, then the list says so', async () => {
    const mine = await elsewhere('mine.gguf');
    await world.store().remember(mine);
    await rm(mine);
    expect(await world.store().list()).toMatchObject([{ id: mine, state: 'missing', bytes: 0 }]);
  });

  it('when it is no GGUF file, a folder, not there, or not absolute, then it is refused', async () => {
    const store = world.store();
    expect(await failure(store.remember(await elsewhere('text.gguf', Buffer.from('hello'))), 'bad-file')).toContain(
      'GGUF',
    );
    await failure(store.remember(await elsewhere('short.gguf', Buffer.from('GG'))), 'bad-file');
    await failure(store.remember(world.root), 'folder');
    await failure(store.remember(path.join(world.root, 'none.gguf')), 'folder');
    await failure(store.remember('mine.gguf'), 'folder');
    expect(await store.list()).toEqual([]);
  });
});
