import { afterEach, describe, expect, it } from 'vitest';
import { type Status, statusSchema } from '../../runtime/protocol.ts';
import { type Client, heardOf, isClosed, statusWith, textResult, uri, World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** The next status that a client is told. */
function told(client: Client): Promise<Status> {
  return new Promise((resolve) => {
    const subscription = client.connection.onNotification('punctual/status', (status: unknown) => {
      subscription.dispose();
      resolve(statusSchema.parse(status));
    });
  });
}

describe('the status', () => {
  it('when clients come and go, then those who are there are told how many they are', async () => {
    world = await World.open();
    const first = await world.client();
    expect(await told(first)).toEqual(statusWith(1));
    world.timer.advance(250);
    const two = told(first);
    const second = await world.client();
    expect(await two).toEqual(statusWith(2));
    world.timer.advance(250);
    const left = world.left();
    const one = told(first);
    second.socket.terminate();
    await left;
    expect(await one).toEqual(statusWith(1));
  });

  it('when there are many clients, then all together are told as often as a few, so each more seldom', async () => {
    let version = 0;
    const pushed: number[] = [];
    const status = (clients: number): Status => {
      pushed.push(version);
      return statusWith(clients);
    };
    world = await World.open({ status });
    for (let count = 0; count < 16; count += 1) await world.client();
    world.timer.advance(10_000);
    pushed.length = 0;
    for (version = 1; version <= 5; version += 1) {
      world.clients.statusChanged();
      world.timer.advance(250);
    }
    world.timer.advance(10_000);
    expect(pushed).toEqual([1, 2, 4, 6]);
  });

  it('when a client has not said initialized, then it is told nothing', async () => {
    world = await World.open();
    const frames: string[] = [];
    const silent = await world.socket();
    silent.on('message', (data) => frames.push(String(data)));
    const client = await world.client();
    expect(await told(client)).toEqual(statusWith(1));
    world.timer.advance(250);
    const next = told(client);
    world.clients.statusChanged();
    await next;
    silent.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shutdown' }));
    await new Promise((resolve) => silent.once('message', resolve));
    expect(frames).toEqual([JSON.stringify({ jsonrpc: '2.0', id: 1, result: null })]);
  });
});

describe('a client that does not read', () => {
  it('when the status changes on and on, then one that waits becomes the newest, it is not cut off, and the others hear each', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    let version = 0;
    const status = (): Status => ({ ...statusWith(2), uptimeMs: version, problems: [megabyte] });
    world = await World.open({ bufferBytesMax: 4 * 1024 * 1024, status });
    const slow = await world.client();
    await told(slow);
    world.timer.advance(250);
    const other = await world.client();
    await told(other);
    slow.socket.pause();
    const [slowHears, otherHears] = [slow, other].map((client) => heardOf<Status>(client, 'punctual/status'));
    // The kernel takes some megabytes before anything has to wait here.
    const last = 48;
    for (version = 1; version <= last; version += 1) {
      world.clients.statusChanged();
      world.timer.advance(250);
      await otherHears?.until(({ uptimeMs }) => uptimeMs === version);
    }
    version = last;
    expect(world.lines.filter((line) => line.includes('is cut off'))).toEqual([]);
    slow.socket.resume();
    await slowHears?.until(({ uptimeMs }) => uptimeMs === last);
    expect(slowHears?.all.length).toBeLessThan(last / 2);
    const versions = slowHears?.all.map(({ uptimeMs }) => uptimeMs) ?? [];
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('when it leaves more unread than the bound, then it is cut off, its request is aborted, and the others go on', async () => {
    world = await World.open({ bufferBytesMax: 1024 * 1024 });
    const [slow, other] = [await world.client(), await world.client()];
    await slow.open('x');
    await other.open('y');
    const params = { textDocument: { uri }, partialResultToken: 1 };
    void slow.connection.sendRequest('punctual/summarize', params);
    const call = await world.summaries.next();
    slow.socket.pause();
    const left = world.left();
    const aborted = new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }));
    // The kernel takes some megabytes before the rest stays with the runtime.
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 64; sent++) call.onText(megabyte);
    await Promise.all([left, aborted]);
    expect(world.lines.filter((line) => line.includes('is cut off'))).toEqual([
      expect.stringMatching(/^c1 is cut off: it left \d+ bytes unread, and 1048576 are kept for it$/),
    ]);
    call.fail(call.signal.reason);
    const request = other.connection.sendRequest('punctual/summarize', { textDocument: { uri } });
    (await world.summaries.next()).answer(textResult);
    expect(await request).toEqual(textResult);
    slow.socket.resume();
    await isClosed(slow.socket);
  });

  it('when it reads, then as much as is wanted goes through', async () => {
    world = await World.open({ bufferBytesMax: 1024 * 1024 });
    const client = await world.client();
    await client.open('x');
    let chars = 0;
    let more: () => void = () => undefined;
    client.connection.onNotification('$/progress', (progress: { value: { text: string } }) => {
      chars += progress.value.text.length;
      more();
    });
    const request = client.connection.sendRequest('punctual/summarize', {
      textDocument: { uri },
      partialResultToken: 1,
    });
    const call = await world.summaries.next();
    const part = 'x'.repeat(512 * 1024);
    for (let sent = 0; sent < 16; sent++) {
      const arrived = new Promise<void>((resolve) => {
        more = resolve;
      });
      call.onText(part);
      await arrived;
    }
    call.answer(textResult);
    await request;
    expect(chars).toBe(16 * part.length);
  });
});
