/** Sums of many parts never come out even, and a file must not go for the rest of one. */
const bytesMin = 4_096;

/**
 * The host's page cache as far as model files are concerned: the least recently read file goes first, and as a whole. Why as a whole: files
 * are read from their beginning, so its oldest pages are those that the next load asks for first; bringing them back then displaces
 * the rest of the same file, which is the oldest by now. Only who drops a file's end on purpose keeps a beginning that serves.
 */
export class PageCache {
  readonly #capacityBytes: number;
  /** Least recently read first. */
  readonly #files = new Map<string, number>();
  #usedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  cachedBytes(file: string): number {
    return this.#files.get(file) ?? 0;
  }

  /** The file is read from memory: it becomes the most recent one. */
  touch(file: string): void {
    const bytes = this.#files.get(file);
    if (bytes === undefined) return;
    this.#files.delete(file);
    this.#files.set(file, bytes);
  }

  /** More bytes of the file were read from disk. Others give way, the least recent first. */
  add(file: string, bytes: number): void {
    const others = this.#capacityBytes - this.cachedBytes(file);
    const added = Math.min(bytes, others);
    let missing = this.#usedBytes + added - this.#capacityBytes;
    for (const [name, held] of this.#files) {
      if (missing <= bytesMin) break;
      if (name === file) continue;
      missing -= held;
      this.#set(name, 0);
    }
    this.#set(file, this.cachedBytes(file) + added);
    this.touch(file);
  }

  drop(file: string, bytes: number): void {
    this.#set(file, Math.max(0, this.cachedBytes(file) - bytes));
  }

  /** Keeps the file's place in the order. */
  #set(file: string, bytes: number): void {
    this.#usedBytes += bytes - this.cachedBytes(file);
    if (bytes > 0) this.#files.set(file, bytes);
    else this.#files.delete(file);
  }
}
