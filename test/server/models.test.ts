/** `punctual/models/*` and signals as clients meet them: real sockets, and a desk whose answers a test gives by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelsError } from '../../runtime/models/errors.ts';
import { StoreError } from '../../runtime/models/store/failure.ts';
import { errorCodes, listedModelSchema, modelsListResultSchema, type PullProgress } from '../../runtime/protocol.ts';
import { listed } from './scripted-desk.ts';
import { failure, isAborted, isClosed, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const cancelled = -32_800;

describe('models over the wire', () => {
  it('when a client comes or changes its settings, then they are looked into', async () => {
    const client = await world.client({ model: '/m/x.gguf' });
    expect(world.known.map(({ model }) => model)).toEqual(['/m/x.gguf']);
    const settings = { punctual: { model: 'coder', models: { summarize: 'large' } } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings });
    await client.connection.sendRequest('punctual/models/list', {});
    expect(world.known.at(-1)).toMatchObject({ model: 'coder', models: { summarize: 'large' } });
  });

  it('when models are listed, imported, removed and fitted, then the answers are as the wire says', async () => {
    const { connection } = await world.client();
    const ask = (what: string, params: object): Promise<unknown> =>
      connection.sendRequest(`punctual/models/${what}`, params);
    expect(modelsListResultSchema.parse(await ask('list', {}))).toMatchObject({ models: [listed] });
    expect(listedModelSchema.parse(await ask('import', { file: '/m/tiny.gguf' }))).toEqual(listed);
    expect(await ask('remove', { name: 'tiny' })).toEqual({ freedBytes: 1, message: 'tiny is removed.' });
    expect(await ask('fit', { model: 'tiny' })).toMatchObject({ fits: true });
  });

  it('when a pull is under way, then its news come on the token that asked for them, and the answer is the model', async () => {
    const { connection } = await world.client({ downloads: { mirror: 'http://127.0.0.1:1/' } });
    const news: PullProgress[] = [];
    connection.onNotification('$/progress', ({ token, value }) => {
      expect(token).toBe('t1');
      news.push(value);
    });
    const pull = connection.sendRequest('punctual/models/pull', {
      model: 'tiny',
      token: 'secret',
      workDoneToken: 't1',
    });
    const call = await world.desk.nextPull();
    expect(call).toMatchObject({
      params: { model: 'tiny', token: 'secret', trustNew: false },
      settings: { downloads: { mirror: 'http://127.0.0.1:1/' } },
    });
    call.onProgress({ phase: 'downloading', doneBytes: 1, totalBytes: 2 });
    call.answer(listed);
    expect(await pull).toEqual(listed);
    expect(news).toEqual([{ phase: 'downloading', doneBytes: 1, totalBytes: 2 }]);
    expect(world.lines.join('\n')).not.toContain('secret');
  });

  it('when a pull is cancelled or its client leaves, then its share of the download ends', async () => {
    const { connection } = await world.client();
    const { CancellationTokenSource } = await import('vscode-jsonrpc/node');
    const source = new CancellationTokenSource();
    const pull = failure(connection.sendRequest('punctual/models/pull', { model: 'tiny' }, source.token));
    const call = await world.desk.nextPull();
    source.cancel();
    await isAborted(call.signal);
    call.fail(new StoreError({ code: 'cancelled', name: 'tiny.gguf' }));
    expect(await pull).toMatchObject({ code: cancelled, message: expect.stringContaining('what has arrived is kept') });

    const other = await world.client();
    other.connection.sendRequest('punctual/models/pull', { model: 'tiny' }).catch(() => undefined);
    const { signal } = await world.desk.nextPull();
    other.socket.terminate();
    await isClosed(other.socket);
    await isAborted(signal);
  });

  it.each([
    [new ModelsError('unknownModel', 'No model is called x.'), 'unknownModel'],
    [new StoreError({ code: 'in-use', name: 'x', why: 'it is being downloaded' }), 'in-use'],
    [new StoreError({ code: 'checksum', name: 'x', source: 'hub', expected: 'a', actual: 'b' }), 'checksum'],
    [new StoreError({ code: 'checksum', name: 'x', source: 'first-download', expected: 'a', actual: 'b' }), 'replaced'],
  ])('when it cannot be done (%s), then the error has a cause in a word and a sentence', async (error, code) => {
    const { connection } = await world.client();
    world.desk.answer = error;
    expect(await failure(connection.sendRequest('punctual/models/remove', { name: 'x' }))).toMatchObject({
      code: errorCodes.models,
      message: error.message,
      data: { code },
    });
  });

  it.each([
    ['pull', {}, 'model'],
    ['pull', { model: 'x', token: 7 }, 'token'],
    ['import', { file: '' }, 'file'],
    ['remove', {}, 'name'],
    ['fit', { model: 'x'.repeat(5_000) }, 'model'],
  ])('when the parameters of %s are %j, then the member that is wrong is named', async (method, params, member) => {
    const { connection } = await world.client();
    const { code, message } = await failure(connection.sendRequest(`punctual/models/${method}`, params));
    expect({ code, message }).toEqual({
      code: -32_602,
      message: expect.stringContaining(`punctual/models/${method}: ${member}`),
    });
  });

  it('when a client signals what its user did, then that is handed on; what is no signal is dropped', async () => {
    const { connection } = await world.client();
    await connection.sendNotification('punctual/signal', { kind: 'selectionMade', language: 'java' });
    await connection.sendNotification('punctual/signal', { kind: 'coffee', language: 'java' });
    await connection.sendRequest('punctual/models/list', {});
    expect(world.signals).toEqual([{ kind: 'selectionMade', language: 'java' }]);
  });
});
