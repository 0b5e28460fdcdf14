/** Two processes never write the same part file: the runtime is one per user, but a models folder can be shared by several. */
import lockfile from 'proper-lockfile';
import { codeOf } from '../../disk/reason.ts';
import type { StoreError } from './failure.ts';
import type { Sleep } from './patience.ts';

/** A lock that was not renewed for so long belongs to a process that died. */
const staleMs = 10_000;
const pollMs = 500;

export interface FolderLock {
  /** Aborted when the lock was lost, as after a long sleep of the machine: another process may write from now on. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LockWait {
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/**
 * With `wait`, long enough for the lock of a process that died to run out; a process that lives is not waited for.
 * @throws StoreError `elsewhere` when another process holds it; the signal's reason when it is aborted.
 */
export async function lockPart(part: string, elsewhere: StoreError, wait?: LockWait): Promise<FolderLock> {
  const lost = new AbortController();
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    wait?.signal.throwIfAborted();
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
      if (wait === undefined || waitedMs > staleMs) throw elsewhere;
      await wait.sleep(pollMs, wait.signal);
    }
  }
}

/** Whether some process, this one included, is writing the part file. */
export function isLocked(part: string): Promise<boolean> {
  return lockfile.check(part, { realpath: false, stale: staleMs }).catch(() => false);
}
