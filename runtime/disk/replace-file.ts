/**
 * Small files that are replaced as a whole: whoever reads one sees the old text or the new one, also after a crash, a full disk or a
 * power cut. The text goes into a draft beside the file, is flushed, and takes the file's name.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './reason.ts';

/** What a crash leaves behind ends so. */
export const draftExtension = '.draft';

export interface ReplaceOptions {
  /**
   * Nobody else writes this file at the same time: its draft has one name, so that what a crash left is overwritten by the next one.
   * Otherwise each draft has a name of its own.
   */
  readonly isOnlyWriter?: boolean;
  readonly system?: RenameSystem;
}

/** What renaming asks of the system, so that tests can have a file that somebody holds open. */
export interface RenameSystem {
  rename(from: string, to: string): Promise<void>;
  wait(ms: number): Promise<void>;
}

const realSystem: RenameSystem = { rename, wait: (ms) => sleep(ms) };

/** Its folder must be there. The owner alone may read the file. @throws what the system says; then the file is as it was, without draft. */
export async function replaceFile(file: string, text: string, options: ReplaceOptions = {}): Promise<void> {
  const { isOnlyWriter = false, system = realSystem } = options;
  const draft = isOnlyWriter ? file + draftExtension : `${file}.${randomUUID()}${draftExtension}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: isOnlyWriter ? 'w' : 'wx', flush: true });
    await renamePatiently(draft, file, system);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** What Windows says while a virus scanner or an indexer holds one of the two files open. */
const heldCodes: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** About 600 ms together: scanners let go within a few of them. */
const waitsMs: readonly number[] = [10, 20, 40, 80, 160, 320];

async function renamePatiently(from: string, to: string, { rename: move, wait }: RenameSystem): Promise<void> {
  for (const waitMs of waitsMs) {
    try {
      return await move(from, to);
    } catch (error) {
      if (!heldCodes.has(codeOf(error) ?? '')) throw error;
      await wait(waitMs);
    }
  }
  await move(from, to);
}
