/**
 * The answers of parts as one file. Each part brings the imports that it needs, and a file says each of them once. Pure.
 *
 * Most languages take an import anywhere at the top level: there a part is final when it comes, but for what was imported before. Some
 * want all of them before the first declaration: there nothing is final before the last part has come.
 */
import type { TargetLanguage } from '../../protocol.ts';
import { declarations } from '../../syntax/declarations.ts';
import { importsOf } from '../../syntax/imports.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';

/** An import or a package clause of an answer, in UTF-16 units. */
export interface Heading {
  readonly start: number;
  readonly end: number;
  /** What it brings, each as a statement of its own; none for a package clause, which a file has once. */
  readonly statements: readonly string[];
}

export interface PartAnswer {
  readonly text: string;
  readonly headings: readonly Heading[];
  readonly emptyLinesBefore: number;
}

const headFirst: ReadonlySet<TargetLanguage> = new Set(['csharp', 'go', 'java', 'kotlin']);

export class Assembly {
  readonly #isHeadFirst: boolean;
  readonly #known = new Set<string>();
  readonly #late: string[] = [];
  #first: PartAnswer | undefined;
  #rest = '';

  constructor(target: TargetLanguage) {
    this.#isHeadFirst = headFirst.has(target);
  }

  /** The next part, in their order. @returns what of the file is final now and was not before */
  add(answer: PartAnswer): string {
    if (answer.text.trim() === '') return '';
    if (this.#first === undefined) {
      this.#first = answer;
      for (const { statements } of answer.headings)
        for (const statement of statements) this.#known.add(keyOf(statement));
      return this.#isHeadFirst ? '' : answer.text;
    }
    const text = '\n'.repeat(1 + answer.emptyLinesBefore) + this.#withoutKnown(answer);
    if (text.trim() === '') return '';
    if (!this.#isHeadFirst) return text;
    this.#rest += text;
    return '';
  }

  /** What was held back. */
  end(): string {
    if (!this.#isHeadFirst || this.#first === undefined) return '';
    return `${withHeadings(this.#first, this.#late)}${this.#rest}`;
  }

  #withoutKnown({ text, headings }: PartAnswer): string {
    let left = '';
    let at = 0;
    for (const { start, end, statements } of headings) {
      const fresh = statements.filter((statement) => !this.#known.has(keyOf(statement)));
      for (const statement of fresh) this.#known.add(keyOf(statement));
      if (this.#isHeadFirst) this.#late.push(...fresh);
      const isKept = !this.#isHeadFirst && statements.length > 0 && fresh.length > 0;
      if (isKept) continue;
      left += text.slice(at, start);
      at = afterLine(text, left, end);
    }
    left += text.slice(at);
    return headings.length === 0 ? left : left.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  }
}

/** Behind the line end that follows, where nothing else is left in the line. */
function afterLine(text: string, before: string, end: number): number {
  const [blank = ''] = /^[ \t]*;?[ \t]*\n?/.exec(text.slice(end)) ?? [];
  return /(^|\n)[ \t]*$/.test(before) ? end + blank.length : end;
}

/** Behind the last heading there is, or at the top. */
function withHeadings({ text, headings }: PartAnswer, late: readonly string[]): string {
  if (late.length === 0) return text;
  const end = headings.at(-1)?.end ?? 0;
  const before = text.slice(0, end).trimEnd();
  const after = text.slice(end).replace(/^\s*\n/, '');
  const gap = after === '' ? '' : '\n\n';
  return `${before}${before === '' ? '' : '\n'}${late.join('\n')}${gap}${after.replace(/^\n+/, '')}`;
}

function keyOf(statement: string): string {
  return statement.replace(/[\s;]+/g, '');
}

/** Of languages without a grammar here: whole lines. */
const headingLines: Partial<Readonly<Record<TargetLanguage, { readonly import: RegExp; readonly once: RegExp }>>> = {
  kotlin: { import: /^import\s+\S.*$/, once: /^package\s+\S.*$/ },
  php: { import: /^(?:use|require|require_once|include|include_once)\b.*;\s*$/, once: /^<\?php\s*$/ },
  ruby: { import: /^require(?:_relative)?\s+\S.*$/, once: /^# frozen_string_literal:.*$/ },
  swift: { import: /^import\s+\S.*$/, once: /^$a/ },
};

/** In the order of the text. */
export function headingsOf(source: SyntaxTree | string, target: TargetLanguage): Heading[] {
  return typeof source === 'string' ? lineHeadings(source, target) : treeHeadings(source);
}

function lineHeadings(text: string, target: TargetLanguage): Heading[] {
  const shapes = headingLines[target];
  if (shapes === undefined) return [];
  const headings: Heading[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    if (shapes.import.test(line)) headings.push({ start, end, statements: [line.trim()] });
    else if (shapes.once.test(line)) headings.push({ start, end, statements: [] });
    start = end + 1;
  }
  return headings;
}

function treeHeadings(tree: SyntaxTree): Heading[] {
  const { text, language } = tree;
  const specs = language === 'go' ? importsOf(tree) : [];
  return declarations(tree).flatMap(({ kind, start, range }): Heading[] => {
    const end = start + text.slice(start, range.end).trimEnd().length;
    const statement = text.slice(start, end);
    if (kind === 'import') {
      const inner = specs.filter((spec) => spec.start >= start && spec.end <= end);
      const statements =
        inner.length > 0 ? inner.map((spec) => `import ${text.slice(spec.start, spec.end)}`) : [statement];
      return [{ start, end, statements }];
    }
    if (/^package\s+[\w.]+\s*;?$/.test(statement)) return [{ start, end, statements: [] }];
    const isRequire =
      kind === 'variable' && /^(?:const|let|var)\s[^;\n]*=\s*require\([^()\n]*\)[.\w]*;?$/.test(statement);
    return isRequire ? [{ start, end, statements: [statement] }] : [];
  });
}
