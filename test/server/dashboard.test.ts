/** A client watches what the scheduler does. */
import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { type WatchNews, watchItemsMax, watchMethod, watchNewsSchema } from '../../runtime/protocol.ts';
import { itemsOf, type WatchSource } from '../../runtime/server/dashboard.ts';
import { RecordedHouse } from '../log/recorded-house.ts';
import { type Client, failure, World } from './world.ts';

let world: World;
afterEach(() => world.close());

const line = (atMs: number, event: object = { kind: 'cancel', id: 't1' }, effects: object[] = []) =>
  JSON.stringify({ atMs, event, effects });
const decided = (atMs: number) => line(atMs, { kind: 'wake' }, [{ kind: 'tell', why: `At ${atMs}.` }]);

/** A log that a test writes. */
class Source implements WatchSource {
  readonly listeners = new Set<(lines: readonly string[]) => void>();
  readonly originMs = 1_000;
  past: string[] = [];
  #changed: () => void = () => undefined;

  async follow(_: number, listener: (lines: readonly string[]) => void) {
    this.listeners.add(listener);
    this.#changed();
    return {
      past: this.past,
      stop: () => {
        this.listeners.delete(listener);
        this.#changed();
      },
    };
  }

  scores() {
    return [{ model: 'm', need: 1, signalled: 0, loadMs: 5, broken: 0, workMs: 1, bytes: 9, worthMs: 5 }];
  }

  now() {
    return 77;
  }

  tell(...lines: readonly string[]): void {
    for (const listener of this.listeners) listener(lines);
  }

  /** Resolves once so many follow. */
  async followers(count: number): Promise<void> {
    while (this.listeners.size !== count)
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
  }
}

class News {
  readonly heard: WatchNews[] = [];
  #came: () => void = () => undefined;

  constructor({ connection }: Client) {
    connection.onNotification('$/progress', ({ value }: { value: unknown }) => {
      this.heard.push(watchNewsSchema.parse(value));
      this.#came();
    });
  }

  async count(count: number): Promise<WatchNews[]> {
    while (this.heard.length < count)
      await new Promise<void>((resolve) => {
        this.#came = resolve;
      });
    return this.heard;
  }
}

async function watching(source: Source) {
  world = await World.open({ services: { watch: source } });
  const client = await world.client();
  const news = new News(client);
  const cancellation = new CancellationTokenSource();
  const params = { partialResultToken: 'w' };
  const ended = client.connection.sendRequest(watchMethod, params, cancellation.token).catch(() => undefined);
  await news.count(1);
  return { client, news, cancel: () => cancellation.cancel(), ended };
}

describe('punctual/watch', () => {
  it('when somebody begins, then the past comes first, with the clock and what models are worth', async () => {
    const source = new Source();
    source.past = [decided(1), decided(2)];
    const { news } = await watching(source);
    const [first] = news.heard;
    expect(first).toMatchObject({
      past: true,
      originMs: 1_000,
      nowMs: 77,
      leftOut: 0,
      scores: [{ id: 'm', worthMs: 5 }],
    });
    expect(first?.items).toMatchObject([{ atMs: 1, why: 'At 1.' }, { atMs: 2 }]);
  });

  it('when much happens at once, then it is told together, at most four times a second', async () => {
    const source = new Source();
    const { news } = await watching(source);
    source.tell(decided(3));
    source.tell(decided(4), decided(5));
    source.tell(decided(6));
    await news.count(2);
    world.quiet.advance(249);
    expect(world.quiet.pending).toBeGreaterThan(0);
    world.quiet.advance(1);
    const [, second, third] = await news.count(3);
    expect(second?.items.map(({ atMs }) => atMs)).toEqual([3]);
    expect(third?.items.map(({ atMs }) => atMs)).toEqual([4, 5, 6]);
    expect(third?.past).toBeUndefined();
  });

  it('when more comes than fits, then passes give way, and it says how many', async () => {
    const source = new Source();
    const pass = { model: 'm', kind: 'decode', tokens: 1, sequences: 1, contextTokens: 1, wallMs: 1 };
    source.past = Array.from({ length: watchItemsMax }, (_, k) => line(k, { kind: 'pass', pass }));
    source.past.push(...Array.from({ length: 10 }, (_, k) => decided(90_000 + k)));
    const { news } = await watching(source);
    const [first] = news.heard;
    expect(first?.leftOut).toBe(10);
    expect(first?.items.filter(({ kind }) => kind === 'decision').length).toBe(10);
  });

  it('when the client does not read, then what happens meanwhile comes together when it does, and nothing is missing', async () => {
    const source = new Source();
    world = await World.open({ services: { watch: source }, bufferBytesMax: 4 * 1024 * 1024 });
    const [slow, other] = [await world.client(), await world.client()];
    const [slowNews, otherNews] = [new News(slow), new News(other)];
    for (const { connection } of [slow, other])
      void connection.sendRequest(watchMethod, { partialResultToken: 'w' }).catch(() => undefined);
    await Promise.all([slowNews.count(1), otherNews.count(1)]);
    slow.socket.pause();
    // The kernel takes some megabytes before anything has to wait here.
    const times = Array.from({ length: 48 }, (_, index) => index + 1);
    for (const atMs of times) {
      source.tell(line(atMs, { kind: 'wake' }, [{ kind: 'tell', why: 'x'.repeat(512 * 1024) }]));
      world.quiet.advance(250);
      await otherNews.count(1 + atMs);
    }
    expect(world.lines.filter((each) => each.includes('is cut off'))).toEqual([]);
    slow.socket.resume();
    const toldTimes = () => slowNews.heard.flatMap(({ items }) => items.map(({ atMs }) => atMs));
    for (let count = 2; toldTimes().length < times.length; count += 1) await slowNews.count(count);
    expect(toldTimes()).toEqual(times);
    expect(slowNews.heard.length).toBeLessThan(times.length);
    expect(slowNews.heard.every(({ leftOut }) => leftOut === 0)).toBe(true);
  });

  it('when it is cancelled, then nobody follows any more', async () => {
    const source = new Source();
    const { cancel, ended } = await watching(source);
    cancel();
    await Promise.all([ended, source.followers(0)]);
    expect(source.listeners.size).toBe(0);
  });

  it('when the client goes, then nobody follows any more', async () => {
    const source = new Source();
    const { client } = await watching(source);
    client.socket.terminate();
    await source.followers(0);
    expect(source.listeners.size).toBe(0);
  });

  it('when it does not say whereto, then it is refused', async () => {
    world = await World.open({ services: { watch: new Source() } });
    const { connection } = await world.client();
    expect((await failure(connection.sendRequest(watchMethod, {}))).message).toContain('partialResultToken');
  });
});

describe('what is told of turns', () => {
  it('when a day is recorded, then the wire takes all of it, and no secret is in it', async () => {
    world = await World.open();
    const house = new RecordedHouse(2);
    const lines: string[] = [];
    await house.recorder.follow(0, (more) => lines.push(...more));
    await house.day(40);
    await house.recorder.export();
    await house.loop.close();
    const items = lines.flatMap(itemsOf).slice(0, watchItemsMax);
    const news = { originMs: 0, nowMs: 1, items, leftOut: 0, scores: house.loop.residency.scores(house.clock.now()) };
    const read = watchNewsSchema.parse(JSON.parse(JSON.stringify({ ...news, scores: [] })));
    expect(read.items).toEqual(items);
    expect(news.scores.length).toBeGreaterThan(0);
    expect(JSON.stringify(items)).not.toMatch(/hunter2|jsmith/);
    const kinds = new Set<string>(items.map(({ kind }) => kind));
    for (const kind of ['submit', 'start', 'settle', 'pass', 'tokens', 'decision', 'loaded'])
      expect(kinds).toContain(kind);
  });

  it('when a call of a workflow or a measurement is submitted, then it says so', () => {
    const rest = { workflow: 'd2', deadlineMs: 900, prefillTokens: 5, decodeTokens: 5, leastTokens: 1, sideBySide: 1 };
    const sla = { kind: 'e2e', targetMs: 400 };
    const task = { id: 't1', model: 'm', class: 'summarize', sla, arrivalMs: 1, maxTokens: 9, prompt: {} };
    const [call] = itemsOf(line(2, { kind: 'submit', task: { ...task, rest } }));
    expect(call).toMatchObject({ workflow: 'd2', dueMs: 900 });
    expect(itemsOf(line(2, { kind: 'submit', task: { ...task, probe: true } }))).toMatchObject([{ probe: true }]);
  });

  it('when a newer runtime tells of what this client does not know, then it is passed over', () => {
    const items = [{ kind: 'teleported', atMs: 4, whereto: 'Mars' }];
    const news = { originMs: 0, nowMs: 5, items, leftOut: 0, scores: [] };
    expect(watchNewsSchema.parse(news).items).toEqual([{ kind: 'other', atMs: 4 }]);
  });
});
