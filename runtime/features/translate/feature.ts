/**
 * Translations of a selection or a file. What is short enough is one question, streamed as it comes. The rest is split by declaration and
 * translated in parts that know of each other. Either way the result says where it does not parse.
 */
import { type TargetLanguage, type TextResultSaid as TextResult, targetLanguages } from '../../protocol.ts';
import { fenced, fillPrompt } from '../prompts/prompt.ts';
import type { Question } from '../text/ask.ts';
import { answerTokensMax, roomChars, shorterChars } from '../text/budget.ts';
import { TextJob, type TextKit } from '../text/job.ts';
import { readSyntax, refuseLongLines } from '../text/pieces.ts';
import { nameOf, sourceOf, type TextListener, type TranslateRequest } from '../text/request.ts';
import { carriedCharsMax } from './carried.ts';
import { isWholeCode } from './check.ts';
import { InParts, markProblems } from './in-parts.ts';
import { sourceFile } from './parts.ts';
import { repaired } from './repair.ts';

/** Words around the code of a part, beside what is carried. */
const partFrameChars = 400;

/** Less is no part of anything. */
const partCharsMin = 256;

export class TranslateFeature {
  readonly #kit: TextKit;

  constructor(kit: TextKit) {
    this.#kit = kit;
  }

  /** @throws FeatureError with a sentence for the person who asked; an abort rejects with the signal's reason. */
  async run(request: TranslateRequest, listener: TextListener, signal: AbortSignal): Promise<TextResult> {
    const job = new TextJob(this.#kit, 'translate', request, listener, signal);
    const { to, document } = request;
    const { languageId } = document;
    const given = sourceOf(request, 'translate');
    const source = isTargetLanguage(languageId) ? `${targetLanguages[languageId]} code` : 'code';
    const prompt = await job.prompt('translate');
    const maxTokens = answerTokensMax(prompt, request.settings, job.model);
    let chars = roomChars(job.model, maxTokens);
    refuseLongLines(given, chars);
    // A demonstration model's answers are none to be judged.
    const isChecked = async (): Promise<boolean> =>
      !job.model.demo &&
      (await readSyntax(this.#kit.syntax, given.text, languageId, (tree) => isWholeCode(tree, given.isWhole)));
    const values = { source, target: targetLanguages[to], code: fenced(languageId, given.text) };
    const text = fillPrompt(prompt, values);
    const question = { prompt, text, maxTokens, language: `${languageId}>${to}` };
    const answerable = answerableChars(job, question, given.text.length);
    if (given.text.length <= Math.min(chars, answerable)) {
      const result = await job.whole(question, async (answer) => {
        if (!(await isChecked())) return;
        if (job.mayRestart) await this.#repair(job, answer, { to, maxTokens });
        await markProblems(job, job.text, to);
      });
      if (!('code' in result)) return result;
      chars = shorterChars(given.text.length, result);
    }
    const prompts = { part: await job.prompt('translate-part'), repair: await job.prompt('translate-repair') };
    const partChars = Math.max(partCharsMin, Math.min(chars - carriedCharsOf(chars), answerable));
    const file = await readSyntax(this.#kit.syntax, given.text, languageId, (tree) =>
      sourceFile(tree, partChars, given.firstLine),
    );
    return new InParts({
      ...{ job, prompts, file, name: nameOf(document), source, to, maxTokens },
      isChecked: await isChecked(),
    }).run();
  }

  /** What was streamed is taken back for what parses better. */
  async #repair(
    job: TextJob,
    text: string,
    { to, maxTokens }: { readonly to: TargetLanguage; readonly maxTokens: number },
  ): Promise<void> {
    const prompt = await job.prompt('translate-repair');
    const { promise, signal } = job;
    const spareMs = (): number => job.request.receivedMs + job.targetMs - job.kit.tasks.now();
    const better = await repaired(text.trimEnd(), { job, prompt, to, maxTokens, promise, signal, spareMs });
    if (better.text !== text.trimEnd()) job.restart(better.text);
  }
}

/** Characters of code whose translation will fit into the limit of an answer, nine times of ten; the demonstration model's is cut anyway. */
function answerableChars(job: TextJob, question: Question, chars: number): number {
  if (job.model.demo) return Number.POSITIVE_INFINITY;
  const { predictor } = job.kit.workflows;
  // The length as it would be without the limit.
  const spec = job.asker.specOf({ ...question, maxTokens: Number.MAX_SAFE_INTEGER }, job.promise);
  const answerTokens = predictor.answerTokens(spec).p90;
  return Math.floor((chars * question.maxTokens) / Math.max(1, answerTokens));
}

/** A small context cannot carry much. */
function carriedCharsOf(chars: number): number {
  return Math.min(carriedCharsMax + partFrameChars, Math.floor(chars / 2));
}

function isTargetLanguage(id: string): id is TargetLanguage {
  return Object.hasOwn(targetLanguages, id);
}
