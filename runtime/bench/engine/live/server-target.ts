/**
 * A server at a URL: llama-server's own API (POST /completion and /infill), or, where the URL's path ends with /v1 or only that path answers, the API that
 * OpenAI's completions have (POST /v1/completions). Answers are streamed; an answer is taken back by closing its connection, which is
 * what these servers watch for.
 */
import type { Prompt } from '../../../core/task.ts';
import { probeServer } from './server-probe.ts';
import { serverSentData } from './server-sent.ts';
import type { Ask, Listener, Target } from './target.ts';

interface ServerRequest {
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export class ServerTarget implements Target {
  readonly name: string;
  readonly #requestOf: (prompt: Prompt, tokens: number) => ServerRequest;

  private constructor(url: string, requestOf: (prompt: Prompt, tokens: number) => ServerRequest) {
    this.name = url;
    this.#requestOf = requestOf;
  }

  /** @throws BadInput, BenchError as {@link probeServer} does. */
  static async open(url: string): Promise<ServerTarget> {
    const api = await probeServer(url);
    return new ServerTarget(url, (prompt, tokens) =>
      api.kind === 'openai'
        ? openAiRequest(api.base, api.model, prompt, tokens)
        : llamaServerRequest(api.base, prompt, tokens),
    );
  }

  ask({ arrival, prompt }: Ask, listener: Listener): () => void {
    const abort = new AbortController();
    void this.#stream(this.#requestOf(prompt, arrival.answerTokens), listener, abort.signal).then(
      () => listener.ended('finished'),
      () => listener.ended(abort.signal.aborted ? 'cancelled' : 'rejected'),
    );
    return () => abort.abort();
  }

  async close(): Promise<void> {
    // The server is the user's.
  }

  async #stream({ url, body }: ServerRequest, listener: Listener, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    if (!response.ok || response.body === null) throw new Error(`${url} answers with ${response.status}.`);
    for await (const data of serverSentData(response.body)) {
      if (data === '[DONE]') return;
      if (hasText(JSON.parse(data))) listener.token();
    }
  }
}

/** The fields as llama-server documents them. The prompt stays in the server's cache, and the answer has just so many tokens. */
function llamaServerRequest(base: string, prompt: Prompt, tokens: number): ServerRequest {
  const common = { n_predict: tokens, cache_prompt: true, stream: true, temperature: 0 };
  if (prompt.kind === 'chat') return { url: `${base}/completion`, body: { prompt: prompt.user, ...common } };
  const { prefix, suffix, typed = '' } = prompt;
  return { url: `${base}/infill`, body: { input_prefix: prefix, input_suffix: suffix, prompt: typed, ...common } };
}

function openAiRequest(base: string, model: string, prompt: Prompt, tokens: number): ServerRequest {
  const text = prompt.kind === 'chat' ? prompt.user : prompt.prefix + (prompt.typed ?? '');
  const suffix = prompt.kind === 'infill' && prompt.suffix !== '' ? { suffix: prompt.suffix } : {};
  const body = { model, prompt: text, ...suffix, max_tokens: tokens, stream: true, temperature: 0 };
  return { url: `${base}/completions`, body };
}

/** A piece of the answer: `content` of llama-server, or the first choice's `text`. An empty one is a sign of life, not a token. */
function hasText(piece: unknown): boolean {
  if (typeof piece !== 'object' || piece === null) return false;
  const choices: unknown = Reflect.get(piece, 'choices');
  const holder: unknown = Array.isArray(choices) ? choices[0] : piece;
  if (typeof holder !== 'object' || holder === null) return false;
  const text: unknown = Reflect.get(holder, 'content') ?? Reflect.get(holder, 'text');
  return typeof text === 'string' && text !== '';
}
