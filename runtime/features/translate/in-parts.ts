/**
 * A translation of a long text as a workflow: a call for each part, after those whose declarations it uses. What does not parse is
 * written once more while there is time; the answers become one file (assemble.ts), streamed as far as it is final.
 */
import { sentence } from '../../core/sentence.ts';
import type { CallId } from '../../core/workflow.ts';
import { type TargetLanguage, type TextResultSaid as TextResult, targetLanguages } from '../../protocol.ts';
import { fenced, fillPrompt, type Prompt } from '../prompts/prompt.ts';
import type { Question } from '../text/ask.ts';
import type { TextJob } from '../text/job.ts';
import { askShortening, grouped, readSyntax } from '../text/pieces.ts';
import type { CallAnswer, CallContext, WorkflowCall } from '../workflows/call.ts';
import { InOrder } from '../workflows/in-order.ts';
import { predictedCall } from '../workflows/predictor.ts';
import { Assembly, type PartAnswer } from './assemble.ts';
import { bounded, elsewhere, signaturesOf } from './carried.ts';
import { marksOf, problemSentence, problemsOf } from './check.ts';
import { type Heading, headingsOf } from './headings.ts';
import type { SourceFile, SourcePart } from './parts.ts';
import { type Repair, repaired } from './repair.ts';

export interface InPartsOptions {
  readonly job: TextJob;
  readonly prompts: { readonly part: Prompt; readonly repair: Prompt };
  readonly file: SourceFile;
  /** For people and prompts: `users.ts`, `Python code`. */
  readonly name: string;
  readonly source: string;
  readonly to: TargetLanguage;
  /** Whether what does not parse is a mistake. */
  readonly isChecked: boolean;
  /** Of each answer. */
  readonly maxTokens: number;
}

/** Calls that one workflow may have (core/workflow/plan.ts); a longer file has several parts in a call. */
const callsMax = 64;

/** Of the answers that a call waits for, so much stands in its prompt: their signatures. */
const carriedShare = 0.15;

interface Translated {
  readonly parts: readonly PartAnswer[];
  readonly signatures: readonly string[];
}

export class InParts {
  readonly #options: InPartsOptions;
  /** Places of the parts of each call. */
  readonly #groups: readonly (readonly number[])[];
  readonly #calls: readonly WorkflowCall[];
  readonly #translated = new Map<CallId, Translated>();
  readonly #assembly: Assembly;
  readonly #inOrder: InOrder<Translated>;

  constructor(options: InPartsOptions) {
    this.#options = options;
    this.#assembly = new Assembly(options.to);
    this.#inOrder = new InOrder(({ parts }) => {
      for (const part of parts) options.job.emit(this.#assembly.add(part));
    });
    this.#groups = grouped([...options.file.parts.keys()], callsMax);
    this.#calls = this.#groups.map((places, index) => this.#call(places, index));
  }

  /** @throws FeatureError, or the signal's reason */
  run(): Promise<TextResult> {
    const { job, name, to, isChecked } = this.#options;
    return job.workflow(
      { title: sentence('Translating {0} to {1}', name, targetLanguages[to]), calls: this.#calls },
      {
        onAnswer: (call) => {
          const translated = this.#translated.get(call);
          if (translated !== undefined)
            this.#inOrder.put(
              this.#calls.findIndex(({ id }) => id === call),
              translated,
            );
        },
        finish: async () => {
          job.emit(this.#assembly.end());
          if (isChecked) await markProblems(job, job.text, to);
        },
      },
    );
  }

  #call(places: readonly number[], index: number): WorkflowCall {
    const { file, job } = this.#options;
    const parts = places.flatMap((place) => file.parts[place] ?? []);
    const before = parts.flatMap(({ after }) => after).map((place) => this.#groupOf(place));
    const after = [...new Set(before)].filter((group) => group < index);
    const specs = parts.map((part, at) => job.asker.specOf(this.#question(part, places[at] ?? 0, []), job.promise));
    const first = parts[0]?.lines.from ?? 0;
    const last = parts.at(-1)?.lines.to ?? 0;
    return {
      ...predictedCall(job.kit.workflows.predictor, specs),
      ...{ id: callId(index), carriedShare, label: sentence('part {0}, lines {1}–{2}', index + 1, first, last) },
      after: after.map(callId),
      work: (context) => this.#translate(index, places, after, context),
    };
  }

  #groupOf(place: number): number {
    return this.#groups.findIndex((places) => places.includes(place));
  }

  async #translate(
    index: number,
    places: readonly number[],
    after: readonly number[],
    context: CallContext,
  ): Promise<CallAnswer> {
    const { file } = this.#options;
    const known = after.flatMap((group) => this.#translated.get(callId(group))?.signatures ?? []);
    const parts: PartAnswer[] = [];
    const signatures: string[] = [];
    let tokens = 0;
    for (const place of places) {
      const part = file.parts[place];
      if (part === undefined) continue;
      const answer = await this.#translatePart(part, place, [...known, ...signatures], context);
      parts.push({ ...answer, emptyLinesBefore: part.emptyLinesBefore });
      signatures.push(...answer.signatures);
      tokens += answer.tokens;
    }
    this.#translated.set(callId(index), { parts, signatures });
    return { text: parts.map(({ text }) => text).join('\n'), tokens };
  }

  async #translatePart(
    part: SourcePart,
    place: number,
    known: readonly string[],
    context: CallContext,
  ): Promise<CallAnswer & { readonly headings: readonly Heading[]; readonly signatures: readonly string[] }> {
    const { job, to, isChecked } = this.#options;
    const { syntax } = job.kit;
    const answers = await askShortening(syntax, job.request.document.languageId, part, (piece) =>
      job.question(this.#question({ ...part, ...piece }, place, known), context),
    );
    let text = answers.map((answer) => answer.text.trimEnd()).join('\n');
    let tokens = answers.reduce((sum, { result }) => sum + result.generatedTokens, 0);
    const { from, to: last } = part.lines;
    if (text.trim() === '')
      job.note(
        from === last
          ? sentence('The model wrote nothing for line {0}: look there.', from)
          : sentence('The model wrote nothing for lines {0}–{1}: look there.', from, last),
      );
    // What begins in one part and ends in another parses in neither.
    if (!part.isCut && isChecked) {
      const repaired = await this.#repaired(text, context);
      text = repaired.text;
      tokens += repaired.tokens;
    }
    const read = await readSyntax(syntax, text, to, (tree) => ({
      headings: headingsOf(tree, to),
      signatures: signaturesOf(tree),
    }));
    return { text, tokens, ...read };
  }

  #repaired(text: string, context: CallContext): Promise<Repair> {
    const { job, prompts, to, maxTokens } = this.#options;
    return repaired(text, { ...context, job, prompt: prompts.repair, to, maxTokens });
  }

  #question(part: SourcePart, place: number, known: readonly string[]): Question {
    const { job, prompts, file, source, to, maxTokens } = this.#options;
    const { languageId } = job.request.document;
    const values = {
      ...{ source, target: targetLanguages[to], part: String(place + 1), parts: String(file.parts.length) },
      ...{ within: part.within.join(', '), imports: place === 0 ? '' : bounded(file.imports.split('\n')) },
      ...{ translated: bounded(known), elsewhere: elsewhere(part), code: fenced(languageId, part.text) },
    };
    const text = fillPrompt(prompts.part, values);
    return { prompt: prompts.part, text, maxTokens, language: `${languageId}>${to}` };
  }
}

/** An answer that does not parse is said to be one. */
export async function markProblems(job: TextJob, text: string, to: TargetLanguage): Promise<void> {
  const problems = await problemsOf(job.kit.syntax, text, to);
  const sentence = problemSentence(problems, to);
  if (sentence === undefined) return;
  job.note(sentence);
  job.mark(marksOf(problems, to));
}

function callId(index: number): CallId {
  return `p${index + 1}`;
}
