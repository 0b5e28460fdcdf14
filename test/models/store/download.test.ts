/** What comes down, how, and what is asked of the server. */
import { rename, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadProgress } from '../../../runtime/models/store/progress.ts';
import { content, failure, fileOf, kB, sha256, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const name = 'tiny.gguf';
const path = `/owner/tiny/resolve/main/${name}`;
const request = () => ({ uri: world.hub.uri(path) });

describe('a download', () => {
  it('when the server sends parts, then they come in pieces and make the file', async () => {
    const file = fileOf(35 * kB);
    world.hub.files.set(path, file);
    const model = await world.store().download({ ...request(), sha256: sha256(file.bytes) });
    expect(await world.read(name)).toEqual(file.bytes);
    expect(world.hub.takeRanges().sort()).toEqual([
      'bytes=0-9999',
      'bytes=10000-19999',
      'bytes=20000-29999',
      'bytes=30000-34999',
    ]);
    expect(model).toMatchObject({
      id: name,
      origin: 'downloaded',
      state: 'ready',
      bytes: 35 * kB,
      verified: 'catalog',
    });
    expect(await world.names()).toEqual([name]);
  });

  it('when it runs, then its progress only grows, ends at the whole, and tells when it verifies', async () => {
    world.hub.files.set(path, fileOf(35 * kB));
    const all: DownloadProgress[] = [];
    await world.store().download(request(), { onProgress: (progress) => all.push(progress) });
    const coming = all.filter(({ phase }) => phase === 'downloading').map(({ bytesDone }) => bytesDone);
    expect(coming).toEqual(coming.toSorted((a, b) => a - b));
    expect(coming.at(-1)).toBe(35 * kB);
    expect(all[0]?.phase).toBe('connecting');
    expect(all.at(-1)).toMatchObject({ phase: 'verifying', bytesDone: 35 * kB, bytesTotal: 35 * kB });
  });

  it('when no digest is known, then the first one is noted and the next download must be the same', async () => {
    world.hub.files.set(path, fileOf(5 * kB, 1));
    const store = world.store();
    const first = await store.download(request());
    expect(first).toMatchObject({ verified: 'first-download', files: [{ sha256: sha256(content(5 * kB, 1)) }] });
    await store.remove(name);
    world.hub.files.set(path, fileOf(5 * kB, 2));
    expect(await failure(store.download(request()), 'checksum')).toContain('its first download had');
    expect(await world.names()).toEqual([]);
    expect((await store.download({ ...request(), trustNew: true })).state).toBe('ready');
    expect(await world.read(name)).toEqual(content(5 * kB, 2));
  });

  it('when the hub names the digest of a file on its redirect, then that is checked', async () => {
    const file = fileOf(5 * kB);
    world.hub.files.set('/cdn', file);
    const linked = (digest: string) => () =>
      ({ kind: 'redirect', to: '/cdn', headers: { 'x-linked-etag': `"${digest}"` } }) as const;
    const redirecting = (digest: string) => (seen: { path: string }) =>
      seen.path === path ? linked(digest)() : undefined;
    world.hub.faultOf = redirecting('0'.repeat(64));
    expect(await failure(world.store().download(request()), 'checksum')).toContain('the hub says 000000000000…');
    world.hub.faultOf = redirecting(sha256(file.bytes));
    expect((await world.store().download(request())).verified).toBe('hub');
  });

  it('when the bytes are others than the catalog says, then nothing is kept and the sentence says so', async () => {
    world.hub.files.set(path, fileOf(5 * kB));
    const message = await failure(world.store().download({ ...request(), sha256: 'a'.repeat(64) }), 'checksum');
    expect(message).toContain('The file was removed');
    expect(await world.names()).toEqual([]);
  });

  it('when the file is no GGUF file, then nothing is kept', async () => {
    world.hub.files.set(path, { ...fileOf(kB), bytes: Buffer.from('<!doctype html>'.repeat(20)) });
    await failure(world.store().download(request()), 'not-a-model');
    expect(await world.names()).toEqual([]);
  });

  it('when the look into the whole file finds fault, then its reason is told and nothing is kept', async () => {
    world.hub.files.set(path, fileOf(kB));
    const store = world.store({ inspect: () => Promise.reject(new Error('its tensors end beyond the file')) });
    expect(await failure(store.download(request()), 'not-a-model')).toContain('its tensors end beyond the file');
    expect(await world.names()).toEqual([]);
  });

  it('when the model is there already, then the server is not asked', async () => {
    world.hub.files.set(path, fileOf(5 * kB));
    await world.store().download(request());
    world.hub.seen.splice(0);
    expect((await world.store().download(request())).name).toBe(name);
    expect(world.hub.seen).toEqual([]);
  });

  it('when a file of the name is there that the store does not know, then it is never overwritten', async () => {
    const file = fileOf(5 * kB);
    world.hub.files.set(path, file);
    await world.store().download(request());
    await world.store().remove(name);
    await writeFile(world.path(name), file.bytes);
    await failure(world.store().download(request()), 'name-taken');
    await failure(world.store().download({ ...request(), sha256: 'b'.repeat(64) }), 'name-taken');
    expect((await world.store().download({ ...request(), sha256: sha256(file.bytes) })).verified).toBe('catalog');
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when the file in the folder was changed or comes from elsewhere, then the name is taken', async () => {
    world.hub.files.set(path, fileOf(5 * kB));
    const store = world.store();
    await store.download(request());
    expect(await failure(store.download({ uri: world.hub.uri(`/other/${name}`) }), 'name-taken')).toContain(
      'another one',
    );
    await writeFile(world.path(name), 'GGUF, but short');
    expect(await failure(store.download(request()), 'name-taken')).toContain('was changed');
    expect((await store.list())[0]?.state).toBe('damaged');
  });

  it('when it is private, then its files are too', async () => {
    world.hub.files.set(path, fileOf(kB));
    await world.store().download(request());
    const isPosix = process.platform !== 'win32';
    expect(isPosix ? (await stat(world.path(name))).mode & 0o077 : 0).toBe(0);
  });
});

describe('a split model', () => {
  const shard = (index: number): string => `big-0000${index}-of-00003.gguf`;
  const uriOf = (index: number): string => world.hub.uri(`/models/${shard(index)}`);
  const files = [1, 2, 3].map((seed) => fileOf(15 * kB, seed));
  beforeEach(() => {
    for (const [index, file] of files.entries()) world.hub.files.set(`/models/${shard(index + 1)}`, file);
  });

  it('when any shard is named, then all come and are one model', async () => {
    const model = await world.store().download({ uri: uriOf(2), sha256: files.map(({ bytes }) => sha256(bytes)) });
    expect(model).toMatchObject({ id: shard(1), bytes: 45 * kB, path: world.path(shard(1)) });
    expect(model.files.map(({ path: file }) => file)).toEqual([1, 2, 3].map((index) => world.path(shard(index))));
    expect(await Promise.all([1, 2, 3].map((index) => world.read(shard(index))))).toEqual(
      files.map(({ bytes }) => bytes),
    );
  });

  it('when one shard fails, then none is published and the next call fetches only that one', async () => {
    world.hub.files.delete(`/models/${shard(3)}`);
    await failure(world.store().download({ uri: uriOf(1) }), 'not-found');
    expect(await world.store().list()).toEqual([]);
    world.hub.faultOf = ({ path: asked, range }) =>
      asked.endsWith(shard(3)) && range !== 'bytes=0-0' ? { kind: 'status', status: 403 } : undefined;
    world.hub.files.set(`/models/${shard(3)}`, files[2] ?? fileOf(1));
    await failure(world.store().download({ uri: uriOf(1) }), 'not-allowed');
    expect(await world.store().list()).toEqual([]);
    world.hub.faultOf = () => undefined;
    world.hub.takeRanges();
    await world.store().download({ uri: uriOf(1) });
    expect(world.hub.takeRanges().sort()).toEqual(['bytes=0-9999', 'bytes=10000-14999']);
    expect(await world.store().list()).toHaveLength(1);
  });

  it('when a crash came between the names, then the rest is published without being fetched again', async () => {
    await world.store().download({ uri: uriOf(1) });
    // As if the first shard, which gets its name last, had not got it.
    const folder = world.crashed();
    await rename(`${folder}/${shard(1)}`, `${folder}/${shard(1)}.part`);
    await writeFile(
      `${folder}/${shard(1)}.part.json`,
      JSON.stringify({
        version: 1,
        uri: uriOf(1),
        bytes: 15 * kB,
        validator: '"version-1"',
        done: [{ from: 0, to: 15 * kB }],
      }),
    );
    const store = world.store({ folder });
    expect(await store.list()).toEqual([]);
    expect((await store.leftovers()).map((leftover) => leftover.name)).toEqual([1, 2, 3].map(shard));
    world.hub.takeRanges();
    expect((await store.download({ uri: uriOf(1) })).state).toBe('ready');
    expect(world.hub.takeRanges()).toEqual([]);
  });

  it('when the digests are not as many as the files, then the request is refused', async () => {
    await failure(world.store().download({ uri: uriOf(1), sha256: 'a'.repeat(64) }), 'bad-uri');
  });
});
