/** Two processes never write the same part file: the runtime is one per user, but a models folder can be shared by several. */
import lockfile from 'proper-lockfile';
import { codeOf, StoreError } from './failure.ts';
import type { Sleep } from './patience.ts';

/** A lock that was not renewed for so long belongs to a process that died. */
const staleMs = 10_000;
const pollMs = 500;

export interface FolderLock {
  /** Aborted when the lock was lost, as after a long sleep of the machine: another process may write from now on. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Waits for a process that died, not for one that lives.
 * @throws StoreError `name-taken` when another process downloads the same; the signal's reason when it is aborted.
 */
export async function lockPart(part: string, name: string, sleep: Sleep, signal: AbortSignal): Promise<FolderLock> {
  const lost = new AbortController();
  const elsewhere = new StoreError({
    code: 'name-taken',
    name,
    why: 'another process is downloading it into this folder',
  });
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    signal.throwIfAborted();
    try {
      const release = await lockfile.lock(part, {
        realpath: false,
        stale: staleMs,
        onCompromised: () => lost.abort(elsewhere),
      });
      // Releasing a lock that was lost rejects, and changes nothing.
      return { lost: lost.signal, release: () => release().catch(() => undefined) };
    } catch (error) {
      if (codeOf(error) !== 'ELOCKED') throw error;
      if (waitedMs > staleMs) throw elsewhere;
      await sleep(pollMs, signal);
    }
  }
}

/** Whether some process, this one included, is writing the part file. */
export function isLocked(part: string): Promise<boolean> {
  return lockfile.check(part, { realpath: false, stale: staleMs }).catch(() => false);
}
