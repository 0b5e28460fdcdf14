/**
 * The cases of the prompts: a file of lines for each prompt, about the same few sources and changes, all of them written for this. Only this
 * file reads them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { PromptTask } from '../../features/prompts/tasks.ts';
import { type TargetLanguage, targetLanguages } from '../../protocol.ts';
import { dataFolder } from '../data.ts';

const text = z.string().min(1);
const id = text;
/** Of a source in sources/, without the `.txt` that keeps tools away. */
const file = text;
/** What an answer is to mention; `a|b` where either will do. */
const covers = z.array(text);
const count = z.number().int().min(1);
const to = z.enum(Object.keys(targetLanguages) as [TargetLanguage, ...TargetLanguage[]]);
/** Lines of the source: from the one that holds the first text to the one that holds the end of the second. */
const lines = { file, from: text, until: text };

/** What stands at `at` is asked about. */
const declaration = { id, file, at: text };

const schemas = {
  summarize: z.strictObject({ id, file, covers }),
  explain: z.strictObject({ ...declaration, covers }),
  'summarize-part': z.strictObject({ id, ...lines, part: count, parts: count, within: z.string(), covers }),
  'summarize-merge': z.strictObject({ id, name: text, summaries: z.array(text), covers }),
  /** `diff`: a change in diffs/. */
  'commit-message': z.strictObject({ id, diff: text, covers }),
  'commit-part': z.strictObject({ id, diff: text, part: count, parts: count, covers }),
  'doc-comment': z.strictObject({ ...declaration, name: text, parameters: z.array(text) }),
  translate: z.strictObject({ id, file, to, declares: z.array(text) }),
  'translate-part': z.strictObject({
    ...{ id, ...lines, to, part: count, parts: count, within: z.string(), imports: z.string() },
    ...{ translated: z.string(), elsewhere: z.string(), declares: z.array(text) },
    /** What other parts declare, and this one must not. */
    leaves: z.array(text),
  }),
  /** `wrong` stands in place of `right`. */
  'translate-repair': z.strictObject({ id, file, right: text, wrong: text }),
  /** The lines are gone, and are asked for. */
  generate: z.strictObject({ id, ...lines, instruction: text, names: covers }),
} satisfies Record<PromptTask, z.ZodType>;

export type PromptCase<T extends PromptTask = PromptTask> = z.infer<(typeof schemas)[T]>;

const folder = path.join(dataFolder, 'prompts');

/** @throws when the file is missing or a line of it is wrong. */
export function readPromptCases<T extends PromptTask>(task: T): PromptCase<T>[] {
  const content = readFileSync(path.join(folder, 'cases', `${task}.jsonl`), 'utf8');
  const schema: z.ZodType = schemas[task];
  return content
    .trimEnd()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)) as PromptCase<T>);
}

export function sourceText(name: string): string {
  return readFileSync(path.join(folder, 'sources', `${name}.txt`), 'utf8');
}

export function diffText(name: string): string {
  return readFileSync(path.join(folder, 'diffs', `${name}.diff`), 'utf8');
}

/** Whole lines of a source, in UTF-16 units; the line end behind them is none of them. */
export function linesOf(source: string, { from, until }: { readonly from: string; readonly until: string }) {
  const first = source.indexOf(from);
  const last = source.indexOf(until, first);
  if (first === -1 || last === -1) throw new Error(`The source lacks '${from}', or '${until}' behind it.`);
  const start = source.lastIndexOf('\n', first) + 1;
  const end = source.indexOf('\n', last + until.trimEnd().length - 1);
  return { start, end: end === -1 ? source.length : end };
}
