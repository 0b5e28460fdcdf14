/**
 * Which paths a glob means: `*` and `?` stay within a segment of the path, `**` stands for any number of segments, `[a-z]` for one
 * character, `{a,b}` for either. Case does not count. Pure.
 *
 * Globs come from settings and from files of the workspace, so no regular expression is made of them: its time could be exponential.
 */

export const globCharsMax = 512;
const alternativesMax = 64;

type Sign =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly chars: string; readonly isNegated: boolean }
  | { readonly kind: 'char'; readonly char: string };

/** `**`, or the signs of one segment. */
type Segment = '**' | readonly Sign[];

export type Glob = readonly (readonly Segment[])[];

/**
 * One without a slash, but at its end, means names anywhere; any other one counts from the root.
 *
 * @returns undefined when it is too long, or has too many alternatives.
 */
export function parseGlob(source: string, hasBraces = true): Glob | undefined {
  if (source.length > globCharsMax) return undefined;
  const alternatives = hasBraces ? expanded(source.toLowerCase()) : [source.toLowerCase()];
  return alternatives?.map((alternative) => {
    const path = alternative.replace(/^\.?\//, '').replace(/\/+$/, '');
    const segments = path.split('/').map((part): Segment => (part === '**' ? '**' : signsOf(part)));
    const isName = !alternative.replace(/\/+$/, '').includes('/');
    return isName ? ['**', ...segments] : segments;
  });
}

/** Exactly this path, as its segments in lower case; not what lies in it. */
export function matchesGlob(glob: Glob, path: readonly string[]): boolean {
  return glob.some((segments) =>
    walk(
      segments.length,
      path.length,
      (at) => segments[at] === '**',
      (at, index) => matchesSegment(segments[at] ?? [], path[index] ?? ''),
    ),
  );
}

function matchesSegment(signs: Segment, name: string): boolean {
  if (signs === '**') return false;
  return walk(
    signs.length,
    name.length,
    (at) => signs[at]?.kind === 'star',
    (at, index) => matchesSign(signs[at], name[index] ?? ''),
  );
}

function matchesSign(sign: Sign | undefined, char: string): boolean {
  switch (sign?.kind) {
    case undefined:
    case 'star':
      return false;
    case 'any':
      return true;
    case 'set':
      return sign.chars.includes(char) !== sign.isNegated;
    case 'char':
      return sign.char === char;
    default:
      return sign satisfies never;
  }
}

/** With one point of return: what a later star can take, an earlier one need not. Its time is at most `signs` times `things`. */
function walk(
  signs: number,
  things: number,
  isStar: (sign: number) => boolean,
  fits: (sign: number, thing: number) => boolean,
): boolean {
  let sign = 0;
  let star = -1;
  let taken = 0;
  for (let thing = 0; thing < things; ) {
    if (sign < signs && isStar(sign)) {
      star = sign++;
      taken = thing;
    } else if (sign < signs && fits(sign, thing)) {
      sign += 1;
      thing += 1;
    } else if (star >= 0) {
      sign = star + 1;
      taken += 1;
      thing = taken;
    } else return false;
  }
  while (sign < signs && isStar(sign)) sign += 1;
  return sign === signs;
}

function signsOf(segment: string): Sign[] {
  const signs: Sign[] = [];
  for (let at = 0; at < segment.length; at += 1) {
    const char = segment[at] ?? '';
    const set = char === '[' ? setAt(segment, at) : undefined;
    if (set !== undefined) {
      signs.push(set.sign);
      at = set.end;
    } else if (char === '*') signs.push({ kind: 'star' });
    else if (char === '?') signs.push({ kind: 'any' });
    else if (char === '\\' && at + 1 < segment.length) signs.push({ kind: 'char', char: segment[++at] ?? '' });
    else signs.push({ kind: 'char', char });
  }
  return signs;
}

/** Undefined for a bracket that is not closed: it stands for itself. */
function setAt(segment: string, at: number): { readonly sign: Sign; readonly end: number } | undefined {
  const isNegated = segment[at + 1] === '!' || segment[at + 1] === '^';
  const start = at + (isNegated ? 2 : 1);
  const end = segment.indexOf(']', start + 1);
  if (end === -1) return undefined;
  let chars = '';
  for (let index = start; index < end; index += 1) {
    const isRange = segment[index + 1] === '-' && index + 2 < end;
    const last = isRange ? segment.charCodeAt(index + 2) : segment.charCodeAt(index);
    // Ranges of letters and digits are short; of anything longer only the ends count.
    const first = Math.max(segment.charCodeAt(index), last - 128);
    for (let code = first; code <= last; code += 1) chars += String.fromCharCode(code);
    if (isRange) index += 2;
  }
  return { sign: { kind: 'set', chars, isNegated }, end };
}

/** Without braces; undefined when there would be too many. */
function expanded(source: string): string[] | undefined {
  const open = source.indexOf('{');
  const close = open === -1 ? -1 : closingBrace(source, open);
  if (close === -1) return [source];
  const [before, inside, behind] = [source.slice(0, open), source.slice(open + 1, close), source.slice(close + 1)];
  const all: string[] = [];
  for (const part of choices(inside)) {
    const more = expanded(before + part + behind);
    if (more === undefined || all.length + more.length > alternativesMax) return undefined;
    all.push(...more);
  }
  return all;
}

function closingBrace(source: string, open: number): number {
  let depth = 0;
  for (let at = open; at < source.length; at += 1) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function choices(inside: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of inside) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + char);
  }
  return parts;
}
