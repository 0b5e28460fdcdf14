/** What a request for generated code carries across the wire, beside what every request for a text does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Superseded } from '../../runtime/features/generate.ts';
import { instructionCharsMax, partialResultSchema, textResultSchema } from '../../runtime/protocol.ts';
import { failure, textResult, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const range = { start: { line: 0, character: 12 }, end: { line: 0, character: 12 } };
const params = { textDocument: { uri }, range, instruction: ' add the numbers ' };
const generated = { ...textResult, text: 'f();', sla: 'ttft' as const, edit: { range, newText: 'f();' } };

describe('a request for generated code', () => {
  it('when it comes, then the feature knows the place, the sentence and who asks, and the result says where it goes', async () => {
    const client = await world.client();
    await client.open('const a = 1;');
    const answer = client.connection.sendRequest('punctual/generate', params);
    const { request, answer: reply } = await world.generations.next();
    expect(request).toMatchObject({ range, instruction: 'add the numbers', receivedMs: 4_711 });
    expect(request.client).not.toBe('');
    expect(request.document.getText()).toBe('const a = 1;');
    reply(generated);
    expect(textResultSchema.parse(await answer)).toEqual(generated);
  });

  it('when its client can take back what was streamed, then it is told to; no other client is', async () => {
    const client = await world.client();
    await client.open('');
    const values: unknown[] = [];
    client.connection.onNotification('$/progress', (progress: unknown) => {
      values.push(partialResultSchema.parse(progress).value);
    });
    const streamed = { ...params, partialResultToken: 'p' };
    const able = client.connection.sendRequest('punctual/generate', { ...streamed, mayRestart: true });
    const first = await world.generations.next();
    first.onText('f(');
    first.onRestart?.();
    first.onText('f();');
    first.answer(generated);
    await able;
    expect(values).toEqual([{ text: 'f(' }, { text: '', restart: true }, { text: 'f();' }]);
    const deaf = client.connection.sendRequest('punctual/generate', streamed);
    const second = await world.generations.next();
    expect(second.onRestart).toBeUndefined();
    second.answer(generated);
    await deaf;
  });

  it.each([
    ['no range', { ...params, range: undefined }, 'range'],
    ['no sentence', { ...params, instruction: undefined }, 'instruction'],
    ['an empty sentence', { ...params, instruction: '  ' }, 'instruction'],
    ['a sentence that is none', { ...params, instruction: 'x'.repeat(instructionCharsMax + 1) }, 'instruction'],
    ['a line that is no number', { ...params, range: { ...range, start: { line: 'a', character: 0 } } }, 'range'],
  ])('when it has %s, then it is refused and the member is named', async (_, wrong, member) => {
    const client = await world.client();
    await client.open('');
    expect((await failure(client.connection.sendRequest('punctual/generate', wrong))).message).toContain(member);
  });

  it('when a newer one takes its place, then it ends as cancelled by the server', async () => {
    const client = await world.client();
    await client.open('');
    const refused = failure(client.connection.sendRequest('punctual/generate', params));
    (await world.generations.next()).fail(new Superseded('A newer request took its place.'));
    expect(await refused).toMatchObject({ code: -32_802, message: 'A newer request took its place.' });
  });
});
