/** The client's side of the wire, against a runtime that does what a real one should not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CommandError } from '../../runtime/cli/command.ts';
import { type Session, withRunning } from '../../runtime/cli/session.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';
import { answer, type OddRuntime, published } from './odd-runtime.ts';

describe('a session', () => {
  let folder: string;
  let runtime: OddRuntime;
  let interrupt: AbortController;
  let io: FakeIo;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
    runtime = await published(folder, '0.0.0');
    interrupt = new AbortController();
    io = fakeIo(folder, { signal: interrupt.signal });
  });
  afterEach(async () => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (session: Session): Promise<number> => session.request('odd', {}, z.number());

  it('when the runtime goes away in the middle of a request, then the request fails with a sentence', async () => {
    runtime.onMessage = ({ method }, socket) => method === 'odd' && socket.terminate();
    await expect(withRunning(io, ask)).rejects.toThrow(/^The runtime has gone away meanwhile: run the command again/);
  });

  it('when the connection is lost already, then requests and documents fail with the same sentence', async () => {
    runtime.onMessage = ({ method }, socket) => method === 'odd' && socket.terminate();
    await withRunning(io, async (session) => {
      await expect(ask(session)).rejects.toThrow(/gone away/);
      await expect(ask(session)).rejects.toThrow(/gone away/);
      await expect(session.status()).rejects.toThrow(/gone away/);
      expect(() => session.open({ uri: 'file:///a', languageId: 'c', text: '' })).toThrow(/gone away/);
    });
  });

  it('when the answer has another shape, then that is said, and not how', async () => {
    runtime.onMessage = (message, socket) => message.id !== undefined && answer(socket, message, { result: 'seven' });
    await expect(withRunning(io, ask)).rejects.toThrow(/^The runtime's answer was not understood: run 'punctual stop'/);
  });

  it("when the runtime answers with an error, then it is the runtime's sentence", async () => {
    const error = { code: -32_003, message: 'There is nothing to do: say more.' };
    runtime.onMessage = (message, socket) => message.id !== undefined && answer(socket, message, { error });
    const failure = withRunning(io, ask);
    await expect(failure).rejects.toThrow(error.message);
    await expect(failure).rejects.toBeInstanceOf(CommandError);
  });

  it('when the command is interrupted, then it ends at once and the runtime is told to cancel', async () => {
    const told: string[] = [];
    const cancelled = new Promise<void>((resolve) => {
      runtime.onMessage = ({ method }) => {
        told.push(method);
        if (method === 'odd') interrupt.abort(new CommandError('interrupted'));
        if (method === '$/cancelRequest') resolve();
      };
    });
    await withRunning(io, async (session) => {
      await expect(ask(session)).rejects.toThrow('interrupted');
      await cancelled;
    });
    expect(told).toEqual(['initialized', 'odd', '$/cancelRequest']);
  });

  it('when pieces of an answer come, then those of this request are told in order, and malformed ones are not', async () => {
    runtime.onMessage = (message, socket) => {
      if (message.method !== 'odd') return;
      const { partialResultToken: token } = z.object({ partialResultToken: z.string() }).parse(message.params);
      const say = (progress: object): void =>
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: '$/progress', params: progress }));
      say({ token, value: { text: 'a' } });
      say({ token: 'another', value: { text: 'x' } });
      say({ token, value: { text: 7 } });
      say({ token, value: { text: 'b' } });
      answer(socket, message, { result: 1 });
    };
    const pieces: string[] = [];
    await withRunning(io, (session) => session.stream('odd', {}, z.number(), ({ text }) => pieces.push(text)));
    expect(pieces).toEqual(['a', 'b']);
  });
});
