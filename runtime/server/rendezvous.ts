/**
 * Makes this process the user's one runtime, or finds that another one is. The decision and the publication happen under a lock that
 * is held for these milliseconds only, so that two starts at once cannot both win and a crash leaves no lock for long.
 */
import { rm } from 'node:fs/promises';
import lockfile from 'proper-lockfile';
import type { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import { replaceFile } from '../disk/replace-file.ts';
import type { Rendezvous } from '../protocol.ts';
import { type AccessLists, accessListsOf, keepPrivate } from './private-folder.ts';

/** The lock of a process that died inside the critical section is taken over after this long. */
const staleMs = 5_000;

/**
 * False when another runtime is up: the caller ends, and its client finds the other.
 * @throws when the home cannot be written, or others could read it.
 */
export function publish(
  home: Home,
  own: Rendezvous,
  lists: AccessLists | undefined = accessListsOf(process.platform, process.env),
): Promise<boolean> {
  return underLock(home, async () => {
    if (lists) await keepPrivate(home.folder, lists);
    const other = await readRendezvous(home);
    if (other && other.pid !== own.pid && (await isAlive(other))) return false;
    await replaceFile(home.rendezvousFile, JSON.stringify(own), { isOnlyWriter: true });
    return true;
  });
}

/**
 * Takes the file away unless another runtime has published since. Never throws: a file that stays behind names nobody, and whoever
 * finds it starts a runtime.
 */
export async function withdraw(home: Home, own: Rendezvous): Promise<void> {
  const isOurs = async (): Promise<boolean> => {
    const current = await readRendezvous(home);
    return current?.pid === own.pid && current.token === own.token;
  };
  // Asked twice, as a folder that is gone cannot be locked, and waiting for that would hold up the end.
  if (!(await isOurs())) return;
  await underLock(home, async () => {
    if (await isOurs()) await rm(home.rendezvousFile, { force: true });
  }).catch(() => undefined);
}

async function underLock<T>(home: Home, decide: () => Promise<T>): Promise<T> {
  const release = await lockfile.lock(home.folder, {
    lockfilePath: home.lockFile,
    realpath: false,
    stale: staleMs,
    retries: { retries: 60, factor: 1, minTimeout: 100, maxTimeout: 200, randomize: true },
  });
  try {
    return await decide();
  } finally {
    await release();
  }
}
