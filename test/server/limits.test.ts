/** What one client may take of the runtime. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCodes } from 'vscode-jsonrpc/node';
import {
  Allowance,
  complaintsMax,
  depthMax,
  inOneLine,
  isTooDeep,
  messagesBurst,
  requestsInFlightMax,
  requestsOpenMax,
} from '../../runtime/server/limits.ts';
import { RawClient } from './raw-client.ts';
import { answered, at, uri, World } from './world.ts';

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('depth', () => {
  it('when a message has the deepest level that is allowed, then it passes, and with one more it does not', () => {
    expect(isTooDeep(nested(depthMax + 1))).toBe(false);
    expect(isTooDeep(nested(depthMax + 2))).toBe(true);
    expect(isTooDeep({ a: [{ b: nested(depthMax) }] })).toBe(true);
  });

  it('when a message is wide, then that is no depth', () => {
    expect(isTooDeep(Array.from({ length: 10_000 }, () => [[]]))).toBe(false);
    expect([null, 7, 'x', true].map(isTooDeep)).toEqual([false, false, false, false]);
  });
});

describe('the allowance of messages', () => {
  it('when the burst is used up, then the sender waits until one more may come', () => {
    const allowance = new Allowance(0, 3, 10);
    expect([0, 0, 0].map((now) => allowance.take(now))).toEqual([0, 0, 0]);
    expect(allowance.take(0)).toBe(100);
    expect(allowance.take(0)).toBe(200);
    // 300 ms bring three messages: two that were taken ahead, and this one.
    expect(allowance.take(300)).toBe(0);
  });

  it('when nothing came for long, then no more than the burst is saved up', () => {
    const allowance = new Allowance(0, 2, 10);
    expect([1e9, 1e9, 1e9].map((now) => allowance.take(now))).toEqual([0, 0, 100]);
  });

  it('when the clock jumps back, then that gives nothing and takes nothing', () => {
    const allowance = new Allowance(1_000, 1, 10);
    expect(allowance.take(0)).toBe(0);
    expect(allowance.take(0)).toBe(100);
    expect(allowance.take(200)).toBe(0);
  });
});

describe('words of others in the log', () => {
  it('when they hold line ends and what terminals obey, then they stand in one line of some length', () => {
    expect(inOneLine('a\nb\r\u001b[2J\u2028c')).toBe('a b  [2J c');
    expect(inOneLine('x'.repeat(1_000))).toHaveLength(300);
  });
});

describe('a client that takes too much', () => {
  let world: World;
  let client: RawClient;
  beforeEach(async () => {
    world = await World.open();
    client = new RawClient(await world.socket());
  });
  afterEach(() => world.close());

  const question = (id: number) => ({
    id,
    method: 'textDocument/inlineCompletion',
    params: { textDocument: { uri }, position: at(0, 0), context: { triggerKind: 2 } },
  });

  it('when it asks for more at once than one may, then a sentence says so, and an answer makes room', async () => {
    client.say({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'go', version: 1, text: '' } },
    });
    for (let id = 0; id < requestsInFlightMax; id += 1) client.say(question(id));
    client.say(question(1_000));
    const refused = await client.answer();
    expect(refused).toMatchObject({ id: 1_000, error: { code: ErrorCodes.InvalidRequest } });
    expect(refused.error?.message).toBe(
      'textDocument/inlineCompletion: 128 requests of this client wait for their answers: wait for some of them, or cancel them.',
    );
    (await world.completions.next()).answer(answered);
    expect(await client.answer()).toMatchObject({ id: 0 });
    client.say(question(1_001));
    for (let id = 1; id < requestsInFlightMax; id += 1) (await world.completions.next()).answer(answered);
    for (let id = 1; id < requestsInFlightMax; id += 1) expect(await client.answer()).toMatchObject({ id });
    (await world.completions.next()).answer(answered);
    expect(await client.answer()).toMatchObject({ id: 1_001, result: answered });
  });

  it('when it takes back what it asked for, then that makes room at once, up to a larger number', async () => {
    client.say({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'go', version: 1, text: '' } },
    });
    for (let id = 0; id < requestsOpenMax; id += 1) {
      client.say(question(id));
      client.say({ method: '$/cancelRequest', params: { id } });
    }
    client.say(question(requestsOpenMax));
    const refused = await client.answer();
    expect(refused).toMatchObject({ id: requestsOpenMax, error: { code: ErrorCodes.InvalidRequest } });
    expect(refused.error?.message).toContain('1024 requests of this client are not answered yet, cancelled ones too');
    (await world.completions.next()).answer(answered);
    expect(await client.answer()).toMatchObject({ id: 0 });
    client.say(question(requestsOpenMax));
    for (let id = 1; id <= requestsOpenMax; id += 1) (await world.completions.next()).answer(answered);
    for (let id = 1; id <= requestsOpenMax; id += 1) expect(await client.answer()).toMatchObject({ id });
  });

  it('when it asks twice with one id, then the second question is answered with a sentence and the first as ever', async () => {
    client.say({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'go', version: 1, text: '' } },
    });
    for (const id of [5, 5, '5']) client.say({ ...question(0), id });
    for (const id of [5, '5'])
      expect(await client.answer()).toMatchObject({ id, error: { code: ErrorCodes.InvalidRequest } });
    (await world.completions.next()).answer(answered);
    expect(await client.answer()).toMatchObject({ id: 5, result: answered });
    client.say(question(5));
    (await world.completions.next()).answer(answered);
    expect(await client.answer()).toMatchObject({ id: 5, result: answered });
  });

  it('when it sends without end, then it is not listened to for a while, others are, and nothing it said is lost', async () => {
    const other = new RawClient(await world.socket());
    const open = (version: number) => ({
      method: 'textDocument/didChange',
      params: { textDocument: { uri, version }, contentChanges: [{ text: `version ${version}` }] },
    });
    client.say({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'go', version: 1, text: '' } },
    });
    const last = messagesBurst + 500;
    for (let version = 2; version <= last; version += 1) client.say(open(version));
    expect(await other.answersUntilAlive()).toEqual([]);
    const isHeard = async (): Promise<void> => {
      while (world.edits.at(-1) !== `version ${last}`) {
        await new Promise((resolve) => setImmediate(resolve));
        // By the clock that allowances go by no time passes: each pause that ends is followed by one more.
        world.quiet.advance(10_000);
      }
    };
    await isHeard();
    expect(world.edits).toHaveLength(last);
    client.say(question(7));
    world.quiet.advance(10_000);
    const answer = client.answer();
    expect(await answer).toMatchObject({ id: 7, error: { code: ErrorCodes.InvalidRequest } });
  });

  it('when it is wrong without end, then the log has the beginning of it', async () => {
    for (let count = 0; count < complaintsMax * 2; count += 1) client.send('nonsense');
    await client.answersUntilAlive();
    expect(world.lines).toHaveLength(complaintsMax + 1);
    expect(world.lines.at(-1)).toContain('not written down');
  });
});
