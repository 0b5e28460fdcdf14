/**
 * Reads code just far enough to know what is open: brackets, strings, comments. Not a parser: text that makes no sense is read on, and
 * never fails. Linear in the text.
 */
import type { Lexis, Quote } from './languages.ts';

/** What is open at a place, the innermost last. */
export type Frame =
  | { readonly kind: 'bracket'; readonly close: string; readonly at: number }
  | { readonly kind: 'string'; readonly close: string; readonly at: number; readonly quote: Quote }
  | { readonly kind: 'comment'; readonly close: string; readonly at: number };

/** Something that the text closed, from where to where; `opened` is negative for what was open before the text began. */
export interface Closing {
  readonly kind: 'bracket' | 'string';
  readonly opened: number;
  readonly at: number;
  /** How many frames are open after it. */
  readonly depth: number;
}

export interface Scan {
  readonly open: readonly Frame[];
  /** The last character of code that is no white space. */
  readonly last: string;
  /** How many of them were open before the text. */
  readonly outer: number;
  readonly closings: readonly Closing[];
  /** Where a string of one line begins that its line does not close. */
  readonly torn: number | undefined;
  /** Where closers stand that fit nothing, or not what was opened last. */
  readonly mistakes: readonly number[];
  /** For each line of the text: whether it begins inside a string or comment. */
  readonly linesInside: readonly boolean[];
  /** For each line of the text: how many brackets, strings and comments are open where it begins. */
  readonly linesOpen: readonly number[];
}

const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** A closer that fits nothing is looked for this many brackets further out before it is taken for a mistake. */
const mismatchDepthMax = 3;
const charLiteral = /^'(?:\\[^\n][^\n']{0,9}|[^'\\\n])'/;
/** A regular expression longer than this is taken for divisions, so that text full of slashes is read in linear time. */
const literalCharsMax = 400;
const regexLiteral = /^\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//;
/** What neither opens nor closes anything, in any language: read in one go. */
const plainCode = /[A-Za-z0-9_ \t.,;:=<>+*!&|?%^~]+/y;
const plainText = /[^\\\n"'`$)]+/y;
/** A quote right after a letter is an apostrophe or a digit separator, unless the letters are those that mark a kind of string. */
const stringPrefix = /(?:^|[^\w])(?:[bfrutLUR]|br|rb|fr|rf|u8)$/i;

/** What a text goes on from. */
export interface Begun {
  readonly open: readonly Frame[];
  readonly last: string;
}

export const fromNothing: Begun = { open: [], last: '' };

/** `open` is what was open before the text; for a text that goes on from another, {@link scanOn}. */
export function scan(text: string, lexis: Lexis, open: readonly Frame[] = []): Scan {
  return scanOn({ open, last: '' }, text, lexis);
}

/** The text behind one that was read already, from the beginning of a line on. */
export function scanOn({ open, last }: Begun, text: string, lexis: Lexis): Scan {
  return new Scanner(text, lexis, open, last).run();
}

/** Whether the innermost of what is open is text: a string or a comment. */
export function isInsideText(open: readonly Frame[]): boolean {
  const kind = open.at(-1)?.kind;
  return kind === 'string' || kind === 'comment';
}

class Scanner {
  readonly #text: string;
  readonly #lexis: Lexis;
  readonly #open: Frame[];
  /** How many of what was open before the text still is; the positions of those are in another text. */
  #outer: number;
  readonly #closings: Closing[] = [];
  readonly #linesInside: boolean[] = [];
  readonly #linesOpen: number[] = [];
  #torn: number | undefined;
  readonly #mistakes: number[] = [];
  #at = 0;
  #lineEnd = -1;
  /** The last character of code that is no white space: says whether `/` divides. */
  #last: string;

  constructor(text: string, lexis: Lexis, open: readonly Frame[], last: string) {
    this.#text = text;
    this.#lexis = lexis;
    this.#open = [...open];
    this.#outer = open.length;
    this.#last = last;
  }

  run(): Scan {
    this.#beginLine();
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (char === '\n') this.#endLine();
      else this.#step(char);
    }
    return {
      open: this.#open,
      last: this.#last,
      outer: this.#outer,
      closings: this.#closings,
      torn: this.#torn,
      mistakes: this.#mistakes,
      linesInside: this.#linesInside,
      linesOpen: this.#linesOpen,
    };
  }

  #endLine(): void {
    const top = this.#open.at(-1);
    if (top?.kind === 'comment' && top.close === '\n') this.#pop();
    if (top?.kind === 'string' && !top.quote.multiline) {
      const opened = this.#pop();
      if (opened >= 0) this.#torn ??= opened;
    }
    this.#at += 1;
    this.#beginLine();
  }

  #beginLine(): void {
    this.#linesInside.push(isInsideText(this.#open));
    this.#linesOpen.push(this.#open.length);
  }

  #step(char: string): void {
    const top = this.#open.at(-1);
    if (top?.kind === 'comment') this.#inComment(top.close);
    else if (top?.kind === 'string') this.#inString(top.quote, char);
    else this.#inCode(char);
  }

  #inComment(close: string): void {
    const lineEnd = this.#endOfLine();
    const end = close === '\n' ? -1 : this.#text.slice(this.#at, lineEnd).indexOf(close);
    if (end !== -1) this.#pop();
    this.#at = end === -1 ? lineEnd : this.#at + end + close.length;
  }

  /** Looked for once a line, so that reading stays linear. */
  #endOfLine(): number {
    if (this.#lineEnd < this.#at) {
      const found = this.#text.indexOf('\n', this.#at);
      this.#lineEnd = found === -1 ? this.#text.length : found;
    }
    return this.#lineEnd;
  }

  #inString(quote: Quote, char: string): void {
    if (this.#skip(plainText) !== undefined) return;
    if (quote.escapes && char === '\\' && this.#text.charAt(this.#at + 1) !== '\n') this.#at += 2;
    else if (this.#text.startsWith(quote.close, this.#at)) this.#close('string', quote.close.length);
    else if (quote.hole !== undefined && this.#text.startsWith(quote.hole, this.#at)) {
      this.#open.push({ kind: 'bracket', close: '}', at: this.#at });
      this.#last = '{';
      this.#at += quote.hole.length;
    } else this.#at += 1;
  }

  #inCode(char: string): void {
    const plain = this.#skip(plainCode);
    if (plain !== undefined) this.#last = plain.trimEnd().at(-1) ?? this.#last;
    else if (this.#openComment() || this.#skipLiteral(char) || this.#openString()) return;
    else if (char in closerOf) {
      this.#open.push({ kind: 'bracket', close: closerOf[char] ?? '', at: this.#at });
      this.#plain(char);
    } else if (char === ')' || char === ']' || char === '}') this.#closer(char);
    else this.#plain(char);
  }

  #skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #plain(char: string): void {
    if (char.trim() !== '') this.#last = char;
    this.#at += 1;
  }

  #openComment(): boolean {
    const { lineComments, blockComment } = this.#lexis;
    const line = lineComments.find((mark) => this.#text.startsWith(mark, this.#at));
    const isBlock = blockComment !== undefined && this.#text.startsWith(blockComment[0], this.#at);
    if (line === undefined && !isBlock) return false;
    this.#open.push({ kind: 'comment', close: isBlock ? blockComment[1] : '\n', at: this.#at });
    this.#at += isBlock ? blockComment[0].length : (line?.length ?? 0);
    return true;
  }

  /** A character or a regular expression: brackets and quotes in it are text. */
  #skipLiteral(char: string): boolean {
    const isChar = char === "'" && this.#lexis.hasCharLiterals;
    const isRegex = char === '/' && this.#lexis.hasRegexLiterals && this.#mayBeginRegex();
    if (!isChar && !isRegex) return false;
    const pattern = isChar ? charLiteral : regexLiteral;
    const found = pattern.exec(this.#text.slice(this.#at, this.#at + literalCharsMax));
    // What is neither a digit separator nor a lifetime is a character that nothing closes.
    const isName = this.#lexis.hasLifetimes && /\w/.test(this.#text.charAt(this.#at + 1));
    if (isChar && found === null && !isName && !/\w/.test(this.#textBefore(1))) this.#torn ??= this.#at;
    this.#at += found?.[0].length ?? 1;
    this.#last = 'x';
    return true;
  }

  #mayBeginRegex(): boolean {
    if (/[\w)\]}$'"`]/.test(this.#last)) return /\b(?:return|typeof|case|in|of)\s*$/.test(this.#textBefore(12));
    return true;
  }

  #openString(): boolean {
    const quote = this.#lexis.quotes.find(({ open }) => this.#opens(open));
    if (quote === undefined) return false;
    if (quote.open === "'" && /\w$/.test(this.#textBefore(1)) && !stringPrefix.test(this.#textBefore(3))) return false;
    if (!quote.multiline && this.#isStray(quote)) return false;
    this.#open.push({ kind: 'string', close: quote.close, at: this.#at, quote });
    this.#at += quote.open.replace(/^\w/, '').length;
    return true;
  }

  /** The letter that some kinds of string begin with has been read as a word when the rest of its opening comes. */
  #opens(open: string): boolean {
    const rest = open.replace(/^\w/, '');
    if (!this.#text.startsWith(rest, this.#at)) return false;
    return rest === open || new RegExp(`(?:^|\\W)b?${open[0]}$`).test(this.#textBefore(3));
  }

  /** An apostrophe that its line does not close, on a line that others follow, is no string. */
  #isStray(quote: Quote): boolean {
    if (quote.open !== "'") return false;
    const lineEnd = this.#endOfLine();
    return lineEnd < this.#text.length && !this.#text.slice(this.#at + 1, lineEnd).includes(quote.close);
  }

  #closer(char: string): void {
    const bottom = Math.max(0, this.#open.length - mismatchDepthMax);
    let fits = this.#open.length - 1;
    while (fits >= bottom && this.#open[fits]?.close !== char)
      fits = this.#open[fits]?.kind === 'string' ? -1 : fits - 1;
    if (fits !== this.#open.length - 1 || fits < 0) this.#mistakes.push(this.#at);
    // One that fits nothing closes what is not seen, if nothing is open.
    if (fits >= bottom) {
      this.#open.length = fits + 1;
      this.#outer = Math.min(this.#outer, fits + 1);
      this.#close('bracket', 1);
    } else {
      if (this.#open.length === 0) this.#closings.push({ kind: 'bracket', opened: -1, at: this.#at, depth: 0 });
      this.#at += 1;
    }
    this.#last = char;
  }

  #close(kind: Closing['kind'], length: number): void {
    const opened = this.#pop();
    this.#closings.push({ kind, opened, at: this.#at, depth: this.#open.length });
    this.#at += length;
    this.#last = 'x';
  }

  /** Where it was opened, negative if before the text. */
  #pop(): number {
    const isOuter = this.#open.length <= this.#outer;
    const frame = this.#open.pop();
    this.#outer = Math.min(this.#outer, this.#open.length);
    return isOuter ? -1 : (frame?.at ?? -1);
  }

  #textBefore(chars: number): string {
    return this.#text.slice(Math.max(0, this.#at - chars), this.#at);
  }
}
