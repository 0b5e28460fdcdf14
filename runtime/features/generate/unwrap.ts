/**
 * Code out of a chat model's answer, while it streams: sentences and a fence around it are taken off, what follows the fence is not read,
 * and its lines are indented for their place. Two filters from pieces to pieces.
 */

const fenceLine = /^\s*(?:`{3,}|~{3,})[^`]*$/;
/** What may become a fence, or a line of white space. */
const fenceBegin = /^\s*(?:`{0,3}|~{0,3})$/;
/** `Here is the function you asked for:` */
const introduction = /^\p{L}[\p{L}'’,-]*(?: [^;{}=]+){2,}[:.!]$/u;
const introductionsMax = 4;

export class Unwrapper {
  readonly #isProse: boolean;
  /** `opening`: sentences may come, and a fence. */
  #state: 'opening' | 'content' | 'over' = 'opening';
  #introductions: string[] = [];
  /** Of the line that is being written, what was not handed on. */
  #line = '';
  /** Some of the line was handed on: it is no fence. */
  #isLineBegun = false;

  /** @param isProse sentences are what was asked for. */
  constructor({ isProse }: { readonly isProse: boolean }) {
    this.#isProse = isProse;
  }

  /** The fence was closed: nothing more will come of it. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  push(piece: string): string {
    let content = '';
    const lines = piece.split('\n');
    for (const [index, part] of lines.entries()) {
      this.#line += part;
      content += index < lines.length - 1 ? this.#lineEnded() : this.#lineSoFar();
    }
    return content;
  }

  end(): string {
    const rest = this.#line === '' ? '' : this.#lineEnded().replace(/\n$/, '');
    if (this.#state !== 'opening') return rest;
    // Nothing but sentences came: they are no code, unless it is a line that only looks like one.
    const only = this.#introductions.join('\n');
    return /[.!]$/.test(only) ? '' : only;
  }

  #lineEnded(): string {
    const line = this.#line;
    const isBegun = this.#isLineBegun;
    this.#line = '';
    this.#isLineBegun = false;
    switch (this.#state) {
      case 'opening':
        return this.#opened(line);
      case 'content':
        if (isBegun || !fenceLine.test(line)) return `${line}\n`;
        this.#state = 'over';
        return '';
      case 'over':
        return '';
      default:
        return this.#state satisfies never;
    }
  }

  #opened(line: string): string {
    if (line.trim() === '') return '';
    if (fenceLine.test(line)) {
      this.#state = 'content';
      this.#introductions = [];
      return '';
    }
    const isIntroduction = !this.#isProse && introduction.test(line.trim());
    if (isIntroduction && this.#introductions.length < introductionsMax) {
      this.#introductions.push(line);
      return '';
    }
    this.#state = 'content';
    return [...this.#introductions.splice(0), line, ''].join('\n');
  }

  /** Handed on as soon as it can be nothing but content. */
  #lineSoFar(): string {
    const line = this.#line;
    if (this.#state === 'over' || line === '') return '';
    if (this.#state === 'opening') {
      if (this.#introductions.length > 0 || !/[;{}=()<>[\]]/.test(line)) return '';
      this.#state = 'content';
    } else if (!this.#isLineBegun && fenceBegin.test(line)) return '';
    else if (!this.#isLineBegun && fenceLine.test(line)) return '';
    this.#line = '';
    this.#isLineBegun = true;
    return line;
  }
}

/** The lines of a code as deep as their place; white space before it and behind it is taken off. */
export class Indenter {
  readonly #indent: string;
  /** White space in front of the first line, which every line has. */
  #base: string | undefined;
  /** White space that was not handed on: what follows it decides what becomes of it. */
  #space = '';

  constructor(indent: string) {
    this.#indent = indent;
  }

  push(piece: string): string {
    let out = '';
    for (const run of piece.match(/\s+|\S+/g) ?? []) {
      if (run.trim() === '') {
        this.#space += run;
        continue;
      }
      out += this.#between(this.#space) + run;
      this.#space = '';
    }
    return out;
  }

  #between(space: string): string {
    const lineEnd = space.lastIndexOf('\n');
    const own = space.slice(lineEnd + 1);
    if (this.#base === undefined) {
      this.#base = own;
      return '';
    }
    if (lineEnd === -1) return space;
    const ends = '\n'.repeat(space.split('\n').length - 1);
    return ends + this.#indent + (own.startsWith(this.#base) ? own.slice(this.#base.length) : '');
  }
}
