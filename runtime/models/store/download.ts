/**
 * One download of one model, from the first question to the published files:
 *  1. What is there already is left alone; a name that something else bears is refused.
 *  2. Every server is asked what it has; parts of an earlier run are kept when they are of the same version.
 *  3. The disk must have room for all that is missing, and a margin.
 *  4. File by file: its bytes are fetched, then read again for their SHA-256.
 *  5. All files get their names, the first of the set last: engines look for that one, and then the others are there.
 */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { sentence, type Words } from '../../core/sentence.ts';
import { reasonOf } from '../../disk/reason.ts';
import { folderError, sha256Of } from './disk.ts';
import { StoreError, type StoreFailure, waitSentenceOf } from './failure.ts';
import { type DownloadTools, type FileContext, FileDownload } from './file-download.ts';
import { lockPart } from './lock.ts';
import { shownAddress, type Wanted, type WantedFile } from './names.ts';
import { Network, type NetworkSettings } from './network.ts';
import { partExtension, publish } from './part-file.ts';
import { type DownloadProgress, Meter } from './progress.ts';

export interface DownloadOrder {
  readonly wanted: Wanted;
  readonly settings: NetworkSettings;
  /** The digest of an earlier download of the same address does not count. */
  readonly trustNew: boolean;
  readonly signal: AbortSignal;
  readonly report: (progress: DownloadProgress) => void;
}

/** @throws StoreError, or the signal's reason. */
export async function download(tools: DownloadTools, order: DownloadOrder): Promise<void> {
  const { folder, limits, nowMs, sleep } = tools;
  const { name } = order.wanted;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw folderError(error, folder);
  });
  const elsewhere = new StoreError({
    code: 'name-taken',
    name,
    why: sentence('another process is downloading it into this folder, or removing it'),
  });
  const lock = await lockPart(path.join(folder, name + partExtension), elsewhere, { sleep, signal: order.signal });
  const signal = AbortSignal.any([order.signal, lock.lost]);
  try {
    const network = await Network.open(order.settings, limits, nowMs);
    try {
      await new Download(tools, { ...order, signal }, network).run();
    } finally {
      await network.close();
    }
  } finally {
    await lock.release();
  }
}

class Download {
  readonly #tools: DownloadTools;
  readonly #order: DownloadOrder;
  readonly #meter: Meter;
  readonly #context: FileContext;
  /** What must still be fetched. */
  readonly #files: FileDownload[] = [];
  /** Of the files that were there before. */
  #bytesThere = 0;

  constructor(tools: DownloadTools, order: DownloadOrder, network: Network) {
    const { limits, nowMs, random, sleep } = tools;
    const { signal, settings, trustNew, wanted } = order;
    const meter = new Meter({ name: wanted.name, nowMs, intervalMs: limits.progressMs, report: order.report });
    const onWait = (ms: number, failure: StoreFailure): void => {
      const why = waitSentenceOf(failure);
      tools.log(`download of ${wanted.name}: next attempt in ${Math.round(ms)} ms after: ${why}`);
      meter.waits(ms, why);
    };
    this.#tools = tools;
    this.#order = order;
    this.#meter = meter;
    this.#context = {
      tools,
      network,
      mirror: settings.mirror,
      trustNew,
      signal,
      patience: { limits, random, sleep, onWait },
      meter,
      tell: () => this.#tell(),
      checkSpace: () => this.#checkSpace(),
    };
  }

  async run(): Promise<void> {
    this.#meter.bytes('connecting', 0, undefined);
    try {
      for (const file of this.#order.wanted.files) {
        if (!(await this.#isThere(file))) this.#files.push(await FileDownload.open(this.#context, file));
      }
      await this.#checkSpace();
      for (const file of this.#files) {
        await file.fetch();
        await file.verify();
      }
    } finally {
      for (const file of this.#files) await file.close();
    }
    this.#order.signal.throwIfAborted();
    for (const { file } of this.#files.toReversed()) await publish(this.#path(file), this.#tools.disk);
  }

  #path({ name }: WantedFile): string {
    return path.join(this.#tools.folder, name);
  }

  /** @throws StoreError `name-taken` when the name is borne by another file, or by one that was changed. */
  async #isThere(file: WantedFile): Promise<boolean> {
    const { name, uri, sha256 } = file;
    const size = await stat(this.#path(file)).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined) return false;
    const taken = (why: Words): StoreError =>
      new StoreError({ code: 'name-taken', name, why: sentence('{0}; remove or rename it first', why) });
    const known = (await this.#tools.manifest.read()).files[name];
    if (known === undefined) {
      if (sha256 === undefined)
        throw taken(sentence('a file of that name is in the folder that was not downloaded by this store'));
      await this.#adopt(file, sha256, size, taken);
    } else {
      if (known.bytes !== size) throw taken(sentence('the file in the folder was changed since it was downloaded'));
      if (sha256 === undefined ? known.uri !== uri : known.sha256 !== sha256)
        throw taken(
          sentence('the file of that name in the folder is another one, from {0}', shownAddress(new URL(known.uri))),
        );
    }
    this.#bytesThere += size;
    return true;
  }

  /** A file that somebody put here by hand, or whose entry was lost: its digest says whether it is the one that is wanted. */
  async #adopt(
    { name, uri }: WantedFile,
    sha256: string,
    bytes: number,
    taken: (why: Words) => StoreError,
  ): Promise<void> {
    const { manifest, folder, nowMs } = this.#tools;
    const actual = await sha256Of(path.join(folder, name), { signal: this.#order.signal });
    if (actual !== sha256) throw taken(sentence('another file of that name is in the folder'));
    await manifest.addFile(name, { bytes, sha256, verified: 'catalog', uri, atMs: nowMs() });
  }

  async #checkSpace(): Promise<void> {
    const { disk, folder, limits, log } = this.#tools;
    const missing = this.#files.reduce(
      (sum, { bytesTotal, bytesDone }) => sum + Math.max(0, (bytesTotal ?? 0) - bytesDone),
      0,
    );
    if (missing === 0) return;
    const free = await disk.freeBytes(folder).catch((error: unknown) => {
      // Some file systems do not say. Then the disk itself will, and nothing is lost.
      log(`the free space of ${folder} is unknown: ${reasonOf(error)}`);
      return Number.POSITIVE_INFINITY;
    });
    const bytesMissing = missing + limits.marginBytes - free;
    const partsKept = this.#files.some(({ bytesDone }) => bytesDone > 0);
    if (bytesMissing > 0) throw new StoreError({ code: 'disk-full', folder, bytesMissing, partsKept });
  }

  #tell(): void {
    const done = this.#files.reduce((sum, { bytesDone }) => sum + bytesDone, this.#bytesThere);
    const total = this.#files.reduce<number | undefined>(
      (sum, { bytesTotal }) => (sum === undefined || bytesTotal === undefined ? undefined : sum + bytesTotal),
      this.#bytesThere,
    );
    this.#meter.bytes('downloading', done, total);
  }
}
