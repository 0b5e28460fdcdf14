/** A summary of a long text as a workflow: a call for each part, then merges of what they say, the last of which is streamed. */
import { sentence } from '../../core/sentence.ts';
import type { CallId, Degradation, DegradeReason } from '../../core/workflow.ts';
import type { TextResultSaid as TextResult } from '../../protocol.ts';
import { fenced, fillPrompt, type Prompt } from '../prompts/prompt.ts';
import type { Question } from '../text/ask.ts';
import { answerTokensMax, charsPerToken, roomChars } from '../text/budget.ts';
import type { TextJob } from '../text/job.ts';
import { askShortening, grouped, type TextPiece } from '../text/pieces.ts';
import type { CallAnswer, CallContext, WorkflowCall } from '../workflows/call.ts';
import { predictedCall } from '../workflows/predictor.ts';
import { type Merge, stagePlan } from './plan.ts';

export interface SummaryPiece extends TextPiece {
  readonly languageId: string;
  /** The files it is of, where there are several. */
  readonly files?: readonly string[];
}

export interface InStagesOptions {
  readonly job: TextJob;
  readonly prompts: { readonly part: Prompt; readonly merge: Prompt };
  /** What is summarised, for people and prompts. */
  readonly name: string;
  readonly pieces: readonly SummaryPiece[];
  /** Whether the parts by themselves are an answer, when time runs out. */
  readonly mayStayApart: boolean;
  /** Of the last answer. */
  readonly maxTokens: number;
}

/** What one part says goes into the next prompt, so it is short. */
const partTokensMax = 160;
const partTokensMin = 32;

/** A degraded part is asked for this share of its length. */
const shorterShare = 0.5;

/** What stands around each answer in the prompt of a merge, and in that prompt beside the answers. */
const labelTokens = 16;
const mergeFrameChars = 400;

export class InStages {
  readonly #options: InStagesOptions;
  readonly #groups: readonly (readonly SummaryPiece[])[];
  readonly #calls: readonly WorkflowCall[];
  readonly #answers = new Map<CallId, string>();
  #isRootSkipped = false;

  constructor(options: InStagesOptions) {
    this.#options = options;
    const { job, maxTokens, pieces } = options;
    const room = roomChars(job.model, maxTokens, mergeFrameChars) / charsPerToken;
    const { parts, stages } = stagePlan(pieces.length, room / (this.#partTokens + labelTokens));
    this.#groups = grouped(pieces, parts);
    const calls = this.#groups.map((_, index) => this.#part(index));
    let before: readonly WorkflowCall[] = calls;
    for (const [stage, merges] of stages.entries()) {
      const isLast = stage === stages.length - 1;
      const inputs = before;
      before = merges.map((merge, index) => this.#merge(`m${stage + 1}.${index + 1}`, merge, inputs, isLast));
      calls.push(...before);
    }
    this.#calls = calls;
  }

  get #partTokens(): number {
    const { job, prompts } = this.#options;
    return Math.min(answerTokensMax(prompts.part, job.request.settings, job.model), partTokensMax);
  }

  get #root(): WorkflowCall | undefined {
    return this.#calls.at(-1);
  }

  /** @throws FeatureError, or the signal's reason */
  run(): Promise<TextResult> {
    const { job, name, mayStayApart } = this.#options;
    const parts = this.#calls.slice(0, this.#groups.length).map(({ id }) => id);
    const root = this.#root;
    const degradations: Degradation[] = [{ kind: 'shorter', calls: parts, share: shorterShare }];
    if (mayStayApart && root !== undefined && this.#calls.length > 1)
      degradations.push({ kind: 'skipped', call: root.id });
    return job.workflow(
      { title: sentence('Summarizing {0}', name), calls: this.#calls, degradations },
      {
        onAnswer: (call, { text }) => this.#answers.set(call, text),
        onDegrade: (step, why) => this.#degraded(step, why),
        finish: () => this.#finish(),
      },
    );
  }

  #degraded(step: Degradation, why: DegradeReason): void {
    const { job } = this.#options;
    const reason = why.kind === 'late' ? sentence('as time runs out') : sentence('as that failed');
    switch (step.kind) {
      case 'skipped':
        this.#isRootSkipped = true;
        return job.note(sentence('Each part is summarized by itself, and not the whole, {0}.', reason));
      case 'shorter':
        return job.note(sentence('The parts are summarized more briefly, {0}.', reason));
      case 'smaller':
        // The job says that of all workflows.
        return;
      default:
        step satisfies never;
    }
  }

  /** What the last merge would have been made of takes its place; a single part needs no merge. */
  #finish(): void {
    const { job } = this.#options;
    const root = this.#root;
    if (root === undefined || (this.#calls.length > 1 && !this.#isRootSkipped)) return;
    // A merge that failed half-way has said something already.
    if (job.text !== '') job.emit('\n\n');
    job.emit(this.#calls.length === 1 ? (this.#answers.get(root.id) ?? '') : this.#list(root.after));
  }

  #part(index: number): WorkflowCall {
    const pieces = this.#groups[index] ?? [];
    const label = sentence('part {0}, {1}', index + 1, placeOf(pieces));
    const questions = pieces.map((piece) => this.#partQuestion(piece, index, 1));
    return {
      ...this.#predicted(questions),
      ...{ id: `p${index + 1}`, label, after: [], carriedShare: 0 },
      work: (context) => this.#summarizePart(pieces, index, context),
    };
  }

  async #summarizePart(pieces: readonly SummaryPiece[], index: number, context: CallContext): Promise<CallAnswer> {
    const { job } = this.#options;
    const texts: string[] = [];
    let tokens = 0;
    for (const piece of pieces) {
      const answers = await askShortening(job.kit.syntax, piece.languageId, piece, (smaller) =>
        job.question(this.#partQuestion({ ...piece, ...smaller }, index, context.lengthShare), context),
      );
      const said = answers.map(({ text }) => text.trim()).filter((text) => text !== '');
      texts.push(pieces.length > 1 ? `${placeOf([piece])}: ${said.join(' ')}` : said.join('\n'));
      tokens += answers.reduce((sum, { result }) => sum + result.generatedTokens, 0);
    }
    return { text: texts.join('\n'), tokens };
  }

  #partQuestion({ text, within, languageId, files = [] }: SummaryPiece, index: number, lengthShare: number): Question {
    const { prompts, name } = this.#options;
    const code = fenced(languageId, text);
    const [file = name] = files.length > 1 ? [] : files;
    const filled = fillPrompt(prompts.part, {
      ...{ name: file, part: String(index + 1), parts: String(this.#groups.length), within: within.join(', ') },
      sentences: lengthShare < 1 ? 'one or two' : 'two or three',
      ...{ code, change: code },
    });
    const maxTokens = Math.max(partTokensMin, Math.floor(lengthShare * this.#partTokens));
    return { prompt: prompts.part, text: filled, maxTokens: Math.min(maxTokens, this.#partTokens) };
  }

  #merge(id: CallId, { from, to }: Merge, before: readonly WorkflowCall[], isLast: boolean): WorkflowCall {
    const after = before.slice(from, to).map((call) => call.id);
    const { job, maxTokens } = this.#options;
    const limit = isLast ? maxTokens : this.#partTokens;
    return {
      ...this.#predicted([this.#mergeQuestion('', limit)]),
      ...{
        id,
        after,
        carriedShare: 1,
        label: isLast ? sentence('the whole') : sentence('what {0} parts say', after.length),
      },
      work: async (context) => {
        const question = this.#mergeQuestion(this.#list(after), limit);
        // A smaller model that failed half-way has said something already.
        if (isLast && job.text !== '') job.emit('\n\n');
        const { text, result } = await job.question(question, context, isLast ? (piece) => job.emit(piece) : undefined);
        return { text: text.trim(), tokens: result.generatedTokens };
      },
    };
  }

  #mergeQuestion(summaries: string, maxTokens: number): Question {
    const { prompts, name } = this.#options;
    const text = fillPrompt(prompts.merge, { name, summaries, change: summaries });
    return { prompt: prompts.merge, text, maxTokens };
  }

  /** What these calls say, each with its place. */
  #list(calls: readonly CallId[]): string {
    const lines = calls.map((id) => {
      const index = this.#calls.findIndex((call) => call.id === id);
      const place = placeOf(this.#groups[index] ?? []);
      const text = this.#answers.get(id) ?? '';
      return place === '' ? text : `- ${place}: ${text}`;
    });
    return lines.join('\n');
  }

  #predicted(questions: readonly Question[]): Pick<WorkflowCall, 'ownTokens' | 'answerTokens'> {
    const { job } = this.#options;
    const specs = questions.map((question) => job.asker.specOf(question, job.promise));
    return predictedCall(job.kit.workflows.predictor, specs);
  }
}

/** For people: `lines 3–20`, `queue.ts, lines 3–20`, `queue.ts and 3 other files`. */
function placeOf(pieces: readonly SummaryPiece[]): string {
  const from = pieces[0]?.lines.from;
  const to = pieces.at(-1)?.lines.to;
  if (from === undefined || to === undefined) return '';
  const [file, ...others] = new Set(pieces.flatMap((piece) => piece.files ?? []));
  if (others.length > 0) return `${file} and ${others.length} other ${others.length === 1 ? 'file' : 'files'}`;
  const lines = from === to ? `line ${from}` : `lines ${from}–${to}`;
  return file === undefined ? lines : `${file}, ${lines}`;
}
