/** `--substitute`: what the runtime is told, and how its question reaches a person, against a runtime that asks as the test says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Io } from '../../runtime/cli/command.ts';
import { runCommand } from '../../runtime/cli/run.ts';
import { summarize } from '../../runtime/cli/summarize.ts';
import { offerMethod, type TextResult } from '../../runtime/protocol.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';
import { answer, type Message, type OddRuntime, published } from './odd-runtime.ts';

const result: TextResult = {
  text: 'It adds.',
  model: 'Small',
  demo: false,
  targetMs: 20_000,
  ttftMs: 400,
  e2eMs: 3_100,
  kept: true,
  end: 'stop',
};
const offer = {
  class: 'summarize',
  textDocument: { uri: 'file:///a.ts' },
  model: 'Large',
  by: 'Small',
  waitMs: 12_300,
};
const settingsSchema = z.object({
  initializationOptions: z.object({ settings: z.object({ substitution: z.string().optional() }) }),
});

describe('--substitute', () => {
  let folder: string;
  let runtime: OddRuntime;
  let told: (string | undefined)[];
  /** Results of the client to the runtime's question, and errors. */
  let replies: unknown[];
  let io: FakeIo;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
    await writeFile(path.join(folder, 'a.ts'), 'const a = 1;\n');
    runtime = await published(folder, '999.0.0');
    told = [];
    replies = [];
    runtime.onInitialize = ({ params }) =>
      void told.push(settingsSchema.parse(params).initializationOptions.settings.substitution);
    runtime.onReply = (reply) => void replies.push(reply);
  });
  afterEach(async () => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  });

  function run(values: readonly string[], changes: Partial<Io> = {}): Promise<number> {
    io = fakeIo(folder, changes);
    return runCommand(summarize, ['a.ts', ...values], io);
  }

  /** Asks when it is asked for a summary, and answers once it has a reply, or when `after` says so. */
  function asks(after: (socket: WebSocket, summary: Message) => void = () => undefined): void {
    runtime.onMessage = (message, socket) => {
      if (message.method !== 'punctual/summarize') return;
      runtime.onReply = (reply) => {
        replies.push(reply);
        answer(socket, message, { result });
      };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 'q1', method: offerMethod, params: offer }));
      after(socket, message);
    };
  }

  it.each([
    ['y', 'now'],
    ['Yes ', 'now'],
    ['', 'wait'],
    ['n', 'wait'],
    ['small', 'wait'],
  ])("when the person types '%s', then the answer is to %s", async (line, choice) => {
    asks();
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return line;
    };
    expect(await run(['--substitute', 'ask'], { ask })).toBe(0);
    expect(told).toEqual(['ask']);
    expect(questions).toEqual(['Large comes in about 12 s, too late for the promise. Answer with Small now? [y/N] ']);
    expect(replies).toMatchObject([{ id: 'q1', result: { choice } }]);
  });

  it('when the question becomes moot, then it ends, and the answer comes all the same', async () => {
    const asked: boolean[] = [];
    const ask = (_: string, moot: AbortSignal) =>
      new Promise<string>((resolve) => {
        asked.push(moot.aborted);
        const end = (): void => resolve('');
        if (moot.aborted) end();
        moot.addEventListener('abort', end);
      });
    asks((socket) => socket.send(JSON.stringify({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 'q1' } })));
    expect(await run(['--substitute', 'ask'], { ask })).toBe(0);
    expect(asked).toHaveLength(1);
    expect(replies).toHaveLength(1);
  });

  it('when there is no terminal, then it waits for the right model and says so', async () => {
    runtime.onMessage = (message, socket) =>
      message.method === 'punctual/summarize' && answer(socket, message, { result });
    expect(await run(['--substitute', 'ask'])).toBe(0);
    expect(told).toEqual(['never']);
    expect(io.printed.err).toContain('There is no terminal to ask at, so the right model is waited for.\n');
  });

  it('when a program listens, then nobody is asked and nothing is said of it', async () => {
    runtime.onMessage = (message, socket) =>
      message.method === 'punctual/summarize' && answer(socket, message, { result });
    expect(await run(['--substitute', 'ask', '--json'], { ask: async () => 'y' })).toBe(0);
    expect(told).toEqual(['never']);
    expect(io.printed.err).toBe('');
  });

  it('when another word is given, or none, then the runtime is told so', async () => {
    runtime.onMessage = (message, socket) =>
      message.method === 'punctual/summarize' && answer(socket, message, { result });
    for (const values of [['--substitute', 'never'], ['--substitute', 'automatically'], []]) await run(values);
    expect(told).toEqual(['never', 'automatically', undefined]);
  });

  it('when it is no word that there is, then it is refused before anything is asked', async () => {
    expect(await run(['--substitute', 'maybe'])).toBe(2);
    expect(io.printed.err).toContain("--substitute is 'maybe': give one of never, ask, automatically");
    expect(told).toEqual([]);
  });
});
