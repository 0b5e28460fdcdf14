import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../../runtime/client/home.ts';
import { readRendezvous } from '../../runtime/client/rendezvous.ts';
import { protocolVersion, type Rendezvous } from '../../runtime/protocol.ts';
import { publish, withdraw } from '../../runtime/server/rendezvous.ts';
import { Door } from '../../runtime/server/socket.ts';

let home: Home;
const doors: Door[] = [];
beforeEach(async () => {
  home = new Home(await mkdtemp(path.join(tmpdir(), 'punctual-rendezvous-')));
});
afterEach(async () => {
  for (const door of doors.splice(0)) await door.close();
  await rm(home.folder, { recursive: true, force: true });
});

/** A runtime behind an open door. Each says that it is another process, so that they can be told apart. */
async function runtime(pid: number): Promise<{ own: Rendezvous; door: Door }> {
  const token = `the-token-of-runtime-${pid}-in-this-test`.padEnd(40, '.');
  const identity = { name: 'punctual', pid, version: '1.2.3', protocol: protocolVersion } as const;
  const door = new Door({ token, identity, onClient: (socket) => socket.terminate(), log: () => undefined });
  doors.push(door);
  const port = await door.listen(0);
  return { own: { pid, port, token, version: '1.2.3', protocol: protocolVersion }, door };
}

describe('publishing', () => {
  it('when no runtime is up, then this one is the one, and nothing but its file is left', async () => {
    const { own } = await runtime(101);
    expect(await publish(home, own)).toBe(true);
    expect(await readRendezvous(home)).toEqual(own);
    expect(await readdir(home.folder)).toEqual([path.basename(home.rendezvousFile)]);
  });

  it.skipIf(process.platform === 'win32')(
    'when it is published, then its owner alone may read it (Windows keeps no such modes)',
    async () => {
      await publish(home, (await runtime(101)).own);
      expect((await stat(home.rendezvousFile)).mode & 0o777).toBe(0o600);
    },
  );

  it('when another runtime is up, then this one is not needed and the file stays as it is', async () => {
    const [first, second] = [await runtime(101), await runtime(102)];
    await publish(home, first.own);
    expect(await publish(home, second.own)).toBe(false);
    expect(await readRendezvous(home)).toEqual(first.own);
  });

  it('when many start at once, then exactly one is the one', async () => {
    const all = await Promise.all([101, 102, 103, 104].map(runtime));
    const published = await Promise.all(all.map(({ own }) => publish(home, own)));
    expect(published.filter(Boolean)).toHaveLength(1);
    expect(await readRendezvous(home)).toEqual(all[published.indexOf(true)]?.own);
  });

  it('when the other one has shut its door, then this one takes its place', async () => {
    const [ending, next] = [await runtime(101), await runtime(102)];
    await publish(home, ending.own);
    ending.door.shut();
    expect(await publish(home, next.own)).toBe(true);
    expect(await readRendezvous(home)).toEqual(next.own);
  });
});

describe('withdrawing', () => {
  it('when the file is still ours, then it goes', async () => {
    const { own } = await runtime(101);
    await publish(home, own);
    await withdraw(home, own);
    expect(await readdir(home.folder)).toEqual([]);
  });

  it('when the next runtime has published, then its file stays', async () => {
    const [ending, next] = [await runtime(101), await runtime(102)];
    await publish(home, ending.own);
    ending.door.shut();
    await publish(home, next.own);
    await withdraw(home, ending.own);
    expect(await readRendezvous(home)).toEqual(next.own);
  });

  it('when the next runtime is publishing at this moment, then its file stays', async () => {
    const [ending, next] = [await runtime(101), await runtime(102)];
    await publish(home, ending.own);
    ending.door.shut();
    await Promise.all([withdraw(home, ending.own), publish(home, next.own)]);
    expect(await readRendezvous(home)).toEqual(next.own);
  });

  it('when somebody holds the lock, then the file is not touched before they are done', async () => {
    const [ending, next] = [await runtime(101), await runtime(102)];
    await publish(home, ending.own);
    const release = await lockfile.lock(home.folder, { lockfilePath: home.lockFile, realpath: false });
    const withdrawn = withdraw(home, ending.own);
    // More turns than the removal would take, had it not to wait; then the holder publishes, as it has decided.
    for (let turn = 0; turn < 100; turn++) await stat(home.rendezvousFile);
    await writeFile(home.rendezvousFile, JSON.stringify(next.own), { mode: 0o600 });
    await release();
    await withdrawn;
    expect(await readRendezvous(home)).toEqual(next.own);
  });

  it('when the home is gone, then there is nothing to do', async () => {
    const { own } = await runtime(101);
    await publish(home, own);
    await rm(home.folder, { recursive: true });
    await withdraw(home, own);
  });
});
