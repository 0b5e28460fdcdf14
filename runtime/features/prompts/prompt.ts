/**
 * A prompt as a file: front matter of `name: value` lines between two lines of `---`, then the text with `{{slots}}`. Pure.
 *
 * A paragraph all of whose slots are empty is left out, so one file serves with and without what is not always known.
 */
import { z } from 'zod';
import { SaidError, sentence } from '../../core/sentence.ts';
import { type PromptTask, promptTasks, slotsOf } from './tasks.ts';

const count = (max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'give a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(max));

const frontMatterSchema = z.strictObject({
  task: z.enum(promptTasks as [PromptTask, ...PromptTask[]]),
  /** Raised with each change that asks for something else, so that scores can be told apart. */
  version: count(100_000),
  class: z.enum(['summarize', 'translate', 'generate']),
  /** The model that serves this class answers. */
  role: z.enum(['summarize', 'translate', 'generate']),
  /** What is promised; how long it may take is the user's setting. */
  sla: z.enum(['ttft', 'e2e']),
  /** `code`: the answer comes in a fence, which is taken off. */
  answer: z.enum(['prose', 'code']),
  /** Of the answer at most; the user's setting may be less. */
  maxTokens: count(8_192),
  /** The same for the demonstration model, which only repeats itself after so many. */
  demoTokens: count(8_192),
});

export interface Prompt extends z.infer<typeof frontMatterSchema> {
  readonly text: string;
}

/** What is wrong with a prompt file, for the person who wrote it. */
export class PromptError extends SaidError {
  override readonly name = 'PromptError';
}

const fileShape = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/;
const slotShape = /\{\{\s*([^{}\n]*?)\s*\}\}/g;

/** @throws PromptError saying what is wrong with it. */
export function parsePrompt(file: string, task: PromptTask): Prompt {
  const [, head, body] = fileShape.exec(file.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')) ?? [];
  if (head === undefined || body === undefined)
    throw new PromptError(sentence("it does not begin with front matter between two lines of '---'"));
  const fields = fieldsOf(head);
  const checked = frontMatterSchema.safeParse(fields);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const name = issue?.path.join('.') ?? '';
    if (name !== '' && fields[name] === undefined)
      throw new PromptError(sentence("its front matter lacks '{0}'", name));
    throw new PromptError(
      sentence('in its front matter {0} is wrong: {1}', name || sentence('a line'), issue?.message ?? ''),
    );
  }
  if (checked.data.task !== task)
    throw new PromptError(sentence("its front matter says that it is the prompt of '{0}'", checked.data.task));
  const text = body.trim();
  checkSlots(text, task);
  return { ...checked.data, text };
}

function fieldsOf(head: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of head.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([A-Za-z]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new PromptError(sentence("its front matter has a line that is no 'name: value': {0}", line.slice(0, 80)));
    if (Object.hasOwn(fields, name)) throw new PromptError(sentence("its front matter says '{0}' twice", name));
    fields[name] = value;
  }
  return fields;
}

function checkSlots(text: string, task: PromptTask): void {
  const { needs, may } = slotsOf(task);
  const named = new Set([...text.matchAll(slotShape)].map(([, name = '']) => name));
  const known = [...needs, ...may];
  const stray = [...named].find((name) => !known.includes(name));
  if (stray !== undefined)
    throw new PromptError(sentence('it has {0}, and this prompt is given {1} only', `{{${stray}}}`, known.join(', ')));
  const missing = needs.find((name) => !named.has(name));
  if (missing !== undefined) throw new PromptError(sentence('it lacks {0}', `{{${missing}}}`));
}

/** The text with its slots filled. What is filled in is never read for slots itself. */
export function fillPrompt({ text }: Pick<Prompt, 'text'>, values: Readonly<Record<string, string>>): string {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => {
    const slots = [...paragraph.matchAll(slotShape)].map(([, name = '']) => values[name] ?? '');
    return slots.length === 0 || slots.some((value) => value !== '');
  });
  return paragraphs
    .map((paragraph) => paragraph.replace(slotShape, (_, name: string) => values[name] ?? ''))
    .join('\n\n');
}

/** Code in a fence that it does not close itself. */
export function fenced(language: string, code: string): string {
  const ticks = '`'.repeat(Math.max(3, ...[...code.matchAll(/^\s*(`{3,})/gm)].map(([, run = '']) => run.length + 1)));
  return `${ticks}${language}\n${code}\n${ticks}`;
}
