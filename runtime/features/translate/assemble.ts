/**
 * The answers of parts as one file. Each part brings the imports that it needs, and a file says each of them once. Pure.
 *
 * Most languages take an import anywhere at the top level: there a part is final when it comes, but for what was imported before. Some
 * want all of them before the first declaration: there nothing is final before the last part has come.
 */
import type { TargetLanguage } from '../../protocol.ts';
import type { Heading } from './headings.ts';

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
      // As it was written, where all of it is new.
      if (!this.#isHeadFirst && fresh.length > 0 && fresh.length === statements.length) continue;
      left += text.slice(at, start);
      if (!this.#isHeadFirst && fresh.length > 0) {
        left += fresh.join('\n');
        at = end;
      } else at = afterLine(text, left, end);
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
  return statement.replace(/[\s;]+/g, '').replaceAll('"', "'");
}
