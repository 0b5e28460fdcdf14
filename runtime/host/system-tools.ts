/**
 * Two programs of a Linux system that know the page cache: `fincore` (util-linux) says what of a file is in it, `dd` (coreutils) takes the
 * end of a file out of it. Node has neither mincore(2) nor posix_fadvise(2). Each costs a process, some milliseconds: for now and then,
 * never for a decision. Nothing here rejects; where a program is missing nothing is known or done.
 */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const outputMsMax = 5_000;
const outputBytesMax = 1024 * 1024;
/** In one question. */
const filesMax = 256;

// Older ones write the numbers as texts.
const fincoreSchema = z.object({
  fincore: z.array(z.object({ file: z.string(), res: z.coerce.number(), size: z.coerce.number() })),
});

/** Bytes of each file that are in the page cache. Files of which nobody may know are missing; undefined when `fincore` does not serve. */
export type ReadCached = (files: readonly string[]) => Promise<ReadonlyMap<string, number> | undefined>;

/** @param program `fincore`, or where it is. */
export function readCachedBy(program: string): ReadCached {
  return async (files) => {
    const asked: string[] = [];
    for (const file of files.slice(0, filesMax)) if (await maySeeCache(file)) asked.push(file);
    if (asked.length === 0) return new Map();
    const output = await outputOf(program, ['--json', '--bytes', '--output', 'FILE,RES,SIZE', '--', ...asked]);
    const found = fincoreSchema.safeParse(jsonOf(output));
    if (!found.success) return undefined;
    // Pages are counted, and the last one is seldom full.
    return new Map(found.data.fincore.map(({ file, res, size }) => [file, Math.min(res, size)]));
  };
}

/** To others than its owner and those who may write it Linux (5.2 and later) says of every page that it is there: mincore(2). */
async function maySeeCache(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined || !stats.isFile() || stats.size === 0) return false;
  if (stats.uid === process.getuid?.()) return true;
  return access(file, constants.W_OK).then(
    () => true,
    () => false,
  );
}

export interface FileSize {
  readonly file: string;
  readonly bytes: number;
}

/** Answers whether the system was told. Pages that a process has mapped stay. */
export type DropCached = (files: readonly FileSize[], keptBytes: number) => Promise<boolean>;

/**
 * Of files in a row (the parts of a model) the first `keptBytes` may stay in the page cache, the rest leaves.
 * @param program `dd`, or where it is.
 */
export function dropCachedBy(program: string): DropCached {
  return async (files, keptBytes) => {
    let keptLeft = Math.max(0, keptBytes);
    let isDone = true;
    for (const { file, bytes } of files) {
      const kept = Math.min(keptLeft, bytes);
      keptLeft -= kept;
      if (kept < bytes && !(await dropEnd(program, file, kept))) isDone = false;
    }
    return isDone;
  };
}

/** With nothing to copy `dd` only gives the advice, from where it stands to the end of the file. */
async function dropEnd(program: string, file: string, fromByte: number): Promise<boolean> {
  const args = [`if=${file}`, 'of=/dev/null', 'iflag=nocache,skip_bytes', `skip=${Math.floor(fromByte)}`, 'count=0'];
  return (await outputOf(program, args)) !== undefined;
}

/** What it printed before it failed counts as well: `fincore` fails for one file that is gone. Undefined when it did not run. */
async function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const limits = { timeout: outputMsMax, maxBuffer: outputBytesMax } as const;
    return (await promisify(execFile)(program, [...args], limits)).stdout;
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? error.stdout : undefined;
    return typeof output === 'string' && output !== '' ? output : undefined;
  }
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
