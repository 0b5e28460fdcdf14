/**
 * Lines of a log, packed a part at a time beside the main thread, in their order. Where a part cannot be packed they end: what comes after
 * it is of no use without it.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

export type Pack = (text: string) => Promise<Buffer>;

export interface SegmentsOptions<Extent> {
  /** gzip, beside the main thread, unless a test has another. */
  readonly pack: Pack | undefined;
  /** How far it goes while there is nothing. */
  readonly nothing: Extent;
  /** A part cannot be packed: the lines end before it. */
  readonly broken: (reason: string) => void;
}

/** Characters that are packed together. */
const segmentChars = 128 * 1024;

const packed: Pack = promisify(gzip);
const unpack = promisify(gunzip);

/** `Extent` says how far the lines go, in whatever counts for their owner. */
export class Segments<Extent> {
  readonly #options: SegmentsOptions<Extent>;
  #first = '';
  #rest = '';
  #parts: Buffer[] = [];
  #packing: Promise<void> = Promise.resolve();
  #packingCount = 0;
  #bytes = 0;
  #extent: Extent;
  /** What is in the parts. */
  #packedExtent: Extent;
  /** A part is missing, so nothing can come after it. */
  #isBroken = false;

  constructor(options: SegmentsOptions<Extent>) {
    this.#options = options;
    this.#extent = options.nothing;
    this.#packedExtent = options.nothing;
  }

  /** A line that stays whatever happens; to be called once, before others come. */
  begin(line: string): void {
    this.#first = line;
    this.#rest = line;
  }

  append(lines: string, extent: Extent): void {
    if (this.#isBroken) return;
    this.#rest += lines;
    this.#extent = extent;
    if (this.#rest.length >= segmentChars) this.#pack();
  }

  /** With what is not packed yet. */
  get extent(): Extent {
    return this.#extent;
  }

  /** Of what is packed. */
  get bytes(): number {
    return this.#bytes;
  }

  get isPacking(): boolean {
    return this.#packingCount > 0;
  }

  /** What is packed, the oldest first. */
  get parts(): readonly Buffer[] {
    return this.#parts;
  }

  /** What is not, and not being packed either. */
  get rest(): string {
    return this.#rest;
  }

  /** Over when everything is packed that was being packed. */
  settled(): Promise<void> {
    return this.#packing;
  }

  /** The latest lines. @param charsMax at most; whole parts, so it may be one more. */
  async latest(charsMax: number): Promise<string[]> {
    const texts = [this.#rest];
    let chars = this.#rest.length;
    for (const part of [...this.#parts].reverse()) {
      if (chars >= charsMax) break;
      const text = String(await unpack(part));
      texts.unshift(text);
      chars += text.length;
    }
    return texts.flatMap((text) => text.split('\n'));
  }

  /** One after the other, so that they stand in order. */
  #pack(): void {
    const text = this.#rest;
    const extent = this.#extent;
    this.#rest = '';
    this.#packingCount += 1;
    this.#packing = this.#packing.then(async () => {
      if (!this.#isBroken) await this.#packOne(text, extent);
      this.#packingCount -= 1;
    });
  }

  /** Never rejects: nobody waits for it but the next one. */
  async #packOne(text: string, extent: Extent): Promise<void> {
    try {
      const part = await (this.#options.pack ?? packed)(text);
      this.#parts.push(part);
      this.#bytes += part.length;
      this.#packedExtent = extent;
    } catch (error) {
      this.#isBroken = true;
      this.#extent = this.#packedExtent;
      this.#rest = this.#parts.length === 0 ? this.#first : '';
      this.#options.broken(error instanceof Error ? error.message : String(error));
    }
  }
}
