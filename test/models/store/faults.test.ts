/** Servers that misbehave: what is tried again, what is told, and that nothing wrong is ever published. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadProgress } from '../../../runtime/models/store/progress.ts';
import { content, failure, fileOf, kB, sha256, tiny, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const { name, path } = tiny;

describe('a connection that fails', () => {
  const file = fileOf(25 * kB);
  beforeEach(() => world.hub.files.set(path, file));

  it('when it is cut, then only what is missing is asked for again', async () => {
    world.once('bytes=10000-19999', { kind: 'cut', afterBytes: 4 * kB });
    await world.download();
    await world.expectPublished(file.bytes);
    expect(world.hub.takeRanges().sort()).toEqual([
      'bytes=0-9999',
      'bytes=10000-19999',
      'bytes=14000-19999',
      'bytes=20000-24999',
    ]);
    expect(world.waits).toEqual([750]);
  });

  it('when it is silent, then it is given up and what is missing is asked for again', async () => {
    world.once('bytes=0-9999', { kind: 'stall', afterBytes: 3 * kB });
    const seen: DownloadProgress[] = [];
    await world
      .store({ limits: { stallMs: 100 } })
      .download(world.request(), { onProgress: (progress) => seen.push(progress) });
    await world.expectPublished(file.bytes);
    expect(world.hub.takeRanges()).toContain('bytes=3000-9999');
    const waiting = seen.find(({ phase }) => phase === 'waiting');
    expect(waiting).toMatchObject({
      waitMs: 750,
      why: expect.stringMatching(/^Nothing came .*; it is tried again\.$/),
    });
  });

  it('when it is silent for ever, then that is told and what has come is kept', async () => {
    world.hub.faultOf = ({ range }) => (range?.startsWith('bytes=10') ? { kind: 'stall', afterBytes: 0 } : undefined);
    const store = world.store({ limits: { stallMs: 60, failuresMax: 1, connections: 1 } });
    await failure(store.download(world.request()), 'stalled');
    expect(await store.leftovers()).toMatchObject([{ name, bytes: 10 * kB, bytesTotal: 25 * kB, isActive: false }]);
    expect(await store.list()).toEqual([]);
  });

  it('when it is always cut without progress, then patience ends after the stated number of attempts', async () => {
    world.hub.faultOf = () => ({ kind: 'cut', afterBytes: 0 });
    expect(await failure(world.download(), 'network')).toContain('check the network');
    expect(world.waits).toEqual([750, 1500, 3000]);
  });

  it('when it is cut after each bit of progress, then it never gives up', async () => {
    world.hub.faultOf = ({ range }) => (range === 'bytes=0-0' ? undefined : { kind: 'cut', afterBytes: kB });
    await world.download();
    await world.expectPublished(file.bytes);
    expect(new Set(world.waits)).toEqual(new Set([750]));
  });

  it('when nobody listens at the address, then the user is sent to the network and the proxy', async () => {
    const uri = world.request().uri;
    await world.hub.stop();
    expect(await failure(world.store().download({ uri }), 'network')).toContain('ECONNREFUSED');
  });
});

describe('a server that knows no ranges', () => {
  const file = fileOf(25 * kB);
  beforeEach(() => {
    world.hub.files.set(path, file);
    world.hub.hasRanges = false;
  });

  it('when it sends the whole, then that is the file', async () => {
    await world.download();
    await world.expectPublished(file.bytes);
  });

  it('when it is cut, then it begins anew and nothing is stitched together', async () => {
    world.once(undefined, { kind: 'cut', afterBytes: 20 * kB });
    await world.download();
    await world.expectPublished(file.bytes);
    expect(world.waits).toEqual([750]);
  });

  it('when only some answers ignore the range, then the file still is what it should be', async () => {
    world.hub.hasRanges = true;
    world.once('bytes=10000-19999', { kind: 'ignore-range' });
    await world.download();
    await world.expectPublished(file.bytes);
  });

  it('when the length is not announced but the end is marked, then the file is whole', async () => {
    world.hub.faultOf = () => ({ kind: 'chunked' });
    await world.download();
    await world.expectPublished(file.bytes);
  });

  it('when neither length nor end is announced, then only a known digest makes it good enough', async () => {
    world.hub.faultOf = () => ({ kind: 'no-length' });
    expect(await failure(world.download(), 'length')).toContain('a cut could not be noticed');
    await world.store().download({ ...world.request(), sha256: sha256(file.bytes) });
    await world.expectPublished(file.bytes);
  });

  it('when nothing tells two versions apart, then parts are never mixed', async () => {
    world.hub.hasRanges = true;
    world.hub.files.set(path, { bytes: file.bytes });
    await world.download();
    await world.expectPublished(file.bytes);
    expect(world.hub.takeRanges()).toEqual([]);
  });
});

describe('a server that lies', () => {
  const file = fileOf(25 * kB);
  beforeEach(() => world.hub.files.set(path, file));

  it('when an answer announces another length than before, then the server is asked again', async () => {
    for (const delta of [-500, 500]) {
      for (const range of ['bytes=0-0', 'bytes=10000-19999', 'bytes=20000-24999']) {
        world.once(range, { kind: 'lie', delta });
        const store = world.store();
        await store.download(world.request());
        await world.expectPublished(file.bytes);
        await store.remove(name);
      }
    }
  });

  it('when it always announces more than it sends, then that is told', async () => {
    world.hub.hasRanges = false;
    world.hub.faultOf = () => ({ kind: 'lie', delta: 500 });
    await failure(world.download(), 'network');
    expect(await world.store().list()).toEqual([]);
  });

  it('when it always announces less than there is, then the digest notices', async () => {
    world.hub.faultOf = () => ({ kind: 'lie', delta: -500 });
    await failure(world.store().download({ ...world.request(), sha256: sha256(file.bytes) }), 'checksum');
    expect(await world.names()).toEqual([]);
  });

  it('when the length is not the one of the catalog, then nothing is downloaded', async () => {
    await failure(world.store().download({ ...world.request(), bytes: 24 * kB }), 'length');
    expect(world.hub.takeRanges()).toEqual([]);
  });

  it('when it sends another range than was asked for, then it is asked again, and given up when it insists', async () => {
    world.once('bytes=10000-19999', { kind: 'wrong-range' });
    await world.download();
    await world.expectPublished(file.bytes);
    await world.store().remove(name);
    world.hub.faultOf = ({ range }) => (range === 'bytes=0-0' ? undefined : { kind: 'wrong-range' });
    await failure(world.download(), 'bad-answer');
  });
});

describe('a file that changes on the server', () => {
  const before = fileOf(25 * kB, 1);
  const after = fileOf(25 * kB, 2);
  beforeEach(() => world.hub.files.set(path, before));

  it('when it changes while it comes, then it begins anew and says so', async () => {
    world.once('bytes=20000-24999', { kind: 'replace', with: after });
    const notes = new Set<string | undefined>();
    await world.download(({ note }) => notes.add(note && String(note)));
    await world.expectPublished(after.bytes);
    expect([...notes].join()).toContain('it has changed on the server');
  });

  it('when it becomes shorter or longer, then the new one comes', async () => {
    for (const bytes of [12 * kB, 40 * kB]) {
      world.hub.files.set(path, before);
      const changed = fileOf(bytes, 3);
      world.once('bytes=20000-24999', { kind: 'replace', with: changed });
      const store = world.store();
      await store.download({ ...world.request(), trustNew: true });
      await world.expectPublished(changed.bytes);
      await store.remove(name);
    }
  });

  it('when only its date tells the versions apart, then that is enough', async () => {
    const dated = (seed: number) => ({
      bytes: content(25 * kB, seed),
      lastModified: new Date(seed * 1e6).toUTCString(),
    });
    world.hub.files.set(path, dated(1));
    world.once('bytes=20000-24999', { kind: 'replace', with: dated(2) });
    await world.download();
    await world.expectPublished(content(25 * kB, 2));
  });

  it('when it never stops changing, then that is told', async () => {
    let seed = 2;
    world.hub.faultOf = ({ range }) =>
      range === 'bytes=0-0' ? undefined : { kind: 'replace', with: fileOf(25 * kB, seed++) };
    expect(await failure(world.download(), 'changed')).toContain('3 times');
    expect(await world.store().list()).toEqual([]);
  });
});
