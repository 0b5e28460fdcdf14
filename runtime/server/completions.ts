/**
 * A conversation's questions about completions: from checked parameters to the feature. Owns no state.
 */
import type { CancellationToken } from 'vscode-languageserver';
import type { Position, TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionContext } from '../features/completion/context/index.ts';
import {
  type ClientSettings,
  type EligibilityResultSaid as EligibilityResult,
  eligibilityMethod,
  eligibilityParamsSchema,
  type InlineCompletionResultSaid as InlineCompletionResult,
  inlineCompletionParamsSchema,
} from '../protocol.ts';
import type { Services } from './services.ts';

/** What a conversation gives its part about completions. */
export interface CompletionRequests {
  readonly completion: Pick<Services['completion'], 'complete' | 'eligibility'>;
  /** Names the client among all; completions of one document in one window supersede each other. */
  readonly client: string;
  readonly now: () => number;
  readonly settings: () => ClientSettings;
  readonly document: (uri: string) => TextDocument | undefined;
  /** Why a document is not known, in one sentence. */
  readonly whyUnknown: (uri: string) => string;
  /** What other files say that helps with this document. */
  readonly context: (uri: string) => CompletionContext | undefined;
  /** Runs until the request is cancelled or the client is gone. */
  readonly cancellable: <T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** A completion had to do with less than it wanted. */
  readonly fellShort: (uri: string, position: Position) => void;
  /** The document has come to the front. */
  readonly active: (uri: string, position: Position) => void;
}

type Handler = (
  params: unknown,
  token: CancellationToken,
) => Promise<InlineCompletionResult | EligibilityResult> | EligibilityResult;

export function completionHandlers(requests: CompletionRequests): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['textDocument/inlineCompletion', (params, token) => complete(requests, params, token)],
    [eligibilityMethod, (params) => eligibility(requests, params)],
  ]);
}

async function complete(
  requests: CompletionRequests,
  params: unknown,
  token: CancellationToken,
): Promise<InlineCompletionResult> {
  const receivedMs = requests.now();
  const { textDocument, position, context } = inlineCompletionParamsSchema.parse(params);
  const document = requests.document(textDocument.uri);
  if (!document) return { items: [], punctual: unknown(requests, textDocument.uri) };
  const selected = context.selectedCompletionInfo;
  const request = {
    document,
    position,
    invoked: context.triggerKind === 1,
    settings: requests.settings(),
    client: requests.client,
    context: requests.context(document.uri),
    receivedMs,
  };
  const result = await requests.cancellable(token, (signal) =>
    requests.completion.complete({ ...request, ...(selected && { selected }) }, signal),
  );
  if (result.punctual.fitted || result.punctual.stale) requests.fellShort(document.uri, position);
  return result;
}

function eligibility(requests: CompletionRequests, params: unknown): EligibilityResult {
  const { textDocument, position } = eligibilityParamsSchema.parse(params);
  const document = requests.document(textDocument.uri);
  if (!document) return { automatic: false, ...unknown(requests, textDocument.uri) };
  if (position) requests.active(document.uri, position);
  return requests.completion.eligibility(document, requests.settings());
}

function unknown({ whyUnknown }: CompletionRequests, uri: string) {
  return { reason: 'documentUnknown', message: whyUnknown(uri) } as const;
}
