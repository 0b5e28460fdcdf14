/** The context of completions over the wire: what a client tells of its workspace, what it is asked, and when. */
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Contexts, editsMax } from '../../runtime/features/completion/context/index.ts';
import type { DocumentReader } from '../../runtime/features/completion/context/reader.ts';
import { declarationsMethod, declarationsParamsSchema, workspaceMethod } from '../../runtime/protocol.ts';
import { at, type Client, uri, World } from './world.ts';

const other = 'file:///project/other.ts';
const textDocument = { uri };

/** Every word is a name. */
const wordsOf = (text: string): string[] => text.match(/\w+/g) ?? [];
const reader: DocumentReader = {
  read: ({ text }) => Promise.resolve({ pieces: [{ text: text.trim(), names: new Set(wordsOf(text)) }], outline: [] }),
  near: ({ text }) => Promise.resolve({ names: wordsOf(text), imports: [], language: undefined }),
};

let world: World;
let contexts: Contexts;
beforeEach(async () => {
  world = await World.open({
    services: {
      contexts: (documents) => {
        contexts = new Contexts(reader, documents);
        return contexts;
      },
    },
  });
});
afterEach(() => world.close());

const said = (of = uri): string => (contexts.at(of)?.pieces ?? []).map(({ text }) => text).join('\n');

async function client(): Promise<Client> {
  const open = await world.client();
  await open.connection.sendNotification(workspaceMethod, { folders: [{ uri: 'file:///project', name: 'project' }] });
  await open.open('let cart = item + price\n');
  await open.open('print(cart, item, price)\n', 'typescript', other);
  return open;
}

/** The document is in front; resolves when it is being evaluated, so its context is there. */
async function active(of: Client): Promise<void> {
  await of.connection.sendRequest('punctual/eligibility', { textDocument, position: at(0, 3) });
  await world.warmUps.next();
}

describe('the context of a client’s completions', () => {
  it('when a document comes to the front, then its context is made before its prompt is evaluated', async () => {
    await active(await client());
    expect(said()).toBe('print(cart, item, price)');
  });

  it('when it cannot be made, then the log says why, and not of which file', async () => {
    const open = await client();
    vi.spyOn(contexts, 'refresh').mockRejectedValue(new Error('out of memory'));
    await active(open);
    expect(world.lines).toContain('the context of a document could not be read: out of memory');
    expect(world.lines.join('\n')).not.toContain('file:');
  });

  it('when a client leaves it to LSP, then the folders that it has opened count', async () => {
    const plain = await world.client();
    await plain.open('let cart = item + price\n');
    await active(plain);
    expect(contexts.at(uri)).toBeUndefined();
  });

  it('when the workspace is told wrongly, then nothing of it counts', async () => {
    const open = await client();
    await open.connection.sendNotification(workspaceMethod, { folders: [{ uri: 7 }] });
    await active(open);
    expect(said()).toBe('print(cart, item, price)');
    expect(world.lines.join('\n')).toContain(workspaceMethod);
  });

  it('when the settings switch it off, then there is none', async () => {
    const open = await client();
    const punctual = { completion: { context: false } };
    await open.connection.sendNotification('workspace/didChangeConfiguration', { settings: { punctual } });
    await active(open);
    expect(contexts.at(uri)).toBeUndefined();
  });

  it('when somebody edits elsewhere and rests, then the context of that place is made, and its prompt is evaluated later', async () => {
    const open = await client();
    await open.change([{ range: { start: at(0, 0), end: at(0, 0) }, text: '\n' }]);
    await open.connection.sendRequest('punctual/eligibility', { textDocument: { uri: other } });
    expect(contexts.at(uri)).toBeUndefined();
    world.quiet.advance(1_000);
    await until(() => contexts.at(uri) !== undefined);
    await until(() => world.quiet.pending === 1);
    world.quiet.advance(1_000);
    expect((await world.warmUps.next()).request).toMatchObject({ position: at(1, 0) });
  });

  it('when nobody ever rests, then it is made after many edits all the same', async () => {
    const open = await client();
    for (let edit = 0; edit < editsMax; edit += 1)
      await open.change([{ range: { start: at(0, 0), end: at(0, 0) }, text: 'x' }], edit + 2);
    await until(() => contexts.at(uri) !== undefined);
    expect(world.quiet.pending).toBeLessThanOrEqual(1);
  });

  it('when a whole text is replaced, then that is no place where somebody edits', async () => {
    const open = await client();
    await open.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: other, version: 2 },
      contentChanges: [{ text: 'something else entirely\n' }],
    });
    await active(open);
    expect(contexts.at(uri)).toBeUndefined();
  });

  it('when a document is closed, then nothing of it is kept', async () => {
    const open = await client();
    await active(open);
    await open.connection.sendNotification('textDocument/didClose', { textDocument });
    await open.connection.sendRequest('punctual/eligibility', { textDocument });
    expect(contexts.at(uri)).toBeUndefined();
  });
});

describe('what names mean', () => {
  it('when a document comes to the front, then the client is asked, and what it says is told', async () => {
    const open = await client();
    const heard = new EventEmitter();
    const asked = once(heard, 'asked');
    open.connection.onRequest(declarationsMethod, (params: unknown) => {
      heard.emit('asked', params);
      return { declarations: [{ name: 'item', uri: 'file:///project/far.ts', text: 'const item: Item = any();\n' }] };
    });
    await active(open);
    const { textDocument: about, names } = declarationsParamsSchema.parse((await asked)[0]);
    expect(about).toEqual({ uri, version: 1 });
    expect(names).toContainEqual({ name: 'item', position: at(0, 11) });
    await until(() => said().includes('const item: Item'));
    // It is evaluated once nobody edits.
    world.quiet.advance(1_000);
    expect((await world.warmUps.next()).request).toMatchObject({ position: at(0, 3) });
  });

  it('when a client knows no such question, then it is asked once', async () => {
    const open = await client();
    let questions = 0;
    open.socket.on('message', (data: Buffer) => {
      if (data.toString().includes(declarationsMethod)) questions += 1;
    });
    await active(open);
    await until(() => questions === 1);
    // What is answered to this comes after the refusal of that.
    await open.connection.sendRequest('punctual/eligibility', { textDocument });
    await open.change([{ range: { start: at(0, 0), end: at(0, 0) }, text: 'more names here ' }]);
    await active(open);
    await open.connection.sendRequest('punctual/eligibility', { textDocument });
    expect(questions).toBe(1);
    expect(world.lines.filter((line) => /did not answer/.test(line))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['something else', { declarations: 'many' }],
    ['too much', { declarations: Array.from({ length: 17 }, () => ({ name: 'a', uri, text: '' })) }],
  ])('when a client answers %s, then the context is as before, and the log says so', async (_, answer) => {
    const open = await client();
    open.connection.onRequest(declarationsMethod, () => answer);
    await active(open);
    await until(() => world.lines.some((line) => /did not answer a question: the answer is none/.test(line)));
    expect(said()).toBe('print(cart, item, price)');
  });

  it('when a client is asked again while it has not answered, then the first question is taken back', async () => {
    const open = await client();
    const heard = new EventEmitter();
    const cancelled = once(heard, 'cancelled');
    const asked = once(heard, 'asked');
    let questions = 0;
    open.connection.onRequest(declarationsMethod, (_: unknown, token) => {
      questions += 1;
      if (questions > 1) return { declarations: [] };
      heard.emit('asked');
      return new Promise((resolve) =>
        token.onCancellationRequested(() => {
          heard.emit('cancelled');
          resolve({ declarations: [] });
        }),
      );
    });
    await active(open);
    await asked;
    await open.change([{ range: { start: at(0, 0), end: at(0, 0) }, text: 'more names here ' }]);
    await active(open);
    await cancelled;
    await until(() => questions === 2);
  });
});

/** Turns of the loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
