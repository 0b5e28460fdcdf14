/** What a request for a text and its partial results carry across the wire, beside what every request does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partialResultSchema } from '../../runtime/protocol.ts';
import { failure, textResult, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const textDocument = { uri };

describe('a request for a text', () => {
  it('when its client trusts a workspace, then the feature knows which; without a word of it there is none', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const trusted = client.connection.sendRequest('punctual/summarize', { textDocument, workspace: '/project' });
    const first = await world.summaries.next();
    expect(first.request.workspace).toBe('/project');
    first.answer(textResult);
    await trusted;
    const other = client.connection.sendRequest('punctual/translate', { textDocument, to: 'python' });
    const second = await world.translations.next();
    expect(second.request).not.toHaveProperty('workspace');
    second.answer(textResult);
    await other;
  });

  it('when its client can take back what was streamed, then it is told of a restart; no other client is', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const values: unknown[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => {
      values.push(partialResultSchema.parse(progress).value);
    });
    const params = { textDocument, to: 'python', partialResultToken: 'p1' };
    const request = client.connection.sendRequest('punctual/translate', { ...params, mayRestart: true });
    const call = await world.translations.next();
    call.onText('a =');
    call.onRestart?.();
    call.onText('a = 1');
    call.answer({ ...textResult, text: 'a = 1' });
    await request;
    expect(values).toEqual([{ text: 'a =' }, { text: '', restart: true }, { text: 'a = 1' }]);
    const plain = client.connection.sendRequest('punctual/translate', params);
    const other = await world.translations.next();
    expect(other.onRestart).toBeUndefined();
    other.answer(textResult);
    await plain;
  });

  it('when the workspace is no path, then the request is refused and the member is named', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const refused = client.connection.sendRequest('punctual/summarize', { textDocument, workspace: '' });
    expect((await failure(refused)).message).toContain('workspace');
  });

  it('when the answer takes several calls, then the client hears how many have ended', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const values: unknown[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => {
      values.push(partialResultSchema.parse(progress).value);
    });
    const request = client.connection.sendRequest('punctual/summarize', { textDocument, partialResultToken: 'p1' });
    const call = await world.summaries.next();
    call.onStage?.({ done: 1, of: 3 });
    const result = { ...textResult, notes: ['The parts are summarized more briefly, as time runs out.'] };
    call.answer(result);
    expect(await request).toEqual(result);
    expect(values).toEqual([{ text: '', stage: { done: 1, of: 3 } }]);
  });
});
