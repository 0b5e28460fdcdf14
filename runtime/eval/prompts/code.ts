/** What can be said of code without running it. Each judge says 0 to 1. */
import type { Declaration } from '../../syntax/declarations.ts';
import { declarations } from '../../syntax/declarations.ts';
import { syntaxErrors } from '../../syntax/errors.ts';
import type { Syntax } from '../../syntax/index.ts';
import type { Language } from '../../syntax/language.ts';
import { Unparsed } from '../../syntax/limits.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { misindents } from '../checkers/indentation.ts';
import { kinds, scan } from '../checkers/lexer.ts';
import type { Language as CheckedLanguage } from '../languages.ts';
import type { Answered } from './asking.ts';
import { hasRun } from './prose.ts';

/** @throws when it cannot be parsed within the limits: no case is that large. */
export async function readCode<T>(
  syntax: Pick<Syntax, 'read'>,
  text: string,
  language: Language,
  ask: (tree: SyntaxTree) => T,
): Promise<T> {
  const answer = await syntax.read<{ readonly value: T }>(text, language, (tree) => ({ value: ask(tree) }));
  if (answer instanceof Unparsed) throw new Error(answer.sentence);
  return answer.value;
}

export function errorCount(tree: SyntaxTree): number {
  return syntaxErrors(tree).length;
}

export function parses(tree: SyntaxTree): number {
  return errorCount(tree) === 0 ? 1 : 0;
}

/** The share of the names that it declares, whatever the customs of its language write for them: `add_line` and `AddLine` are one. */
export function declares(tree: SyntaxTree, wanted: readonly string[]): number {
  const there = declaredIn(tree);
  return wanted.filter((name) => there.has(bare(name))).length / wanted.length;
}

/** 1 less the share of these that it declares all the same. */
export function leaves(tree: SyntaxTree, others: readonly string[]): number {
  return others.length === 0 ? 1 : 1 - declares(tree, others);
}

function declaredIn(tree: SyntaxTree): Set<string> {
  const all = (list: readonly Declaration[]): string[] =>
    list.flatMap(({ name, members }) => [...(name === undefined ? [] : [bare(name)]), ...all(members)]);
  return new Set(all(declarations(tree)));
}

function bare(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}

/** What is written so in these languages and in no other one of ours. */
const customs: readonly { readonly sign: RegExp; readonly of: readonly Language[] }[] = [
  { sign: /\bdef\s+\w+\s*\(|\belif\b|\b(?:True|False)\b|\bisinstance\(/, of: ['python'] },
  { sign: /\bself\b|\bNone\b/, of: ['python', 'rust'] },
  { sign: /===|\bconsole\.log\b|\bexport\s+(?:class|const|async|function)\b/, of: ['javascript', 'typescript', 'tsx'] },
  { sign: /\bfunction\s+\w+\s*\(|\bconst\s+\w+\s*=\s*[^;]*=>|\bundefined\b/, of: ['javascript', 'typescript', 'tsx'] },
  { sign: /\breadonly\s+\w+\s*:|\binterface\s+\w+\s*\{\s*readonly/, of: ['typescript', 'tsx'] },
  { sign: /:=|\bfunc\s|\bnil\b|\bfmt\.\w/, of: ['go'] },
  { sign: /\bfn\s+\w+|\blet\s+mut\b|\bimpl\b|\bprintln!|&mut\b/, of: ['rust'] },
  { sign: /\bSystem\.out\b|\bimport\s+java\b|\bsynchronized\b|\bIllegalArgumentException\b/, of: ['java'] },
  { sign: /\bConsole\.Write|\busing\s+System\b|\{\s*get;|\bforeach\s*\(\s*var\b/, of: ['csharp'] },
  { sign: /#\s*include\b|\bsize_t\b/, of: ['c', 'cpp'] },
  { sign: /\bstd::/, of: ['cpp', 'rust'] },
];

/** 0 when its code, comments and texts aside, is written in part as only the source's language is. */
export function translated(text: string, from: Language, to: Language): number {
  const code = codeOnly(text, to);
  const foreign = customs.filter(({ of }) => of.includes(from) && !of.includes(to));
  return foreign.some(({ sign }) => sign.test(code)) ? 0 : 1;
}

function codeOnly(text: string, language: Language): string {
  const { kindAt } = scan(text, checkedAs(language));
  return [...text].length === text.length
    ? Array.from(text, (char, at) => (kindAt[at] === kinds.code || char === '\n' ? char : ' ')).join('')
    : text;
}

function checkedAs(language: Language): CheckedLanguage {
  if (language === 'tsx') return 'typescript';
  return language === 'csharp' ? 'java' : language;
}

/** Shorter lines are brackets and the like. */
const keptCharsMin = 4;

/** The share of the lines of `before` that were right and are there still; a seventh of them may go. */
export function kept(before: string, wrong: string, after: string): number {
  const wrongLines = new Set(wrong.split('\n').map((line) => line.trim()));
  const lines = linesOf(before).filter((line) => line.length >= keptCharsMin && !wrongLines.has(line));
  const there = new Set(linesOf(after));
  const share = lines.filter((line) => there.has(line)).length / lines.length;
  return Math.min(1, share / (6 / 7));
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

/** Whether it stands as deep as its place, with the blanks of the file. */
export function indented({ edited }: Answered, language: Language): number {
  if (edited === undefined) return 0;
  const { before, inserted, after } = edited;
  return misindents({ before, answer: inserted, after, language: checkedAs(language) }) ? 0 : 1;
}

/** 0 when a fence or a sentence about the code stands beside it. */
export function bareCode(text: string): number {
  const isSentence = (line: string): boolean =>
    /^(?:Here(?:'s| is)|This (?:code|function|method)|Sure|Note)\b/.test(line);
  return text.split('\n').some((line) => /^\s*(?:```|~~~)/.test(line) || isSentence(line.trim())) ? 0 : 1;
}

export function freshCode({ text, looped }: Answered): number {
  return looped || hasRun(text) ? 0 : 1;
}

const commentShapes: Readonly<Record<Language, RegExp>> = {
  c: /^\/\*\*/,
  cpp: /^\/\*\*/,
  csharp: /^\/\/\/ <summary>/,
  go: /^\/\/ /,
  java: /^\/\*\*/,
  javascript: /^\/\*\*/,
  python: /^[rR]?"""/,
  rust: /^\/\/\/ /,
  tsx: /^\/\*\*/,
  typescript: /^\/\*\*/,
};

/** What documents the declaration of this name, without blanks around it; undefined where nothing does, or not in the language's convention. */
export function docOf(tree: SyntaxTree, name: string): string | undefined {
  const doc = declarationOf(declarations(tree), name)?.doc;
  const text = doc && tree.text.slice(doc.start, doc.end).trim();
  return text !== undefined && commentShapes[tree.language].test(text) ? text : undefined;
}

/** The text without what documents this name, and without any blanks. */
export function undocumented(tree: SyntaxTree, name: string): string {
  const doc = declarationOf(declarations(tree), name)?.doc;
  const text = doc ? tree.text.slice(0, doc.start) + tree.text.slice(doc.end) : tree.text;
  return text.replaceAll(/\s+/g, '');
}

function declarationOf(list: readonly Declaration[], name: string): Declaration | undefined {
  for (const one of list) {
    const found = one.name === name ? one : declarationOf(one.members, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
