/**
 * Summaries and translations: from a part of a document to a streamed text. Owns the choice of what is sent when not everything
 * fits, and says so in the result. Each request is one call to the model; its promise is E2E.
 */
import type { Range, TextDocument } from 'vscode-languageserver-textdocument';
import type { TaskClass, TaskError } from '../core/task.ts';
import {
  type ClientSettings,
  documentCharsMax,
  type TargetLanguage,
  type TextResult,
  targetLanguages,
} from '../protocol.ts';
import { Consent, type TextOffer } from './consent.ts';
import { FeatureError } from './errors.ts';
import { closingFence, FenceFilter } from './fence.ts';
import { type Answering, answering, noteSentence, toldOnce } from './notes.ts';
import { endsInLoop } from './repetition.ts';
import { type ChosenModel, isTaskError, type Models, type TaskResult, type Tasks } from './tasks.ts';

export interface TextRequest {
  readonly document: TextDocument;
  /** Absent or empty: the whole document. */
  readonly range?: Range;
  readonly targetMs?: number;
  readonly settings: ClientSettings;
  /** When the request arrived, from `Tasks.now()`. */
  readonly receivedMs: number;
}

export interface TranslateRequest extends TextRequest {
  readonly to: TargetLanguage;
}

/** What the asker hears before the result. */
export interface TextListener {
  /** Each piece of the answer, in order. */
  readonly onText: (text: string) => void;
  /** One sentence, when the answer comes later than promised or from another model than the one that was chosen; each comes once. */
  readonly onNote: (sentence: string) => void;
  /** With the setting `ask`: whether another model is to answer. Without it nobody is asked, and the answer is waited for. */
  readonly onOffer?: (offer: TextOffer) => void;
}

/** What one kind of request asks for; the rest is the same for all. */
interface Recipe {
  readonly class: Extract<TaskClass, 'summarize' | 'translate'>;
  /** For messages: "There is nothing to …". */
  readonly verb: string;
  readonly promptOf: (code: string) => string;
  readonly stop: readonly string[];
  readonly fenced: boolean;
}

/** The demonstration model only repeats itself after so many tokens. */
const demoTokensMax = 120;
/** Characters per token of code, at the optimistic end: the engine says when it was too optimistic. */
const charsPerToken = 3.5;
/** Room for the words around the code and the chat template's markers, in tokens. */
const frameTokens = 96;
const shortenTries = 4;

export class SummarizeFeature {
  readonly #runner: Runner;

  constructor(tasks: Tasks, models: Models) {
    this.#runner = new Runner(tasks, models);
  }

  /** @throws FeatureError with a sentence for the person who asked; an abort rejects with the signal's reason. */
  run(request: TextRequest, listener: TextListener, signal: AbortSignal): Promise<TextResult> {
    const language = request.document.languageId;
    const promptOf = (code: string): string => `Summarize this code:\n\n${fenced(language, code)}`;
    return this.#runner.run(
      request,
      { class: 'summarize', verb: 'summarize', promptOf, stop: [], fenced: false },
      listener,
      signal,
    );
  }
}

export class TranslateFeature {
  readonly #runner: Runner;

  constructor(tasks: Tasks, models: Models) {
    this.#runner = new Runner(tasks, models);
  }

  /** @throws FeatureError with a sentence for the person who asked; an abort rejects with the signal's reason. */
  run(request: TranslateRequest, listener: TextListener, signal: AbortSignal): Promise<TextResult> {
    const from = request.document.languageId;
    const fromName = isTargetLanguage(from) ? `${targetLanguages[from]} ` : '';
    const instruction = `Translate this ${fromName}code to ${targetLanguages[request.to]}.`;
    const promptOf = (code: string): string => `${instruction}\n\n${fenced(from, code)}`;
    return this.#runner.run(
      request,
      { class: 'translate', verb: 'translate', promptOf, stop: [closingFence], fenced: true },
      listener,
      signal,
    );
  }
}

function isTargetLanguage(id: string): id is TargetLanguage {
  return Object.hasOwn(targetLanguages, id);
}

function fenced(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

class Runner {
  readonly #tasks: Tasks;
  readonly #models: Models;

  constructor(tasks: Tasks, models: Models) {
    this.#tasks = tasks;
    this.#models = models;
  }

  async run(
    request: TextRequest,
    recipe: Recipe,
    { onText, onNote, onOffer }: TextListener,
    signal: AbortSignal,
  ): Promise<TextResult> {
    const model = this.#models.choose(recipe.class, request.settings);
    if (isTaskError(model)) throw new FeatureError('taskFailed', model.message);
    const code = codeOf(request, recipe.verb);
    const maxTokens = Math.min(
      request.settings[recipe.class].maxTokens,
      model.demo ? demoTokensMax : Math.floor(model.contextTokens / 2),
    );
    const { substitution } = request.settings;
    const describe: Models['describe'] = (id) => this.#models.describe(id);
    const consent = new Consent({ substitution, onOffer, chosen: model, describe });
    const listener = { onText, onNote: toldOnce(onNote), consent };
    let chars = Math.floor((model.contextTokens - maxTokens - frameTokens) * charsPerToken);
    for (let left = shortenTries; ; left--) {
      const part = firstLines(code, chars);
      const { result, text, looped } = await this.#ask(
        request,
        recipe,
        model,
        { code: part.text, maxTokens },
        listener,
        signal,
      );
      const error = result.outcome.kind === 'failed' ? result.outcome.error : undefined;
      if (error?.code === 'promptTooLong' && left > 0) {
        chars = shorterChars(part.text.length, error);
        continue;
      }
      if (error) throw new FeatureError(error.code === 'shuttingDown' ? 'shuttingDown' : 'taskFailed', error.message);
      if (result.outcome.kind === 'cancelled') throw signal.reason;
      const answerer = answering(result, model, describe);
      return toTextResult(result, answerer, { text, looped, targetMs: targetMsOf(request, recipe), part });
    }
  }

  async #ask(
    request: TextRequest,
    recipe: Recipe,
    model: ChosenModel,
    prompt: { code: string; maxTokens: number },
    { onText, onNote, consent }: Omit<TextListener, 'onOffer'> & { readonly consent: Consent },
    signal: AbortSignal,
  ): Promise<{ result: TaskResult; text: string; looped: boolean }> {
    const filter = recipe.fenced ? new FenceFilter() : new LeadingSpaceFilter();
    let text = '';
    let looped = false;
    const emit = (piece: string): void => {
      if (piece === '') return;
      text += piece;
      onText(piece);
    };
    const handle = this.#tasks.submit(
      {
        class: recipe.class,
        sla: { kind: 'e2e', targetMs: targetMsOf(request, recipe) },
        arrivalMs: request.receivedMs,
        model: model.id,
        prompt: { kind: 'chat', user: recipe.promptOf(prompt.code) },
        limits: { maxTokens: prompt.maxTokens, stop: recipe.stop },
        substitution: consent.substitution,
      },
      {
        onText: (piece) => {
          if (looped) return;
          emit(filter.push(piece));
          looped = endsInLoop(text);
          if (looped) handle.finish();
        },
        onNote: (note) => onNote(noteSentence(note, model, (id) => this.#models.describe(id))),
        ...consent.listener,
      },
    );
    const cancel = (): void => handle.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const result = await handle.done.finally(() => signal.removeEventListener('abort', cancel));
    if (result.outcome.kind === 'finished' && !looped) emit(filter.end());
    return { result, text, looped };
  }
}

/** Chat models like to begin with a blank line; nobody likes to read it. */
class LeadingSpaceFilter {
  #begun = false;

  push(piece: string): string {
    const text = this.#begun ? piece : piece.trimStart();
    this.#begun ||= text !== '';
    return text;
  }

  end(): string {
    return '';
  }
}

function targetMsOf(request: TextRequest, recipe: Recipe): number {
  return request.targetMs ?? request.settings[recipe.class].targetMs;
}

function codeOf({ document, range }: TextRequest, verb: string): string {
  const isWhole = range === undefined || document.offsetAt(range.start) === document.offsetAt(range.end);
  const text = document.getText(isWhole ? undefined : range).replaceAll('\r\n', '\n');
  const what = isWhole ? 'file' : 'selection';
  if (text.trim() === '')
    throw new FeatureError(
      'empty',
      `There is nothing to ${verb}: the ${what} is empty. Open a file with some code in it.`,
    );
  if (text.length > documentCharsMax) {
    const million = (text.length / 1e6).toFixed(1);
    throw new FeatureError(
      'tooLarge',
      `The ${what} has ${million} million characters; at most ${documentCharsMax / 1024 ** 2} million are read. Select a part of it.`,
    );
  }
  if (text.includes('\0'))
    throw new FeatureError('binary', `The ${what} contains null bytes, so it is not text. Open a source file.`);
  return text;
}

interface Part {
  readonly text: string;
  readonly lines: number;
  readonly of: number;
}

/** As many whole lines from the beginning as fit into `chars` characters. */
function firstLines(code: string, chars: number): Part {
  const of = code.split('\n').length;
  if (code.length <= chars) return { text: code, lines: of, of };
  const lineEnd = code.lastIndexOf('\n', chars);
  if (lineEnd <= 0) {
    throw new FeatureError(
      'tooLarge',
      `The first line alone is longer than the ${chars} characters that the model can read at once. Select a part of it.`,
    );
  }
  const text = code.slice(0, lineEnd);
  return { text, lines: text.split('\n').length, of };
}

function shorterChars(chars: number, { promptTokens = 2, promptTokensMax = 1 }: TaskError): number {
  return Math.floor((0.92 * chars * promptTokensMax) / promptTokens);
}

function toTextResult(
  { e2eMs, ttftMs = e2eMs, kept, relegated, outcome }: TaskResult,
  answerer: Answering,
  { text, looped, targetMs, part }: { text: string; looped: boolean; targetMs: number; part: Part },
): TextResult {
  return {
    text,
    ...answerer,
    targetMs,
    ttftMs,
    e2eMs,
    kept,
    ...(relegated && { relegated }),
    end: looped ? 'repetition' : outcome.kind === 'finished' ? outcome.reason : 'stop',
    ...(part.lines < part.of && { truncated: { lines: part.lines, of: part.of } }),
  };
}
