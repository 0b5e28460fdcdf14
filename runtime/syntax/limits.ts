/** How much of a text is parsed and for how long, and what is said of a text that is not. */

/** Milliseconds of a clock that never goes back, such as `performance.now`. */
export type Clock = () => number;

export interface ParseLimits {
  /** UTF-16 units. A tree takes about ten times as many bytes as its text. */
  readonly charsMax: number;
  /** The parser is asked to stop when this has passed; it hears it within a fraction of a millisecond. */
  readonly msMax: number;
}

/** For what a user asked for and waits for. Some 25,000 lines. */
export const taskLimits: ParseLimits = { charsMax: 1024 ** 2, msMax: 2_000 };

/** For what happens at a keystroke. */
export const keystrokeLimits: ParseLimits = { charsMax: 512 * 1024, msMax: 150 };

/** Why there is no tree: a text without one is read by its lines. */
export class Unparsed {
  /** `tooDeep`: nested so deep, or broken so often, that the parser ran out of stack. */
  readonly kind: 'tooLarge' | 'tooSlow' | 'tooDeep';
  /** UTF-16 units of the text. */
  readonly chars: number;
  readonly limits: ParseLimits;

  constructor(kind: Unparsed['kind'], chars: number, limits: ParseLimits) {
    this.kind = kind;
    this.chars = chars;
    this.limits = limits;
  }

  get sentence(): string {
    switch (this.kind) {
      case 'tooLarge':
        return `The text is too large to be parsed: it has ${this.chars} characters, and at most ${this.limits.charsMax} are read.`;
      case 'tooSlow':
        return `The text of ${this.chars} characters took longer to parse than the ${this.limits.msMax} ms that it may.`;
      case 'tooDeep':
        return `The text of ${this.chars} characters is nested too deep, or broken in too many places, to be parsed.`;
      default:
        return this.kind satisfies never;
    }
  }
}
