/**
 * Ghost text: from a position in a document to a suggestion or the reason why there is none. Never throws: an error becomes no
 * suggestion and a reason (house invariant 8).
 *
 * Where a suggestion comes from, the cheapest first:
 * 1. `typed`: the text was typed on as the last suggestion says, so the rest of it is the answer (shown.ts).
 * 2. `cache`: a suggestion that was made here before, or where this was typed on from (cache.ts).
 * 3. `joined`: a running generation that what was typed agrees with, whoever asked for it (generation.ts).
 * 4. `generated`: a new task, which supersedes the one before. Whether one is made, and after which wait, says restraint.ts; it stands
 *    before this one alone.
 *
 * Who asks by hand is answered by the model: 1 and 2 are passed over.
 */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { sentence } from '../../core/sentence.ts';
import type {
  ClientSettings,
  CompletionSource,
  CompletionTraceSaid as CompletionTrace,
  EligibilityResultSaid as EligibilityResult,
  InlineCompletionResultSaid as InlineCompletionResult,
} from '../../protocol.ts';
import { answering } from '../notes.ts';
import { isTaskError, type Models, type TaskResult, type TaskSpec, type Tasks } from '../tasks.ts';
import { Asking } from './asking.ts';
import { cursorText, isInside, plainLines } from './cursor.ts';
import { Eligibility } from './eligibility.ts';
import type { AnswerEnd, AnswerEnds } from './extent.ts';
import { type Around, aroundOf, type Place } from './filters/around.ts';
import { tokensAfter } from './filters/confidence.ts';
import type { Answer } from './filters/filter.ts';
import { type Postprocessed, postprocess } from './filters/postprocess.ts';
import { Reading } from './filters/reading.ts';
import { Generation, type Timer } from './generation.ts';
import { Generations, type Joined } from './generations.ts';
import { KeptSuggestions } from './kept.ts';
import { type Asked, type CompletionRequest, keyOf, type WarmUpRequest } from './request.ts';
import { placeOf, type Restraint } from './restraint.ts';
import { filteredTrace, fittedTrace, nothing, traceOf } from './trace.ts';

export type { CompletionRequest, WarmUpRequest } from './request.ts';

export interface CompletionOptions {
  /** Without one, a generation ends with the request that it was begun for. */
  readonly timer?: Timer;
  /** Without one, every request that nothing else answers is a task at once. */
  readonly restraint?: Restraint;
  /** Without them, the cursor's line alone says how much is asked for. */
  readonly ends?: AnswerEnds;
  /** Shared with whoever else reads the same documents. */
  readonly reading?: Reading;
}

export class CompletionFeature {
  readonly #tasks: Tasks;
  readonly #models: Models;
  readonly #eligibility: Eligibility;
  readonly #timer: Timer | undefined;
  readonly #restraint: Restraint | undefined;
  readonly #asking: Asking;
  readonly #kept = new KeptSuggestions();
  readonly #generations = new Generations();
  readonly #reading: Reading;
  readonly #arounds = new WeakMap<Place, Around>();
  readonly #suggestions: Record<CompletionSource, number> = { typed: 0, cache: 0, joined: 0, generated: 0 };

  /** @param sampleFolders absolute paths, in which the demonstration model completes by itself. */
  constructor(
    tasks: Tasks,
    models: Models,
    sampleFolders: readonly string[],
    { timer, restraint, ends, reading = new Reading() }: CompletionOptions = {},
  ) {
    this.#tasks = tasks;
    this.#models = models;
    this.#eligibility = new Eligibility(models, sampleFolders);
    this.#timer = timer;
    this.#reading = reading;
    this.#restraint = restraint;
    this.#asking = new Asking({ tasks, restraint, ends, begin: this.#begin.bind(this) });
  }

  /** How many suggestions came from where since the runtime began. */
  get suggestions(): Readonly<Record<CompletionSource, number>> {
    return this.#suggestions;
  }

  eligibility(document: TextDocument, settings: ClientSettings): EligibilityResult {
    return this.#eligibility.of(document, settings);
  }

  async complete(request: CompletionRequest, signal: AbortSignal): Promise<InlineCompletionResult> {
    const { document, settings, position } = request;
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model)) return nothing({ reason: 'modelUnavailable', message: model.message });
    const eligible = this.eligibility(document, settings);
    const isAllowed = eligible.automatic || (request.invoked && eligible.reason === 'demoModel');
    if (!isAllowed) return nothing({ reason: eligible.reason, message: eligible.message, model: model.name });
    if (!isInside(document, position)) {
      const message = sentence(
        'Line {0}, character {1} lies outside the document of {2} lines.',
        position.line + 1,
        position.character + 1,
        document.lineCount,
      );
      return nothing({ reason: 'positionOutside', message, model: model.name });
    }
    const key = keyOf(request);
    const scope = `${model.id}\0${document.languageId}`;
    const asked = { request, model, here: cursorText(request), key, scope };
    const answer = await this.#answer(asked, signal);
    if (!signal.aborted) this.#restraint?.answered(placeOf(asked), answer, request.selected?.text);
    return answer;
  }

  /** The document has changed: what runs for it and is contradicted by the change is stopped. */
  edited(changed: Pick<CompletionRequest, 'client' | 'document'>): void {
    const text = plainLines(changed.document.getText());
    this.#restraint?.edited({ client: changed.client, uri: changed.document.uri }, text);
    this.#generations.edited(keyOf(changed), text);
  }

  /**
   * Evaluates the whole window around a position while nothing else runs, so that the next completion there finds it. Over when it is
   * done or somebody needs the device; says nothing, as nobody waits for it.
   */
  async warmUp(request: WarmUpRequest, signal: AbortSignal): Promise<void> {
    const { document, settings, position } = request;
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model) || !this.eligibility(document, settings).automatic || !isInside(document, position)) return;
    await this.#asking.warmUp(request, model, signal);
  }

  async #answer(asked: Asked, signal: AbortSignal): Promise<InlineCompletionResult> {
    const { request, model, here, key, scope } = asked;
    if (signal.aborted) return nothing({ reason: 'cancelled', model: model.name });
    const known = request.invoked ? undefined : this.#known(asked); // 1, 2
    if (known) return known;
    const running = this.#generations.join(key, scope, here.around, signal);
    const joined = running && (await running); // 3
    if (joined?.waited.kind === 'ended') return this.#joined(asked, joined.waited, joined.arrivalMs);
    if (joined?.waited.kind === 'left' || signal.aborted) return nothing({ reason: 'cancelled', model: model.name });
    return this.#ask(asked, signal); // 4
  }

  /** What needs no task. */
  #known(asked: Asked): InlineCompletionResult | undefined {
    const { request, model, here, key, scope } = asked;
    const found = this.#kept.find(scope, key, here.around, () => this.#aroundOf(asked));
    if (found === undefined) return undefined;
    const { from, shaped } = found;
    const e2eMs = this.#tasks.now() - request.receivedMs;
    const kept = e2eMs <= request.settings.completion.targetMs;
    const trace = { reason: 'answered', from, model: model.name, ttftMs: e2eMs, e2eMs, kept } as const;
    // What was shown at first goes on being what is typed: of it may be deleted again.
    return this.#suggest(asked, { ...trace, ...filteredTrace(shaped) }, shaped, from === 'cache');
  }

  /** @param arrivalMs of the request that it was begun for. */
  #joined(
    asked: Asked,
    { result, typed }: Extract<Joined['waited'], { readonly kind: 'ended' }>,
    arrivalMs: number,
  ): InlineCompletionResult {
    const { ttftMs, ...trace } = this.#traceOf(asked, result);
    const { receivedMs } = asked.request;
    const own = { from: 'joined', e2eMs: this.#tasks.now() - receivedMs } as const;
    // What was there before the request is there at once.
    const first = ttftMs === undefined ? {} : { ttftMs: Math.max(0, arrivalMs + ttftMs - receivedMs) };
    return this.#shaped(asked, { ...trace, ...own, ...first }, result, typed);
  }

  async #ask(asked: Asked, signal: AbortSignal): Promise<InlineCompletionResult> {
    const heard = await this.#asking.ask(asked, signal);
    if (heard.kind === 'silent') return nothing({ ...heard.why, model: asked.model.name });
    const { result, chosen } = heard;
    const fitted = fittedTrace(chosen, result, asked.request.settings.completion.targetMs);
    return this.#shaped(asked, { ...this.#traceOf(asked, result), from: 'generated', ...fitted }, result, '');
  }

  /** Whoever waits for it or not: what comes of it is kept for whoever asks next. */
  #begin(asked: Asked, spec: TaskSpec, end: AnswerEnd): Generation {
    const { here, key, scope } = asked;
    const submit = this.#tasks.submit.bind(this.#tasks, spec);
    const generation = new Generation(here.around, submit, this.#timer, end);
    this.#generations.begun(key, { scope, arrivalMs: spec.arrivalMs, generation });
    void generation.done.then((result) => {
      const shaped = this.#shapedAnswer(asked, result, '');
      if (shaped) this.#kept.made(scope, here.around, shaped.text);
    });
    return generation;
  }

  #traceOf({ model }: Asked, result: TaskResult): CompletionTrace {
    return traceOf(
      result,
      answering(result, model, (id) => this.#models.describe(id)),
    );
  }

  #shaped(asked: Asked, trace: CompletionTrace, result: TaskResult, typed: string): InlineCompletionResult {
    const shaped = this.#shapedAnswer(asked, result, typed);
    if (shaped === undefined) return nothing(trace);
    const filtered = { ...trace, ...filteredTrace(shaped) };
    return shaped.text === ''
      ? nothing({ ...filtered, reason: 'empty' })
      : this.#suggest(asked, filtered, shaped, true);
  }

  #suggest(asked: Asked, trace: CompletionTrace, { text }: Postprocessed, isNew: boolean): InlineCompletionResult {
    const { request, here, key, scope } = asked;
    const { selected, position } = request;
    if (isNew) this.#kept.shown(scope, key, here.around, text);
    if (trace.from) this.#suggestions[trace.from] += 1;
    const range = selected?.range ?? { start: position, end: position };
    return { items: [{ insertText: (selected?.text ?? '') + text, range }], punctual: trace };
  }

  /** What may be shown of an answer where `typed` of it was typed already; undefined when it came to no end. */
  #shapedAnswer(asked: Asked, { outcome, text, tokens }: TaskResult, typed: string): Postprocessed | undefined {
    if (outcome.kind !== 'finished') return undefined;
    const left = tokens && tokensAfter(tokens, typed.length);
    const answer: Answer = { text: text.slice(typed.length), end: outcome.reason, ...(left && { tokens: left }) };
    return postprocess(answer, asked.here.around, this.#aroundOf(asked));
  }

  /** Worked out once for a request, however often something is to stand there. */
  #aroundOf({ here, key }: Asked): Around {
    const known = this.#arounds.get(here.around);
    if (known !== undefined) return known;
    const around = aroundOf(here.around, key, this.#reading);
    this.#arounds.set(here.around, around);
    return around;
  }
}
