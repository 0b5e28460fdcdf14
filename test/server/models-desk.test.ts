/** What clients ask of models, with a real store, real files and a hub on this machine; nothing but the sockets is left out. */
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pick } from 'zod/mini';
import { builtinCatalog } from '../../runtime/models/catalog/catalog.ts';
import { inspectModel } from '../../runtime/models/heads.ts';
import { Library } from '../../runtime/models/library.ts';
import { ModelManager } from '../../runtime/models/manager.ts';
import { Memory } from '../../runtime/models/memory.ts';
import { Registry } from '../../runtime/models/registry.ts';
import type { Disk } from '../../runtime/models/store/disk.ts';
import { ModelStore } from '../../runtime/models/store/store.ts';
import { modelStatusSchema, type PullProgressSaid as PullProgress } from '../../runtime/protocol.ts';
import { ModelDesk } from '../../runtime/server/models.ts';
import type { ListSources } from '../../runtime/server/models-list.ts';
import { embeddedModel } from '../engine/models.ts';
import { Hub } from '../models/store/hub.ts';
import { Relay } from '../models/store/relay.ts';
import { disk } from '../models/store/world.ts';
import { settingsOf } from '../whole-settings.ts';

const settings = settingsOf();
const gigabyte = 1e9;

let root: string;
let hub: Hub;
let bytes: Buffer;
let store: ModelStore;
let states: ListSources['states'];

const folder = (): string => path.join(root, 'models');

function desk(options: { ramBytes?: number; cardBytes?: number; disk?: Disk } = {}): ModelDesk {
  const catalog = builtinCatalog();
  store = new ModelStore({
    folder: folder(),
    network: () => ({ env: {} }),
    nowMs: () => Date.now(),
    random: () => 0.5,
    inspect: inspectModel,
    disk: options.disk ?? disk,
    limits: { marginBytes: 0, progressMs: 0, progressBytes: 1_000, checkpointMs: 0 },
  });
  const library = new Library({ catalog, embeddedFile: embeddedModel, store });
  const totalBytes = options.ramBytes ?? 64 * gigabyte;
  const memory = new Memory(async () => ({
    backend: options.cardBytes === undefined ? 'cpu' : 'cuda',
    arch: 'x64',
    host: { totalBytes, freeBytes: totalBytes, ownBytes: 0 },
    devices:
      options.cardBytes === undefined
        ? []
        : [{ totalBytes: options.cardBytes, freeBytes: options.cardBytes, ownBytes: 0 }],
    isUnified: false,
    engineRuns: false,
    knowsDevices: true,
  }));
  const registry = new Registry({ catalog, library, memory, memorySetting: () => 'auto' });
  const manager = new ModelManager({ catalog, library, store, folder: folder() });
  return new ModelDesk({
    catalog,
    library,
    memory,
    registry,
    manager,
    store,
    folder: folder(),
    states: () => states(),
    env: {},
  });
}

const never = new AbortController().signal;
const quiet = (): void => undefined;
const pull = (on: ModelDesk, model: string, signal = never, onProgress: (progress: PullProgress) => void = quiet) =>
  on.pull({ model, trustNew: false }, settings, signal, onProgress);

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-desk-'));
  hub = await Hub.start();
  bytes = await readFile(embeddedModel);
  hub.files.set('/tiny.gguf', { bytes, etag: '"1"' });
  states = () => [];
});
afterEach(async () => {
  await store.close();
  await hub.stop();
  await rm(root, { recursive: true, force: true });
});

describe('a pull', () => {
  it('when two windows ask for the same, then it is downloaded once, and both hear of it', async () => {
    const one = desk();
    const news: PullProgress[][] = [[], []];
    const pulls = news.map((each) => pull(one, hub.uri('/tiny.gguf'), never, (progress) => void each.push(progress)));
    const [first, second] = await Promise.all(pulls);
    expect(first).toMatchObject({ name: 'tiny', installed: true, bytes: bytes.length, verified: false });
    expect(second).toEqual(first);
    for (const each of news) expect(each.at(-1)).toMatchObject({ phase: 'verifying', doneBytes: bytes.length });
    expect(hub.takeRanges().filter((range) => range.startsWith('bytes=0-'))).toHaveLength(1);
  });

  it('when one of two windows leaves, then the download goes on; when both leave, then the parts are kept', async () => {
    const one = desk();
    hub.faultOf = ({ range }) => (range === 'bytes=0-0' ? undefined : { kind: 'stall', afterBytes: 100_000 });
    const [first, second] = [new AbortController(), new AbortController()];
    /** Once something has come; how it ends, wrapped, so that nobody waits for the end here. */
    const begun = (controller: AbortController) =>
      new Promise<{ readonly end: Promise<unknown> }>((resolve) => {
        const onProgress = ({ doneBytes }: PullProgress): void => {
          if (doneBytes > 0) resolve({ end });
        };
        const end = pull(one, hub.uri('/tiny.gguf'), controller.signal, onProgress).catch((error: unknown) => error);
      });
    const [leaving, other] = await Promise.all([begun(first), begun(second)]);
    first.abort();
    expect(await leaving.end).toMatchObject({ code: 'cancelled' });
    const during = await one.list(settings);
    expect(during.models.find(({ name }) => name === 'tiny')).toMatchObject({
      installed: false,
      downloading: expect.any(Number),
    });
    second.abort();
    expect(await other.end).toMatchObject({ code: 'cancelled' });
    expect((await one.list(settings)).leftovers).toMatchObject([{ name: 'tiny.gguf' }]);
    expect(await one.remove('tiny')).toMatchObject({
      message: expect.stringContaining('What was left of the download of tiny'),
    });
    expect((await one.list(settings)).leftovers).toEqual([]);
  });

  it('when the settings name a proxy and hosts that it is not for, then both count', async () => {
    const relay = await Relay.start();
    try {
      const one = desk();
      const proxied = (noProxy?: string) => settingsOf({ downloads: { proxy: `http://${relay.address}`, noProxy } });
      const order = { model: hub.uri('/tiny.gguf'), trustNew: false };
      await one.pull(order, proxied('127.0.0.1'), never, quiet);
      expect(relay.seen).toEqual([]);
      await one.remove('tiny');
      await one.pull(order, proxied(), never, quiet);
      expect(relay.seen).toContain(`GET ${hub.uri('/tiny.gguf')}`);
    } finally {
      await relay.stop();
    }
  });

  it('when the disk has no room, then it says how much is missing', async () => {
    const one = desk({ disk: { ...disk, freeBytes: async () => 1_000_000 } });
    await expect(pull(one, hub.uri('/tiny.gguf'))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/There is not enough space in .*models: 3\.9 MB more must be free/),
    });
  });

  it('when what comes is no language model, then it is not published', async () => {
    const cut = bytes.subarray(0, 400_000);
    const odd = Buffer.from(bytes);
    // The architecture's key loses its meaning, its length stays.
    odd.write('general.architectuRE', odd.indexOf('general.architecture'), 'latin1');
    hub.files.set('/cut.gguf', { bytes: cut, etag: '"1"' });
    hub.files.set('/odd.gguf', { bytes: odd, etag: '"1"' });
    hub.files.set('/page.gguf', { bytes: Buffer.from('<html>'), headers: { 'content-type': 'text/html' } });
    const one = desk();
    await expect(pull(one, hub.uri('/cut.gguf'))).rejects.toThrow(
      /cut\.gguf is no usable model file: it is incomplete/,
    );
    await expect(pull(one, hub.uri('/odd.gguf'))).rejects.toThrow(
      /it holds no language model \(it names no architecture\)/,
    );
    await expect(pull(one, hub.uri('/page.gguf'))).rejects.toThrow(/web page/);
    expect(await one.list(settings)).toMatchObject({ leftovers: [] });
  });
});

describe('a list', () => {
  it('when models are loaded or failed, then it says so', async () => {
    const one = desk();
    const speed = { prefillTokensPerSecond: 3_400, decodeTokensPerSecond: 210 };
    states = () => [{ id: embeddedModel, state: 'ready', speed }];
    const { models, memory } = await one.list(settings);
    expect(models[0]).toMatchObject({
      name: 'tinycode-4m',
      state: 'ready',
      speed,
      fit: { fits: true },
      serves: ['completion', 'summarize', 'translate'],
    });
    expect(memory).toMatchObject({
      totalBytes: 64 * gigabyte,
      message: expect.stringMatching(/^Models may take 5\d\.\d GB of 64\.0 GB of RAM/),
    });
  });

  it('when the budget is no budget, then the list is there all the same, and says so once', async () => {
    const { memory, models, roles } = await desk().list(settingsOf({ memory: 'all' }));
    expect(memory).toMatchObject({ budgetBytes: 0, message: expect.stringContaining("punctual.memory is 'all'") });
    expect(models.every(({ fit }) => fit === undefined)).toBe(true);
    expect(roles).toHaveLength(4);
  });

  it('when the folder is a file, then the list says so', async () => {
    await writeFile(folder(), '');
    const { problem, models } = await desk().list(settings);
    expect(problem).toMatch(/cannot be used/);
    expect(models[0]?.name).toBe('tinycode-4m');
  });
});

describe('an import', () => {
  it('when the file is in the models folder or was imported before, then it is listed once', async () => {
    const one = desk();
    await pull(one, hub.uri('/tiny.gguf'));
    const elsewhere = path.join(root, 'mine.gguf');
    await copyFile(embeddedModel, elsewhere);
    await one.import(path.join(folder(), 'tiny.gguf'), settings);
    await one.import(elsewhere, settings);
    await one.import(elsewhere, settings);
    const names = (await one.list(settings)).models.filter(({ installed }) => installed).map(({ name }) => name);
    expect(names).toEqual(['tinycode-4m', 'tiny', 'mine']);
    await expect(one.import('mine.gguf', settings)).rejects.toMatchObject({ code: 'badFile' });
  });
});

describe('a removal', () => {
  it('when the model is in memory, then the answer says what becomes of it there', async () => {
    const file = path.join(folder(), 'tiny.gguf');
    const sentence = async (before: string | undefined, after: string | undefined): Promise<string> => {
      const one = desk();
      await pull(one, hub.uri('/tiny.gguf'));
      const all = (state: string | undefined) => [
        { id: embeddedModel, state: 'ready' as const },
        ...(state === undefined ? [] : [pick(modelStatusSchema, { id: true, state: true }).parse({ id: file, state })]),
      ];
      // By the time the file is gone the scheduler has heard of it.
      states = () => all(existsSync(file) ? before : after);
      return String((await one.remove('tiny')).message);
    };
    expect(await sentence(undefined, undefined)).toBe('tiny is removed; 4.9 MB are free again.');
    expect(await sentence('failed', 'failed')).toBe('tiny is removed; 4.9 MB are free again.');
    expect(await sentence('ready', 'unloaded')).toMatch(/^tiny is removed and leaves memory; .* on disk become free/);
    expect(await sentence('ready', 'ready')).toMatch(/^tiny is removed; it ends what it was asked for, then leaves/);
    expect(await sentence('loading', 'loading')).toMatch(/^tiny is removed; it is being loaded, leaves memory after/);
  });

  it('when the model is the user’s own, then its file stays, and it leaves memory', async () => {
    const one = desk();
    const mine = path.join(root, 'mine.gguf');
    await copyFile(embeddedModel, mine);
    await one.import(mine, settings);
    let looks = 0;
    states = () => [{ id: mine, state: looks++ === 0 ? 'ready' : 'unloaded' }];
    expect(await one.remove('mine')).toEqual({
      freedBytes: 0,
      message: `mine is forgotten; its file stays at ${mine}, and it leaves memory.`,
    });
    expect(existsSync(mine)).toBe(true);
    await one.import(mine, settings);
    await rm(mine);
    expect((await one.remove('mine')).message).toMatch(/^mine is forgotten; there was no file any more at .*mine/);
  });
});

describe('a question about fit', () => {
  it('when a model of the catalog is too large, then it says so and what fits; when it is unknown, then what is near', async () => {
    const one = desk({ ramBytes: 8 * gigabyte });
    expect(await one.fit('qwen2.5-coder-14b-instruct', settings)).toMatchObject({
      fits: false,
      message: expect.stringMatching(
        /qwen2\.5-coder-14b-instruct does not fit: it would need about 10\.5 GB, and \d\.\d GB are free for models; \S+ fits\.$/,
      ),
      smaller: expect.stringMatching(/-7b|-8b/),
    });
    const tight = settingsOf({ memory: '2 MB' });
    expect((await one.fit('qwen2.5-coder-14b-instruct', tight)).message).toMatch(/; close other programs or raise/);
    expect(await one.fit('qwen2.5-coder-1.5b', settings)).toMatchObject({ fits: true });
    await expect(one.fit('qwen-coder', settings)).rejects.toThrow(/did you mean qwen2\.5-coder-/);
    await expect(one.fit('/no/such.gguf', settings)).rejects.toThrow(/There is no model file at \/no\/such\.gguf/);
  });

  it('when a graphics card computes, then models may take of its memory, and no more than it has', async () => {
    const { memory } = await desk({ cardBytes: 12 * gigabyte }).list(settings);
    expect(memory.budgetBytes).toBeLessThan(12 * gigabyte);
    expect(memory.message).toMatch(/^Models may take 11\.\d GB of 12\.0 GB of graphics memory/);
  });

  it('when an installed model does not fit, then the smallest load of it is told', async () => {
    const one = desk();
    await pull(one, hub.uri('/tiny.gguf'));
    const tight = settingsOf({ memory: '2 MB' });
    expect(await one.fit('tiny', tight)).toMatchObject({
      fits: false,
      message: expect.stringMatching(/^tiny does not fit: it would need /),
    });
    await vi.waitFor(async () => expect((await one.fit('tiny', settings)).settings).toMatchObject({ sequences: 8 }));
  });
});
