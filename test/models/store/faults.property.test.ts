/** Whatever servers, networks, users and crashes do: a published file is byte for byte one version of the file, or there is none. */
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../runtime/models/store/failure.ts';
import type { Fault, HubFile } from './hub.ts';
import { content, sha256, World } from './world.ts';

const name = 'tiny.gguf';
const runs = 40;

/** What tells two versions apart. */
type Mark = 'etag' | 'date' | 'none';

function version(seed: number, bytes: number, mark: Mark): HubFile {
  return {
    bytes: content(bytes, seed),
    ...(mark === 'etag' && { etag: `"version-${seed}"` }),
    ...(mark === 'date' && { lastModified: new Date(seed * 1e7).toUTCString() }),
  };
}

const bytes = fc.integer({ min: 4, max: 6_000 });
const fault = fc.oneof(
  fc.constant(undefined),
  fc.constant(undefined),
  fc.record({ kind: fc.constant('cut' as const), afterBytes: fc.nat(1_500) }),
  fc.record({ kind: fc.constant('stall' as const), afterBytes: fc.nat(1_500) }),
  fc.record({ kind: fc.constant('lie' as const), delta: fc.constant(0) }),
  fc.constantFrom({ kind: 'ignore-range' } as const, { kind: 'wrong-range' } as const, { kind: 'chunked' } as const),
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(403, 404, 416, 429, 500, 503) }),
  fc.record({ kind: fc.constant('replace' as const), bytes }),
);

const scenario = fc.record({
  mark: fc.constantFrom<Mark>('etag', 'date', 'none'),
  isDigestKnown: fc.boolean(),
  hasRanges: fc.boolean(),
  bytes,
  connections: fc.integer({ min: 1, max: 4 }),
  /** One run of the store after the other, each with its faults in the order of the requests. */
  runs: fc.array(
    fc.record({
      faults: fc.array(fault, { maxLength: 8 }),
      /** The user cancels when so many bytes are there; undefined: never. */
      cancelAt: fc.option(fc.nat(6_000), { nil: undefined }),
      /** The process dies, and the next run finds what was on disk. */
      isKilled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

class Trial {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #uri: string;
  readonly #versions: HubFile[] = [];
  #folder: string;

  constructor(world: World, given: Scenario) {
    this.#world = world;
    this.#scenario = given;
    this.#folder = world.folder;
    this.#uri = world.hub.uri(`/${name}`);
    world.hub.hasRanges = given.hasRanges;
    this.#publish(given.bytes);
  }

  #publish(length: number): HubFile {
    // With no mark and no digest, versions differ in length: two of the same length could not be told apart by anybody.
    const file = version(this.#versions.length + 1, length, this.#scenario.mark);
    this.#versions.push(file);
    this.#world.hub.files.set(`/${name}`, file);
    return file;
  }

  async run({ faults, cancelAt, isKilled }: Scenario['runs'][number]): Promise<void> {
    let lies = 0;
    const queue = [...faults];
    this.#world.hub.faultOf = () => {
      const next = queue.shift();
      if (next?.kind === 'replace') return { kind: 'replace', with: this.#publish(next.bytes) };
      // No two lies agree with each other: two that do are the length of the file, for all that HTTP can say.
      return next?.kind === 'lie'
        ? { ...next, delta: lies++ % 2 === 0 ? lies : -lies }
        : (next satisfies Fault | undefined);
    };
    const abort = new AbortController();
    let crash: string | undefined;
    const [first] = this.#versions;
    const digest = this.#scenario.isDigestKnown && first ? { sha256: sha256(first.bytes) } : {};
    const store = this.#world.store({
      folder: this.#folder,
      limits: {
        stallMs: 25,
        pieceBytes: 1_000,
        failuresMax: 2,
        connections: this.#scenario.connections,
        checkpointMs: isKilled ? 0 : 1e9,
      },
    });
    const onProgress = ({ bytesDone }: { bytesDone: number }): void => {
      if (cancelAt === undefined || bytesDone < cancelAt) return;
      if (isKilled) crash ??= this.#world.crashed(this.#folder);
      abort.abort();
    };
    const end = await store
      .download({ uri: this.#uri, trustNew: true, ...digest }, { signal: abort.signal, onProgress })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (end !== undefined) expect(end).toBeInstanceOf(StoreError);
    await this.#check(this.#folder, end === undefined);
    if (crash) this.#folder = crash;
    await this.#check(this.#folder, false);
  }

  /** After all that, one run without faults: it ends with the present version, unless the catalog wants another one. */
  async finish(): Promise<void> {
    this.#world.hub.faultOf = () => undefined;
    const store = this.#world.store({ folder: this.#folder });
    await store.remove(name).catch(() => undefined);
    await store.download({ uri: this.#uri, trustNew: true });
    const published = await this.#world.published(this.#folder, name);
    expect(published?.equals(this.#versions.at(-1)?.bytes ?? Buffer.alloc(0))).toBe(true);
    await store.remove(name);
  }

  async #check(folder: string, mustBeThere: boolean): Promise<void> {
    const published = await this.#world.published(folder, name);
    if (published === undefined) return expect(mustBeThere).toBe(false);
    const allowed = this.#scenario.isDigestKnown ? this.#versions.slice(0, 1) : this.#versions;
    expect(allowed.some((file) => file.bytes.equals(published))).toBe(true);
  }
}

describe('whatever goes wrong', () => {
  it('when faults, cancels and crashes come in any order, then what is published is one whole version of the file', async () => {
    const world = await World.make();
    try {
      await fc.assert(
        fc.asyncProperty(scenario, async (given) => {
          const trial = new Trial(world, given);
          for (const one of given.runs) await trial.run(one);
          await trial.finish();
          await rm(world.folder, { recursive: true, force: true });
        }),
        { numRuns: runs },
      );
    } finally {
      await world.end();
    }
  }, 60_000);
});
