/**
 * How each prompt is asked: as the product asks it, through its features, so that what is judged is what somebody would see. Prompts for parts
 * of something longer are asked by themselves.
 */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { FeatureError } from '../../features/errors.ts';
import { GenerateFeature } from '../../features/generate.ts';
import { fenced, fillPrompt } from '../../features/prompts/prompt.ts';
import type { PromptTask } from '../../features/prompts/tasks.ts';
import { answerTokensMax } from '../../features/text/budget.ts';
import { TextJob } from '../../features/text/job.ts';
import { SummarizeFeature, type SummarizeRequest, type TextKit, TranslateFeature } from '../../features/text.ts';
import { problemLines, problemsOf } from '../../features/translate/check.ts';
import {
  clientSettingsSchema,
  machineDefaults,
  type TextResultSaid as TextResult,
  targetLanguages,
} from '../../protocol.ts';
import { languageOf } from '../../syntax/language.ts';
import { diffText, linesOf, type PromptCase, sourceText } from './cases.ts';

export interface Answered {
  /** As it would be shown; empty when nothing could be made of what the model wrote. */
  readonly text: string;
  /** It was ended because it repeated itself. */
  readonly looped: boolean;
  /** The file with the answer in its place. */
  readonly edited?: { readonly before: string; readonly inserted: string; readonly after: string };
}

/** A machine that is slow today must not change an answer. */
const targetMs = 3_600_000;
const settings = { ...clientSettingsSchema.parse({}), ...machineDefaults };
const never = new AbortController().signal;
const listener = { onText: () => undefined, onNote: () => undefined };

type Ask<T extends PromptTask> = (one: PromptCase<T>, kit: TextKit) => Promise<Answered>;

export const asking: { readonly [T in PromptTask]: Ask<T> } = {
  summarize: ({ file }, kit) => summary(kit, requestOf(kit, file)),
  explain: ({ file, at }, kit) => summary(kit, { ...requestOf(kit, file, at), purpose: 'hover' }),
  'doc-comment': ({ file, at }, kit) => summary(kit, { ...requestOf(kit, file, at), purpose: 'docComment' }),
  'commit-message': ({ diff }, kit) => summary(kit, { ...changeOf(kit, diff), purpose: 'commitMessage' }),
  'commit-part': ({ diff, part, parts }, kit) =>
    question('commit-part', kit, changeOf(kit, diff), {
      ...{ name: diff, part: String(part), parts: String(parts), sentences: 'two or three' },
      change: fenced('diff', diffText(diff)),
    }),
  'summarize-part': (one, kit) => {
    const { file, part, parts, within } = one;
    return question('summarize-part', kit, requestOf(kit, file), {
      ...{ name: file, part: String(part), parts: String(parts), within, sentences: 'two or three' },
      code: codeOf(one),
    });
  },
  'summarize-merge': ({ name, summaries }, kit) =>
    question('summarize-merge', kit, requestOfText(kit, name, summaries.join('\n')), {
      name,
      summaries: summaries.map((line) => `- ${line}`).join('\n'),
    }),
  translate: ({ file, to }, kit) => {
    const request = { ...requestOf(kit, file), to };
    return answered(request.document, () => new TranslateFeature(kit).run(request, listener, never));
  },
  'translate-part': (one, kit) => {
    const { file, to, part, parts, within, imports, translated, elsewhere } = one;
    return question('translate-part', kit, requestOf(kit, file), {
      ...{ source: sourceName(file), target: targetLanguages[to], part: String(part), parts: String(parts), within },
      ...{ imports, translated, elsewhere, code: codeOf(one) },
    });
  },
  'translate-repair': async (one, kit) => {
    const code = brokenText(one);
    const target = targetOf(one.file);
    return question('translate-repair', kit, requestOf(kit, one.file), {
      target: targetLanguages[target],
      problems: problemLines(await problemsOf(kit.syntax, code, target)),
      code: fenced(target, code.trimEnd()),
    });
  },
  generate: (one, kit) => {
    const source = sourceText(one.file);
    const { start, end } = linesOf(source, one);
    const request = requestOfText(kit, one.file, source.slice(0, start) + source.slice(end));
    const place = request.document.positionAt(start);
    const whole = { ...request, range: { start: place, end: place }, instruction: one.instruction, client: 'eval' };
    return answered(request.document, () => new GenerateFeature(kit).run(whole, listener, never));
  },
};

/** A source in which something does not parse. */
export function brokenText({ file, right, wrong }: PromptCase<'translate-repair'>): string {
  return sourceText(file).replace(right, () => wrong);
}

/** The language of a source, as one to translate to. */
export function targetOf(file: string): keyof typeof targetLanguages {
  const language = languageOf(file);
  if (language === undefined) throw new Error(`${file} is in no known language.`);
  return language === 'tsx' ? 'typescript' : language;
}

function sourceName(file: string): string {
  return `${targetLanguages[targetOf(file)]} code`;
}

function codeOf(one: { readonly file: string; readonly from: string; readonly until: string }): string {
  const source = sourceText(one.file);
  const { start, end } = linesOf(source, one);
  return fenced(languageIdOf(one.file), source.slice(start, end));
}

function languageIdOf(file: string): string {
  const language = languageOf(file);
  return language === 'tsx' ? 'typescriptreact' : (language ?? 'plaintext');
}

/** @param at where the cursor stands; without it the whole file is meant. */
function requestOf(kit: TextKit, file: string, at?: string): SummarizeRequest {
  const text = sourceText(file);
  const request = requestOfText(kit, file, text);
  if (at === undefined) return request;
  const place = request.document.positionAt(text.indexOf(at.trimStart(), text.indexOf(at)));
  return { ...request, range: { start: place, end: place } };
}

function changeOf(kit: TextKit, diff: string): SummarizeRequest {
  return requestOfText(kit, 'staged.diff', diffText(diff), 'diff');
}

function requestOfText(kit: TextKit, name: string, text: string, languageId = languageIdOf(name)): SummarizeRequest {
  const document = TextDocument.create(`file:///eval/${encodeURI(name)}`, languageId, 1, text);
  return { document, settings, targetMs, receivedMs: kit.tasks.now() };
}

function summary(kit: TextKit, request: SummarizeRequest): Promise<Answered> {
  return answered(request.document, () => new SummarizeFeature(kit).run(request, listener, never));
}

/** One prompt of a plan by itself. */
function question(
  task: PromptTask,
  kit: TextKit,
  request: SummarizeRequest,
  values: Readonly<Record<string, string>>,
): Promise<Answered> {
  return answered(request.document, async () => {
    const job = new TextJob(kit, task.startsWith('translate') ? 'translate' : 'summarize', request, listener, never);
    const prompt = await job.prompt(task);
    const maxTokens = answerTokensMax(prompt, request.settings, job.model);
    const result = await job.whole({ prompt, text: fillPrompt(prompt, values), maxTokens });
    if ('code' in result) throw new FeatureError('taskFailed', result.message);
    return result;
  });
}

async function answered(document: TextDocument, ask: () => Promise<TextResult>): Promise<Answered> {
  try {
    const { text, end, edit } = await ask();
    const answer = { text: text.trimEnd(), looped: end === 'repetition' };
    if (edit === undefined) return answer;
    const whole = document.getText();
    const before = whole.slice(0, document.offsetAt(edit.range.start));
    const after = whole.slice(document.offsetAt(edit.range.end));
    return { ...answer, edited: { before, inserted: edit.newText, after } };
  } catch (error) {
    // Nothing came that could be shown; whoever runs the tasks knows whether they failed.
    if (error instanceof FeatureError) return { text: '', looped: false };
    throw error;
  }
}
