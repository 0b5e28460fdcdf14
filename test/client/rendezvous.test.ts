import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../../runtime/client/home.ts';
import { isAlive, readRendezvous } from '../../runtime/client/rendezvous.ts';
import { protocolVersion, type Rendezvous } from '../../runtime/protocol.ts';
import { Door } from '../../runtime/server/socket.ts';

const token = 'a-token-of-sufficient-length-for-tests';
const onPosix = it.skipIf(process.platform === 'win32');

function named(port: number, changes: Partial<Rendezvous> = {}): Rendezvous {
  return { pid: process.pid, port, token, version: '1.2.3', protocol: protocolVersion, ...changes };
}

describe('the rendezvous file', () => {
  let home: Home;
  beforeEach(async () => {
    home = new Home(await mkdtemp(path.join(tmpdir(), 'punctual-home-')));
  });
  afterEach(() => rm(home.folder, { recursive: true }));

  const good = JSON.stringify(named(4_711));

  async function reads(content: string | Buffer, mode = 0o600): Promise<Rendezvous | undefined> {
    await writeFile(home.rendezvousFile, content);
    // The umask does not take part.
    await chmod(home.rendezvousFile, mode);
    return readRendezvous(home);
  }

  it('when a runtime has written it, then it names that runtime', async () => {
    expect(await reads(good)).toEqual(named(4_711));
  });

  it('when a newer runtime has written more into it, then it is read all the same', async () => {
    expect(await reads(JSON.stringify({ ...named(4_711), future: { more: true } }))).toEqual(named(4_711));
  });

  it.each<[string, string | Buffer]>([
    ['empty', ''],
    ['cut off in the middle', good.slice(0, good.length / 2)],
    ['no JSON', 'pid: 1'],
    ['not text', Buffer.from([0, 255, 254, 0])],
    ['a list', '[]'],
    ['without a token', JSON.stringify({ ...named(4_711), token: undefined })],
    ['with a token that could be guessed', JSON.stringify(named(4_711, { token: '1234' }))],
    ['with an impossible port', JSON.stringify(named(70_000))],
    ['larger than any runtime writes it', good + ' '.repeat(4_096)],
    ['with a negative pid', JSON.stringify(named(4_711, { pid: -1 }))],
  ])('when it is %s, then there is no runtime', async (_, content) => {
    expect(await reads(content)).toBeUndefined();
  });

  it('when there is none, or a folder in its place, then there is no runtime', async () => {
    expect(await readRendezvous(home)).toBeUndefined();
    expect(await readRendezvous(new Home(path.join(home.folder, 'nowhere')))).toBeUndefined();
  });

  onPosix.each(['0604', '0640', '0622', '0666'])(
    'when others may read or write it (mode %s), then it is not believed (Windows keeps no such modes)',
    async (mode) => {
      expect(await reads(good, Number.parseInt(mode, 8))).toBeUndefined();
    },
  );
});

describe('the runtime that the file names', () => {
  const servers: Array<{ close(): unknown }> = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function runtime(): Promise<number> {
    const identity = { name: 'punctual', pid: process.pid, version: '1.2.3', protocol: protocolVersion } as const;
    const door = new Door({ token, identity, onClient: (socket) => socket.terminate(), log: () => undefined });
    servers.push(door);
    return door.listen(0);
  }

  async function listens(server: Server): Promise<number> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('when it answers, then it is there', async () => {
    expect(await isAlive(named(await runtime()))).toBe(true);
  });

  it('when the token is an old one, then it is not the one', async () => {
    expect(await isAlive(named(await runtime(), { token: `${token}-of-last-week` }))).toBe(false);
  });

  it('when the process of the file is another one, then it is not the one', async () => {
    expect(await isAlive(named(await runtime(), { pid: process.ppid }))).toBe(false);
  });

  it('when nobody listens on the port, then it is gone', async () => {
    const server = createServer();
    const port = await listens(server);
    await new Promise((resolve) => servers.pop() && server.close(resolve));
    expect(await isAlive(named(port))).toBe(false);
  });

  it.each<[string, string, number]>([
    ['a web page', '<html>', 200],
    ['JSON of its own', '{"name":"other"}', 200],
    ['no end of text', 'x'.repeat(100_000), 200],
    ['a refusal', '', 401],
    ['what a runtime says, with a failure', JSON.stringify(named(1)), 500],
  ])('when another program has the port and answers with %s, then it is not the one', async (_, body, status) => {
    const port = await listens(createHttpServer((_request, response) => response.writeHead(status).end(body)));
    expect(await isAlive(named(port))).toBe(false);
  });

  it('when another program has the port and hangs up, then it is not the one', async () => {
    expect(await isAlive(named(await listens(createServer((socket) => socket.destroy()))))).toBe(false);
  });

  it('when another program has the port and says nothing, then waiting has an end', async () => {
    const port = await listens(createServer((socket) => socket.on('error', () => undefined)));
    expect(await isAlive(named(port))).toBe(false);
  });
});
