/** The runtime's log as its readers find it: the names of the files, what stands in them, and what comes. Changes nothing. */
import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type LogEntry, logEntrySchema } from '../protocol.ts';

const namePattern = /^runtime(?:\.(\d{1,3}))?\.jsonl$/;
/** Read in one go while it is followed; more comes with the next look. */
const pieceBytes = 256 * 1024;

/** @param number 0: the one that is written to; the others are older the higher they are. */
export function logFileName(number: number): string {
  return number === 0 ? 'runtime.jsonl' : `runtime.${number}.jsonl`;
}

/** Whole paths, the oldest first; none where there is no log. */
export async function logFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const numbered = names.flatMap((name) => {
    const match = namePattern.exec(name);
    return match === null ? [] : [{ name, number: Number(match[1] ?? 0) }];
  });
  return numbered.sort((a, b) => b.number - a.number).map(({ name }) => path.join(folder, name));
}

/** Undefined for a line that is none of ours, such as one that a full disk has cut. */
export function entryOf(line: string): LogEntry | undefined {
  try {
    return logEntrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Everything that is there, the oldest first. */
export async function readLog(folder: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const file of await logFiles(folder)) {
    // One that is numbered anew meanwhile is read under the other name, or not at all.
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const line of text.split('\n')) entries.push(...[entryOf(line)].filter((entry) => entry !== undefined));
  }
  return entries;
}

/** Hears what is written from now on, over the end of a file too, until it is disposed. */
export class LogFollower {
  readonly #folder: string;
  readonly #heard: (entry: LogEntry) => void;
  #watcher: FSWatcher | undefined;
  #file: FileHandle | undefined;
  #offset = 0;
  /** The beginning of a line whose end is still to come. */
  #rest = Buffer.alloc(0);
  #looking: Promise<void> = Promise.resolve();
  #isDue = false;
  #isDisposed = false;

  private constructor(folder: string, heard: (entry: LogEntry) => void) {
    this.#folder = folder;
    this.#heard = heard;
  }

  /** The folder is made where there is none yet. @throws when it cannot be watched. */
  static async start(folder: string, heard: (entry: LogEntry) => void): Promise<LogFollower> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const follower = new LogFollower(folder, heard);
    try {
      await follower.#begin();
    } catch (error) {
      await follower.dispose();
      throw error;
    }
    return follower;
  }

  async #begin(): Promise<void> {
    await this.#openCurrent();
    this.#offset = (await this.#file?.stat())?.size ?? 0;
    this.#watcher = watch(this.#folder, () => this.#look());
    // A folder that is removed is no error of who reads it.
    this.#watcher.on('error', () => undefined);
    // What came between the two.
    this.#look();
  }

  /** Resolves when nothing of it is open any more. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#watcher?.close();
    await this.#looking;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** One look at a time; of those that are asked for meanwhile one follows. */
  #look(): void {
    if (this.#isDue || this.#isDisposed) return;
    this.#isDue = true;
    this.#looking = this.#looking.then(async () => {
      this.#isDue = false;
      await this.#read().catch(() => undefined);
    });
  }

  async #read(): Promise<void> {
    await this.#readOpen();
    if (this.#isDisposed || (await this.#isCurrent())) return;
    // It was numbered: what was written to it before that is read, and its successor from the beginning.
    await this.#readOpen();
    await this.#file?.close();
    this.#file = undefined;
    this.#rest = Buffer.alloc(0);
    this.#offset = 0;
    await this.#openCurrent();
    await this.#readOpen();
  }

  async #readOpen(): Promise<void> {
    const piece = Buffer.alloc(pieceBytes);
    while (this.#file !== undefined && !this.#isDisposed) {
      const { bytesRead } = await this.#file.read(piece, 0, pieceBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#take(piece.subarray(0, bytesRead));
    }
  }

  #take(bytes: Buffer): void {
    const all = Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(0x0a) + 1;
    // What has no line end for so long is no line of ours.
    this.#rest = all.length - end > pieceBytes ? Buffer.alloc(0) : all.subarray(end);
    for (const line of all.subarray(0, end).toString('utf8').split('\n')) {
      const entry = entryOf(line);
      if (entry !== undefined && !this.#isDisposed) this.#heard(entry);
    }
  }

  async #openCurrent(): Promise<void> {
    this.#file = await open(path.join(this.#folder, logFileName(0))).catch(() => undefined);
  }

  async #isCurrent(): Promise<boolean> {
    const named = await open(path.join(this.#folder, logFileName(0))).catch(() => undefined);
    try {
      if (named === undefined || this.#file === undefined) return named === undefined;
      // As whole numbers: those of NTFS do not fit into a double, where two files of one folder would look like one.
      const whole = { bigint: true } as const;
      const [there, here] = await Promise.all([named.stat(whole), this.#file.stat(whole)]);
      return there.ino === here.ino && there.dev === here.dev;
    } finally {
      await named?.close();
    }
  }
}
