/** The runtime as a process: how it begins and how it ends. What it says in between is told in the other files here. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRuntime, findOrStart } from '../../runtime/client/connect.ts';
import { readRendezvous } from '../../runtime/client/rendezvous.ts';
import { TemporaryHome } from '../client/temporary-home.ts';
import { isClosed, portOf } from './world.ts';

let home: TemporaryHome;
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(() => home.end());

describe('the end of the runtime', () => {
  it('when no client comes within the idle time, then it ends and takes its file away', async () => {
    const { child, stderr } = home.spawn('--idle-ms', '1');
    expect(await home.ended(child)).toEqual({ code: 0, signal: null });
    expect(stderr()).toContain('ends: nobody has needed it for a while');
    expect(existsSync(home.home.rendezvousFile)).toBe(false);
    expect(existsSync(home.home.lockFile)).toBe(false);
  });

  it('when its last client leaves, then it ends after the idle time', async () => {
    const { runtime, socket } = await connectRuntime({ ...home.options, idleMs: 500 });
    socket.terminate();
    expect(await home.ended(home.childOf(runtime))).toEqual({ code: 0, signal: null });
    expect(existsSync(home.home.rendezvousFile)).toBe(false);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'when %s comes, then it ends in order and its clients are told',
    async (signal) => {
      const { runtime, socket } = await connectRuntime(home.options);
      const child = home.childOf(runtime);
      child.kill(signal);
      await isClosed(socket);
      expect(await home.ended(child)).toEqual({ code: 0, signal: null });
      expect(existsSync(home.home.rendezvousFile)).toBe(false);
    },
  );

  it('when it ends while another one has published, then it leaves the file of the other alone', async () => {
    const runtime = await findOrStart(home.options);
    const other = { ...runtime, pid: process.pid, token: `${runtime.token}-of-another` };
    await home.write(other);
    const child = home.childOf(runtime);
    child.kill('SIGTERM');
    await home.ended(child);
    expect(await readRendezvous(home.home)).toEqual(other);
  });

  it('when a client asks it to stop, then the client is answered first', async () => {
    const { runtime, socket } = await connectRuntime(home.options);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'punctual/stop', params: { reason: 'for the test' } }));
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toEqual({ jsonrpc: '2.0', id: 1, result: null });
    await isClosed(socket);
    expect(await home.ended(home.childOf(runtime))).toEqual({ code: 0, signal: null });
  });
});

describe('a start by hand', () => {
  it('when one is up already, then the second says so and ends well', async () => {
    const runtime = await findOrStart(home.options);
    const { child, stderr } = home.spawn();
    expect(await home.ended(child)).toEqual({ code: 0, signal: null });
    expect(stderr()).toContain('another runtime is up: this one ends');
    expect(await readRendezvous(home.home)).toEqual(runtime);
  });

  it('when the port is taken, then it ends with a sentence and publishes nothing', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    const { child, stderr } = home.spawn('--port', String(port));
    const ended = await home.ended(child);
    server.close();
    await once(server, 'close');
    expect(ended).toEqual({ code: 1, signal: null });
    expect(stderr()).toContain(`punctual runtime: Port ${port} is taken by another program: leave --port out`);
    expect(existsSync(home.home.rendezvousFile)).toBe(false);
  });

  it.each([
    [['--port', '70000'], "--port is '70000': give a whole number from 0 to 65535."],
    [['--port', '1.5'], "--port is '1.5'"],
    [['--port', '-1'], '--port'],
    [['--idle-ms', 'soon'], "--idle-ms is 'soon'"],
    [['--fast'], '--fast'],
    [['extra'], 'extra'],
  ])('when it is called with %j, then it ends with a sentence', async (args, sentence) => {
    const { child, stderr } = home.spawn(...args);
    expect(await home.ended(child)).toEqual({ code: 1, signal: null });
    expect(stderr()).toContain('punctual runtime: ');
    expect(stderr()).toContain(sentence);
  });
});
