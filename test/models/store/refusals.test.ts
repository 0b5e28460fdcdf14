/** Servers that refuse: which answers are tried again, how long is waited, and what the user is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadProgress } from '../../../runtime/models/store/progress.ts';
import type { Fault } from './hub.ts';
import { content, failure, fileOf, kB, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const name = 'tiny.gguf';
const path = `/${name}`;
const request = () => ({ uri: world.hub.uri(path) });
const download = (onProgress?: (progress: DownloadProgress) => void) =>
  world.store().download(request(), { ...(onProgress && { onProgress }) });

/** The request for this range (undefined: for the whole file) meets the fault, so many times. */
function once(range: string | undefined, fault: Fault, times = 1): void {
  let left = times;
  world.hub.faultOf = (seen) => (seen.range === range && left-- > 0 ? fault : undefined);
}

async function expectPublished(bytes: Buffer): Promise<void> {
  expect((await world.read(name)).equals(bytes)).toBe(true);
  expect(await world.names()).toEqual([name]);
}

describe('an answer that refuses', () => {
  beforeEach(() => world.hub.files.set(path, fileOf(5 * kB)));
  const always = (status: number, headers?: Record<string, string>): void => {
    world.hub.faultOf = () => ({ kind: 'status', status, ...(headers && { headers }) });
  };

  it('when it is 404, then the user is told to check the name, at once', async () => {
    always(404);
    expect(await failure(download(), 'not-found')).toContain('check the name');
    expect(world.waits).toEqual([]);
  });

  it('when it is 401 or 403, then licence and token are named', async () => {
    always(401);
    expect(await failure(download(), 'not-allowed')).toContain('access token');
    always(403);
    expect(await failure(download(), 'not-allowed')).toContain('licence');
  });

  it('when it is 500 a few times, then it is asked again; when always, then that is told', async () => {
    once('bytes=0-4999', { kind: 'status', status: 500 }, 2);
    await download();
    await expectPublished(content(5 * kB));
    await world.store().remove(name);
    always(500);
    await failure(download(), 'server');
  });

  it('when it is 429 with Retry-After, then exactly so long is waited', async () => {
    once('bytes=0-4999', { kind: 'status', status: 429, headers: { 'retry-after': '17' } });
    await download();
    expect(world.waits).toEqual([17_000]);
  });

  it('when Retry-After is a date, then it is waited until then', async () => {
    once('bytes=0-0', { kind: 'status', status: 503, headers: { 'retry-after': new Date(60_000).toUTCString() } });
    await world.store({ nowMs: () => 20_000 }).download(request());
    expect(world.waits).toEqual([40_000]);
  });

  it('when the server asks to wait too long, then the user hears how long instead', async () => {
    always(429, { 'retry-after': '3600' });
    expect(await failure(download(), 'busy')).toContain('3600 s');
    expect(world.waits).toEqual([]);
  });

  it('when every range is refused with 416, then the file comes as a whole', async () => {
    world.hub.faultOf = ({ range }) => (range === undefined ? undefined : { kind: 'status', status: 416 });
    await download();
    await expectPublished(content(5 * kB));
  });

  it('when also the whole is refused with 416, then that is told', async () => {
    always(416);
    await failure(download(), 'range-refused');
  });

  it('when only parts are refused with 416, then the file comes as a whole and that is said', async () => {
    world.hub.faultOf = ({ range }) =>
      range === undefined || range === 'bytes=0-0' ? undefined : { kind: 'status', status: 416 };
    const notes = new Set<string | undefined>();
    await download(({ note }) => notes.add(note));
    await expectPublished(content(5 * kB));
    expect([...notes].join()).toContain('from the beginning');
  });

  it('when a page comes instead of a file, then the address, proxy and mirror are suspected', async () => {
    world.hub.files.set(path, { ...fileOf(kB), headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(await failure(download(), 'bad-answer')).toContain('web page');
  });

  it('when it comes compressed although nobody asked, then it is refused', async () => {
    world.hub.files.set(path, { ...fileOf(kB), headers: { 'content-encoding': 'gzip' } });
    await failure(download(), 'bad-answer');
  });

  it('when the file is empty, then it is refused', async () => {
    world.hub.faultOf = () => ({ kind: 'status', status: 200, headers: { 'content-length': '0' } });
    expect(await failure(download(), 'bad-answer')).toContain('empty');
  });
});
