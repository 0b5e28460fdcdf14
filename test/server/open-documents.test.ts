/** How many documents are kept of one client, and of all: the limits here are small ones. */
import { afterEach, describe, expect, it } from 'vitest';
import { documentLimits, refusedMax } from '../../runtime/server/limits.ts';
import { DocumentRoom, OpenDocuments } from '../../runtime/server/open-documents.ts';
import { answered, at, type Client, completion, failure, uri, World } from './world.ts';

let world: World;
afterEach(() => world?.close());

const limits = { client: { documents: 3, chars: 100 }, all: { documents: 5, chars: 150 } };
const uriOf = (index: number): string => `file:///project/${index}.ts`;

async function opened(): Promise<World> {
  world = await World.open({ documentLimits: limits });
  return world;
}

/** What a completion in a document comes to. */
async function completes(client: Client, documentUri: string): Promise<unknown> {
  const params = { ...completion(), textDocument: { uri: documentUri } };
  const answer = client.connection.sendRequest('textDocument/inlineCompletion', params);
  // A document that is kept reaches the feature, and another does not.
  void world.completions.next().then((call) => call.answer(answered));
  return answer;
}

const refusal = (most: string) => ({
  items: [],
  punctual: {
    reason: 'documentUnknown',
    message: `This document is not read: ${most}. Close some, then close this one and open it again.`,
  },
});
const close = (client: Client, documentUri: string) =>
  client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: documentUri } });

describe('the documents of one client', () => {
  it('when there is one too many, then a completion in it says so, and in the others nothing changes', async () => {
    await opened();
    const client = await world.client();
    for (const index of [1, 2, 3, 4]) await client.open('x', 'typescript', uriOf(index));
    expect(await completes(client, uriOf(4))).toEqual(refusal('this window may have 3 open documents'));
    expect(await completes(client, uriOf(3))).toEqual(answered);
  });

  it('when there is one too many, then a summary and a question about it say so too', async () => {
    await opened();
    const client = await world.client();
    for (const index of [1, 2, 3, 4]) await client.open('x', 'typescript', uriOf(index));
    const { message } = refusal('this window may have 3 open documents').punctual;
    const textDocument = { uri: uriOf(4) };
    const eligibility = await client.connection.sendRequest('punctual/eligibility', { textDocument });
    expect(eligibility).toEqual({ automatic: false, reason: 'documentUnknown', message });
    const summary = await failure(client.connection.sendRequest('punctual/summarize', { textDocument }));
    expect(summary).toMatchObject({ message, data: { code: 'unknownDocument' } });
  });

  it('when others were closed and it is opened again, then it is kept', async () => {
    await opened();
    const client = await world.client();
    for (const index of [1, 2, 3, 4]) await client.open('x', 'typescript', uriOf(index));
    await close(client, uriOf(1));
    await close(client, uriOf(4));
    await client.open('y', 'typescript', uriOf(4));
    expect(await completes(client, uriOf(4))).toEqual(answered);
  });

  it('when a change makes it too long, then it is not kept, its later changes are no error, and closing it makes room', async () => {
    await opened();
    const client = await world.client();
    await client.open('x'.repeat(90));
    await client.change([{ range: { start: at(0, 0), end: at(0, 0) }, text: 'y'.repeat(20) }]);
    await client.change([{ range: { start: at(0, 0), end: at(0, 1) }, text: '' }], 3);
    expect(await completes(client, uri)).toEqual(refusal('this window may have open documents of 100 characters'));
    await close(client, uri);
    await client.open('x'.repeat(100));
    expect(await completes(client, uri)).toEqual(answered);
  });

  it('when it is opened again with another text, then only that one counts', async () => {
    await opened();
    const client = await world.client();
    for (const length of [90, 80, 100]) await client.open('x'.repeat(length));
    expect(await completes(client, uri)).toEqual(answered);
    await client.open('x'.repeat(101));
    expect(await completes(client, uri)).toEqual(refusal('this window may have open documents of 100 characters'));
  });
});

describe('the documents of all clients', () => {
  it('when they are too many together, then who comes last hears it, and a client that leaves makes room', async () => {
    await opened();
    const [first, second] = [await world.client(), await world.client()];
    for (const index of [1, 2, 3]) await first.open('x', 'typescript', uriOf(index));
    // Answered when it has been read.
    expect(await completes(first, uriOf(3))).toEqual(answered);
    for (const index of [1, 2, 3]) await second.open('x', 'typescript', uriOf(index));
    expect(await completes(second, uriOf(3))).toEqual(refusal('all windows together may have 5 open documents'));
    const left = world.left();
    first.socket.terminate();
    await left;
    await close(second, uriOf(3));
    await second.open('x', 'typescript', uriOf(3));
    expect(await completes(second, uriOf(3))).toEqual(answered);
  });
});

describe('the books', () => {
  it('when clients open, change, close and leave in any order, then nothing is counted that is not kept', () => {
    const room = new DocumentRoom(limits);
    const clients = [new OpenDocuments(room), new OpenDocuments(room)];
    for (let step = 0; step < 500; step += 1) {
      const open = clients[step % 2];
      const document = uriOf((step * 7) % 6);
      if (step % 5 === 0) open?.closed(document);
      else open?.takes(document, (step * 13) % 60);
      expect(room.all.documents).toBeLessThanOrEqual(limits.all.documents);
      expect(room.all.chars).toBeLessThanOrEqual(limits.all.chars);
    }
    expect(room.all.documents).toBeGreaterThan(0);
    for (const open of clients) open.close();
    expect(room.all).toEqual({ documents: 0, chars: 0 });
  });

  it('when very many are refused, then what is remembered of them has an end', () => {
    const open = new OpenDocuments(new DocumentRoom({ ...documentLimits, client: { documents: 0, chars: 0 } }));
    for (let index = 0; index <= refusedMax; index += 1) expect(open.takes(uriOf(index), 1)).toBe(false);
    expect(open.whyUnknown(uriOf(refusedMax - 1))).toContain('This document is not read');
    expect(open.whyUnknown(uriOf(refusedMax))).toContain('is not open here');
  });
});
