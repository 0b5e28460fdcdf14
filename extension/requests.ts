/** Requests that are more than a question and an answer: with progress on the way, or about a text that no editor shows. */
import type * as vscode from 'vscode';
import { type LanguageClient, ProgressType, ResponseError } from 'vscode-languageclient/node';
import type * as z from 'zod/mini';
import {
  asHeard,
  errorDataSchema,
  type OfferParams,
  type OfferResult,
  offerMethod,
  offerParamsSchema,
  partialResultSchema,
} from '../runtime/protocol.ts';
import { say } from './l10n.ts';

/** What the runtime says, with its sentences in the language of the editor. */
export function heard(value: unknown): unknown {
  return asHeard(value, say);
}

/** Question and answer, or why the runtime refuses it, in the language of the editor. */
export async function asked(
  client: Pick<LanguageClient, 'sendRequest'>,
  method: string,
  params: object,
  token?: vscode.CancellationToken,
): Promise<unknown> {
  try {
    const answer = token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token);
    return heard(await answer);
  } catch (error) {
    throw heardError(error);
  }
}

function heardError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const data = errorDataSchema.safeParse(heard(error.data));
  const message = data.success ? data.data.message : undefined;
  return message === undefined ? error : new ResponseError(error.code, message, error.data);
}

type Client = Pick<LanguageClient, 'onProgress' | 'sendNotification'>;

/** What comes on `token` while `request` runs; a value that is not understood is left out, as the result says everything. */
export async function withProgress<T>(
  client: Client,
  token: string,
  schema: z.ZodMiniType<T>,
  onValue: (value: T) => void,
  request: () => Promise<unknown>,
): Promise<unknown> {
  const listener = client.onProgress(new ProgressType<unknown>(), token, (value) => {
    const progress = schema.safeParse(heard(value));
    if (progress.success) onValue(progress.data);
  });
  try {
    return await request();
  } finally {
    listener.dispose();
  }
}

export const answerPartSchema = partialResultSchema.shape.value;
/** What comes of an answer before its end: text to append, or a note for the person who waits. */
export type AnswerPart = z.infer<typeof answerPartSchema>;

export interface TextDocumentName {
  readonly uri: string;
}

export interface UnshownText {
  readonly uri: vscode.Uri;
  readonly languageId: string;
  readonly text: string;
}

/** The runtime knows the text as a document for as long as `use` takes. */
export async function withText<T>(
  client: Client,
  { uri, languageId, text }: Omit<UnshownText, 'uri'> & TextDocumentName,
  use: (textDocument: TextDocumentName) => Promise<T>,
): Promise<T> {
  await client.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
  try {
    return await use({ uri });
  } finally {
    // Nothing is lost with a connection that is gone by now.
    client.sendNotification('textDocument/didClose', { textDocument: { uri } }).catch(() => undefined);
  }
}

export type AnswerOffer = (offer: OfferParams, moot: AbortSignal) => Promise<OfferResult['choice'] | undefined>;

/** The runtime asks whether another model is to answer; `moot` aborts when no answer counts any more. */
export function answerOffers(
  client: Pick<LanguageClient, 'onRequest'>,
  onDidClose: vscode.Event<void>,
  answer: AnswerOffer,
): vscode.Disposable {
  return client.onRequest(offerMethod, async (params: unknown, token: vscode.CancellationToken) => {
    const moot = new AbortController();
    const end = () => moot.abort();
    const scope = [token.onCancellationRequested(end), onDidClose(end)];
    // Of one that was cancelled before it was read, no event tells.
    if (token.isCancellationRequested) end();
    try {
      const choice = await answer(offerParamsSchema.parse(params), moot.signal);
      return choice === undefined ? null : ({ choice } satisfies OfferResult);
    } finally {
      for (const item of scope) item.dispose();
    }
  });
}
