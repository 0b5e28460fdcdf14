import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { FeatureError } from '../../runtime/features/errors.ts';
import { errorCodes, machineDefaults, partialResultSchema, textResultSchema } from '../../runtime/protocol.ts';
import { settingsOf as wholeSettings } from '../whole-settings.ts';
import { answered, at, completion, failure, isAborted, isClosed, textResult, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const textDocument = { uri };

describe('completion', () => {
  it('when it was asked for by hand with an entry selected, then the feature knows', async () => {
    const client = await world.client();
    await client.open('console.lo');
    const selectedCompletionInfo = { range: { start: at(0, 8), end: at(0, 10) }, text: 'log' };
    const request = client.connection.sendRequest(
      'textDocument/inlineCompletion',
      completion(at(0, 10), { triggerKind: 1, selectedCompletionInfo }),
    );
    const call = await world.completions.next();
    expect(call.request).toMatchObject({ invoked: true, selected: selectedCompletionInfo });
    call.answer(answered);
    await request;
  });

  it('when the client cancels it, then the signal is aborted and the answer of the feature still goes out', async () => {
    const client = await world.client();
    await client.open('text');
    const source = new CancellationTokenSource();
    const request = client.connection.sendRequest('textDocument/inlineCompletion', completion(), source.token);
    const call = await world.completions.next();
    expect(call.signal.aborted).toBe(false);
    source.cancel();
    await isAborted(call.signal);
    const nothing = { items: [], punctual: { reason: 'cancelled' as const } };
    call.answer(nothing);
    expect(await request).toEqual(nothing);
  });

  it('when it is cancelled before it has been looked at, then the feature starts with an aborted signal', async () => {
    const client = await world.client();
    await client.open('text');
    const source = new CancellationTokenSource();
    const request = client.connection.sendRequest('textDocument/inlineCompletion', completion(), source.token);
    source.cancel();
    const call = await world.completions.next();
    await isAborted(call.signal);
    call.answer({ items: [], punctual: { reason: 'cancelled' } });
    expect(await request).toMatchObject({ items: [] });
  });
});

describe('summaries and translations', () => {
  it('when partial results are asked for, then they come in order and make up the result', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const parts: string[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => {
      const { token, value } = partialResultSchema.parse(progress);
      expect(token).toBe('p1');
      parts.push(value.text);
    });
    const params = { textDocument, to: 'python', partialResultToken: 'p1', targetMs: 1_234 };
    const request = client.connection.sendRequest('punctual/translate', params);
    const call = await world.translations.next();
    expect(call.request).toMatchObject({ to: 'python', targetMs: 1_234, receivedMs: 4_711 });
    expect(call.request).not.toHaveProperty('range');
    for (const piece of ['a ', '= ', '1 # 🚀']) call.onText(piece);
    call.answer({ ...textResult, text: 'a = 1 # 🚀' });
    const result = await request;
    expect(parts.join('')).toBe((result as { text: string }).text);
    expect(parts).toHaveLength(3);
  });

  it('when there is something to tell the person who waits, then it comes as a note on the same token', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const values: unknown[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => {
      const { token, value } = partialResultSchema.parse(progress);
      values.push([token, value]);
    });
    const request = client.connection.sendRequest('punctual/summarize', { textDocument, partialResultToken: 'p1' });
    const call = await world.summaries.next();
    call.onNote('It goes on later.');
    call.onText('It adds.');
    call.answer({ ...textResult, relegated: true, insteadOf: 'Large' });
    expect(textResultSchema.parse(await request)).toEqual({ ...textResult, relegated: true, insteadOf: 'Large' });
    expect(values).toEqual([
      ['p1', { text: '', note: 'It goes on later.' }],
      ['p1', { text: 'It adds.' }],
    ]);
  });

  it('when no partial results are asked for, then none are sent', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const parts: unknown[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => void parts.push(progress));
    const range = { start: at(0, 0), end: at(0, 5) };
    const request = client.connection.sendRequest('punctual/summarize', { textDocument, range });
    const call = await world.summaries.next();
    expect(call.request.range).toEqual(range);
    call.onText('It ');
    call.onNote('It goes on later.');
    call.answer(textResult);
    expect(await request).toEqual(textResult);
    expect(parts).toEqual([]);
  });

  it.each(['taskFailed', 'tooLarge', 'empty', 'binary'] as const)(
    'when the feature fails with %s, then the client gets its code and its sentence',
    async (code) => {
      const client = await world.client();
      await client.open('x');
      const request = client.connection.sendRequest('punctual/summarize', { textDocument });
      (await world.summaries.next()).fail(new FeatureError(code, 'Select some code first.'));
      expect(await failure(request)).toEqual({
        code: errorCodes[code],
        message: 'Select some code first.',
        data: { code },
      });
    },
  );

  it('when the feature breaks, then the request fails and the conversation goes on', async () => {
    const client = await world.client();
    await client.open('x');
    const request = client.connection.sendRequest('punctual/summarize', { textDocument });
    (await world.summaries.next()).fail(new TypeError('a mistake of ours'));
    expect((await failure(request)).message).toContain('a mistake of ours');
    const again = client.connection.sendRequest('punctual/summarize', { textDocument });
    (await world.summaries.next()).answer(textResult);
    expect(await again).toEqual(textResult);
  });

  it('when the client cancels one of two, then only that one is aborted and it fails as cancelled', async () => {
    const client = await world.client();
    await client.open('x');
    const source = new CancellationTokenSource();
    const cancelled = client.connection.sendRequest('punctual/summarize', { textDocument }, source.token);
    const kept = client.connection.sendRequest('punctual/translate', { textDocument, to: 'go' });
    const [summary, translation] = [await world.summaries.next(), await world.translations.next()];
    source.cancel();
    await isAborted(summary.signal);
    summary.fail(summary.signal.reason);
    expect((await failure(cancelled)).code).toBe(-32_800);
    expect(translation.signal.aborted).toBe(false);
    translation.answer(textResult);
    expect(await kept).toEqual(textResult);
  });
});

describe('settings', () => {
  const settingsOf = async (client: Awaited<ReturnType<World['client']>>) => {
    await client.connection.sendRequest('punctual/eligibility', { textDocument });
    return world.eligibilities.at(-1);
  };

  it('when the client gives none, then the defaults hold', async () => {
    const client = await world.client();
    await client.open('x');
    expect(await settingsOf(client)).toEqual(wholeSettings({}));
  });

  it('when they come with initialize and change later, then the latest snapshot holds as a whole', async () => {
    const client = await world.client({ model: 'embedded', completion: { targetMs: 250 } });
    await client.open('x');
    expect(await settingsOf(client)).toEqual(wholeSettings({ model: 'embedded', completion: { targetMs: 250 } }));
    const settings = { punctual: { threads: 3, translate: { maxTokens: 7 } } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings });
    expect(await settingsOf(client)).toEqual(wholeSettings(settings.punctual));
  });

  it('when a client names no setting of the machine, then those of another window stand; the last one to name one wins', async () => {
    const residency = { ...machineDefaults.residency, pinned: ['coder'], unloadAfterMinutes: { '*': 5, coder: 0 } };
    const telemetry = { metricsPort: 0, metricsTokenFile: '', tracesEndpoint: 'http://127.0.0.1:4318' };
    const machine = { memory: '6 GB', residency, telemetry, threads: 3 };
    const window = await world.client(machine);
    await window.open('x');
    const line = await world.client();
    await line.open('x');
    expect(await settingsOf(line)).toMatchObject(machine);
    expect(world.machineWide.standing).toEqual(machine);
    await line.connection.sendNotification('workspace/didChangeConfiguration', { settings: { punctual: {} } });
    expect(await settingsOf(window)).toMatchObject(machine);
    await world.client({ memory: '2 GB' });
    expect(await settingsOf(window)).toMatchObject({ ...machine, memory: '2 GB' });
    expect(await settingsOf(line)).toMatchObject({ ...machine, memory: '2 GB' });
    await window.connection.sendNotification('workspace/didChangeConfiguration', { settings: { punctual: machine } });
    expect(await settingsOf(line)).toMatchObject(machine);
  });

  it('when nothing changes, then a client’s settings are the same object, by which its choices are known', async () => {
    const client = await world.client({ threads: 2 });
    await client.open('x');
    const before = await settingsOf(client);
    await world.client({ threads: 2 });
    expect(await settingsOf(client)).toBe(before);
    await world.client({ threads: 4 });
    expect(await settingsOf(client)).not.toBe(before);
  });

  it('when a document is opened, and when the settings change while one is, then their model is asked to come in', async () => {
    const client = await world.client({ model: '/models/first.gguf' });
    const change = (model: string) =>
      client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { punctual: { model } } });
    await change('/models/second.gguf');
    await client.open('x');
    await change('/models/third.gguf');
    await settingsOf(client);
    expect(world.prepared.map(({ model }) => model)).toEqual(['/models/second.gguf', '/models/third.gguf']);
  });

  it('when a change makes no sense, then the settings stay as they were', async () => {
    const client = await world.client({ model: 'embedded' });
    await client.open('x');
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { punctual: { threads: -1 } },
    });
    expect((await settingsOf(client))?.model).toBe('embedded');
    expect(world.lines.join('\n')).toContain('settings.punctual.threads');
  });

  it('when initialize carries settings that make no sense, then it fails and names the member', async () => {
    expect((await failure(world.client({ completion: { targetMs: 0 } }))).message).toContain('completion.targetMs');
  });

  it('when a client asks whether completion is on here, then it is told why or why not', async () => {
    const client = await world.client();
    await client.open('x', 'go');
    const params = { textDocument };
    expect(await client.connection.sendRequest('punctual/eligibility', params)).toMatchObject({
      automatic: true,
      message: 'go is fine.',
    });
    const other = { textDocument: { uri: 'untitled:Untitled-1' } };
    expect(await client.connection.sendRequest('punctual/eligibility', other)).toMatchObject({
      automatic: false,
      reason: 'documentUnknown',
    });
  });
});

describe('the end of a conversation', () => {
  it('when a client vanishes in mid-stream, then everything that it asked for is aborted and the others notice nothing', async () => {
    const [vanishing, other] = [await world.client(), await world.client()];
    await vanishing.open('x');
    await other.open('y');
    // Nobody is left to learn how these ended.
    void vanishing.connection.sendRequest('punctual/summarize', { textDocument, partialResultToken: 1 });
    void vanishing.connection.sendRequest('textDocument/inlineCompletion', completion());
    const [summary, suggestion] = [await world.summaries.next(), await world.completions.next()];
    summary.onText('It ');
    const left = world.left();
    vanishing.socket.terminate();
    await left;
    expect(summary.signal.aborted).toBe(true);
    expect(suggestion.signal.aborted).toBe(true);
    summary.onText('adds.');
    summary.fail(summary.signal.reason);
    suggestion.answer(answered);
    expect(world.present).toBe(1);
    const request = other.connection.sendRequest('punctual/summarize', { textDocument });
    (await world.summaries.next()).answer(textResult);
    expect(await request).toEqual(textResult);
  });

  it('when it says exit, then its socket closes and the process and the other clients stay', async () => {
    const [leaving, other] = [await world.client(), await world.client()];
    const left = world.left();
    await leaving.connection.sendRequest('shutdown');
    await leaving.connection.sendNotification('exit');
    await Promise.all([left, isClosed(leaving.socket)]);
    await other.open('x');
    expect(await other.connection.sendRequest('punctual/eligibility', { textDocument })).toMatchObject({
      automatic: true,
    });
  });

  it('when it says exit without shutdown, then the same happens', async () => {
    const leaving = await world.client();
    const left = world.left();
    await leaving.connection.sendNotification('exit');
    await Promise.all([left, isClosed(leaving.socket)]);
    expect(world.present).toBe(0);
  });

  it('when a client asks the runtime to stop, then it is answered and the reason is passed on', async () => {
    const client = await world.client();
    expect(await client.connection.sendRequest('punctual/stop', { reason: 'replaced by 2.0.0' })).toBeNull();
    expect(await client.connection.sendRequest('punctual/stop', {})).toBeNull();
    expect(world.stops).toEqual(['replaced by 2.0.0', 'asked to stop']);
  });
});
