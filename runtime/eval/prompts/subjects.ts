/**
 * For each prompt what its answers are judged by: criteria by name, each 0 to 1 for an answer. None needs another model, and none knows
 * whether an answer is right; data/README.md says what each can see. An answer that is not there has 0 of all.
 */
import { type PromptTask, promptTasks } from '../../features/prompts/tasks.ts';
import type { TextKit } from '../../features/text.ts';
import type { Syntax } from '../../syntax/index.ts';
import { languageOf } from '../../syntax/language.ts';
import { type Answered, asking, brokenText, targetOf } from './asking.ts';
import { diffText, type PromptCase, readPromptCases, sourceText } from './cases.ts';
import {
  bareCode,
  declares,
  docOf,
  errorCount,
  freshCode,
  indented,
  kept,
  leaves,
  parses,
  readCode,
  translated,
  undocumented,
} from './code.ts';
import { brief, covers, direct, fresh, grounded, imperative, type Length, prose, subject } from './prose.ts';

type Parser = Pick<Syntax, 'read'>;

/** By the names of the criteria. */
export type Scores = Readonly<Record<string, number>>;

type Judge<T extends PromptTask> = (one: PromptCase<T>, answer: Answered, syntax: Parser) => Scores | Promise<Scores>;

/** Twice what a prompt asks for is still what it asks for; a page is not. */
const ofCode: Length = { sentencesMax: 16, wordsMax: 250 };
const ofPart: Length = { sentencesMax: 5, wordsMax: 120 };
const ofComment: Length = { sentencesMax: 5, wordsMax: 100 };
const ofMessage: Length = { sentencesMax: 12, wordsMax: 150 };

function proseScores({ text, looped }: Answered, source: string, wanted: readonly string[], length: Length): Scores {
  return {
    grounded: grounded(text, source),
    covers: covers(text, wanted),
    brief: brief(text, length),
    direct: direct(text),
    prose: prose(text, source),
    fresh: fresh(text, looped),
  };
}

const judging: { readonly [T in PromptTask]: Judge<T> } = {
  summarize: (one, answer) => proseScores(answer, withName(one.file), one.covers, ofCode),
  'summarize-part': (one, answer) => proseScores(answer, withName(one.file), one.covers, ofPart),
  'summarize-merge': ({ name, summaries, covers: wanted }, answer) =>
    proseScores(answer, [name, ...summaries].join(' '), wanted, ofCode),
  explain: (one, answer) => proseScores(answer, withName(one.file), one.covers, ofPart),
  'commit-part': ({ diff, covers: wanted }, answer) => proseScores(answer, diffText(diff), wanted, ofPart),
  'commit-message': ({ diff, covers: wanted }, { text, looped }) => ({
    subject: subject(text),
    imperative: imperative(text),
    names: covers(text, wanted),
    grounded: grounded(text, diffText(diff)),
    brief: brief(text, ofMessage),
    direct: direct(text),
    prose: prose(text, ''),
    fresh: fresh(text, looped),
  }),
  'doc-comment': judgeComment,
  translate: async ({ file, to, declares: wanted }, answer, syntax) => ({
    ...(await readCode(syntax, answer.text, languageFor(to), (tree) => ({
      parses: parses(tree),
      declares: declares(tree, wanted),
    }))),
    translated: translated(answer.text, languageFor(file), languageFor(to)),
    fresh: freshCode(answer),
  }),
  'translate-part': async ({ file, to, declares: wanted, leaves: others }, answer, syntax) => ({
    ...(await readCode(syntax, answer.text, languageFor(to), (tree) => ({
      parses: parses(tree),
      declares: declares(tree, wanted),
      alone: leaves(tree, others),
    }))),
    translated: translated(answer.text, languageFor(file), languageFor(to)),
    fresh: freshCode(answer),
  }),
  'translate-repair': async (one, answer, syntax) => {
    const language = languageFor(targetOf(one.file));
    const broken = brokenText(one);
    const before = await readCode(syntax, broken, language, errorCount);
    const after = await readCode(syntax, answer.text, language, errorCount);
    return {
      repaired: Math.max(0, before - after) / before,
      kept: kept(broken, wrongLines(broken, one.wrong), answer.text),
      fresh: freshCode(answer),
    };
  },
  generate: async (one, answer, syntax) => {
    const { before, inserted, after } = answer.edited ?? { before: '', inserted: '', after: '' };
    const language = languageFor(one.file);
    return {
      parses: await readCode(syntax, before + inserted + after, language, parses),
      names: covers(inserted, one.names),
      indented: indented(answer, language),
      bare: bareCode(inserted),
      fresh: freshCode(answer),
    };
  },
};

async function judgeComment(one: PromptCase<'doc-comment'>, answer: Answered, syntax: Parser): Promise<Scores> {
  const { before, inserted, after } = answer.edited ?? { before: '', inserted: '', after: '' };
  const language = languageFor(one.file);
  const source = sourceText(one.file);
  const { doc, rest } = await readCode(syntax, before + inserted + after, language, (tree) => ({
    doc: docOf(tree, one.name),
    rest: undocumented(tree, one.name),
  }));
  const was = await readCode(syntax, source, language, (tree) => undocumented(tree, one.name));
  return {
    attached: doc === undefined ? 0 : 1,
    names: covers(inserted, one.parameters),
    untouched: rest === was ? 1 : 0,
    grounded: grounded(inserted, source),
    brief: brief(inserted, ofComment),
    direct: direct(answer.text.replaceAll(/^[\s/*"]+/g, '')),
    fresh: fresh(inserted, answer.looped),
  };
}

/** The whole lines that `wrong` stands in. */
function wrongLines(broken: string, wrong: string): string {
  const start = broken.indexOf(wrong);
  const end = broken.indexOf('\n', start + wrong.trimEnd().length);
  return broken.slice(broken.lastIndexOf('\n', start) + 1, end === -1 ? broken.length : end);
}

function withName(file: string): string {
  return `${file}\n${sourceText(file)}`;
}

function languageFor(name: string) {
  const language = languageOf(name);
  if (language === undefined) throw new Error(`No grammar knows ${name}.`);
  return language;
}

/** A case that is ready to be asked, whatever prompt it is of. */
export interface ReadyCase {
  readonly id: string;
  readonly ask: (kit: TextKit) => Promise<Answered>;
  readonly judge: (answer: Answered, syntax: Parser) => Promise<Scores>;
}

/** @throws when the data of the cases is damaged. */
export function casesFor(task: PromptTask): ReadyCase[] {
  return ready(task);
}

function ready<T extends PromptTask>(task: T): ReadyCase[] {
  return readPromptCases(task).map((one) => ({
    id: one.id,
    ask: (kit) => asking[task](one, kit),
    judge: async (answer, syntax) => {
      const scores = await judging[task](one, answer, syntax);
      if (answer.text.trim() !== '') return scores;
      return Object.fromEntries(Object.keys(scores).map((name) => [name, 0]));
    },
  }));
}

/** What an answer is for. All other criteria are faults that it has not. */
const purposes: ReadonlySet<string> = new Set(['covers', 'declares', 'kept', 'names', 'parses', 'repaired']);

/** How far it does what it is for, times how free it is of faults: an answer without a fault that says nothing is worth nothing. */
export function scoreOf(scores: Scores): number {
  const meanOver = (isWanted: (name: string) => boolean): number => {
    const values = Object.entries(scores).flatMap(([name, value]) => (isWanted(name) ? [value] : []));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return meanOver((name) => purposes.has(name)) * meanOver((name) => !purposes.has(name));
}

export { type PromptTask, promptTasks };
