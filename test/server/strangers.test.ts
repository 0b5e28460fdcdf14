/** Whoever reaches the port without being let in: what that costs the runtime, and for how long. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { protocolVersion } from '../../runtime/protocol.ts';
import { Door } from '../../runtime/server/socket.ts';

const token = 'a-token-of-sufficient-length-for-tests';
const lines: string[] = [];
let door: Door;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  lines.length = 0;
  const identity = { name: 'punctual', pid: process.pid, version: '1.2.3', protocol: protocolVersion } as const;
  const log = (line: string): void => void lines.push(line);
  door = new Door({ token, identity, onClient: () => undefined, log, requestMsMax: 400 });
  port = await door.listen(0);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await door.close();
});

async function say(words: string): Promise<{ readonly socket: Socket; readonly heard: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.on('error', () => undefined);
  const heard = once(socket, 'close').then(() => text);
  if (words !== '') socket.write(words);
  return { socket, heard };
}

const head = (request: string, ...headers: string[]): string =>
  `${[request, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, ...headers].join('\r\n')}\r\n\r\n`;

describe('who is slow', () => {
  it('when somebody connects and says nothing, then he is cut off', async () => {
    const { heard } = await say('');
    expect(await heard).toMatch(/^$|^HTTP\/1\.1 408 /);
  });

  it('when a request never ends, then it is cut off in its headers and in its body', async () => {
    const inHeaders = await say(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `);
    expect(await inHeaders.heard).toContain('408');
    const inBody = await say(head('POST / HTTP/1.1', 'Content-Length: 1000'));
    expect(await inBody.heard).toContain('404');
  });

  it('when somebody has asked once, then his connection ends with the answer', async () => {
    const { heard } = await say(head('GET / HTTP/1.1', 'Connection: keep-alive') + head('GET / HTTP/1.1'));
    const text = await heard;
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(text).toContain('"name":"punctual"');
  });
});

describe('who asks for what there is not', () => {
  it.each([
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1', []],
    ['another protocol', 'GET / HTTP/1.1', ['Connection: Upgrade', 'Upgrade: h2c']],
    ['a WebSocket of no version', 'GET / HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['a WebSocket by another method', 'POST / HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['a WebSocket at another place', 'GET /x HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['headers that are too long', 'GET / HTTP/1.1', [`X-Long: ${'x'.repeat(10_000)}`]],
    ['a host that says two', 'GET / HTTP/1.1', ['Host: example.org', 'Origin: null']],
  ])('when it is %s, then he is not let in', async (_, request, headers) => {
    const { heard } = await say(head(request, ...headers));
    expect(await heard).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
    expect(door.clients).toBe(0);
  });

  it('when he is refused and keeps his side of the connection open, then it is closed all the same', async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await once(socket, 'end');
    // Resolves when no connection is left.
    await door.close();
    expect(socket.writable).toBe(true);
  });

  it('when he knocks without end, then the log does not grow with it', async () => {
    const knock = async (): Promise<string> =>
      (await say(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`))
        .heard;
    for (let count = 0; count < 40; count += 1) expect(await knock()).toContain('401');
    expect(lines).toHaveLength(17);
    expect(lines.slice(-2)).toEqual(['16 connections were refused so far', '32 connections were refused so far']);
  });
});
