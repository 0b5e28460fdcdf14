/** What the user says of residency reaches the runtime's process, which says what it cannot do; what was learned there is kept. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { connectRuntime } from '../../runtime/client/connect.ts';
import { modelsListResultSchema, type Status, statusMethod, statusSchema } from '../../runtime/protocol.ts';
import { TemporaryHome } from '../client/temporary-home.ts';

let home: TemporaryHome;
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(() => home.end());

const keptFile = (): string => path.join(home.home.folder, 'residency.json');

async function open(residency: object) {
  const { runtime, reader, writer } = await connectRuntime(home.options);
  const connection = createMessageConnection(reader, writer);
  let heard: (status: Status) => void = () => undefined;
  connection.onNotification(statusMethod, (status) => heard(statusSchema.parse(status)));
  connection.listen();
  const statusThat = (holds: (status: Status) => boolean): Promise<Status> =>
    new Promise((resolve) => {
      heard = (status) => void (holds(status) && resolve(status));
    });
  const told = statusThat(({ problems = [] }) => problems.length > 0);
  const initializationOptions = { client: 'test', version: '0', settings: { residency } };
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions,
  });
  await connection.sendNotification('initialized', {});
  return { connection, told, child: home.childOf(runtime) };
}

describe('residency in the settings of a client', () => {
  it('when models are pinned, then the list says which are, and of a name that leads nowhere what was meant', async () => {
    const { connection, told } = await open({ pinned: ['tinycode-4m', 'tinycode-5m'], unloadAfterMinutes: { '*': 5 } });
    const { models, unknown } = modelsListResultSchema.parse(await connection.sendRequest('punctual/models/list', {}));
    expect(models.find(({ name }) => name === 'tinycode-4m')?.pinned).toBe('user');
    expect(unknown).toEqual([
      expect.stringContaining("pins 'tinycode-5m', and no model is called so (did you mean tinycode-4m"),
    ]);
    await connection.sendNotification('workspace/didChangeConfiguration', { settings: { punctual: {} } });
    expect((await told).problems, 'in the status, too').toEqual(unknown);
    connection.dispose();
  });

  it('when no model can be had for the memory, then a pin is refused with both sizes', async () => {
    const { connection } = await open({ pinned: ['tinycode-4m'] });
    const settings = { punctual: { memory: '1 MB' } };
    await connection.sendNotification('workspace/didChangeConfiguration', { settings });
    const { models } = modelsListResultSchema.parse(await connection.sendRequest('punctual/models/list', {}));
    const tiny = models.find(({ name }) => name === 'tinycode-4m');
    expect(tiny?.pinned).toBeUndefined();
    expect(tiny?.notes).toContainEqual(
      expect.stringMatching(
        /^tinycode-4m is not pinned: it takes \d.* MB, and models may take 1\.0 MB together; raise punctual\.memory\.$/,
      ),
    );
    connection.dispose();
  });
});

describe('what residency has learned', () => {
  it('when the runtime ends, then it is on the disk, and the next one takes it up', async () => {
    const { connection, child } = await open({});
    await connection.sendNotification('punctual/signal', { kind: 'selectionMade', language: 'java' });
    await connection.sendRequest('punctual/stop', { reason: 'for the test' });
    await home.ended(child);
    expect(JSON.parse(await readFile(keptFile(), 'utf8'))).toMatchObject({ version: 1, learned: { models: [] } });
    const { child: next, stderr } = home.spawn('--idle-ms', '1');
    await home.ended(next);
    expect(stderr()).not.toContain('is ignored');
    connection.dispose();
  });

  it('when its file is damaged, then it is set aside, and the runtime is up all the same', async () => {
    await home.home.prepare();
    await writeFile(keptFile(), '{"version":1');
    const { child, stderr } = home.spawn('--idle-ms', '1');
    expect(await home.ended(child)).toEqual({ code: 0, signal: null });
    expect(stderr()).toContain('is ignored, and the file is now residency.json.damaged');
    expect(existsSync(`${keptFile()}.damaged`)).toBe(true);
  });
});
