/**
 * What must be known of a language to tell its code from its comments and strings, and no more: brackets inside either are text.
 */

export interface Quote {
  readonly open: string;
  readonly close: string;
  /** Whether it may hold line ends. One that may not, and is not closed on its line, is no string but a stray mark. */
  readonly multiline: boolean;
  /** Whether a backslash takes the meaning off the next character. */
  readonly escapes: boolean;
  /** What opens an expression inside it, which `}` closes. */
  readonly hole?: string;
}

export interface Lexis {
  /** False for prose, and for languages that are not in the table. */
  readonly isKnown: boolean;
  /** Text for people: a sentence is no leak and a fence no wrapping. */
  readonly isProse: boolean;
  /** Columns are its blocks' brackets. */
  readonly isIndented: boolean;
  readonly lineComments: readonly string[];
  readonly blockComment: readonly [open: string, close: string] | undefined;
  /** The longest opening first. */
  readonly quotes: readonly Quote[];
  /** `'` holds one character, so that a lifetime or a digit separator opens nothing. */
  readonly hasCharLiterals: boolean;
  /** `'a` alone names something. */
  readonly hasLifetimes: boolean;
  readonly hasRegexLiterals: boolean;
}

function quote(open: string, more: Partial<Quote> = {}): Quote {
  return { open, close: open, multiline: false, escapes: true, ...more };
}

const long = { multiline: true };
const raw = { multiline: true, escapes: false };

const cLike: Lexis = {
  isKnown: true,
  isProse: false,
  isIndented: false,
  lineComments: ['//'],
  blockComment: ['/*', '*/'],
  quotes: [quote('"')],
  hasCharLiterals: true,
  hasLifetimes: false,
  hasRegexLiterals: false,
};

const javaLike: Lexis = { ...cLike, quotes: [quote('"""', long), quote('"')] };

const script: Lexis = {
  ...cLike,
  quotes: [quote('"'), quote("'"), quote('`', { ...long, hole: '${' })],
  hasCharLiterals: false,
  hasRegexLiterals: true,
};

const hashed: Lexis = {
  ...cLike,
  lineComments: ['#'],
  blockComment: undefined,
  quotes: [quote('"'), quote("'")],
  hasCharLiterals: false,
};

const python: Lexis = {
  ...hashed,
  isIndented: true,
  quotes: [quote('"""', long), quote("'''", long), quote('"'), quote("'")],
};

/** Of a language nobody knows, only what nearly all of them share. */
const unknown: Lexis = {
  ...hashed,
  isKnown: false,
  lineComments: ['//', '# ', '-- '],
};

const prose: Lexis = { ...unknown, isProse: true, lineComments: [], quotes: [] };

const table: Readonly<Record<string, Lexis>> = {
  typescript: script,
  typescriptreact: script,
  javascript: script,
  javascriptreact: script,
  python,
  java: javaLike,
  kotlin: javaLike,
  scala: javaLike,
  swift: { ...javaLike, hasCharLiterals: false },
  c: cLike,
  cpp: { ...cLike, quotes: [quote('R"(', { ...raw, close: ')"' }), quote('"')] },
  csharp: {
    ...cLike,
    quotes: [quote('"""', raw), quote('@"', { ...raw, close: '"' }), quote('"')],
  },
  go: { ...cLike, quotes: [quote('`', raw), quote('"')] },
  rust: { ...cLike, hasLifetimes: true, quotes: [quote('r#"', { ...raw, close: '"#' }), quote('"', long)] },
  dart: {
    ...script,
    quotes: [quote("'''", long), quote('"""', long), quote('"'), quote("'")],
    hasRegexLiterals: false,
  },
  json: { ...script, quotes: [quote('"')], hasRegexLiterals: false },
  jsonc: { ...script, quotes: [quote('"')], hasRegexLiterals: false },
  markdown: prose,
  plaintext: prose,
  latex: prose,
  restructuredtext: prose,
  asciidoc: prose,
  'git-commit': prose,
};

export function lexisOf(languageId: string): Lexis {
  return Object.hasOwn(table, languageId) ? (table[languageId] ?? unknown) : unknown;
}
