/**
 * Ghost text: from a position in a document to a suggestion or the reason why there is none. Never throws: an error becomes no
 * suggestion and a reason (house invariant 8).
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Position, Range, TextDocument } from 'vscode-languageserver-textdocument';
import { type TaskError, warmUpKey } from '../../core/task.ts';
import {
  type ClientSettings,
  type CompletionReason,
  documentCharsMax,
  type EligibilityResult,
  type InlineCompletionResult,
} from '../../protocol.ts';
import { answering } from '../notes.ts';
import { type ChosenModel, isTaskError, type Models, type TaskResult, type TaskSpec, type Tasks } from '../tasks.ts';
import { postprocess } from './filters/postprocess.ts';
import { fitWindow, type HeldWindow, wantedWindow } from './fit.ts';
import { extentAt, type InfillWindow, type WindowLimits, windowDefault } from './prompt.ts';
import { filteredTrace, fittedTrace, nothing, traceOf } from './trace.ts';

export interface CompletionRequest {
  readonly document: TextDocument;
  readonly position: Position;
  /** Asked for by hand, not by typing. */
  readonly invoked: boolean;
  /** The entry selected in the editor's suggestion list: the completion must continue it. */
  readonly selected?: { readonly range: Range; readonly text: string };
  readonly settings: ClientSettings;
  /** Names the connection: completions of one document in one window supersede each other. */
  readonly client: string;
  /** When the request arrived, from `Tasks.now()`. */
  readonly receivedMs: number;
}

/** Where the cursor is, or will be. */
export type WarmUpRequest = Pick<CompletionRequest, 'document' | 'position' | 'settings' | 'client'>;

const shortenTries = 3;

/** Windows that are remembered, two for a document; the one not asked for the longest time is forgotten first. */
const windowsMax = 128;

export class CompletionFeature {
  readonly #tasks: Tasks;
  readonly #models: Models;
  readonly #sampleFolders: readonly string[];
  /** The last window of each document, and of its warm-up: where the next one may begin. */
  readonly #held = new Map<string, HeldWindow>();

  /** In `sampleFolders` (absolute paths) the demonstration model completes by itself. */
  constructor(tasks: Tasks, models: Models, sampleFolders: readonly string[]) {
    this.#tasks = tasks;
    this.#models = models;
    this.#sampleFolders = sampleFolders;
  }

  /**
   * Whether completion answers by itself in this document:
   * 1. Not with a model that cannot be had.
   * 2. Not in a document that is too large or not text.
   * 3. Not with the demonstration model in a user's own file, unless the user has chosen it: it is too weak to interrupt with.
   */
  eligibility(document: TextDocument, settings: ClientSettings): EligibilityResult {
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model)) return { automatic: false, reason: 'modelUnavailable', message: model.message };
    const unreadable = whyUnreadable(document);
    if (unreadable) return { automatic: false, ...unreadable };
    if (model.demo && !model.chosen && !this.#isSample(document.uri)) {
      const message =
        'Only the demonstration model is installed: it completes by itself in the sample folder, elsewhere when you ask for it or choose it.';
      return { automatic: false, reason: 'demoModel', message };
    }
    return { automatic: true, reason: 'answered', message: `${model.name} completes here.` };
  }

  async complete(request: CompletionRequest, signal: AbortSignal): Promise<InlineCompletionResult> {
    const { document, settings, position } = request;
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model)) return nothing({ reason: 'modelUnavailable', message: model.message });
    const eligible = this.eligibility(document, settings);
    const isAllowed = eligible.automatic || (request.invoked && eligible.reason === 'demoModel');
    if (!isAllowed) return nothing({ reason: eligible.reason, message: eligible.message, model: model.name });
    if (!isInside(document, position)) {
      const message = `Line ${position.line + 1}, character ${position.character + 1} lies outside the document of ${document.lineCount} lines.`;
      return nothing({ reason: 'positionOutside', message, model: model.name });
    }
    return this.#ask(request, model, signal);
  }

  /**
   * Evaluates the whole window around a position while nothing else runs, so that the next completion there finds it. Over when it is
   * done or somebody needs the device; says nothing, as nobody waits for it.
   */
  async warmUp(request: WarmUpRequest, signal: AbortSignal): Promise<void> {
    const { document, settings, position } = request;
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model) || !this.eligibility(document, settings).automatic || !isInside(document, position)) return;
    const { window, holds } = wantedWindow({ ...placeOf(request), wanted: windowDefault });
    const spec = this.#specOf({ ...request, receivedMs: this.#tasks.now() }, model, window, []);
    this.#hold(warmUpKey(keyOf(request)), holds);
    await this.#run({ ...spec, limits: { maxTokens: 0, stop: [] }, idle: true }, signal);
  }

  async #ask(request: CompletionRequest, model: ChosenModel, signal: AbortSignal): Promise<InlineCompletionResult> {
    const { targetMs } = request.settings.completion;
    const place = placeOf(request);
    // The demonstration model repeats itself after the first line.
    const stop = extentAt(place.text, place.offset) === 'block' && !model.demo ? ['\n\n'] : ['\n'];
    const specOf = (window: InfillWindow): TaskSpec => this.#specOf(request, model, window, stop);
    const forecastMs = (window: InfillWindow): number => this.#tasks.forecastTtftMs(specOf(window));
    let wanted: WindowLimits = windowDefault;
    for (let left = shortenTries; ; left--) {
      const fitted = fitWindow({ ...place, wanted, held: this.#heldOf(keyOf(request)), targetMs, forecastMs });
      const { window } = fitted;
      this.#hold(keyOf(request), fitted.holds);
      const result = await this.#run(specOf(window), signal);
      const error = result.outcome.kind === 'failed' ? result.outcome.error : undefined;
      if (error?.code === 'promptTooLong' && left > 0) {
        wanted = shortened(wanted, error);
        continue;
      }
      const answerer = answering(result, model, (id) => this.#models.describe(id));
      const trace = { ...traceOf(result, answerer), ...fittedTrace(fitted, result, targetMs) };
      if (result.outcome.kind !== 'finished') return nothing(trace);
      const answer = { text: result.text, end: result.outcome.reason, healed: window.healed };
      const shown = postprocess(answer, place.around);
      const filtered = { ...trace, ...filteredTrace(shown) };
      if (shown.text === '') return nothing({ ...filtered, reason: 'empty' });
      const { selected, position } = request;
      const range = selected?.range ?? { start: position, end: position };
      return { items: [{ insertText: (selected?.text ?? '') + shown.text, range }], punctual: filtered };
    }
  }

  #specOf(
    { settings, client, document, receivedMs }: Omit<CompletionRequest, 'invoked'>,
    model: ChosenModel,
    { prefix, suffix }: InfillWindow,
    stop: readonly string[],
  ): TaskSpec {
    return {
      class: 'completion',
      sla: { kind: 'ttft', targetMs: settings.completion.targetMs },
      arrivalMs: receivedMs,
      model: model.id,
      prompt: { kind: 'infill', prefix, suffix },
      limits: { maxTokens: settings.completion.maxTokens, stop },
      substitution: settings.substitution,
      supersedeKey: keyOf({ client, document }),
    };
  }

  #run(spec: TaskSpec, signal: AbortSignal): Promise<TaskResult> {
    const handle = this.#tasks.submit(spec);
    const cancel = (): void => handle.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    return handle.done.finally(() => signal.removeEventListener('abort', cancel));
  }

  #heldOf(key: string): HeldWindow[] {
    return [key, warmUpKey(key)].flatMap((one) => this.#held.get(one) ?? []);
  }

  #hold(key: string, window: HeldWindow): void {
    this.#held.delete(key);
    this.#held.set(key, window);
    const [oldest] = this.#held.keys();
    if (this.#held.size > windowsMax && oldest !== undefined) this.#held.delete(oldest);
  }

  #isSample(uri: string): boolean {
    let file: string;
    try {
      file = fileURLToPath(uri);
    } catch {
      return false; // What is no file, or one of another machine, has no path here.
    }
    return this.#sampleFolders.some(
      (folder) => !path.relative(folder, file).startsWith('..') && !path.isAbsolute(path.relative(folder, file)),
    );
  }
}

function whyUnreadable(document: TextDocument): { reason: CompletionReason; message: string } | undefined {
  const text = document.getText();
  if (text.length > documentCharsMax) {
    return {
      reason: 'documentTooLarge',
      message: `The document has ${text.length} characters; completion reads at most ${documentCharsMax}.`,
    };
  }
  if (text.includes('\0'))
    return { reason: 'documentBinary', message: 'The document contains null bytes, so it is not text.' };
  return undefined;
}

function isInside(document: TextDocument, position: Position): boolean {
  if (position.line >= document.lineCount) return false;
  // offsetAt clamps to the line's end, so a position beyond it does not come back unchanged.
  return document.positionAt(document.offsetAt(position)).character === position.character;
}

/** The document as the model sees it: `\n` line ends, and the selected entry of the suggestion list already typed. */
function placeOf({ document, position, selected }: Pick<CompletionRequest, 'document' | 'position' | 'selected'>) {
  const textBefore = selected
    ? document.getText({ start: { line: 0, character: 0 }, end: selected.range.start }) + selected.text
    : document.getText({ start: { line: 0, character: 0 }, end: position });
  const after = selected ? selected.range.end : position;
  const textAfter = document.getText({ start: after, end: { line: document.lineCount, character: 0 } });
  const before = textBefore.replaceAll('\r\n', '\n');
  const behind = textAfter.replaceAll('\r\n', '\n');
  const { languageId } = document;
  return {
    text: before + behind,
    offset: before.length,
    around: { before, after: behind, languageId, ...(selected && { selected: selected.text }) },
  };
}

/** The engine says how many tokens the prompt had and how many fit; a tenth less is asked for, as tokens are not spread evenly. */
function shortened(limits: WindowLimits, { promptTokens = 2, promptTokensMax = 1 }: TaskError): WindowLimits {
  const share = (0.9 * promptTokensMax) / promptTokens;
  return { prefixChars: Math.floor(limits.prefixChars * share), suffixChars: Math.floor(limits.suffixChars * share) };
}

/** Completions of one document in one window supersede each other. */
function keyOf({ client, document }: Pick<CompletionRequest, 'client' | 'document'>): string {
  return `${client} ${document.uri}`;
}
