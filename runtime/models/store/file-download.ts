/** One file of a download: what the server has, which parts can be kept, its bytes, and whether they are the right ones. */
import path from 'node:path';
import { sentence, type Words } from '../../core/sentence.ts';
import { reasonOf } from '../../disk/reason.ts';
import { type Disk, folderError, hasGgufMagic, sha256Of } from './disk.ts';
import { type DigestSource, StoreError } from './failure.ts';
import type { Manifest } from './manifest.ts';
import { mirrored, shownAddress, type WantedFile } from './names.ts';
import type { Network, NetworkLimits } from './network.ts';
import { PartFile } from './part-file.ts';
import { type Patience, patiently, type RetryLimits, type Sleep } from './patience.ts';
import type { Meter } from './progress.ts';
import { describe, type RemoteFile } from './remote.ts';
import { OtherVersion, RangesIgnored, type TransferOptions, transferPieces, transferWhole } from './transfer.ts';

export interface DownloadLimits extends NetworkLimits, RetryLimits {
  /** Requests at the same time, where the server sends parts. */
  readonly connections: number;
  /** A connection fetches so much at a time. */
  readonly pieceBytes: number;
  /** What must stay free on the disk. */
  readonly marginBytes: number;
  readonly checkpointMs: number;
  readonly progressMs: number;
  /** A file that changes more often on the server than this during one download is given up. */
  readonly versionsMax: number;
}

export interface DownloadTools {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly disk: Disk;
  readonly limits: DownloadLimits;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly log: (line: string) => void;
  /** More than the first four letters, before a file is published; rejects with the reason. */
  readonly inspect: (file: string) => Promise<void>;
}

/** What the files of one download share. */
export interface FileContext {
  readonly tools: DownloadTools;
  readonly network: Network;
  readonly mirror: string | undefined;
  /** The digest of an earlier download of the same address does not count. */
  readonly trustNew: boolean;
  readonly signal: AbortSignal;
  readonly patience: Patience;
  readonly meter: Meter;
  /** Tells how many bytes have come, of all files. */
  readonly tell: () => void;
  /** @throws StoreError `disk-full` */
  readonly checkSpace: () => Promise<void>;
}

interface Expected {
  readonly sha256: string;
  readonly source: DigestSource;
}

export class FileDownload {
  readonly file: WantedFile;
  readonly #context: FileContext;
  readonly #part: PartFile;
  readonly #expected: Expected | undefined;
  #remote: RemoteFile;

  private constructor(context: FileContext, file: WantedFile, part: PartFile, from: Origin) {
    this.#context = context;
    this.file = file;
    this.#part = part;
    this.#expected = from.expected;
    this.#remote = from.remote;
  }

  /**
   * Asks the server and keeps the parts of an earlier run when they are of the same version. The caller closes the result.
   * @throws StoreError, or the signal's reason.
   */
  static async open(context: FileContext, file: WantedFile): Promise<FileDownload> {
    const { disk, nowMs, limits, manifest, folder } = context.tools;
    const remote = await describeFile(context, file);
    const first = context.trustNew ? undefined : (await manifest.read()).firstDigests[file.uri];
    const expected = expectedOf(file, first, remote);
    const options = { file: path.join(folder, file.name), disk, nowMs, checkpointMs: limits.checkpointMs };
    const part = await PartFile.open(options);
    const download = new FileDownload(context, file, part, { expected, remote });
    try {
      if ((await part.begin(remote, expected?.sha256)) === 'changed')
        download.#note(sentence('it has changed on the server since'));
    } catch (error) {
      await part.close();
      throw folderError(error, part.path);
    }
    return download;
  }

  get bytesDone(): number {
    return this.#part.bytesDone;
  }

  /** Undefined when the server does not say. */
  get bytesTotal(): number | undefined {
    return this.#remote.bytes;
  }

  close(): Promise<void> {
    return this.#part.close();
  }

  /** Until all bytes are on disk. @throws StoreError, or the signal's reason. */
  async fetch(): Promise<void> {
    const { versionsMax } = this.#context.tools.limits;
    for (let versions = 1; ; ) {
      try {
        await this.#transfer();
        return await this.#part.checkpoint();
      } catch (error) {
        if (error instanceof RangesIgnored) {
          this.#remote = { ...this.#remote, hasRanges: false };
          this.#note(sentence('the server sends no parts of it'));
        } else if (error instanceof OtherVersion) {
          if (++versions > versionsMax)
            throw new StoreError({ code: 'changed', address: this.#address, times: versionsMax });
          await this.#beginAgain();
        } else throw error;
      }
    }
  }

  /** Reads all of it again. Nothing stays of a file that is not the right one. @throws StoreError, or the signal's reason. */
  async verify(): Promise<void> {
    const { meter, signal } = this.#context;
    const { name } = this.file;
    const bytes = this.#part.bytesDone;
    let read = 0;
    const onBytes = (count: number): void => {
      read += count;
      meter.bytes('verifying', read, bytes);
    };
    const actual = await sha256Of(this.#part.path, { signal, onBytes });
    if (read !== bytes || read !== (this.#remote.bytes ?? read)) {
      await this.#part.discard();
      throw new StoreError({
        code: 'not-a-model',
        name,
        why: sentence('{0} bytes are on disk instead of {1}', read, this.#remote.bytes ?? bytes),
      });
    }
    const expected = this.#expected;
    if (expected && expected.sha256 !== actual) {
      await this.#part.discard();
      throw new StoreError({ code: 'checksum', name, expected: expected.sha256, actual, source: expected.source });
    }
    await this.#inspect();
    await this.#part.close();
    await this.#record(bytes, actual);
  }

  get #address(): string {
    return shownAddress(mirrored(this.file.uri, this.#context.mirror));
  }

  /** Says that the file is downloaded from the beginning. */
  #note(why: Words): void {
    const note = sentence('{0} is downloaded from the beginning: {1}.', this.file.name, why);
    this.#context.tools.log(String(note));
    this.#context.meter.note(note);
  }

  async #transfer(): Promise<void> {
    const { network, patience, signal, tell, tools } = this.#context;
    const { connections, pieceBytes } = tools.limits;
    const remote = this.#remote;
    const isDigestKnown = this.#expected !== undefined;
    const options: TransferOptions = {
      network,
      remote,
      part: this.#part,
      patience,
      signal,
      connections,
      pieceBytes,
      isDigestKnown,
      onBytes: tell,
    };
    tell();
    // Without a validator two answers may be of two versions, and only a known digest would tell.
    const isSafe = remote.validator !== undefined || isDigestKnown;
    if (remote.hasRanges && remote.bytes !== undefined && isSafe) await transferPieces(options, remote.bytes);
    else await transferWhole(options);
  }

  /** The server sent something of another version: what does it have now? */
  async #beginAgain(): Promise<void> {
    const remote = await describeFile(this.#context, this.file);
    const isSame = remote.validator === this.#remote.validator && remote.bytes === this.#remote.bytes;
    await this.#part.begin(remote, this.#expected?.sha256);
    // It says that nothing has changed, and yet its parts do not fit: only one single answer can be trusted.
    this.#remote = isSame ? { ...remote, hasRanges: false } : remote;
    this.#note(
      isSame
        ? sentence('the parts that the server sends do not fit together')
        : sentence('it has changed on the server'),
    );
    await this.#context.checkSpace();
  }

  async #inspect(): Promise<void> {
    const { path: file } = this.#part;
    const why = (await hasGgufMagic(file))
      ? await this.#context.tools.inspect(file).then(() => undefined, reasonOf)
      : sentence('it does not begin as GGUF files do');
    if (why === undefined) return;
    await this.#part.discard();
    throw new StoreError({ code: 'not-a-model', name: this.file.name, why });
  }

  /** Before the file gets its name: an entry without a file is harmless, a file without an entry would be a stranger. */
  async #record(bytes: number, sha256: string): Promise<void> {
    const { manifest, nowMs } = this.#context.tools;
    const verified = this.#expected?.source ?? 'first-download';
    await manifest.addFile(this.file.name, { bytes, sha256, verified, uri: this.file.uri, atMs: nowMs() });
  }
}

interface Origin {
  readonly expected: Expected | undefined;
  readonly remote: RemoteFile;
}

async function describeFile(context: FileContext, { uri, bytes }: WantedFile): Promise<RemoteFile> {
  const { network, patience, signal, mirror } = context;
  const remote = await patiently(patience, signal, () => describe(network, uri, signal));
  if (bytes === undefined || remote.bytes === undefined || bytes === remote.bytes) return remote;
  const why = sentence('{0} bytes were expected, and it says {1}', bytes, remote.bytes);
  throw new StoreError({ code: 'length', address: shownAddress(mirrored(uri, mirror)), why });
}

/** The catalog knows best, then the first download of the same address, then the hub, which could change both at once. */
function expectedOf(file: WantedFile, first: string | undefined, remote: RemoteFile): Expected | undefined {
  if (file.sha256 !== undefined) return { sha256: file.sha256, source: 'catalog' };
  if (first !== undefined) return { sha256: first, source: 'first-download' };
  return remote.sha256 === undefined ? undefined : { sha256: remote.sha256, source: 'hub' };
}
