/**
 * What Punctual has put on this machine for one user, by what it is: found by the names that it gives its files, so that nothing else
 * in those folders is ever touched. Models that were imported where they lie are not among it.
 */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Home } from './home.ts';

/** `learned`: measured speeds, statistics, and when models are needed. `cells`: KV files of runtimes that were killed. */
export const belongingKinds = ['models', 'learned', 'logs', 'cells', 'settings', 'runtime'] as const;
export type BelongingKind = (typeof belongingKinds)[number];

export interface Belonging {
  readonly kind: BelongingKind;
  /** Whole paths of files and folders. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** Of entries of the home folder; one that goes on behind such a name with a dot (`.damaged`, a draft) is of the same kind. */
const names: Readonly<Record<Exclude<BelongingKind, 'cells'>, readonly string[]>> = {
  models: ['models'],
  learned: ['calibrations', 'load-times.json', 'completion-statistics.json', 'residency.json'],
  logs: ['logs', 'runtime.log'],
  settings: ['settings.json'],
  runtime: ['runtime.json', 'runtime.lock', 'runtime.starting'],
};

const cellsPattern = /^punctual-kv-(\d+)-/;

export interface FootprintSources {
  readonly home: Pick<Home, 'folder'>;
  readonly temporaryFolder: string;
  /** Whether a process of this id exists: what it has is its own. */
  readonly isProcess: (pid: number) => boolean;
}

/** Kinds of which there is nothing are left out. */
export async function footprint({ home, temporaryFolder, isProcess }: FootprintSources): Promise<Belonging[]> {
  const own = await readdir(home.folder).catch(() => []);
  const temporary = await readdir(temporaryFolder).catch(() => []);
  const cells = temporary.filter((name) => {
    const pid = cellsPattern.exec(name)?.[1];
    return pid !== undefined && !isProcess(Number(pid));
  });
  const found = belongingKinds.map(async (kind): Promise<Belonging> => {
    const paths =
      kind === 'cells'
        ? cells.map((name) => path.join(temporaryFolder, name))
        : own.filter((name) => isOf(kind, name)).map((name) => path.join(home.folder, name));
    const sizes = await Promise.all(paths.map(bytesOf));
    return { kind, paths, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
  });
  return (await Promise.all(found)).filter(({ paths }) => paths.length > 0);
}

function isOf(kind: Exclude<BelongingKind, 'cells'>, name: string): boolean {
  return names[kind].some((known) => name === known || name.startsWith(`${known}.`));
}

/**
 * Removes them, and the home folder if nothing else is in it. A link goes, and what it leads to stays.
 * @returns what could not be removed.
 */
export async function removeBelongings(
  belongings: readonly Belonging[],
  home: Pick<Home, 'folder'>,
): Promise<string[]> {
  const failed: string[] = [];
  for (const item of belongings.flatMap(({ paths }) => paths))
    await rm(item, { recursive: true, force: true, maxRetries: 3 }).catch(() => failed.push(item));
  // Something of the user's may be in it, or a runtime may have begun again.
  await rmdir(home.folder).catch(() => undefined);
  return failed;
}

/** Of a file, or of everything in a folder; a link counts for itself. */
async function bytesOf(item: string): Promise<number> {
  const stats = await lstat(item).catch(() => undefined);
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  const inside = await readdir(item).catch(() => []);
  const sizes = await Promise.all(inside.map((name) => bytesOf(path.join(item, name))));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
