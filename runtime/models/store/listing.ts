/** What is in the models folder: whole models, and what is left of downloads that did not end. Reads, changes nothing. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../disk/reason.ts';
import { folderError } from './disk.ts';
import type { DigestSource } from './failure.ts';
import { isLocked } from './lock.ts';
import type { ManifestData } from './manifest.ts';
import { shardsOf } from './names.ts';
import { partExtension, readRecord } from './part-file.ts';
import { bytesOf } from './ranges.ts';

export interface StoredFile {
  /** Absolute. */
  readonly path: string;
  /** On disk. */
  readonly bytes: number;
  /** Lower-case hex; of downloaded files. */
  readonly sha256?: string;
}

export interface StoredModel {
  /** For `remove`: the file name in the folder; for `forget`: the absolute path elsewhere. Unique in the list. */
  readonly id: string;
  /** File name of the (first) file. Two models can have the same. */
  readonly name: string;
  /** `found`: in the folder, but the store did not put it there. `remembered`: elsewhere; never copied nor deleted. */
  readonly origin: 'downloaded' | 'found' | 'remembered';
  /** What an engine loads: the only file, or the first of a split set. */
  readonly path: string;
  /** In order. */
  readonly files: readonly StoredFile[];
  readonly bytes: number;
  /** `damaged`: not as long as when it was downloaded. `missing`: a remembered file is not there (any more). */
  readonly state: 'ready' | 'damaged' | 'missing';
  /** Who vouches for the SHA-256; of several files the weakest. */
  readonly verified?: DigestSource;
  readonly uri?: string;
  /** When it was downloaded or remembered, in milliseconds since 1970. */
  readonly atMs?: number;
}

export interface Leftover {
  /** For `removeLeftover`. */
  readonly name: string;
  /** That have come; of a file that is whole but whose set is not, its size. */
  readonly bytes: number;
  readonly bytesTotal?: number;
  readonly uri?: string;
  /** A download, of this process or another, is writing it. */
  readonly isActive: boolean;
}

const isModelName = (name: string): boolean => name.toLowerCase().endsWith('.gguf');

/** Models of the folder by name, then those elsewhere by path. @throws StoreError `folder` */
export async function listModels(folder: string, manifest: ManifestData): Promise<StoredModel[]> {
  const names = await namesIn(folder);
  const sets = wholeSets(names.filter(isModelName));
  const inFolder = await Promise.all(sets.map((set) => modelOf(folder, set, manifest)));
  const elsewhere = await Promise.all(manifest.remembered.map(rememberedModel));
  return [...inFolder, ...elsewhere.sort((a, b) => (a.id < b.id ? -1 : 1))].filter((model) => model !== undefined);
}

/** @throws StoreError `folder` */
export async function listLeftovers(folder: string): Promise<Leftover[]> {
  const names = await namesIn(folder);
  const parts = names.flatMap((name) => /^(.+\.gguf)\.part(?:\.json)?$/i.exec(name)?.[1] ?? []);
  const models = names.filter(isModelName);
  const whole = new Set(wholeSets(models).flat());
  const shards = models.filter((name) => !whole.has(name));
  return await Promise.all([...new Set([...parts, ...shards])].sort().map((name) => leftoverOf(folder, name)));
}

async function leftoverOf(folder: string, name: string): Promise<Leftover> {
  const file = path.join(folder, name);
  const record = await readRecord(file);
  const published = (await stat(file).catch(() => undefined))?.size ?? 0;
  return {
    name,
    bytes: published + bytesOf(record?.done ?? []),
    ...(record?.bytes !== undefined && { bytesTotal: record.bytes }),
    ...(record && { uri: record.uri }),
    isActive: await isLocked(path.join(folder, (setOf(name)[0] ?? name) + partExtension)),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    // A link counts: people keep their models on another disk.
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw folderError(error, folder);
  }
}

/** A name that only looks like a shard stands for itself. */
export function setOf(name: string): readonly string[] {
  try {
    return shardsOf(name) ?? [name];
  } catch {
    return [name];
  }
}

function wholeSets(names: readonly string[]): (readonly string[])[] {
  const there = new Set(names);
  return names
    .map((name) => ({ name, set: setOf(name) }))
    .filter(({ name, set }) => set[0] === name && set.every((part) => there.has(part)))
    .map(({ set }) => set);
}

/** Weakest first. */
const trust: readonly DigestSource[] = ['first-download', 'hub', 'catalog'];

/** Undefined when a file went away while it was looked at. */
async function modelOf(
  folder: string,
  names: readonly string[],
  manifest: ManifestData,
): Promise<StoredModel | undefined> {
  const [id = ''] = names;
  const sizes = await Promise.all(names.map((name) => stat(path.join(folder, name)).catch(() => undefined)));
  if (sizes.some((size) => size?.isFile() !== true)) return undefined;
  const entries = names.map((name) => (Object.hasOwn(manifest.files, name) ? manifest.files[name] : undefined));
  const files = names.map((name, index): StoredFile => {
    const sha256 = entries[index]?.sha256;
    return { path: path.join(folder, name), bytes: sizes[index]?.size ?? 0, ...(sha256 !== undefined && { sha256 }) };
  });
  const isDownloaded = entries.every((entry) => entry !== undefined);
  const isDamaged = isDownloaded && entries.some((entry, index) => entry?.bytes !== files[index]?.bytes);
  const verified = trust.find((source) => entries.some((entry) => entry?.verified === source));
  const [first] = entries;
  return {
    id,
    name: id,
    origin: isDownloaded ? 'downloaded' : 'found',
    path: path.join(folder, id),
    files,
    bytes: sum(files),
    state: isDamaged ? 'damaged' : 'ready',
    ...(isDownloaded && verified !== undefined && { verified }),
    ...(isDownloaded && first && { uri: first.uri, atMs: first.atMs }),
  };
}

async function rememberedModel({ path: file, atMs }: ManifestData['remembered'][number]): Promise<StoredModel> {
  const name = path.basename(file);
  const paths = setOf(name).map((shard) => path.join(path.dirname(file), shard));
  const sizes = await Promise.all(paths.map((place) => stat(place).catch(() => undefined)));
  const files = paths.map((place, index): StoredFile => ({ path: place, bytes: sizes[index]?.size ?? 0 }));
  const isThere = sizes.every((size) => size?.isFile() === true);
  return {
    id: file,
    name,
    origin: 'remembered',
    path: file,
    files,
    bytes: sum(files),
    state: isThere ? 'ready' : 'missing',
    atMs,
  };
}

function sum(files: readonly StoredFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
