/**
 * Reads the little-endian values of a GGUF head one after the other, within bounds that the file cannot talk its way out of.
 *
 * It works on the first bytes of a file of known length. Past these bytes but within the file, more of the file is needed
 * ({@link NeedsMore}); past the file, the file is truncated.
 */
import type { GgufProblem } from './problem.ts';

/** No text of a head is longer: chat templates, the longest ones, have tens of kilobytes. */
const textBytesMax = 16 * 1024 * 1024;

/** What is wrong with the head, without the file's name, which only the caller knows. */
export class HeadProblem extends Error {
  readonly problem: GgufProblem;

  constructor(problem: GgufProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** The head goes on beyond the bytes at hand, which is no problem yet. */
export class NeedsMore extends Error {
  /** The head has at least so many bytes. */
  readonly bytesNeeded: number;

  constructor(bytesNeeded: number) {
    super(`${bytesNeeded} bytes are needed`);
    this.bytesNeeded = bytesNeeded;
  }
}

export function damaged(detail: string): HeadProblem {
  return new HeadProblem({ kind: 'damaged', detail });
}

export class Cursor {
  readonly bytes: Buffer;
  readonly #fileBytes: number;
  #at = 0;

  constructor(bytes: Buffer, fileBytes: number) {
    this.bytes = bytes;
    this.#fileBytes = fileBytes;
  }

  get position(): number {
    return this.#at;
  }

  /** @throws {NeedsMore} or {HeadProblem} when so many bytes do not follow. */
  skip(count: number): void {
    const end = this.#at + count;
    if (end > this.bytes.length) throw this.#short(end);
    this.#at = end;
  }

  #short(end: number): Error {
    if (end <= this.#fileBytes) return new NeedsMore(end);
    return new HeadProblem({ kind: 'truncated', bytes: this.#fileBytes, bytesNeeded: end });
  }

  u8(): number {
    this.skip(1);
    return this.bytes.readUInt8(this.#at - 1);
  }

  u32(): number {
    this.skip(4);
    return this.bytes.readUInt32LE(this.#at - 4);
  }

  /** Exact up to 2^53, then the nearest number: a length or count of that size is refused by whoever compares it with a limit. */
  u64(): number {
    this.skip(8);
    return this.bytes.readUInt32LE(this.#at - 8) + this.bytes.readUInt32LE(this.#at - 4) * 4_294_967_296;
  }

  text(what: string): string {
    const start = this.skipText(what);
    return this.bytes.toString('utf8', start, this.#at);
  }

  /** Returns where the text begins; it ends at `position`. */
  skipText(what: string): number {
    const length = this.u64();
    if (length > textBytesMax) throw damaged(`${what} would have ${length} bytes`);
    const start = this.#at;
    this.skip(length);
    return start;
  }

  /** Passes over texts without making them: a vocabulary has 150 000. */
  skipTexts(count: number, what: string): void {
    // A view reads numbers faster than a Buffer, whose methods check their arguments in JavaScript.
    const view = viewOf(this.bytes);
    const end = this.bytes.length;
    let at = this.#at;
    for (let left = count; left > 0; left--) {
      if (at + 8 > end) throw this.#short(at + 8);
      const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 4_294_967_296;
      if (length > textBytesMax) throw damaged(`${what} would have a text of ${length} bytes`);
      at += 8 + length;
    }
    if (at > end) throw this.#short(at);
    this.#at = at;
  }
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
