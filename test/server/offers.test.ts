/** Questions to the person at a client, over the wire: `punctual/offer` from the runtime, and every way in which a client may take it. */
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { TextOffer } from '../../runtime/features/consent.ts';
import type { OfferChoice } from '../../runtime/features/tasks.ts';
import { offerMethod, offerParamsSchema } from '../../runtime/protocol.ts';
import { type Client, isClosed, textResult, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** A request is under way at a client that takes questions so, and the feature asks one. */
async function asked(take: (params: unknown, token: CancellationToken) => unknown) {
  const client = await world.client({ substitution: 'ask' });
  client.connection.onRequest(offerMethod, take);
  return ask(client);
}

async function ask(client: Client) {
  await client.open('const a = 1;');
  const request = client.connection.sendRequest('punctual/summarize', { textDocument: { uri } });
  const call = await world.summaries.next();
  expect(call.request.settings.substitution).toBe('ask');
  const moot = new AbortController();
  const answered = new Promise<OfferChoice>((answer) => {
    const offer: TextOffer = { model: 'Large', by: 'Small', waitMs: 12_000, signal: moot.signal, answer };
    call.onOffer?.(offer);
  });
  const end = async () => {
    call.answer(textResult);
    return request;
  };
  return { client, moot, answered, end };
}

/** The next line of the runtime's log that says so. */
async function logged(pattern: RegExp): Promise<string> {
  for (;;) {
    const line = world.lines.find((each) => pattern.test(each));
    if (line !== undefined) return line;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a question to the person at a client', () => {
  it.each(['now', 'wait'] as const)('when the client answers %s, then the feature hears it', async (choice) => {
    const seen: unknown[] = [];
    const { answered, end } = await asked((params) => {
      seen.push(offerParamsSchema.parse(params));
      return { choice };
    });
    expect(await answered).toBe(choice);
    expect(seen).toEqual([{ class: 'summarize', textDocument: { uri }, model: 'Large', by: 'Small', waitMs: 12_000 }]);
    expect(await end()).toEqual(textResult);
  });

  it('when it is moot, then the client is told, and an answer that comes all the same is no error', async () => {
    const arrivals = new EventEmitter();
    const arrived = once(arrivals, 'asked');
    const cancelled = once(arrivals, 'cancelled');
    const { moot, end } = await asked(async (_, token) => {
      token.onCancellationRequested(() => arrivals.emit('cancelled'));
      arrivals.emit('asked', token.isCancellationRequested);
      await cancelled;
      return { choice: 'now' };
    });
    expect(await arrived).toEqual([false]);
    moot.abort();
    await cancelled;
    expect(await end()).toEqual(textResult);
    expect(world.lines.filter((line) => /did not answer/.test(line))).toEqual([]);
  });

  it('when it was moot before it went out, then the request goes on', async () => {
    const { moot, end } = await asked(() => ({ choice: 'wait' }));
    moot.abort();
    expect(await end()).toEqual(textResult);
  });

  it.each([
    ['nothing', null],
    ['a choice that there is not', { choice: 'perhaps' }],
    ['something else', [1, 2, 3]],
  ])('when the client answers %s, then it waits on, and the log says so', async (_, answer) => {
    const { answered, end } = await asked(() => answer);
    expect(await logged(/did not answer a question/)).toContain('none of those that there are');
    expect(await Promise.race([answered, Promise.resolve('nothing')])).toBe('nothing');
    expect(await end()).toEqual(textResult);
  });

  it('when the client cannot ask, then it waits on, and the log says so', async () => {
    const { end } = await ask(await world.client({ substitution: 'ask' }));
    expect(await logged(/did not answer a question/)).toContain(offerMethod);
    expect(await end()).toEqual(textResult);
  });

  it('when the client leaves with a question open, then the others go on', async () => {
    const { client } = await asked(() => new Promise(() => undefined));
    const left = world.left();
    client.socket.terminate();
    await Promise.all([left, isClosed(client.socket)]);
    const other = await asked(() => ({ choice: 'now' }));
    expect(await other.answered).toBe('now');
    expect(await other.end()).toEqual(textResult);
  });
});
