/**
 * Code that is asked for in a sentence: one task with the promise of its first token, asked with what a completion is asked with and
 * streamed as it is to stand in the document. Changes no document: the result says what takes the place of what.
 *
 * What streams is unwrapped and indented. What must not stay (a repetition, what stands below already, a marker) is known at the end: then
 * the asker is told to begin anew, if he can.
 */
import type { Range } from 'vscode-languageserver-textdocument';
import { sentence, type Words } from '../../core/sentence.ts';
import type { Outcome, TaskError } from '../../core/task.ts';
import type { TextResultSaid as TextResult } from '../../protocol.ts';
import type { Syntax } from '../../syntax/index.ts';
import { type CompletionContext, fitContext, lessAndLess, offeredTo } from '../completion/context/index.ts';
import { postprocess } from '../completion/filters/postprocess.ts';
import { fitShare, fitWindow } from '../completion/fit.ts';
import type { InfillWindow, WindowLimits } from '../completion/prompt.ts';
import { FeatureError } from '../errors.ts';
import { answering, noteSentence, toldOnce } from '../notes.ts';
import type { Prompts } from '../prompts/library.ts';
import type { Prompt } from '../prompts/prompt.ts';
import { type ChosenModel, isTaskError, type Models, type TaskResult, type TaskSpec, type Tasks } from '../tasks.ts';
import { answerTokensMax, roomChars } from '../text/budget.ts';
import { nameOf, type TextListener, type TextRequest } from '../text/request.ts';
import { problemOf } from './check.ts';
import { type GeneratePlace, placeOf, refuse } from './place.ts';
import { type Asked, type Manner, promptFor } from './prompt.ts';
import { Stream } from './stream.ts';

export interface GenerateRequest extends TextRequest {
  /** A cursor, or what is to be replaced. */
  readonly range: Range;
  readonly instruction: string;
  /** Names the connection: a newer request for a document supersedes an older one. */
  readonly client: string;
  /** What other files say that helps. */
  readonly context?: CompletionContext | undefined;
}

export interface GenerateKit {
  readonly tasks: Tasks;
  readonly models: Models;
  readonly prompts: Pick<Prompts, 'take'>;
  readonly syntax: Pick<Syntax, 'read'>;
}

/** A newer request for the same document took the place of this one. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** More around the place is not read, however much a model could. */
const windowMax: WindowLimits = { prefixChars: 6_000, suffixChars: 2_000 };
const prefixShare = 0.75;
const shortenTries = 3;

/** What a model that only completes ends its answer with, as far as it ends it at all. */
const stopAfterComment = ['\n\n\n'] as const;
const stopOfDemo = ['\n\n'] as const;

interface Attempt {
  readonly result: TaskResult;
  /** What has come of it, unwrapped and indented. */
  readonly stream: Pick<Stream, 'body' | 'looped' | 'place'>;
}

export class GenerateFeature {
  readonly #kit: GenerateKit;

  constructor(kit: GenerateKit) {
    this.#kit = kit;
  }

  /** @throws FeatureError with a sentence for the person who asked, Superseded, or the signal's reason. */
  async run(request: GenerateRequest, listener: TextListener, signal: AbortSignal): Promise<TextResult> {
    const model = this.#kit.models.choose('generate', request.settings);
    if (isTaskError(model)) throw new FeatureError('taskFailed', model.message);
    const place = placeOf(request.document, request.range);
    refuse(place);
    const { prompt, problem } = await this.#kit.prompts.take('generate', request.workspace);
    signal.throwIfAborted();
    return new Generated(this.#kit, request, model, place, prompt, listener, signal).run(problem);
  }
}

/** One request on its way. */
class Generated {
  readonly #kit: GenerateKit;
  readonly #request: GenerateRequest;
  readonly #model: ChosenModel;
  readonly #asked: Asked;
  readonly #prompt: Prompt;
  readonly #listener: TextListener;
  readonly #signal: AbortSignal;
  readonly #tell: (words: Words) => void;
  readonly #maxTokens: number;
  readonly #notes: Words[] = [];
  #streamed = '';

  constructor(
    kit: GenerateKit,
    request: GenerateRequest,
    model: ChosenModel,
    place: GeneratePlace,
    prompt: Prompt,
    listener: TextListener,
    signal: AbortSignal,
  ) {
    this.#kit = kit;
    this.#request = request;
    this.#model = model;
    this.#asked = { place, instruction: request.instruction, name: nameOf(request.document) };
    this.#prompt = prompt;
    this.#listener = listener;
    this.#signal = signal;
    this.#tell = toldOnce(listener.onNote);
    this.#maxTokens = answerTokensMax(prompt, request.settings, model);
  }

  async run(problem: Words | undefined): Promise<TextResult> {
    if (problem !== undefined) this.#note(problem);
    const attempt = await this.#ask();
    const { place } = this.#asked;
    const text = place.lead + this.#shaped(attempt) + place.tail;
    this.#emitRest(text);
    const wrong = await problemOf(this.#kit.syntax, place, text);
    this.#signal.throwIfAborted();
    if (wrong !== undefined) this.#note(wrong);
    return this.#result(attempt, text);
  }

  get #targetMs(): number {
    return this.#request.targetMs ?? this.#request.settings.generate.targetMs;
  }

  /**
   * What is known of a model may be nothing but its file: one that cannot be asked in this manner is asked in the other one, once. A prompt
   * that proves too long is made shorter.
   */
  async #ask(): Promise<Attempt> {
    let manner: Manner = this.#model.instructed ? 'words' : 'comment';
    let wanted = this.#wanted();
    let otherLeft = 1;
    for (let left = shortenTries; ; ) {
      const attempt = await this.#attempt(manner, wanted);
      const { outcome } = attempt.result;
      if (outcome.kind === 'finished') return attempt;
      const error = this.#errorOf(outcome);
      if (otherLeft > 0 && (error.code === 'chatUnsupported' || error.code === 'infillUnsupported')) {
        manner = error.code === 'chatUnsupported' ? 'comment' : 'words';
        otherLeft -= 1;
      } else if (error.code === 'promptTooLong' && left > 0) {
        wanted = shorter(wanted, error);
        left -= 1;
      } else throw new FeatureError(error.code === 'shuttingDown' ? 'shuttingDown' : 'taskFailed', error.message);
    }
  }

  /** @throws Superseded, or the signal's reason */
  #errorOf(outcome: Exclude<Outcome, { readonly kind: 'finished' }>): TaskError {
    if (outcome.kind === 'failed') return outcome.error;
    this.#signal.throwIfAborted();
    throw new Superseded('A newer request took its place.');
  }

  /** As much around the place as the model has room for. @throws FeatureError for a selection that leaves none */
  #wanted(): WindowLimits {
    const { place, instruction } = this.#asked;
    const room = roomChars(this.#model, this.#maxTokens, instruction.length + place.selected.length);
    if (room <= 0)
      throw new FeatureError(
        'tooLarge',
        sentence(
          'The selection has {0} characters, which is more than {1} can read at once. Select a part of it.',
          place.selected.length,
          this.#model.name,
        ),
      );
    const prefixChars = Math.min(windowMax.prefixChars, Math.floor(prefixShare * room));
    return { prefixChars, suffixChars: Math.min(windowMax.suffixChars, room - prefixChars) };
  }

  /** Fitted to the promise as a completion's prompt is: first the context goes, then what is far from the place. */
  #specFor(manner: Manner, wanted: WindowLimits): TaskSpec {
    const { before, after } = this.#asked.place;
    const specOf = (window: InfillWindow, context?: Parameters<typeof promptFor>[4]): TaskSpec =>
      this.#specOf(promptFor(manner, this.#asked, this.#prompt, window, context), manner);
    const offered = offeredTo(this.#model, this.#request.context);
    const { fitted, context } = fitContext(
      offered ? lessAndLess(offered) : [],
      (some) =>
        fitWindow({
          ...{ text: before + after, offset: before.length, wanted, held: [], targetMs: this.#targetMs },
          forecastMs: (window) => this.#kit.tasks.forecastTtftMs(specOf(window, some)),
        }),
      fitShare * this.#targetMs,
    );
    return specOf(fitted.window, context);
  }

  #specOf(prompt: TaskSpec['prompt'], manner: Manner): TaskSpec {
    const { client, document, receivedMs } = this.#request;
    const { demo, id } = this.#model;
    const stopAfter = demo ? stopOfDemo : stopAfterComment;
    return {
      class: 'generate',
      sla: { kind: 'ttft', targetMs: this.#targetMs },
      arrivalMs: receivedMs,
      model: id,
      language: document.languageId,
      prompt,
      limits: { maxTokens: this.#maxTokens, stop: manner === 'comment' ? stopAfter : [] },
      supersedeKey: `${client} generate ${document.uri}`,
      // The prompt is written for this model: another one may not even know its form.
      substitution: 'never',
    };
  }

  async #attempt(manner: Manner, wanted: WindowLimits): Promise<Attempt> {
    const { tasks, models } = this.#kit;
    const stream = new Stream(manner, this.#asked);
    const handle = tasks.submit(this.#specFor(manner, wanted), {
      onText: (piece) => {
        if (stream.isOver) return;
        this.#emit(stream.push(piece));
        if (stream.isOver) handle.finish();
      },
      onNote: (note) => this.#tell(noteSentence(note, this.#model, (id) => models.describe(id))),
    });
    const cancel = (): void => handle.cancel();
    this.#signal.addEventListener('abort', cancel, { once: true });
    if (this.#signal.aborted) cancel();
    const result = await handle.done.finally(() => this.#signal.removeEventListener('abort', cancel));
    if (result.outcome.kind === 'finished') this.#emit(stream.end());
    return { result, stream };
  }

  /** What may stay of it. @throws FeatureError when that is nothing */
  #shaped({ result, stream: { body, looped, place } }: Attempt): string {
    const isCut = result.outcome.kind === 'finished' && result.outcome.reason === 'length';
    const { text } = postprocess({ text: body, end: isCut && !looped ? 'length' : 'stop' }, place);
    if (text !== '') return text;
    throw new FeatureError(
      'empty',
      result.text.trim() === ''
        ? sentence('The model wrote nothing. Say it in another way, or choose another model.')
        : sentence(
            'The model wrote nothing that could stand here as code. Say it in another way, or choose another model.',
          ),
    );
  }

  #emit(piece: string): void {
    if (piece === '') return;
    const text = this.#streamed === '' ? this.#asked.place.lead + piece : piece;
    this.#streamed += text;
    this.#listener.onText(text);
  }

  /** Also takes back what was streamed and must not stay, as far as the asker can do that. */
  #emitRest(text: string): void {
    if (text.startsWith(this.#streamed)) {
      const rest = text.slice(this.#streamed.length);
      if (rest !== '') this.#listener.onText(rest);
    } else if (this.#listener.onRestart !== undefined) {
      this.#listener.onRestart();
      this.#listener.onText(text);
    }
  }

  #note(words: Words): void {
    this.#notes.push(words);
    this.#tell(words);
  }

  #result({ result, stream: { looped } }: Attempt, text: string): TextResult {
    const { outcome, e2eMs, ttftMs = e2eMs, kept, relegated } = result;
    const end = outcome.kind === 'finished' ? outcome.reason : 'stop';
    return {
      text,
      ...answering(result, this.#model, (id) => this.#kit.models.describe(id)),
      ...{ sla: 'ttft', targetMs: this.#targetMs, ttftMs, e2eMs, kept, end: looped ? 'repetition' : end },
      ...(relegated && { relegated }),
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      edit: { range: this.#request.range, newText: text },
    };
  }
}

/** The engine says how many tokens the prompt had and how many fit; a tenth less is asked for, as tokens are not spread evenly. */
function shorter(limits: WindowLimits, { promptTokens = 2, promptTokensMax = 1 }: TaskError): WindowLimits {
  const share = (0.9 * promptTokensMax) / promptTokens;
  return { prefixChars: Math.floor(limits.prefixChars * share), suffixChars: Math.floor(limits.suffixChars * share) };
}
