/** Where a source file can be cut: places in a line at which a developer pauses, and small blocks. Pure. */
import type { Random } from '../../bench/random.ts';
import { blockShapes, type CutFile, lineShapes, type Shape } from '../cases.ts';
import { kinds, scan } from '../checkers/lexer.ts';
import type { Language } from '../languages.ts';

type Cut = CutFile['cuts'][number];

interface Line {
  readonly start: number;
  readonly text: string;
  readonly indent: number;
  /** Nothing of it is a comment, and its first character is no part of a string. */
  readonly isCode: boolean;
}

/** Before the first cut there is something to go by, and behind the last one the file goes on. */
const linesAbove = 8;
const linesBelow = 3;
const lineCharsMax = 120;
/** Of what is cut out of a line, without white space at its end. */
const restChars = { min: 3, max: 80 } as const;
const blockLines = { min: 2, max: 6 } as const;
const blockCharsMax = 240;
/** Two cuts of a file are at least so many lines apart. */
const distanceLines = 8;

/** How often each shape is tried. */
const weights: Readonly<Partial<Record<Shape, number>>> = {
  line: 3,
  assign: 2,
  call: 2,
  member: 2,
  return: 1,
  operator: 1,
  word: 1,
  letters: 1,
};

/** Up to `count` cuts, one in four of them a block where there are any. */
export function cutsOf(text: string, language: Language, count: number, random: Random): Cut[] {
  const lines = linesOf(text, language);
  const singles = lineCuts(text, lines, language);
  const blocks = blockCuts(text, lines, language);
  const taken: Cut[] = [];
  const isFree = ([, start, end]: Cut): boolean =>
    taken.every(([, from, to]) => linesBetween(text, Math.min(end, to), Math.max(start, from)) >= distanceLines);
  for (let left = Math.ceil(count / 4); left > 0; left -= 1) takeOne(blocks, blockShapes, isFree, random, taken);
  for (let tries = 0; tries < 40 && taken.length < count; tries += 1)
    takeOne(singles, weighted(lineShapes), isFree, random, taken);
  return taken.sort((a, b) => a[1] - b[1]);
}

function weighted(shapes: readonly Shape[]): Shape[] {
  return shapes.flatMap((shape) => Array.from({ length: weights[shape] ?? 1 }, () => shape));
}

function takeOne(
  cuts: readonly Cut[],
  shapes: readonly Shape[],
  isFree: (cut: Cut) => boolean,
  random: Random,
  taken: Cut[],
): void {
  const shape = shapes[Math.floor(random() * shapes.length)];
  const free = cuts.filter((cut) => cut[0] === shape && isFree(cut));
  const cut = free[Math.floor(random() * free.length)];
  if (cut !== undefined) taken.push(cut);
}

function linesBetween(text: string, from: number, to: number): number {
  return to <= from ? 0 : text.slice(from, to).split('\n').length - 1;
}

function linesOf(text: string, language: Language): Line[] {
  const { kindAt } = scan(text, language);
  let start = 0;
  return text.split('\n').map((line) => {
    const indent = line.length - line.trimStart().length;
    const own = kindAt.subarray(start, start + line.length);
    const isCode = line.trim() !== '' && own[indent] === kinds.code && !own.includes(kinds.comment);
    const result = { start, text: line, indent, isCode };
    start += line.length + 1;
    return result;
  });
}

function inReach(lines: readonly Line[]): readonly [Line, number][] {
  return lines
    .map((line, index): [Line, number] => [line, index])
    .slice(linesAbove, Math.max(linesAbove, lines.length - linesBelow));
}

const dull = /^(?:import|from|#|package|use|using|export \*|pub use|mod|@)\b|^[#@]/;

function lineCuts(text: string, lines: readonly Line[], language: Language): Cut[] {
  const { kindAt } = scan(text, language);
  return inReach(lines).flatMap(([line]) => {
    const trimmed = line.text.trim();
    if (!line.isCode || line.text.length > lineCharsMax || dull.test(trimmed)) return [];
    return placesIn(line).flatMap(([shape, place]): Cut[] => {
      const rest = line.text.slice(place).trimEnd();
      const isInCode = kindAt[line.start + place] === kinds.code || kindAt[line.start + place - 1] === kinds.code;
      const isLong = rest.length >= restChars.min && rest.length <= restChars.max && /\w/.test(rest);
      return isInCode && isLong ? [[shape, line.start + place, line.start + line.text.length]] : [];
    });
  });
}

/** Each pattern's match ends at the cursor. Where a space follows an operator, most people have typed it already. */
const patterns: readonly (readonly [Shape, RegExp])[] = [
  ['assign', /(?<![=!<>])(?::=|[+\-*/|&]?=)(?![=>]) ?/g],
  ['call', /[\w>]\((?!\))/g],
  ['member', /[\w)\]](?:\.|->|::)(?=[A-Za-z_])/g],
  ['return', /\b(?:return|throw|raise|yield|await) (?=\S)/g],
  ['operator', / (?:===?|!==?|<=?|>=?|&&|\|\||[-+*/%?:]|=>|and|or|not|in) (?=\S)/g],
  ['word', /\S [({[]?(?=[A-Za-z_]{3})/g],
  ['letters', /(?<![\w$.])[A-Za-z_]\w{1,2}(?=\w{3})/g],
];

function placesIn({ text, indent }: Line): [Shape, number][] {
  const inside = patterns.flatMap(([shape, pattern]) =>
    [...text.matchAll(pattern)]
      .map((match): [Shape, number] => [shape, match.index + match[0].length])
      .filter(([, place]) => place > indent + 1),
  );
  return indent > 0 ? [['line', indent], ...inside] : inside;
}

function blockCuts(text: string, lines: readonly Line[], language: Language): Cut[] {
  return inReach(lines).flatMap(([head, index]): Cut[] => {
    const opens = language === 'python' ? /:$/ : /\{$/;
    if (!head.isCode || !opens.test(head.text.trimEnd()) || dull.test(head.text.trim())) return [];
    const last = lastOfBody(lines, index, language);
    const [first, end] = [lines[index + 1], last === undefined ? undefined : lines[last]];
    if (last === undefined || first === undefined || end === undefined) return [];
    const bodyEnd = end.start + end.text.length;
    const cuts: Cut[] = [];
    const take = (shape: Shape, start: number, to: number, count: number): void => {
      const isSmall = count >= blockLines.min && count <= blockLines.max && to - start <= blockCharsMax;
      if (isSmall && text.slice(start, to).trim() !== '') cuts.push([shape, start, to]);
    };
    const bodyCount = last - index;
    take('body', first.start + first.indent, bodyEnd, bodyCount);
    take('opener', head.start + head.text.trimEnd().length, bodyEnd, bodyCount);
    const closer = language === 'python' ? end : lines[last + 1];
    const closes = language === 'python' || /^\s*\}[;)]*$/.test(closer?.text ?? '');
    const isWhole = closer !== undefined && closes && head.indent > 0 && !head.text.trimStart().startsWith('}');
    if (isWhole) {
      const count = bodyCount + (language === 'python' ? 1 : 2);
      take('block', head.start + head.indent, closer.start + closer.text.length, count);
    }
    return cuts;
  });
}

/** The last line of the block that line `head` opens; undefined when it is no small block of code. */
function lastOfBody(lines: readonly Line[], head: number, language: Language): number | undefined {
  const indent = lines[head]?.indent ?? 0;
  let last = head;
  for (let index = head + 1; index < lines.length && index <= head + blockLines.max + 1; index += 1) {
    const line = lines[index];
    if (line === undefined || line.text.trim() === '') {
      if (language !== 'python') return undefined;
      continue;
    }
    if (line.indent <= indent) {
      const isClosed = language === 'python' || (line.indent === indent && /^\s*\}/.test(line.text));
      // A blank line inside would make it two paragraphs.
      return isClosed && last > head && lines.slice(head, last + 1).every((one) => one.isCode) ? last : undefined;
    }
    last = index;
  }
  return undefined;
}
