import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolVersion } from '../../runtime/protocol.ts';
import { portOf, token, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const authorization = `Bearer ${token}`;
const rightHost = () => `127.0.0.1:${world.port}`;

interface Response {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  headers: Record<string, string>,
  { method = 'GET', path = '/' }: { method?: string; path?: string } = {},
): Promise<Response> {
  const asked = request({ host: '127.0.0.1', port: world.port, method, path, headers, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

/** The status with which a WebSocket was refused, or `open`. */
async function knock(headers: Record<string, string>): Promise<number | 'open'> {
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/`, { headers });
  const outcome = await new Promise<number | 'open'>((resolve, reject) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  socket.terminate();
  return outcome;
}

const refusals: readonly (readonly [string, () => Record<string, string>, number])[] = [
  ['no token', () => ({}), 401],
  ['a wrong token', () => ({ authorization: `Bearer ${'x'.repeat(token.length)}` }), 401],
  ['half of the token', () => ({ authorization: authorization.slice(0, -5) }), 401],
  ['the token and more', () => ({ authorization: `${authorization}x` }), 401],
  ['the token without its scheme', () => ({ authorization: token }), 401],
  ['the origin of a web page', () => ({ authorization, origin: 'https://example.org' }), 403],
  ['the origin null', () => ({ authorization, origin: 'null' }), 403],
  ['an empty origin', () => ({ authorization, origin: '' }), 403],
  ['its own origin', () => ({ authorization, origin: `http://${rightHost()}` }), 403],
  ['the host of a rebound name', () => ({ authorization, host: `evil.example:${world.port}` }), 403],
  ['the host of another port', () => ({ authorization, host: '127.0.0.1:1' }), 403],
  ['the host without a port', () => ({ authorization, host: '127.0.0.1' }), 403],
];

describe('who is refused', () => {
  it.each(refusals)('when a request shows %s, then it gets a bare status', async (_, headers, status) => {
    const response = await ask(headers());
    expect(response).toMatchObject({ status, body: '' });
  });

  it.each(refusals)('when a WebSocket shows %s, then it does not open', async (_, headers, status) => {
    expect(await knock(headers())).toBe(status);
    expect(world.present).toBe(0);
    expect(world.lines).toEqual([`a connection was refused with ${status}`]);
  });

  it.each([
    ['GET', '/status'],
    ['GET', '/?token=x'],
    ['POST', '/'],
    ['OPTIONS', '/'],
    ['PUT', '/'],
    ['DELETE', '/'],
    ['TRACE', '/'],
  ])('when somebody with the token asks for %s %s, then there is nothing', async (method, path) => {
    expect(await ask({ authorization }, { method, path })).toMatchObject({ status: 404, body: '' });
  });

  it('when a web page asks whether it may, then no answer carries a CORS header', async () => {
    const preflight = { origin: 'https://example.org', 'access-control-request-method': 'GET' };
    const responses = [
      await ask({ authorization }),
      await ask({ authorization, origin: 'https://example.org' }),
      await ask(preflight, { method: 'OPTIONS' }),
    ];
    const names = responses.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('when something that is not HTTP comes, then it is cut off and the door stays open', async () => {
    const socket = connect(world.port, '127.0.0.1');
    socket.end('\x16\x03\x01\x00 this is no HTTP\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(await knock({ authorization })).toBe('open');
  });

  it('when a peer resets the connection in the middle of the handshake, then the door stays open', async () => {
    const socket = connect(world.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET / HTTP/1.1\r\nHost: ${rightHost()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`);
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await knock({ authorization })).toBe('open');
  });
});

describe('who is let in', () => {
  it('when the token is right, then GET / says who listens here', async () => {
    const response = await ask({ authorization });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual({
      name: 'punctual',
      pid: process.pid,
      version: '1.2.3',
      protocol: protocolVersion,
    });
  });

  it('when the host is called localhost, then it is this one', async () => {
    expect(await ask({ authorization, host: `localhost:${world.port}` })).toMatchObject({ status: 200 });
  });

  it('when the runtime ends, then nobody is let in any more, and who is inside stays', async () => {
    const inside = await world.client();
    world.door.shut();
    expect(await ask({ authorization })).toMatchObject({ status: 503, body: '' });
    expect(await knock({ authorization })).toBe(503);
    expect(await inside.connection.sendRequest('shutdown')).toBeNull();
  });

  it('when 256 clients are inside, then the next one is refused and a place that becomes free is taken', async () => {
    const sockets = await Promise.all(Array.from({ length: 256 }, () => world.socket()));
    expect(await knock({ authorization })).toBe(503);
    const left = world.left();
    sockets[0]?.terminate();
    await left;
    expect(await knock({ authorization })).toBe('open');
  });
});

describe('the port', () => {
  it('when it is taken, then the error says so in a sentence', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = portOf(other);
    await expect(world.door.close().then(() => world.door.listen(taken))).rejects.toThrow(
      `Port ${taken} is taken by another program: leave --port out to get a free one.`,
    );
    other.close();
    await once(other, 'close');
  });
});
