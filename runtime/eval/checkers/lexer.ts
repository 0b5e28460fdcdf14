/**
 * Which characters of a source file are code, comment or string, and how many strings never end. A scan from the file's first character,
 * a few rules a language: enough to count brackets, far from a parser. Pure.
 */
import type { Language } from '../languages.ts';

export const kinds = { code: 0, comment: 1, text: 2 } as const;

export interface Scan {
  /** One of {@link kinds} for each UTF-16 unit; the delimiters of a comment or string belong to it. */
  readonly kindAt: Uint8Array;
  /** Strings and characters that reach the end of their line, or of the file where they may have more lines. */
  readonly unterminated: number;
}

interface Rules {
  readonly lineComment: string;
  readonly blockComments: boolean;
  readonly nestedComments: boolean;
  /** Longer delimiters first; `isLong`: may go over several lines. */
  readonly strings: readonly { readonly mark: string; readonly isLong: boolean }[];
  readonly templates: boolean;
}

const short = (...marks: string[]): Rules['strings'] => marks.map((mark) => ({ mark, isLong: false }));
const long = (...marks: string[]): Rules['strings'] => marks.map((mark) => ({ mark, isLong: true }));

const cLike: Rules = {
  lineComment: '//',
  blockComments: true,
  nestedComments: false,
  strings: short('"', "'"),
  templates: false,
};

const rules: Readonly<Record<Language, Rules>> = {
  typescript: { ...cLike, templates: true },
  javascript: { ...cLike, templates: true },
  python: { ...cLike, lineComment: '#', blockComments: false, strings: [...long('"""', "'''"), ...short('"', "'")] },
  java: { ...cLike, strings: [...long('"""'), ...short('"', "'")] },
  c: cLike,
  cpp: cLike,
  go: { ...cLike, strings: [...short('"', "'"), ...long('`')] },
  rust: { ...cLike, nestedComments: true, strings: [...long('"'), ...short("'")] },
};

/** Where a stretch ends (exclusive), and whether it is a string that nobody closed. */
interface Stretch {
  readonly end: number;
  readonly isOpen?: boolean;
}

export function scan(text: string, language: Language): Scan {
  const kindAt = new Uint8Array(text.length);
  const rule = rules[language];
  let unterminated = 0;
  /** Brace depth inside each `${` of a template. */
  const templateDepths: number[] = [];
  const mark = (start: number, { end, isOpen }: Stretch, kind: number): number => {
    kindAt.fill(kind, start, end);
    if (isOpen === true) unterminated += 1;
    return Math.max(end, start + 1);
  };
  const template = (start: number): number => {
    const stretch = templateEnd(text, start + 1);
    if (stretch.isHole) templateDepths.push(0);
    return mark(start, stretch, kinds.text);
  };
  for (let at = 0; at < text.length; ) {
    const comment = commentEnd(text, at, rule);
    const string = comment === undefined ? stringEnd(text, at, language, rule) : undefined;
    if (comment !== undefined) at = mark(at, { end: comment }, kinds.comment);
    else if (string !== undefined) at = mark(at, string, kinds.text);
    else if (rule.templates && text[at] === '`') at = template(at);
    else if (rule.templates && text[at] === '/' && beginsPattern(text, at, kindAt))
      at = mark(at, patternEnd(text, at), kinds.text);
    else {
      const depth = templateDepths.at(-1);
      if (depth !== undefined && text[at] === '}' && depth === 0) {
        templateDepths.pop();
        at = template(at);
        continue;
      }
      if (depth !== undefined && text[at] === '{') templateDepths[templateDepths.length - 1] = depth + 1;
      if (depth !== undefined && text[at] === '}') templateDepths[templateDepths.length - 1] = depth - 1;
      at += 1;
    }
  }
  return { kindAt, unterminated };
}

function commentEnd(text: string, at: number, rule: Rules): number | undefined {
  if (text.startsWith(rule.lineComment, at)) return lineEnd(text, at);
  if (!rule.blockComments || !text.startsWith('/*', at)) return undefined;
  let depth = 1;
  for (let place = at + 2; place < text.length; place += 1) {
    if (text.startsWith('*/', place)) {
      depth -= 1;
      place += 1;
      if (depth === 0) return place + 1;
    } else if (rule.nestedComments && text.startsWith('/*', place)) {
      depth += 1;
      place += 1;
    }
  }
  return text.length;
}

function stringEnd(text: string, at: number, language: Language, rule: Rules): Stretch | undefined {
  const raw = rawStringEnd(text, at, language);
  if (raw !== undefined) return raw;
  const string = rule.strings.find(({ mark }) => text.startsWith(mark, at));
  if (string === undefined) return undefined;
  if (string.mark === "'" && isNoCharacter(text, at, language)) return undefined;
  const isVerbatim = language === 'go' && string.mark === '`';
  return closed(text, at + string.mark.length, string.mark, string.isLong, isVerbatim);
}

function closed(text: string, from: number, mark: string, isLong: boolean, isVerbatim = false): Stretch {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\' && !isVerbatim) at += 1;
    else if (text.startsWith(mark, at)) return { end: at + mark.length };
    else if (text[at] === '\n' && !isLong) return { end: at, isOpen: true };
  }
  return { end: text.length, isOpen: true };
}

/** `r#"…"#` of Rust, `R"x(…)x"` of C++. */
function rawStringEnd(text: string, at: number, language: Language): Stretch | undefined {
  const isRust = language === 'rust' && text[at] === 'r';
  const isCpp = language === 'cpp' && text[at] === 'R';
  if ((!isRust && !isCpp) || /[A-Za-z0-9_]/.test((text[at - 1] ?? '').replace('b', ''))) return undefined;
  const head = (isRust ? /^r(#*)"/ : /^R"([^()\\\s]{0,16})\(/).exec(text.slice(at, at + 24));
  if (head === null) return undefined;
  const mark = isRust ? `"${head[1]}` : `)${head[1]}"`;
  const end = text.indexOf(mark, at + head[0].length);
  return end === -1 ? { end: text.length, isOpen: true } : { end: end + mark.length };
}

/** Lifetimes of Rust, and the separators inside the numbers of C++. */
function isNoCharacter(text: string, at: number, language: Language): boolean {
  if (language === 'rust') return !/^'(?:\\[^\n]{1,9}?|[^\\'\n])'/u.test(text.slice(at, at + 14));
  return language === 'cpp' && /[0-9a-fA-F]/.test(text[at - 1] ?? '') && /[0-9a-fA-F]/.test(text[at + 1] ?? '');
}

/** Up to the end of a template, or to the `${` of a hole in it. */
function templateEnd(text: string, from: number): Stretch & { readonly isHole: boolean } {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return { end: at + 1, isHole: false };
    else if (text.startsWith('${', at)) return { end: at + 2, isHole: true };
  }
  return { end: text.length, isOpen: true, isHole: false };
}

/** A slash after a value divides; everywhere else it begins a regular expression. */
function beginsPattern(text: string, at: number, kindAt: Uint8Array): boolean {
  let before = at - 1;
  while (before >= 0 && (/\s/.test(text[before] ?? '') || kindAt[before] === kinds.comment)) before -= 1;
  if (before < 0) return true;
  if (kindAt[before] === kinds.text) return false;
  const word = /[A-Za-z_$][\w$]*$/.exec(text.slice(Math.max(0, before - 12), before + 1))?.[0];
  if (word !== undefined) return /^(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/.test(word);
  return !/[\w$)\]}]/.test(text[before] ?? '');
}

function patternEnd(text: string, from: number): Stretch {
  let isClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\n') return { end: at };
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') isClass = true;
    else if (text[at] === ']') isClass = false;
    else if (text[at] === '/' && !isClass) return { end: at + 1 };
  }
  return { end: text.length };
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}
