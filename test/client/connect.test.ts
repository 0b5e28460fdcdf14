import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectError,
  connectIfRunning,
  connectRuntime,
  findOrStart,
  isProcess,
  stopRuntime,
} from '../../runtime/client/connect.ts';
import { isAlive, readRendezvous } from '../../runtime/client/rendezvous.ts';
import { protocolVersion } from '../../runtime/protocol.ts';
import { Door } from '../../runtime/server/socket.ts';
import { portOf } from '../server/world.ts';
import { root, says, TemporaryHome } from './temporary-home.ts';

let home: TemporaryHome;
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(() => home.end());

const token = 'the-token-of-something-else-entirely-here';
const rendezvous = (port: number, pid: number) => ({ pid, port, token, version: '0.1.0', protocol: protocolVersion });

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await home.ended(child);
  return child.pid ?? 0;
}

describe('when no runtime is up', () => {
  it('when a client needs one, then it is started, and only its owner may read where it is', async () => {
    const runtime = await findOrStart(home.options);
    expect(home.childOf(runtime).pid).toBe(runtime.pid);
    expect(runtime).toMatchObject({ version: '0.1.0', protocol: protocolVersion });
    expect((await stat(home.home.rendezvousFile)).mode & 0o777).toBe(0o600);
    expect((await stat(home.home.logFile)).mode & 0o777).toBe(0o600);
    expect((await stat(home.home.folder)).mode & 0o777).toBe(0o700);
    expect(await findOrStart(home.options)).toEqual(runtime);
    expect(home.children).toHaveLength(1);
  });

  it('when four clients and two starts by hand come at once, then there is one runtime and it serves all', async () => {
    home.spawn();
    home.spawn();
    const connections = await Promise.all(Array.from({ length: 4 }, () => connectRuntime(home.options)));
    const [runtime] = connections.map((connection) => connection.runtime);
    expect(new Set(connections.map((connection) => connection.runtime.pid)).size).toBe(1);
    for (const { socket } of connections) {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shutdown' }));
      const [answer] = await once(socket, 'message');
      expect(JSON.parse(String(answer))).toEqual({ jsonrpc: '2.0', id: 1, result: null });
    }
    const others = home.children.filter(({ pid }) => pid !== runtime?.pid);
    for (const other of others) expect(await home.ended(other)).toEqual({ code: 0, signal: null });
    expect(home.children.length - others.length).toBe(1);
    for (const { socket } of connections) socket.terminate();
  });

  it('when a client only looks, then it finds nothing and starts nothing', async () => {
    expect(await connectIfRunning(home.home.folder)).toBeUndefined();
    expect(home.children).toEqual([]);
  });
});

describe('when the rendezvous file is stale', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  const other = (server: Server): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket) => sockets.push(socket));
    return listening(server);
  };
  const freePort = async (): Promise<number> => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const identity = { name: 'punctual', pid: 1, version: '0.1.0', protocol: protocolVersion };

  const stale: readonly (readonly [string, () => Promise<string | object>])[] = [
    ['is empty', async () => ''],
    ['was cut off', async () => JSON.stringify(rendezvous(1_234, 1)).slice(0, 30)],
    ['is not about a runtime', async () => ({ pid: 'one' })],
    ['names a process that has ended', async () => rendezvous(await freePort(), await deadPid())],
    ['names a process that is another program', async () => rendezvous(await freePort(), process.pid)],
    [
      'names a port where a web server listens',
      async () => rendezvous(await other(createHttpServer((_, response) => response.end('{}'))), process.pid),
    ],
    [
      'names a port where the runtime of another process listens',
      async () =>
        rendezvous(await other(createHttpServer((_, response) => response.end(JSON.stringify(identity)))), process.pid),
    ],
    [
      'names a port where something else talks first',
      async () => rendezvous(await other(createTcpServer((socket) => socket.end('220 mail\r\n'))), process.pid),
    ],
    [
      'names a port where something never answers',
      async () => rendezvous(await other(createTcpServer((socket) => socket.resume())), process.pid),
    ],
    [
      'names a port where an answer never ends',
      async () =>
        rendezvous(
          await other(
            createHttpServer((_, response) => {
              response.write('x');
              const timer = setInterval(() => response.write('x'), 100);
              response.on('close', () => clearInterval(timer));
            }),
          ),
          process.pid,
        ),
    ],
    [
      'names a port where every connection is upgraded',
      async () =>
        rendezvous(
          await other(
            createTcpServer((socket) =>
              socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'),
            ),
          ),
          process.pid,
        ),
    ],
  ];

  it.each(stale)('when it %s, then a runtime is started and the file is replaced', async (_, content) => {
    await home.write(await content());
    const runtime = await findOrStart(home.options);
    expect(home.childOf(runtime).pid).toBe(runtime.pid);
    expect(await readRendezvous(home.home)).toEqual(runtime);
    expect((await stat(home.home.rendezvousFile)).mode & 0o777).toBe(0o600);
  });
});

describe('when a runtime of another version is up', () => {
  it('when it is older, then it is asked to stop and replaced', async () => {
    await home.home.prepare();
    const program = path.join(root, 'test', 'client', 'older-runtime.mjs');
    const older = spawn(process.execPath, [program, home.home.folder, '0.0.9']);
    await says(older, 'ready');
    const farewell = says(older, 'stops: replaced by 0.1.0');
    const runtime = await findOrStart(home.options);
    await farewell;
    expect(await home.ended(older)).toEqual({ code: 0, signal: null });
    expect(runtime).toMatchObject({ version: '0.1.0', pid: home.childOf(runtime).pid });
  });

  it.each([
    ['speaks a newer protocol', '9.9.9', protocolVersion + 1, ConnectError],
    ['is newer and speaks the same protocol', '9.9.9', protocolVersion, undefined],
  ])('when it %s, then it is left alone', async (_, version, protocol, refusal) => {
    const identity = { name: 'punctual', pid: process.pid, version, protocol } as const;
    const door = new Door({ token, identity, onClient: () => undefined, log: () => undefined });
    const newer = { pid: process.pid, port: await door.listen(0), token, version, protocol };
    await home.write(newer);
    const search = findOrStart(home.options);
    if (refusal) await expect(search).rejects.toThrow(refusal);
    else expect(await search).toEqual(newer);
    expect(await isAlive(newer)).toBe(true);
    expect(home.children).toEqual([]);
    await door.close();
  });
});

describe('when a runtime cannot be started', () => {
  it.each([
    [
      'the program is missing',
      undefined,
      /did not start \(exit code 1\): Error.*Cannot find module .*The whole log is in /,
    ],
    [
      'the program throws',
      "\nthrow new TypeError('broken on purpose');",
      /\(exit code 1\): TypeError: broken on purpose/,
    ],
    [
      'the program ends with a sentence',
      "console.error('no room today'); process.exitCode = 3;",
      /\(exit code 3\): no room today\./,
    ],
    ['the program says nothing', 'process.exitCode = 4;', /\(exit code 4\): it wrote nothing\./],
    ['the program is killed', "process.kill(process.pid, 'SIGKILL');", /\(SIGKILL\)/],
  ])('when %s, then the error quotes what the log says of it', async (_, program, message) => {
    await home.home.prepare();
    await writeFile(home.home.logFile, 'TypeError: an old story\n');
    const file = path.join(home.home.folder, 'broken.mjs');
    if (program !== undefined) await writeFile(file, program);
    const error: unknown = await findOrStart({ ...home.options, runtimeFile: file }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConnectError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('an old story');
  });

  it('when it starts, then its heap is bounded, whatever the memory of the machine', async () => {
    await home.home.prepare();
    const file = path.join(home.home.folder, 'heap.mjs');
    const limit = 'getHeapStatistics().heap_size_limit / 2 ** 20';
    await writeFile(
      file,
      `import { getHeapStatistics } from 'node:v8';\nthrow new Error('heap: ' + Math.round(${limit}));`,
    );
    // The old generation has 1,024 MB; the young one comes to it.
    await expect(findOrStart({ ...home.options, runtimeFile: file })).rejects.toThrow(/Error: heap: 1[01]\d\d/);
  });

  it('when there is no Node where it should be, then the error says so', async () => {
    const search = findOrStart({ ...home.options, execPath: path.join(home.home.folder, 'no-node') });
    await expect(search).rejects.toThrow(/ENOENT/);
  });

  it('when it starts and never answers, then the client gives up and names the log', async () => {
    await home.home.prepare();
    const file = path.join(home.home.folder, 'silent.mjs');
    await writeFile(file, 'setInterval(() => undefined, 1000);');
    const search = findOrStart({ ...home.options, runtimeFile: file, timeoutMs: 100 });
    await expect(search).rejects.toThrow(`did not answer in time: see ${home.home.logFile}`);
  });
});

describe('when a runtime ends', () => {
  it('when it was killed, then the next client starts another', async () => {
    const { runtime, socket } = await connectRuntime(home.options);
    const closed = once(socket, 'close');
    process.kill(runtime.pid, 'SIGKILL');
    await closed;
    const next = await findOrStart(home.options);
    expect(next.pid).not.toBe(runtime.pid);
    expect(next.pid).toBe(home.childOf(next).pid);
  });

  it('when it is stopped, then that has happened when the call returns', async () => {
    const runtime = await findOrStart(home.options);
    await stopRuntime(runtime, 'for the test');
    expect(isProcess(runtime.pid)).toBe(false);
    expect(await readRendezvous(home.home)).toBeUndefined();
    expect(await home.ended(home.childOf(runtime))).toEqual({ code: 0, signal: null });
  });

  it('when it ends between its answer and the connection, then another is started and used', async () => {
    const ending = createHttpServer((_, response) => {
      const identity = { name: 'punctual', pid: process.pid, version: '0.1.0', protocol: protocolVersion };
      response.writeHead(200, { connection: 'close' }).end(JSON.stringify(identity));
    });
    const closed = once(ending, 'close');
    ending.on('upgrade', (_, socket) => {
      socket.destroy();
      ending.close();
    });
    await home.write(rendezvous(await listening(ending), process.pid));
    const { runtime, socket } = await connectRuntime(home.options);
    expect(runtime.pid).toBe(home.childOf(runtime).pid);
    socket.terminate();
    await closed;
  });

  it('when a client only looks and one is up, then it is connected', async () => {
    const runtime = await findOrStart(home.options);
    const connection = await connectIfRunning(home.home.folder);
    expect(connection?.runtime).toEqual(runtime);
    connection?.socket.terminate();
  });
});
