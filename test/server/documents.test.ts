import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../runtime/protocol.ts';
import { answered, at, completion, failure, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const textDocument = { uri };

describe('documents', () => {
  it('when edits come one after the other, then the feature sees the text of the moment of the request', async () => {
    const client = await world.client();
    await client.open('const a = 1;\nconst b = 2;\n');
    await client.change([
      { range: { start: at(0, 6), end: at(0, 7) }, text: 'first' },
      { range: { start: at(1, 6), end: at(1, 7) }, text: 'second' },
    ]);
    const request = client.connection.sendRequest('textDocument/inlineCompletion', completion(at(1, 13)));
    await client.change([{ range: { start: at(0, 0), end: at(2, 0) }, text: '' }], 3);
    const call = await world.completions.next();
    expect(call.text).toBe('const first = 1;\nconst second = 2;\n');
    expect(call.request).toMatchObject({ position: at(1, 13), invoked: false, receivedMs: 4_711 });
    call.answer(answered);
    expect(await request).toEqual(answered);
  });

  it.each([
    ['an emoji before the edit', '/* 🚀 */ a', at(0, 9), at(0, 10), 'b', '/* 🚀 */ b'],
    ['CRLF line ends', 'one\r\ntwo\r\n', at(1, 0), at(1, 3), 'TWO', 'one\r\nTWO\r\n'],
    ['an emoji that is replaced by another', 'a😀b', at(0, 1), at(0, 3), '🎉', 'a🎉b'],
    ['half of a surrogate pair', 'a😀b', at(0, 1), at(0, 2), '', 'a\ude00b'],
    ['a range beyond the end', 'one', at(7, 3), at(9, 9), '!', 'one!'],
    ['a range whose ends are swapped', 'abcdef', at(0, 4), at(0, 2), '-', 'ab-ef'],
  ])('when there is %s, then positions count UTF-16 units', async (_, before, start, end, text, after) => {
    const client = await world.client();
    await client.open(before);
    await client.change([{ range: { start, end }, text }]);
    const request = client.connection.sendRequest('textDocument/inlineCompletion', completion());
    const call = await world.completions.next();
    expect(call.text).toBe(after);
    call.answer(answered);
    await request;
  });

  it('when a change has no range, then it is the whole new text', async () => {
    const client = await world.client();
    await client.open('old');
    await client.change([{ text: 'all new' }]);
    const request = client.connection.sendRequest('textDocument/inlineCompletion', completion());
    const call = await world.completions.next();
    expect(call.text).toBe('all new');
    call.answer(answered);
    await request;
  });

  it('when a document is not open or has been closed, then a completion is empty with a reason and a command fails', async () => {
    const client = await world.client();
    await client.open('text');
    await client.connection.sendNotification('textDocument/didClose', { textDocument });
    const result = await client.connection.sendRequest('textDocument/inlineCompletion', completion());
    expect(result).toMatchObject({ items: [], punctual: { reason: 'documentUnknown' } });
    expect(await failure(client.connection.sendRequest('punctual/summarize', { textDocument }))).toMatchObject({
      code: errorCodes.unknownDocument,
      message: expect.stringContaining('didOpen'),
      data: { code: 'unknownDocument' },
    });
  });

  it('when two clients have the same document open, then each has its own text and its own name', async () => {
    const [left, right] = [await world.client(), await world.client()];
    await left.open('left');
    await right.open('right');
    const requests = [];
    for (const client of [left, right])
      requests.push(client.connection.sendRequest('textDocument/inlineCompletion', completion()));
    const calls = [await world.completions.next(), await world.completions.next()];
    expect(calls.map((call) => call.text).sort()).toEqual(['left', 'right']);
    expect(new Set(calls.map((call) => call.request.client)).size).toBe(2);
    for (const call of calls) call.answer(answered);
    await Promise.all(requests);
  });
});
