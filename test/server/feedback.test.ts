/** What a client tells of suggestions that were taken, asks about what was counted, and has deleted. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes, statisticsClearMethod, statisticsMethod, statisticsResultSchema } from '../../runtime/protocol.ts';
import type { FeedbackStore } from '../../runtime/server/feedback.ts';
import { FeedbackFile } from '../../runtime/server/feedback-file.ts';
import { ManualTimer } from './manual-timer.ts';
import { failure, uri, World } from './world.ts';

let folder: string;
let world: World;
let file: FeedbackFile;
/** What the restraint was told, by client and document. */
let told: string[];

async function open(store: Partial<FeedbackStore> = {}): Promise<void> {
  file = await FeedbackFile.open({ file: path.join(folder, 's.json'), timer: new ManualTimer().start, log: () => {} });
  const restraint = {
    accepted: ({ client, uri: of }: { client: string; uri: string }) => void told.push(`accepted ${client} ${of}`),
    closed: ({ client, uri: of }: { client: string; uri: string }) => void told.push(`closed ${client} ${of}`),
  };
  const whole = { book: file.book, file: file.file, clear: () => file.clear(), ...store };
  world = await World.open({ services: { feedback: { restraint, store: whole } } });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-feedback-'));
  told = [];
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

describe('feedback over the wire', () => {
  it('when the editor says that a suggestion was taken, then the document of this client is meant', async () => {
    await open();
    const { connection } = await world.client();
    await connection.sendNotification('punctual/feedback', { textDocument: { uri }, kind: 'accepted' });
    await connection.sendRequest(statisticsMethod, {});
    expect(told).toEqual([`accepted c1 ${uri}`]);
  });

  it('when the notification says anything else, then it is dropped and the log says why', async () => {
    await open();
    const { connection } = await world.client();
    await connection.sendNotification('punctual/feedback', { textDocument: { uri }, kind: 'loved' });
    await connection.sendRequest(statisticsMethod, {});
    expect(told).toEqual([]);
    expect(world.lines.join('\n')).toContain('punctual/feedback: kind');
  });

  it('when a document is closed, then nothing more is told of it', async () => {
    await open();
    const client = await world.client();
    await client.open('let a');
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await client.connection.sendRequest(statisticsMethod, {});
    expect(told).toEqual([`closed c1 ${uri}`]);
  });

  it('when it is asked what was counted, then it is told, and when it is cleared, told for the last time', async () => {
    await open();
    const { connection } = await world.client();
    file.book.record([{ kind: 'shown', language: 'rust', model: 'Tiny' }]);
    await file.settled();
    const counts = { shown: 1, accepted: 0, partly: 0, rejected: 0, retained: 0, lost: 0 };
    const expected = { file: file.file, total: counts, counts: [{ language: 'rust', model: 'Tiny', ...counts }] };
    const ask = async (method: string) => statisticsResultSchema.parse(await connection.sendRequest(method, {}));
    expect(await ask(statisticsMethod)).toEqual(expected);
    expect(await ask(statisticsClearMethod)).toEqual(expected);
    expect((await ask(statisticsMethod)).counts).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('when the file cannot be deleted, then the answer says which one and why', async () => {
    await open({ clear: () => Promise.reject(new Error('it is held')) });
    const { connection } = await world.client();
    const { code, message } = await failure(connection.sendRequest(statisticsClearMethod, {}));
    expect(code).toBe(errorCodes.statistics);
    expect(message).toContain(`${file.file} cannot be deleted: it is held`);
  });
});
