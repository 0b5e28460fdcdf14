/** What does not parse, written once more while there is time. */
import { type TargetLanguage, targetLanguages } from '../../protocol.ts';
import { fenced, fillPrompt, type Prompt } from '../prompts/prompt.ts';
import type { Question } from '../text/ask.ts';
import type { TextJob } from '../text/job.ts';
import type { CallContext } from '../workflows/call.ts';
import { predictedMs } from '../workflows/predictor.ts';
import { problemLines, problemsOf } from './check.ts';

/** Characters of a repaired text per token, at the pessimistic end. */
const charsPerToken = 3;

/** As the call has it whose answer is repaired. */
type Call = Pick<CallContext, 'promise' | 'signal' | 'spareMs' | 'model'>;

/** `spareMs` is asked when it is known that something is wrong: how long the repair may take, in ms. */
export interface RepairOptions extends Call {
  readonly job: TextJob;
  readonly prompt: Prompt;
  readonly to: TargetLanguage;
  /** Of the answer. */
  readonly maxTokens: number;
}

export interface Repair {
  /** As it was, where nothing was wrong, there was no time, or what came parses no better. */
  readonly text: string;
  /** Generated for it. */
  readonly tokens: number;
}

/** @throws the signal's reason */
export async function repaired(text: string, options: RepairOptions): Promise<Repair> {
  const { job, prompt, to, maxTokens, promise, signal, spareMs, model } = options;
  const { syntax, workflows } = job.kit;
  const as = { text, tokens: 0 };
  const problems = await problemsOf(syntax, text, to);
  if (problems.length === 0) return as;
  const values = { target: targetLanguages[to], problems: problemLines(problems), code: fenced(to, text) };
  const question: Question = { prompt, text: fillPrompt(prompt, values), maxTokens, language: `${to}>${to}` };
  const neededMs = predictedMs(
    workflows.predictor,
    job.asker.specOf(question, promise, model),
    text.length / charsPerToken,
  );
  if (neededMs > spareMs()) return as;
  const answer = await job.askAside(question, { promise, signal, model });
  const { outcome, generatedTokens: tokens } = answer.result;
  const isWhole =
    outcome.kind === 'finished' && outcome.reason === 'stop' && !answer.looped && answer.text.trim() !== '';
  const isBetter = isWhole && (await problemsOf(syntax, answer.text, to)).length < problems.length;
  if (!isBetter) return { text, tokens };
  job.take(answer);
  return { text: answer.text.trimEnd(), tokens };
}
