/** The bench against a small server on this machine that speaks as llama-server does, and as OpenAI's completions do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { checkedUrl, probeServer } from '../../../runtime/bench/engine/live/server-probe.ts';
import { serverSentData } from '../../../runtime/bench/engine/live/server-sent.ts';
import { ServerTarget } from '../../../runtime/bench/engine/live/server-target.ts';
import type { Ask } from '../../../runtime/bench/engine/live/target.ts';
import type { Prompt } from '../../../runtime/core/task.ts';

type Handler = (body: Record<string, unknown>, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers each path by its handler; what it was asked is kept. */
async function serve(handlers: Record<string, Handler>) {
  const asked: { path: string; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const path = request.url ?? '';
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      asked.push({ path, body });
      const handler = handlers[path];
      if (handler !== undefined) return handler(body, response);
      response.writeHead(404).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

const ok: Handler = (_body, response) => void response.end('{"status":"ok"}');
const stream = (response: ServerResponse, events: readonly unknown[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
};

const ask = (prompt: Prompt): Ask => ({
  arrival: {
    id: 'a',
    atMs: 0,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 1_000 },
    promptTokens: [1],
    answerTokens: 2,
    maxTokens: 8,
    uncachedTokens: 1,
  },
  prompt,
  sla: { kind: 'ttft', targetMs: 1_000 },
});

/** Asks once; `onToken` may take the answer back. */
function answer(target: ServerTarget, prompt: Prompt, onToken: (cancel: () => void) => void = () => undefined) {
  return new Promise<{ tokens: number; end: string }>((resolve) => {
    let tokens = 0;
    const cancel = target.ask(ask(prompt), {
      token: () => {
        tokens += 1;
        onToken(cancel);
      },
      ended: (end) => resolve({ tokens, end }),
    });
  });
}

const infill: Prompt = { kind: 'infill', prefix: 'a = ', suffix: '\n' };
const chat: Prompt = { kind: 'chat', user: 'say' };

describe('llama-server at a URL', () => {
  it('when an answer is streamed, then its pieces are tokens and the request is as that server documents it', async () => {
    const pieces = [{ content: 'x' }, { content: 'y' }, { content: '', stop: true }];
    const reply: Handler = (_body, response) => {
      stream(response, pieces);
      response.end();
    };
    const { url, asked } = await serve({ '/health': ok, '/infill': reply, '/completion': reply });
    const target = await ServerTarget.open(`${url}/`);
    expect(await answer(target, infill)).toEqual({ tokens: 2, end: 'finished' });
    expect(await answer(target, chat)).toEqual({ tokens: 2, end: 'finished' });
    const common = { n_predict: 2, cache_prompt: true, stream: true, temperature: 0 };
    expect(asked.filter(({ body }) => 'stream' in body)).toEqual([
      { path: '/infill', body: { input_prefix: 'a = ', input_suffix: '\n', prompt: '', ...common } },
      { path: '/completion', body: { prompt: 'say', ...common } },
    ]);
  });

  it('when an answer is taken back, then the connection closes and that is told', async () => {
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless: Handler = (_body, response) => {
      response.on('close', closed);
      stream(response, [{ content: 'x' }]);
    };
    const { url } = await serve({ '/health': ok, '/infill': endless });
    const target = await ServerTarget.open(url);
    expect(await answer(target, infill, (cancel) => cancel())).toEqual({ tokens: 1, end: 'cancelled' });
    await isClosed;
  });

  it('when the server refuses, then the request counts as rejected', async () => {
    const { url } = await serve({
      '/health': ok,
      '/completion': (_body, response) => void response.writeHead(503).end('busy'),
    });
    expect(await answer(await ServerTarget.open(url), chat)).toEqual({ tokens: 0, end: 'rejected' });
  });

  it('when the server is not ready, then it says so', async () => {
    const { url } = await serve({ '/health': (_body, response) => void response.writeHead(503).end() });
    await expect(ServerTarget.open(url)).rejects.toThrow('not ready');
  });
});

describe('a server with the API of OpenAI', () => {
  it('when the URL ends with /v1, then its first model is asked for a completion', async () => {
    const { url, asked } = await serve({
      '/v1/models': (_body, response) => void response.end('{"data":[{"id":"qwen"}]}'),
      '/v1/completions': (_body, response) => {
        stream(response, [{ choices: [{ text: 'x' }] }, { choices: [{ text: 'y' }] }, '[DONE]']);
        response.end();
      },
    });
    const target = await ServerTarget.open(`${url}/v1`);
    expect(await answer(target, infill)).toEqual({ tokens: 2, end: 'finished' });
    expect(asked.at(-1)).toEqual({
      path: '/v1/completions',
      body: { model: 'qwen', prompt: 'a = ', suffix: '\n', max_tokens: 2, stream: true, temperature: 0 },
    });
  });
});

describe('what answers at a URL', () => {
  const nothing = (response: ServerResponse): void => void response.writeHead(404).end();

  it('when models are listed below /v1 only, then they are asked there', async () => {
    const { url } = await serve({
      '/health': ok,
      '/v1/models': (_body, response) => void response.end('{"data":[{"id":"qwen"}]}'),
    });
    expect(await probeServer(`${url}/`)).toEqual({ kind: 'openai', base: `${url}/v1`, model: 'qwen' });
  });

  it('when it tells its properties, then it is llama-server whatever else it lists', async () => {
    const { url } = await serve({
      '/health': ok,
      '/props': ok,
      '/v1/models': (_body, response) => void response.end('{"data":[{"id":"qwen"}]}'),
    });
    expect(await probeServer(url)).toEqual({ kind: 'llama-server', base: url });
  });

  it('when it only completes, then that is enough', async () => {
    const { url, asked } = await serve({ '/completion': ok });
    expect(await probeServer(url)).toEqual({ kind: 'llama-server', base: url });
    expect(asked.at(-1)).toEqual({ path: '/completion', body: { prompt: 'a', n_predict: 1 } });
  });

  it('when nobody answers or only with something else, then the sentence names the URL and what is expected', async () => {
    const { url } = await serve({ '/health': (_body, response) => nothing(response) });
    const expected = /127\.0\.0\.1.*expected is a running server/;
    await expect(probeServer(url)).rejects.toThrow(expected);
    await expect(probeServer(`${url}/v1`)).rejects.toThrow(expected);
    // Nobody listens on port 1 without special rights.
    await expect(probeServer('http://127.0.0.1:1')).rejects.toThrow(expected);
  });

  it('when the text is no URL of the web, then it is bad usage', () => {
    for (const text of ['notaurl', 'localhost:8080', 'file:///tmp', ''])
      expect(() => checkedUrl(text), text).toThrow(BadUsage);
    expect(checkedUrl('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
  });
});

describe('server-sent events', () => {
  const parsed = async (...pieces: string[]): Promise<string[]> => {
    const all: string[] = [];
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) yield Buffer.from(piece, 'latin1');
    }
    for await (const data of serverSentData(bytes())) all.push(data);
    return all;
  };

  it('when an event arrives in pieces, also within a character, then it is one', async () => {
    const utf8 = Buffer.from('data: "é"\n\n').toString('latin1');
    expect(await parsed('da', 'ta: 1\r\n\r\n: a comment\nevent: x\n', utf8.slice(0, 8), utf8.slice(8))).toEqual([
      '1',
      '"é"',
    ]);
  });

  it('when the last line has no end, then it counts', async () => {
    expect(await parsed('data: 1\n\ndata: 2')).toEqual(['1', '2']);
  });

  it('when a line does not end, then the stream is given up', async () => {
    await expect(parsed('data: '.padEnd(1_000_001, 'x'))).rejects.toThrow('without an end');
  });
});
