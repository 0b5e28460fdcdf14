/** What the real runtime tells others of itself: its log, its metrics and its traces, with a canary in everything that a user writes. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { connectRuntime } from '../../runtime/client/connect.ts';
import { logFiles, readLog } from '../../runtime/client/log-files.ts';
import { textResultSchema } from '../../runtime/protocol.ts';
import { TemporaryHome } from '../client/temporary-home.ts';
import { Collector } from '../observe/collector.ts';
import { parseExposition, sampleValue } from '../observe/exposition.ts';
import { at, completion } from './world.ts';

/** In the code, in the file's name, and in what is asked. */
const canary = 'quetzalcoatlus';
const uri = `file:///project/${canary}.ts`;
const token = 'a-token-for-prometheus';

let home: TemporaryHome;
let collector: Collector;
beforeEach(async () => {
  home = await TemporaryHome.make();
  collector = await Collector.open();
});
afterEach(async () => {
  await home.end();
  await collector.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A window that asks for a suggestion and a summary of code with the canary in it. */
async function work(
  telemetry: object,
): Promise<{ runtimeToken: string; whileItIsUp: <T>(use: () => Promise<T>) => Promise<T> }> {
  const { reader, writer, socket, runtime } = await connectRuntime(home.options);
  const connection = createMessageConnection(reader, writer);
  connection.listen();
  const settings = { model: 'embedded', telemetry };
  const initializationOptions = { client: 'test', version: '1', settings };
  await connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
    initializationOptions,
  });
  await connection.sendNotification('initialized', {});
  const text = `function ${canary}(a) {\n  return a + 1;\n}\n\nfunction ${canary}Twice(a) {\n  \n}\n`;
  const textDocument = { uri, languageId: 'javascript', version: 1, text };
  await connection.sendNotification('textDocument/didOpen', { textDocument });
  await connection.sendRequest('textDocument/inlineCompletion', {
    ...completion(at(5, 2), { triggerKind: 1 }),
    textDocument: { uri },
  });
  textResultSchema.parse(await connection.sendRequest('punctual/summarize', { textDocument: { uri } }));
  // What cannot be done is told in the log, too.
  await connection
    .sendRequest('punctual/summarize', { textDocument: { uri: `${uri}.${canary}` } })
    .catch(() => undefined);
  return {
    runtimeToken: runtime.token,
    whileItIsUp: async (use) => {
      try {
        return await use();
      } finally {
        connection.dispose();
        socket.terminate();
      }
    },
  };
}

it('when nothing is set, then the log is all there is, its owner’s alone, without code, names of files or tokens', async () => {
  const { runtimeToken, whileItIsUp } = await work({});
  await whileItIsUp(async () => undefined);
  const entries = await readLog(home.home.logsFolder);
  expect(entries.map(({ area }) => area)).toEqual(expect.arrayContaining(['runtime', 'scheduler']));
  expect(entries.find(({ message }) => message.startsWith('loaded '))).toMatchObject({
    level: 'info',
    area: 'scheduler',
  });
  for (const file of [...(await logFiles(home.home.logsFolder)), home.home.logFile]) {
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(canary);
    expect(text).not.toContain(runtimeToken);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
});

it('when metrics and traces are on, then both tell of the tasks, and of nothing that the user wrote', async () => {
  const metricsPort = await freePort();
  const metricsTokenFile = path.join(home.home.folder, 'metrics-token');
  await mkdir(home.home.folder, { recursive: true });
  await writeFile(metricsTokenFile, token, { mode: 0o600 });
  const { whileItIsUp } = await work({ metricsPort, metricsTokenFile, tracesEndpoint: collector.address });
  await whileItIsUp(async () => {
    const ask = (authorization: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${metricsPort}/metrics`, { headers: { authorization } });
    expect((await ask('Bearer wrong')).status).toBe(401);
    const text = await (await ask(`Bearer ${token}`)).text();
    const families = parseExposition(text);
    expect(sampleValue(families, 'punctual_tasks_total', { class: 'summarize', outcome: 'finished' })).toBe(1);
    expect(sampleValue(families, 'punctual_model_loads_total')).toBe(1);
    expect(sampleValue(families, 'punctual_pass_seconds_count', { kind: 'decode' })).toBeGreaterThan(0);
    expect(sampleValue(families, 'punctual_model_memory_bytes')).toBeGreaterThan(1e6);
    expect(text).not.toContain(canary);
  });
  const spans = await collector.has(4);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['punctual summarize', 'decode']));
  expect(collector.bodies.join('')).not.toContain(canary);
  for (const file of await logFiles(home.home.logsFolder)) expect(await readFile(file, 'utf8')).not.toContain(token);
  expect(await readdir(home.home.logsFolder)).toEqual(['runtime.jsonl']);
});
