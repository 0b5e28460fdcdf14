/** Sentences as the documentation comment of a language: JSDoc, docstring, Javadoc, Doxygen, godoc, rustdoc. Pure. */
import type { Language } from '../../syntax/language.ts';

/** Columns that a comment takes at most, its indentation included, unless a word is longer. */
const columnsMax = 100;
const columnsMin = 30;

interface Convention {
  /** Behind the head of what it documents, as its first statement; else before it. */
  readonly isInside: boolean;
  /** It begins with the name of what it documents. */
  readonly namesFirst: boolean;
  /** Lines of text, without indentation, as lines of a comment. */
  readonly comment: (lines: readonly string[]) => readonly string[];
  /** What would end the comment, taken apart. */
  readonly safe: (text: string) => string;
}

const block: Convention = {
  isInside: false,
  namesFirst: false,
  comment: (lines) => {
    const [only = ''] = lines;
    return lines.length === 1 ? [`/** ${only} */`] : ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'];
  },
  safe: (text) => text.replaceAll('*/', '* /'),
};

function byLine(sign: string, around: readonly [string, string] | undefined, namesFirst = false): Convention {
  const comment = (lines: readonly string[]): string[] =>
    [...(around ? [around[0]] : []), ...lines, ...(around ? [around[1]] : [])].map((line) =>
      `${sign} ${line}`.trimEnd(),
    );
  return { isInside: false, namesFirst, comment, safe: (text) => text };
}

const docstring: Convention = {
  isInside: true,
  namesFirst: false,
  comment: (lines) => {
    const [only = ''] = lines;
    return lines.length === 1 ? [`"""${only}"""`] : [`"""${only}`, ...lines.slice(1), '"""'];
  },
  // A quote at the end would be the first of four.
  safe: (text) => text.replaceAll('\\', '\\\\').replaceAll('"""', "'''").replace(/"$/, "'"),
};

const xmlSafe = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const conventions: Readonly<Record<Language, Convention>> = {
  c: block,
  cpp: block,
  csharp: { ...byLine('///', ['<summary>', '</summary>']), safe: xmlSafe },
  go: byLine('//', undefined, true),
  java: block,
  javascript: block,
  python: docstring,
  rust: byLine('///', undefined),
  tsx: block,
  typescript: block,
};

export function isDocumentedInside(language: Language): boolean {
  return conventions[language].isInside;
}

export interface DocText {
  /** Of what is documented. */
  readonly name: string | undefined;
  /** As the model wrote it. */
  readonly text: string;
  /** Blanks at the start of each of its lines. */
  readonly indent: string;
}

/** Whole lines of a comment, with their indentation; none when nothing was written that could be one. */
export function docLines(language: Language, { name, text, indent }: DocText): string[] {
  const { comment, safe, namesFirst } = conventions[language];
  const plain = sentencesOf(text);
  if (plain === '') return [];
  const named = namesFirst && name !== undefined && !startsWithWord(plain, name) ? `${name}: ${plain}` : plain;
  const width = Math.max(columnsMin, columnsMax - indent.length - 4);
  const lines = safe(named)
    .split('\n')
    .flatMap((paragraph) => wrapped(paragraph, width));
  return comment(lines).map((line) => (line === '' ? '' : indent + line));
}

function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && !/[\p{L}\p{N}_$]/u.test(text.charAt(word.length));
}

/** What models put around sentences, taken off: fences, comment signs, quotes; paragraphs stay, their line ends do not. */
function sentencesOf(text: string): string {
  const bare = text
    .replaceAll(/^\s*```.*$/gm, '')
    .replaceAll(/^\s*(?:\/\*\*?|\*\/|\/\/[/!]?|\*(?!\*)|#)[ \t]?/gm, '')
    .replaceAll(/\*\/\s*$/gm, '')
    .replaceAll(/^\s*(?:"""|''')|(?:"""|''')\s*$/g, '');
  const paragraphs = bare.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, ' ').trim());
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function wrapped(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
