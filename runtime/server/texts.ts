/**
 * A conversation's requests for summaries, translations and generated code: from checked parameters to the feature, its pieces and notes as partial
 * results, its errors as codes. Owns no state.
 */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../core/sentence.ts';
import type { CompletionContext } from '../features/completion/context/index.ts';
import { FeatureError } from '../features/errors.ts';
import { type GenerateFeature, Superseded } from '../features/generate.ts';
import type { SummarizeFeature, TextListener, TextRequest, TextStage, TranslateFeature } from '../features/text.ts';
import {
  type ClientSettings,
  errorCodes,
  generateMethod,
  generateParamsSchema,
  type OfferParams,
  type OfferResult,
  summarizeMethod,
  summarizeParamsSchema,
  type TextParams,
  type TextResultSaid as TextResult,
  translateMethod,
  translateParamsSchema,
  type WireTaskClass,
} from '../protocol.ts';
import { refused } from './refused.ts';

/** What a conversation gives its part about texts. */
export interface TextRequests {
  readonly summarize: Pick<SummarizeFeature, 'run'>;
  readonly translate: Pick<TranslateFeature, 'run'>;
  readonly generate: Pick<GenerateFeature, 'run'>;
  /** Names the client among all. */
  readonly client: string;
  /** What other files say that helps with this document. */
  readonly context: (uri: string) => CompletionContext | undefined;
  readonly now: () => number;
  readonly settings: () => ClientSettings;
  /** @throws ResponseError for a document that the client has not opened. */
  readonly document: (uri: string) => TextDocument;
  /** Runs until the request is cancelled or the client is gone. */
  readonly cancellable: <T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly progress: (token: string | number, value: PartialText) => void;
  /** Puts a question to the person at the client. */
  readonly ask: Ask;
}

/** Undefined when there is no answer: the client cannot ask its user, he says nothing, or it is moot. */
type Ask = (offer: OfferParams, moot: AbortSignal) => Promise<OfferResult['choice'] | undefined>;

interface PartialText {
  readonly text: string;
  readonly note?: Words;
  readonly stage?: TextStage;
  readonly restart?: true;
}

type Handler = (params: unknown, token: CancellationToken) => Promise<TextResult>;
type Run = (listener: TextListener, signal: AbortSignal) => Promise<TextResult>;

export function textHandlers(requests: TextRequests): ReadonlyMap<string, Handler> {
  const { summarize, translate, generate, now } = requests;
  const handlers: Readonly<Record<string, Handler>> = {
    [summarizeMethod]: async (given, token) => {
      const receivedMs = now();
      const params = summarizeParamsSchema.parse(given);
      const { purpose, more } = params;
      const request = {
        ...requestOf(params, receivedMs, requests),
        ...(purpose !== undefined && { purpose }),
        ...(more !== undefined && { more: more.map(({ uri }) => requests.document(uri)) }),
      };
      const run: Run = (listener, signal) => summarize.run(request, listener, signal);
      return stream('summarize', params, requests, token, run);
    },
    [translateMethod]: async (given, token) => {
      const receivedMs = now();
      const params = translateParamsSchema.parse(given);
      const request = { ...requestOf(params, receivedMs, requests), to: params.to };
      const run: Run = ({ onRestart, ...listener }, signal) =>
        translate.run(request, { ...listener, ...(params.mayRestart && onRestart && { onRestart }) }, signal);
      return stream('translate', params, requests, token, run);
    },
    [generateMethod]: async (given, token) => {
      const receivedMs = now();
      const params = generateParamsSchema.parse(given);
      const { range, instruction } = params;
      const { client, context } = requests;
      const about = { range, instruction, client, context: context(params.textDocument.uri) };
      const request = { ...requestOf(params, receivedMs, requests), ...about };
      const run: Run = ({ onRestart, ...listener }, signal) =>
        generate.run(request, { ...listener, ...(params.mayRestart && onRestart && { onRestart }) }, signal);
      return stream('generate', params, requests, token, run);
    },
  };
  return new Map(Object.entries(handlers));
}

function requestOf(
  { textDocument, range, targetMs, workspace }: TextParams,
  receivedMs: number,
  { settings, document }: TextRequests,
): TextRequest {
  return {
    document: document(textDocument.uri),
    settings: settings(),
    receivedMs,
    ...(range && { range }),
    ...(targetMs !== undefined && { targetMs }),
    ...(workspace !== undefined && { workspace }),
  };
}

function stream(
  name: WireTaskClass,
  { partialResultToken, textDocument }: TextParams,
  { cancellable, progress, ask }: TextRequests,
  token: CancellationToken,
  run: Run,
): Promise<TextResult> {
  const send = (value: PartialText): void => {
    if (partialResultToken !== undefined) progress(partialResultToken, value);
  };
  const listener: TextListener = {
    onText: (text) => send({ text }),
    onNote: (note) => send({ text: '', note }),
    onRestart: () => send({ text: '', restart: true }),
    onStage: (stage) => send({ text: '', stage }),
    onOffer: ({ model, by, waitMs, signal, answer }) => {
      // Of generated code nobody is asked: only the chosen model may write it.
      if (name === 'generate' || name === 'completion') return;
      void ask({ class: name, textDocument, model, by, waitMs }, signal).then((choice) => choice && answer(choice));
    },
  };
  return cancellable(token, async (signal) => {
    try {
      return await run(listener, signal);
    } catch (error) {
      if (error instanceof FeatureError) throw refused(errorCodes[error.code], error.words, error.code);
      if (error instanceof Superseded) throw new ResponseError(LSPErrorCodes.ServerCancelled, error.message);
      if (signal.aborted) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
      throw error;
    }
  });
}
