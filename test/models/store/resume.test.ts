/** Cancel, crash, and two who want the same: what is kept, and that only what is missing is asked for. */
import { mkdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadProgress } from '../../../runtime/models/store/progress.ts';
import type { ModelStore } from '../../../runtime/models/store/store.ts';
import { failure, fileOf, kB, tiny, World } from './world.ts';

let world: World;
const { name, path } = tiny;
const file = fileOf(40 * kB, 1);
beforeEach(async () => {
  world = await World.make();
  world.hub.files.set(path, file);
});
afterEach(() => world.end());

/** The third piece never ends: its first 5 kB come. The other three are whole. */
function stallThirdPiece(): void {
  world.hub.faultOf = ({ range }) =>
    range === 'bytes=20000-29999' ? { kind: 'stall', afterBytes: 5 * kB } : undefined;
}

const bytesThere = 35 * kB;

interface Watched {
  readonly work: Promise<unknown>;
  readonly abort: AbortController;
  readonly seen: DownloadProgress[];
  /** When all that will come has come. */
  readonly there: Promise<void>;
}

function watch(store: ModelStore, bytes = bytesThere): Watched {
  const abort = new AbortController();
  const seen: DownloadProgress[] = [];
  let work: Promise<unknown> = Promise.resolve();
  const there = new Promise<void>((resolve, reject) => {
    const onProgress = (progress: DownloadProgress): void => {
      seen.push(progress);
      if (progress.bytesDone >= bytes) resolve();
    };
    work = store.download(world.request(), { signal: abort.signal, onProgress });
    work.catch(reject);
  });
  there.catch(() => undefined);
  return { work, abort, seen, there };
}

const missing = ['bytes=25000-29999'];

async function expectResumed(store: ModelStore): Promise<void> {
  world.hub.faultOf = () => undefined;
  world.hub.takeRanges();
  await store.download(world.request());
  expect(world.hub.takeRanges()).toEqual(missing);
}

describe('a download that is cancelled', () => {
  it('when it is cancelled, then the parts are kept and the next call asks for the rest alone', async () => {
    stallThirdPiece();
    const store = world.store();
    const { work, abort, there } = watch(store);
    await there;
    abort.abort();
    expect(await failure(work, 'cancelled')).toContain('what has arrived is kept');
    expect(await store.list()).toEqual([]);
    expect(await store.leftovers()).toMatchObject([{ name, bytes: bytesThere, bytesTotal: 40 * kB, isActive: false }]);
    await expectResumed(store);
    expect(await world.read(name)).toEqual(file.bytes);
    expect(await store.leftovers()).toEqual([]);
  });

  it('when it is cancelled and asked for again in the same moment, then the second waits for the first to let go', async () => {
    stallThirdPiece();
    const store = world.store();
    const { work, abort, there } = watch(store);
    await there;
    world.hub.faultOf = () => undefined;
    world.hub.takeRanges();
    abort.abort();
    const again = store.download(world.request());
    await failure(work, 'cancelled');
    await again;
    expect(world.hub.takeRanges()).toEqual(missing);
  });

  it('when it is cancelled before it begins, then nothing is asked', async () => {
    const signal = AbortSignal.abort();
    await failure(world.store().download(world.request(), { signal }), 'cancelled');
    expect(world.hub.seen).toEqual([]);
  });

  it('when it is cancelled while it waits for the next attempt, then it ends', async () => {
    world.hub.faultOf = () => ({ kind: 'status', status: 500 });
    const abort = new AbortController();
    const onProgress = ({ phase }: DownloadProgress): void => {
      if (phase === 'waiting') abort.abort();
    };
    await failure(world.store().download(world.request(), { signal: abort.signal, onProgress }), 'cancelled');
  });

  it('when the store is closed, then its downloads end and their parts are kept', async () => {
    stallThirdPiece();
    const store = world.store();
    const { work, there } = watch(store);
    await there;
    await Promise.all([store.close(), failure(work, 'cancelled')]);
    await expectResumed(world.store());
  });

  it('when the file has changed on the server meanwhile, then it begins anew and says so', async () => {
    stallThirdPiece();
    const store = world.store();
    const { work, abort, there } = watch(store);
    await there;
    abort.abort();
    await failure(work, 'cancelled');
    world.hub.files.set(path, fileOf(40 * kB, 2));
    world.hub.faultOf = () => undefined;
    const again = watch(store);
    await again.work;
    expect(await world.read(name)).toEqual(fileOf(40 * kB, 2).bytes);
    expect(again.seen.at(-1)?.note).toContain('it has changed on the server since');
  });
});

describe('a runtime that dies', () => {
  /** One connection: each write is on record before the next byte is read. */
  async function crash(): Promise<string> {
    stallThirdPiece();
    const { there } = watch(world.store({ limits: { checkpointMs: 0, connections: 1 } }), 25 * kB);
    await there;
    return world.crashed();
  }

  it('when it dies in the middle, then the next one asks for what its record does not hold alone', async () => {
    const folder = await crash();
    world.hub.faultOf = () => undefined;
    world.hub.takeRanges();
    const store = world.store({ folder });
    expect(await store.leftovers()).toMatchObject([{ name, bytes: 25 * kB }]);
    await store.download(world.request());
    expect(world.hub.takeRanges().sort()).toEqual(['bytes=25000-34999', 'bytes=35000-39999']);
    expect(await world.published(folder, name)).toEqual(file.bytes);
  });

  it('when the data is shorter than its record says, then the record is not believed', async () => {
    const folder = await crash();
    await truncate(`${folder}/${name}.part`, 12 * kB);
    world.hub.faultOf = () => undefined;
    await world.store({ folder }).download(world.request());
    expect(await world.published(folder, name)).toEqual(file.bytes);
  });

  it('when the server had another version in between, then no byte of that one is taken for the old one', async () => {
    stallThirdPiece();
    const store = world.store();
    for (const seed of [1, 2]) {
      world.hub.files.set(path, fileOf(40 * kB, seed));
      const { work, abort, there } = watch(store, 10 * kB);
      await there;
      if (seed === 2) break;
      abort.abort();
      await failure(work, 'cancelled');
    }
    const folder = world.crashed();
    world.hub.files.set(path, file);
    world.hub.faultOf = () => undefined;
    const after = world.store({ folder });
    await after.download(world.request());
    expect(await world.published(folder, name)).toEqual(file.bytes);
  });

  it('when its lock is still there, then it is out of date after a while and nobody needs to remove it', async () => {
    const folder = await crash();
    const lock = `${folder}/${name}.part.lock`;
    await mkdir(lock);
    await utimes(lock, new Date(0), new Date(0));
    world.hub.faultOf = () => undefined;
    await world.store({ folder }).download(world.request());
    expect(world.waits).toEqual([]);
  });

  it('when the record is damaged, then the download begins anew', async () => {
    const folder = await crash();
    await writeFile(`${folder}/${name}.part.json`, '{"version":1,"done":[{"from":0,"to":');
    world.hub.faultOf = () => undefined;
    await world.store({ folder }).download(world.request());
    expect(await world.published(folder, name)).toEqual(file.bytes);
  });
});

describe('two who want the same', () => {
  it('when both ask, then one download serves both and both hear of it', async () => {
    const store = world.store();
    const [first, second] = [watch(store), watch(store)];
    await Promise.all([first.work, second.work]);
    expect(world.hub.takeRanges()).toHaveLength(4);
    expect(second.seen.at(-1)).toMatchObject({ phase: 'verifying', bytesDone: 40 * kB });
    expect(first.seen.length).toBeGreaterThanOrEqual(second.seen.length);
  });

  it('when the listener of one throws, then the download goes on and the log says so', async () => {
    const onProgress = (): void => {
      throw new Error('broken bar');
    };
    await world.store().download(world.request(), { onProgress });
    expect(world.log.join('\n')).toContain('broken bar');
  });

  it('when one leaves, then it is settled at once and the other gets the file', async () => {
    stallThirdPiece();
    const store = world.store({ limits: { stallMs: 400 } });
    const [first, second] = [watch(store), watch(store)];
    await Promise.all([first.there, second.there]);
    first.abort.abort();
    await failure(first.work, 'cancelled');
    world.hub.faultOf = () => undefined;
    await second.work;
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when one comes late, then it hears at once how far it is', async () => {
    stallThirdPiece();
    const store = world.store();
    const first = watch(store);
    await first.there;
    const late = watch(store);
    await late.there;
    for (const { abort } of [first, late]) abort.abort();
    await Promise.all([failure(first.work, 'cancelled'), failure(late.work, 'cancelled')]);
    expect(late.seen[0]?.bytesDone).toBe(bytesThere);
    await expectResumed(store);
  });

  it('when the second wants another file under the same name, then it is refused and the first goes on', async () => {
    const store = world.store();
    const first = watch(store);
    await failure(
      store.download({ uri: world.hub.uri(`/other/${name.toUpperCase().replace('GGUF', 'gguf')}`) }),
      'name-taken',
    );
    await first.work;
  });

  it('when another process downloads the same, then this one does not touch its parts', async () => {
    stallThirdPiece();
    const first = watch(world.store());
    await first.there;
    const other = world.store();
    await failure(other.download(world.request()), 'name-taken');
    expect(await other.leftovers()).toMatchObject([{ name, isActive: true }]);
    await failure(other.removeLeftover(name), 'in-use');
    first.abort.abort();
    await failure(first.work, 'cancelled');
    await expectResumed(other);
  });
});

describe('what is left over', () => {
  it('when it is removed, then nothing of it stays and the next download begins anew', async () => {
    stallThirdPiece();
    const store = world.store();
    const { work, abort, there } = watch(store);
    await there;
    await failure(store.removeLeftover(name), 'in-use');
    abort.abort();
    await failure(work, 'cancelled');
    await store.removeLeftover(name);
    expect(await world.names()).toEqual([]);
    await failure(store.removeLeftover(name), 'unknown-model');
    world.hub.faultOf = () => undefined;
    world.hub.takeRanges();
    await store.download(world.request());
    expect(world.hub.takeRanges()).toHaveLength(4);
  });
});
