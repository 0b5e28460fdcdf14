/** What kind of server answers at a URL, if any: asked before anything costly begins. */
import { BadInput, BadUsage, BenchError } from '../../bench.ts';

export const serverExamples = 'http://127.0.0.1:8080 for llama-server, http://127.0.0.1:8000/v1 for vLLM';

/** llama-server's own API, or that of OpenAI's completions with its base URL and its first model. */
export type ServerApi =
  | { readonly kind: 'llama-server'; readonly base: string }
  | { readonly kind: 'openai'; readonly base: string; readonly model: string };

const patienceMs = 5_000;

/** @throws BadUsage unless it is the URL of a web server. */
export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new BadUsage(`--against takes the URL of a server, as in ${serverExamples}, not '${text}'.`);
}

/**
 * Under a path that ends in /v1 there must be models. Elsewhere: llama-server's properties, or models under /v1, or a server that says
 * that it is well, or one that completes a word.
 * @throws BenchError when it is not ready, BadInput when nothing of this kind answers in time.
 */
export async function probeServer(url: string): Promise<ServerApi> {
  const base = url.replace(/\/+$/, '');
  if (base.endsWith('/v1')) {
    const model = await firstModel(base);
    if (model !== undefined) return { kind: 'openai', base, model };
    throw new BadInput(`--against ${url}: ${base}/models names no model within ${patienceMs / 1_000} s; ${expected}.`);
  }
  const health = await answerOf(`${base}/health`);
  if (health?.status === 503) throw new BenchError(`${url} is not ready yet: /health answers with 503.`);
  if ((await answerOf(`${base}/props`))?.ok) return { kind: 'llama-server', base };
  const model = await firstModel(`${base}/v1`);
  if (model !== undefined) return { kind: 'openai', base: `${base}/v1`, model };
  if (health?.ok || (await completes(base))) return { kind: 'llama-server', base };
  throw new BadInput(`--against ${url}: nothing there answers within ${patienceMs / 1_000} s; ${expected}.`);
}

const expected = `expected is a running server that completes text, as ${serverExamples}`;

async function completes(base: string): Promise<boolean> {
  const body = JSON.stringify({ prompt: 'a', n_predict: 1 });
  const headers = { 'content-type': 'application/json' };
  return (await answerOf(`${base}/completion`, { method: 'POST', headers, body }))?.ok === true;
}

/** Undefined when nobody answers in time. The body is dropped. */
async function answerOf(url: string, request: RequestInit = {}): Promise<{ status: number; ok: boolean } | undefined> {
  try {
    const { body, status, ok } = await fetch(url, { ...request, signal: AbortSignal.timeout(patienceMs) });
    await body?.cancel();
    return { status, ok };
  } catch {
    return undefined;
  }
}

/** The id of the first model that is listed; undefined when there is no such list. */
async function firstModel(base: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${base}/models`, { signal: AbortSignal.timeout(patienceMs) });
    const list: unknown = response.ok ? await response.json() : undefined;
    const data: unknown = typeof list === 'object' && list !== null ? Reflect.get(list, 'data') : undefined;
    const first: unknown = Array.isArray(data) ? data[0] : undefined;
    const id: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'id') : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
