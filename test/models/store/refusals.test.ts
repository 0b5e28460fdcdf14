/** Servers that refuse: which answers are tried again, how long is waited, and what the user is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { content, failure, fileOf, kB, tiny, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const { name, path } = tiny;

describe('an answer that refuses', () => {
  beforeEach(() => world.hub.files.set(path, fileOf(5 * kB)));
  const always = (status: number, headers?: Record<string, string>): void => {
    world.hub.faultOf = () => ({ kind: 'status', status, ...(headers && { headers }) });
  };

  it('when it is 404, then the user is told to check the name, at once', async () => {
    always(404);
    expect(await failure(world.download(), 'not-found')).toContain('check the name');
    expect(world.waits).toEqual([]);
  });

  it('when it is 401 or 403, then licence and token are named', async () => {
    always(401);
    expect(await failure(world.download(), 'not-allowed')).toContain('access token');
    always(403);
    expect(await failure(world.download(), 'not-allowed')).toContain('licence');
  });

  it('when it is 500 a few times, then it is asked again; when always, then that is told', async () => {
    world.once('bytes=0-4999', { kind: 'status', status: 500 }, 2);
    await world.download();
    await world.expectPublished(content(5 * kB));
    await world.store().remove(name);
    always(500);
    await failure(world.download(), 'server');
  });

  it('when it is 429 with Retry-After, then exactly so long is waited', async () => {
    world.once('bytes=0-4999', { kind: 'status', status: 429, headers: { 'retry-after': '17' } });
    await world.download();
    expect(world.waits).toEqual([17_000]);
  });

  it('when Retry-After is a date, then it is waited until then', async () => {
    world.once('bytes=0-0', {
      kind: 'status',
      status: 503,
      headers: { 'retry-after': new Date(60_000).toUTCString() },
    });
    await world.store({ nowMs: () => 20_000 }).download(world.request());
    expect(world.waits).toEqual([40_000]);
  });

  it('when the server asks to wait too long, then the user hears how long instead', async () => {
    always(429, { 'retry-after': '3600' });
    expect(await failure(world.download(), 'busy')).toContain('3600 s');
    expect(world.waits).toEqual([]);
  });

  it('when every range is refused with 416, then the file comes as a whole', async () => {
    world.hub.faultOf = ({ range }) => (range === undefined ? undefined : { kind: 'status', status: 416 });
    await world.download();
    await world.expectPublished(content(5 * kB));
  });

  it('when also the whole is refused with 416, then that is told', async () => {
    always(416);
    await failure(world.download(), 'range-refused');
  });

  it('when only parts are refused with 416, then the file comes as a whole and that is said', async () => {
    world.hub.faultOf = ({ range }) =>
      range === undefined || range === 'bytes=0-0' ? undefined : { kind: 'status', status: 416 };
    const notes = new Set<string | undefined>();
    await world.download(({ note }) => notes.add(note && String(note)));
    await world.expectPublished(content(5 * kB));
    expect([...notes].join()).toContain('from the beginning');
  });

  it('when a page comes instead of a file, then the address, proxy and mirror are suspected', async () => {
    world.hub.files.set(path, { ...fileOf(kB), headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(await failure(world.download(), 'bad-answer')).toContain('web page');
  });

  it('when it comes compressed although nobody asked, then it is refused', async () => {
    world.hub.files.set(path, { ...fileOf(kB), headers: { 'content-encoding': 'gzip' } });
    await failure(world.download(), 'bad-answer');
  });

  it('when the file is empty, then it is refused', async () => {
    world.hub.faultOf = () => ({ kind: 'status', status: 200, headers: { 'content-length': '0' } });
    expect(await failure(world.download(), 'bad-answer')).toContain('empty');
  });
});
