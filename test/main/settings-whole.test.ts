/** What `settings.json` says, as the runtime's process has it. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRuntime } from '../../runtime/client/connect.ts';
import { modelsListMethod } from '../../runtime/protocol.ts';
import { TemporaryHome } from '../client/temporary-home.ts';
import { RawClient } from '../server/raw-client.ts';

let home: TemporaryHome;
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(() => home.end());

describe('a runtime', () => {
  it('when its home has settings, then they stand for a client that says nothing of them', async () => {
    await mkdir(home.home.folder, { recursive: true });
    await writeFile(path.join(home.home.folder, 'settings.json'), '{ "memory": "700 MB" }');
    const { socket } = await connectRuntime(home.options);
    const client = new RawClient(socket);
    await client.ask('initialize', { processId: null, rootUri: null, capabilities: {} });
    const list = await client.ask(modelsListMethod, {});
    expect(list).toMatchObject({ result: { memory: { message: expect.stringContaining("'700 MB'") } } });
    socket.close();
  });
});
