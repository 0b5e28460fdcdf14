/**
 * Ghost text: from a position in a document to a suggestion or the reason why there is none. Never throws: an error becomes no
 * suggestion and a reason (house invariant 8).
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Position, Range, TextDocument } from 'vscode-languageserver-textdocument';
import type { TaskError } from '../../core/task.ts';
import {
  type ClientSettings,
  type CompletionReason,
  type CompletionTrace,
  documentCharsMax,
  type EligibilityResult,
  type InlineCompletionResult,
} from '../../protocol.ts';
import { type ChosenModel, isTaskError, type Models, type TaskResult, type Tasks } from '../tasks.ts';
import { postprocess } from './postprocess.ts';
import { extentAt, infillWindow, type WindowLimits, windowDefault } from './prompt.ts';

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

const shortenTries = 3;

export class CompletionFeature {
  readonly #tasks: Tasks;
  readonly #models: Models;
  readonly #sampleFolders: readonly string[];

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
    const model = this.#models.choose(settings.model, settings.threads);
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
    const model = this.#models.choose(settings.model, settings.threads);
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

  async #ask(request: CompletionRequest, model: ChosenModel, signal: AbortSignal): Promise<InlineCompletionResult> {
    const place = placeOf(request);
    let limits: WindowLimits = windowDefault;
    for (let left = shortenTries; ; left--) {
      const window = infillWindow(place.text, place.offset, limits);
      const result = await this.#run(request, model, window, extentAt(place.text, place.offset), signal);
      const error = result.outcome.kind === 'failed' ? result.outcome.error : undefined;
      if (error?.code === 'promptTooLong' && left > 0) {
        limits = shortened(limits, error);
        continue;
      }
      const trace = traceOf(result, model);
      if (result.outcome.kind !== 'finished') return nothing(trace);
      const insertText = postprocess(result.text, { ...place.around, healed: window.healed });
      if (insertText === '') return nothing({ ...trace, reason: 'empty' });
      const { selected, position } = request;
      const range = selected?.range ?? { start: position, end: position };
      return { items: [{ insertText: (selected?.text ?? '') + insertText, range }], punctual: trace };
    }
  }

  #run(
    { settings, client, document, receivedMs }: CompletionRequest,
    model: ChosenModel,
    window: { prefix: string; suffix: string },
    extent: 'line' | 'block',
    signal: AbortSignal,
  ): Promise<TaskResult> {
    const handle = this.#tasks.submit({
      class: 'completion',
      sla: { kind: 'ttft', targetMs: settings.completion.targetMs },
      arrivalMs: receivedMs,
      model: model.id,
      prompt: { kind: 'infill', prefix: window.prefix, suffix: window.suffix },
      // The demonstration model repeats itself after the first line.
      limits: { maxTokens: settings.completion.maxTokens, stop: extent === 'block' && !model.demo ? ['\n\n'] : ['\n'] },
      supersedeKey: `${client} ${document.uri}`,
    });
    const cancel = (): void => handle.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    return handle.done.finally(() => signal.removeEventListener('abort', cancel));
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
function placeOf({ document, position, selected }: CompletionRequest) {
  const textBefore = selected
    ? document.getText({ start: { line: 0, character: 0 }, end: selected.range.start }) + selected.text
    : document.getText({ start: { line: 0, character: 0 }, end: position });
  const after = selected ? selected.range.end : position;
  const textAfter = document.getText({ start: after, end: { line: document.lineCount, character: 0 } });
  const before = textBefore.replaceAll('\r\n', '\n');
  const text = before + textAfter.replaceAll('\r\n', '\n');
  const [lineAfter = '', ...linesBelow] = text.slice(before.length).split('\n', 50);
  return {
    text,
    offset: before.length,
    around: { lineBefore: before.slice(before.lastIndexOf('\n') + 1), lineAfter, linesBelow },
  };
}

/** The engine says how many tokens the prompt had and how many fit; a tenth less is asked for, as tokens are not spread evenly. */
function shortened(limits: WindowLimits, { promptTokens = 2, promptTokensMax = 1 }: TaskError): WindowLimits {
  const share = (0.9 * promptTokensMax) / promptTokens;
  return { prefixChars: Math.floor(limits.prefixChars * share), suffixChars: Math.floor(limits.suffixChars * share) };
}

function nothing(punctual: CompletionTrace): InlineCompletionResult {
  return { items: [], punctual };
}

function traceOf(result: TaskResult, model: ChosenModel): CompletionTrace {
  const { ttftMs, e2eMs, promptTokens, reusedTokens, generatedTokens, kept, outcome } = result;
  return {
    ...reasonOf(outcome),
    model: model.name,
    e2eMs,
    generatedTokens,
    kept,
    ...(ttftMs !== undefined && { ttftMs }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(reusedTokens !== undefined && { reusedTokens }),
  };
}

function reasonOf(outcome: TaskResult['outcome']): { reason: CompletionReason; message?: string } {
  switch (outcome.kind) {
    case 'finished':
      return { reason: 'answered' };
    case 'cancelled':
      return { reason: 'cancelled' };
    case 'failed':
      return { reason: reasonOfError[outcome.error.code], message: outcome.error.message };
    default:
      return outcome satisfies never;
  }
}

const reasonOfError: Record<TaskError['code'], CompletionReason> = {
  queueFull: 'rejected',
  badSla: 'rejected',
  promptTooLong: 'failed',
  infillUnsupported: 'modelWithoutInfill',
  chatUnsupported: 'failed',
  modelUnavailable: 'modelUnavailable',
  engineLost: 'failed',
  engineFailed: 'failed',
  shuttingDown: 'failed',
};
