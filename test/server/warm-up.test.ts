import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InlineCompletionResult } from '../../runtime/protocol.ts';
import { answered, at, type Client, completion, isAborted, uri, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const textDocument = { uri };
const small: InlineCompletionResult = {
  ...answered,
  punctual: { reason: 'answered', fitted: { droppedTokens: 300, forecastMs: 350, targetMs: 500 } },
};

async function completed(client: Client, result: InlineCompletionResult): Promise<void> {
  const request = client.connection.sendRequest('textDocument/inlineCompletion', completion(at(0, 2)));
  (await world.completions.next()).answer(result);
  await request;
}

describe('a document of a client', () => {
  it('when it becomes active with a cursor, then its prompt is warmed up, and the one before for it gives way', async () => {
    const client = await world.client();
    await client.open('let a');
    await client.connection.sendRequest('punctual/eligibility', { textDocument, position: at(0, 3) });
    const first = await world.warmUps.next();
    expect(first.request).toMatchObject({ position: at(0, 3) });
    await client.connection.sendRequest('punctual/eligibility', { textDocument, position: at(0, 5) });
    await isAborted(first.signal);
    expect((await world.warmUps.next()).request).toMatchObject({ position: at(0, 5) });
  });

  it('when a prompt was made smaller, then the whole one is warmed up after a second without an edit', async () => {
    const client = await world.client();
    await client.open('let a');
    await completed(client, small);
    expect(world.quiet.pending).toBe(1);
    world.quiet.advance(999);
    expect(world.quiet.pending).toBe(1);
    world.quiet.advance(1);
    expect((await world.warmUps.next()).request).toMatchObject({ position: at(0, 2) });
  });

  it('when much was typed since the prompt was evaluated, then it is evaluated anew after a second without an edit', async () => {
    const client = await world.client();
    await client.open('let a');
    await completed(client, { ...answered, punctual: { reason: 'answered', stale: true } });
    world.quiet.advance(1_000);
    expect((await world.warmUps.next()).request).toMatchObject({ position: at(0, 2) });
  });

  it('when a document changes, then the completion feature is told, as something may run for it', async () => {
    const client = await world.client();
    await client.open('let a');
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: 'let ab' }],
    });
    await client.connection.sendRequest('punctual/eligibility', { textDocument });
    expect(world.edits.at(-1)).toBe('let ab');
  });

  it('when a prompt was whole, then there is nothing to warm up', async () => {
    const client = await world.client();
    await client.open('let a');
    const before = world.quiet.pending;
    await completed(client, answered);
    expect(world.quiet.pending).toBe(before);
  });

  it('when somebody edits within that second, then nothing is warmed up', async () => {
    const client = await world.client();
    await client.open('let a');
    await completed(client, small);
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: 'let ab' }],
    });
    await client.connection.sendRequest('punctual/eligibility', { textDocument });
    expect(world.quiet.pending).toBe(0);
  });

  it('when it is closed or its client leaves, then what is under way for it ends', async () => {
    const client = await world.client();
    await client.open('let a');
    await client.connection.sendRequest('punctual/eligibility', { textDocument, position: at(0, 3) });
    const warm = await world.warmUps.next();
    await client.connection.sendNotification('textDocument/didClose', { textDocument });
    await isAborted(warm.signal);
    await client.open('let a');
    await client.connection.sendRequest('punctual/eligibility', { textDocument, position: at(0, 3) });
    const again = await world.warmUps.next();
    client.socket.close();
    await isAborted(again.signal);
  });
});
