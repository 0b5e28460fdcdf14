import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCodes } from 'vscode-jsonrpc/node';
import { messageBytesMax } from '../../runtime/protocol.ts';
import { RawClient } from './raw-client.ts';
import { isClosed, uri, World } from './world.ts';

let world: World;
let client: RawClient;
beforeEach(async () => {
  world = await World.open();
  client = new RawClient(await world.socket());
});
afterEach(() => world.close());

const textDocument = { uri };
const triggered = { context: { triggerKind: 2 } };
const open = (text: string) => ({
  method: 'textDocument/didOpen',
  params: { textDocument: { uri, languageId: 'go', version: 1, text } },
});

describe('frames that are no request', () => {
  it.each([
    ['words', 'hello?'],
    ['nothing', ''],
    ['half of a message', '{"jsonrpc":"2.0","id":1,"meth'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('when a frame holds %s, then that is said without an id and the conversation goes on', async (_, frame) => {
    client.send(frame);
    expect(await client.answersUntilAlive()).toEqual([
      { id: null, error: { code: ErrorCodes.ParseError, message: 'The message is not JSON.' } },
    ]);
  });

  it.each([
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'shutdown' }], null],
    ['null', null, null],
    ['a number', 7, null],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'shutdown' }, 1],
    ['no version', { id: 'a', method: 'shutdown' }, 'a'],
    ['a method that is a number', { jsonrpc: '2.0', id: 2, method: 5 }, 2],
    ['neither method nor result', { jsonrpc: '2.0', id: 3 }, 3],
    ['a null id', { jsonrpc: '2.0', id: null, method: 'shutdown' }, null],
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'shutdown' }, null],
    ['an endless id', { jsonrpc: '2.0', id: 'x'.repeat(300), method: 'shutdown' }, null],
    ['an endless method', { jsonrpc: '2.0', id: 4, method: 'x'.repeat(300) }, 4],
    ['parameters that are a string', { jsonrpc: '2.0', id: 5, method: 'shutdown', params: 'please' }, 5],
  ])('when a message is %s, then it is refused with its id where it has one', async (_, message, id) => {
    client.send(JSON.stringify(message));
    const [answer, ...more] = await client.answersUntilAlive();
    expect(answer).toMatchObject({ id, error: { code: ErrorCodes.InvalidRequest } });
    expect(more).toEqual([]);
  });

  it('when a request comes in a binary frame, then it is answered like any other', async () => {
    client.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'shutdown' })));
    expect(await client.answer()).toMatchObject({ id: 9, result: null });
  });

  it.each([
    { id: 77, result: 'nobody asked' },
    { id: null, result: 1 },
    { id: null, error: { code: -1, message: 'unhappy' } },
    { id: 'x', error: { code: 1.5, message: '' } },
    { id: 78, error: 'unhappy' },
    { id: 79, error: { code: 'E', message: '' } },
    { id: 80, method: 5, result: 1 },
  ])('when a response to nothing comes, as %j, then it is dropped', async (response) => {
    client.say(response);
    expect(await client.answersUntilAlive()).toEqual([]);
  });
});

describe('requests with wrong parameters', () => {
  const position = { line: 0, character: 0 };

  it.each([
    ['no document', 'textDocument/inlineCompletion', { position, ...triggered }, 'textDocument'],
    [
      'a negative line',
      'textDocument/inlineCompletion',
      { textDocument, position: { line: -1, character: 0 }, ...triggered },
      'position.line',
    ],
    [
      'a huge character',
      'textDocument/inlineCompletion',
      { textDocument, position: { line: 0, character: 2 ** 31 }, ...triggered },
      'position.character',
    ],
    [
      'half a line',
      'textDocument/inlineCompletion',
      { textDocument, position: { line: 0.5, character: 0 }, ...triggered },
      'position.line',
    ],
    [
      'a line in words',
      'textDocument/inlineCompletion',
      { textDocument, position: { line: '1', character: 0 }, ...triggered },
      'position.line',
    ],
    [
      'an unknown trigger',
      'textDocument/inlineCompletion',
      { textDocument, position, context: { triggerKind: 3 } },
      'context.triggerKind',
    ],
    ['no context', 'textDocument/inlineCompletion', { textDocument, position }, 'context'],
    [
      'an endless URI',
      'punctual/summarize',
      { textDocument: { uri: `file:///${'x'.repeat(9_000)}` } },
      'textDocument.uri',
    ],
    ['an SLA of nothing', 'punctual/summarize', { textDocument, targetMs: 0 }, 'targetMs'],
    ['half a range', 'punctual/summarize', { textDocument, range: { start: position } }, 'range.end'],
    ['no language to translate to', 'punctual/translate', { textDocument }, 'to'],
    ['a language that nobody speaks', 'punctual/translate', { textDocument, to: 'klingon' }, 'to'],
    ['a member of every object as language', 'punctual/translate', { textDocument, to: 'constructor' }, 'to'],
    ['parameters in a list', 'punctual/eligibility', [uri], 'params'],
    ['no parameters at all', 'punctual/eligibility', undefined, 'textDocument'],
    ['a reason that is a number', 'punctual/stop', { reason: 5 }, 'reason'],
    [
      'settings of the wrong type',
      'initialize',
      { initializationOptions: { settings: { threads: 'many' } } },
      'initializationOptions.settings.threads',
    ],
  ])('when there is %s, then the answer names the member', async (_, method, params, member) => {
    const answer = await client.ask(method, params);
    expect(answer.error?.code).toBe(ErrorCodes.InvalidParams);
    expect(answer.error?.message).toMatch(new RegExp(`^${method}: ${member}: .`));
    expect(await client.answersUntilAlive()).toEqual([]);
    expect(world.stops).toEqual([]);
  });

  it.each(['punctual/fly', 'constructor', '__proto__', 'toString', 'hasOwnProperty', '$/unknown', ''])(
    'when the method is %j, then it is answered as unknown',
    async (method) => {
      expect((await client.ask(method, {})).error?.code).toBe(ErrorCodes.MethodNotFound);
    },
  );

  it('when the parameters are nested a hundred thousand deep, then the request is answered and so is the next', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    client.send(`{"jsonrpc":"2.0","id":1,"method":"punctual/summarize","params":{"textDocument":${deep}}}`);
    client.send(`{"jsonrpc":"2.0","id":2,"method":"punctual/fly","params":{"deep":${deep}}}`);
    client.send(`{"jsonrpc":"2.0","id":3,"method":5,"params":{"deep":${deep}}}`);
    client.send(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":1,"value":${deep}}}`);
    const answers = await client.answersUntilAlive();
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [1, ErrorCodes.InvalidRequest],
      [2, ErrorCodes.InvalidRequest],
      [3, ErrorCodes.InvalidRequest],
    ]);
  });
});

describe('notifications that make no sense', () => {
  it.each([
    ['a document without text', 'textDocument/didOpen', { textDocument: { uri, languageId: 'go', version: 1 } }],
    [
      'a version in words',
      'textDocument/didOpen',
      { textDocument: { uri, languageId: 'go', version: 'one', text: '' } },
    ],
    ['no changes', 'textDocument/didChange', { textDocument: { uri, version: 2 } }],
    [
      'a change before the beginning',
      'textDocument/didChange',
      {
        textDocument: { uri, version: 2 },
        contentChanges: [{ range: { start: { line: -1, character: 0 }, end: { line: 0, character: 0 } }, text: '' }],
      },
    ],
    [
      'a change to null',
      'textDocument/didChange',
      { textDocument: { uri, version: 2 }, contentChanges: [{ text: null }] },
    ],
    ['a closing of nothing', 'textDocument/didClose', {}],
    ['a cancellation of nothing', '$/cancelRequest', {}],
    ['a cancellation of everything', '$/cancelRequest', { id: {} }],
    ['settings of the wrong type', 'workspace/didChangeConfiguration', { settings: { punctual: { model: 5 } } }],
  ])(
    'when there is %s, then it is dropped with a line in the log, and what was open stays',
    async (_, method, params) => {
      client.say(open('package main'));
      client.say({ method, params });
      expect(await client.answersUntilAlive()).toEqual([]);
      expect(world.lines.join('\n')).toContain(`a message was refused: ${method}: `);
      void client.ask('punctual/summarize', { textDocument });
      expect((await world.summaries.next()).text).toBe('package main');
    },
  );

  it.each([
    ['an unknown one', { method: 'punctual/wave' }],
    ['one named like a member of every object', { method: 'constructor', params: {} }],
    ['a cancellation of a request that there is not', { method: '$/cancelRequest', params: { id: 404 } }],
    ['a trace level that is a list', { method: '$/setTrace', params: { value: [] } }],
    ['a progress of nothing', { method: '$/progress' }],
    [
      'an edit of a document that is not open',
      {
        method: 'textDocument/didChange',
        params: { textDocument: { uri, version: 1 }, contentChanges: [{ text: '' }] },
      },
    ],
    ['a change of folders without folders', { method: 'workspace/didChangeWorkspaceFolders', params: {} }],
  ])('when it is %s, then nothing comes of it', async (_, message) => {
    client.say(message);
    expect(await client.answersUntilAlive()).toEqual([]);
  });
});

describe('sizes', () => {
  it('when a frame is larger than the limit, then its sender is cut off with the reason and the others go on', async () => {
    const other = new RawClient(await world.socket());
    const closed = new Promise<number>((resolve) => client.socket.once('close', resolve));
    client.socket.on('error', () => undefined);
    const left = world.left();
    client.send(' '.repeat(messageBytesMax + 1));
    expect(await closed).toBe(1009);
    await left;
    expect(await other.answersUntilAlive()).toEqual([]);
    expect(world.present).toBe(1);
  });

  it('when a document of one line of 5 MB is opened, then it arrives whole', async () => {
    client.say(open('x'.repeat(5 * 1024 * 1024)));
    void client.ask('punctual/summarize', { textDocument });
    expect((await world.summaries.next()).text).toHaveLength(5 * 1024 * 1024);
    client.socket.close();
    await isClosed(client.socket);
  });
});
