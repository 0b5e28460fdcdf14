/** What residency is told of a machine, and what it does to it, on a machine that a test sets. */
import { describe, expect, it } from 'vitest';
import type { ModelInfo } from '../runtime/core/event.ts';
import type { ResidencyChanges } from '../runtime/core/residency/options.ts';
import type { HostConditions } from '../runtime/host/idle-release.ts';
import type { ModelOnDisk } from '../runtime/host/machine.ts';
import { Residence, type ResidenceOptions } from '../runtime/residence.ts';
import { info } from './core/fixtures.ts';

const gigabyte = 1e9;

class Stage {
  conditions: HostConditions = { power: 'unknown', pressure: 'none' };
  budget: number | undefined = 8 * gigabyte;
  isUnified = true;
  readonly gone = new Set<string>();
  readonly minutes = new Map<string, number>();
  reading: string | undefined;
  /** What was done to the machine, in words. */
  readonly done: string[] = [];
  readonly changes: ResidencyChanges[] = [];
  readsEnded = 0;
  looks = 0;
  /** What models were said to hold. */
  readonly held: (number | undefined)[] = [];
  readonly residence: Residence;
  #listener: () => void = () => undefined;
  /** The machine has looked at its memory. */
  look: () => void = () => undefined;

  constructor() {
    const files = { fileBytes: 4 * gigabyte, files: ['/m-1.gguf', '/m-2.gguf'] };
    const sizes = {
      classes: ['translate'],
      isPinned: false,
      isKept: true,
      isNamed: false,
      bytes: 5 * gigabyte,
      bytesSmall: 4 * gigabyte,
    } as const;
    const stage = this;
    const models = {
      sizesOf: (id: string) => ({
        ...sizes,
        ...files,
        isGone: this.gone.has(id),
        unloadAfterMinutes: this.minutes.get(id),
      }),
      holds: (_: string, { heldBytes }: ModelInfo) => void this.held.push(heldBytes),
      budgetBytes: () => this.budget,
      get isUnified() {
        return stage.isUnified;
      },
    };
    this.residence = new Residence({
      models,
      machine: this.#machine(),
      changed: (changes) => void this.changes.push(changes),
      looked: () => {
        this.looks += 1;
      },
      readEnded: () => {
        this.readsEnded += 1;
      },
    });
  }

  become(conditions: HostConditions): void {
    this.conditions = conditions;
    this.#listener();
  }

  #machine(): ResidenceOptions['machine'] {
    const stage = this;
    const told = ({ model, files }: ModelOnDisk): string => `${model} (${files.map(({ file }) => file).join(' ')})`;
    return {
      get conditions() {
        return stage.conditions;
      },
      get reading() {
        return stage.reading;
      },
      cacheBytes: 12 * gigabyte,
      onConditions: (listener) => {
        this.#listener = listener;
        return () => undefined;
      },
      onLook: (listener) => {
        this.look = listener;
        return () => undefined;
      },
      fileView: ({ files }) => ({
        fileBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        cachedBytes: 1 * gigabyte,
        loadMsCached: 1_000,
        loadMsCold: 9_000,
      }),
      loading: (disk, sparesCache) => {
        this.done.push(`loads ${told(disk)}${sparesCache ? ', spares the cache' : ''}`);
        return () => void this.done.push(`${disk.model} is ready`);
      },
      readAhead: (disk, drop, onEnd) => {
        this.reading = disk.model;
        const drops = drop.map((one) => `${one.bytes} of ${one.disk.model}`);
        this.done.push(`reads ${told(disk)}, drops ${drops.join(', ') || 'nothing'}`);
        onEnd();
      },
      stopReading: () => {
        this.reading = undefined;
        this.done.push('stops reading');
      },
      forget: (model) => void this.done.push(`forgets ${model}`),
    };
  }
}

describe('what residency is told', () => {
  it('when a model is asked about, then what it takes, and how long its load would take, is told', () => {
    expect(new Stage().residence.of('m')).toEqual({
      classes: ['translate'],
      isPinned: false,
      isKept: true,
      isNamed: false,
      isGone: false,
      releaseAfterMs: undefined,
      bytesFull: 5 * gigabyte,
      bytesSmall: 4 * gigabyte,
      fileBytes: 4 * gigabyte,
      cachedBytes: 1 * gigabyte,
      loadMsCached: 1_000,
      loadMsCold: 9_000,
    });
  });

  it('when memory was not read yet, then nothing speaks against a load; under pressure models get less', () => {
    const stage = new Stage();
    expect(stage.residence.memory().budgetBytes).toBe(8 * gigabyte);
    stage.become({ power: 'mains', pressure: 'critical' });
    expect(stage.residence.memory().budgetBytes).toBe(4 * gigabyte);
    expect(stage.residence.wholeBytes).toBe(8 * gigabyte);
    stage.budget = undefined;
    expect(stage.residence.memory().budgetBytes).toBeGreaterThan(1e15);
  });

  it('when a model has a time of its own, then that is told with it, as power and pressure shorten it', () => {
    const stage = new Stage();
    stage.minutes.set('m', 60).set('stays', 0);
    expect(stage.residence.of('m').releaseAfterMs).toBe(3_600_000);
    expect(stage.residence.of('stays').releaseAfterMs).toBe(Number.POSITIVE_INFINITY);
    stage.become({ power: 'battery', pressure: 'none' });
    expect(stage.residence.of('m').releaseAfterMs).toBe(1_200_000);
    expect(stage.residence.of('other').releaseAfterMs).toBeUndefined();
  });

  it('when settings or the machine change what residency goes by, then the scheduler is told', () => {
    const stage = new Stage();
    const settings = { unloadAfterMinutes: 30, weights: { loadWeight: 2 } };
    stage.residence.settings(settings);
    stage.residence.settings({ ...settings, weights: { ...settings.weights } });
    expect(stage.changes).toHaveLength(1);
    expect(stage.changes[0]).toMatchObject({ releaseAfterMs: 1_800_000, loadsAhead: true, loadWeight: 2 });
    stage.become({ power: 'battery', pressure: 'none' });
    expect(stage.changes[1]).toMatchObject({ releaseAfterMs: 600_000, loadsAhead: false, readsAhead: false });
    stage.residence.settings({ unloadAfterMinutes: 5, weights: {} });
    expect(stage.changes[2]).toMatchObject({ releaseAfterMs: 100_000, loadsAhead: false });
    stage.residence.settings({ unloadAfterMinutes: 5, weights: { signalWeight: 0 } });
    expect(stage.changes[3]).toMatchObject({ signalWeight: 0 });
  });
});

it('when the machine has looked at its memory, then the scheduler is to look as well', () => {
  const stage = new Stage();
  stage.look();
  expect(stage.looks).toBe(1);
});

describe('what a model holds', () => {
  const heldBytes = 5 * gigabyte;

  it('when it is loaded or gets another size, then what the engine says of it is passed on', () => {
    const { residence, held } = new Stage();
    residence.heard({ kind: 'loaded', model: 'm', info: { ...info, heldBytes } });
    residence.heard({ kind: 'resized', model: 'm', info: { ...info, heldBytes: 1 } });
    residence.heard({ kind: 'loaded', model: 'n', info });
    expect(held).toEqual([heldBytes, 1, undefined]);
  });

  it('when models compute in the memory that caches their files, then the cache is not counted on for what they may still take', () => {
    const stage = new Stage();
    expect(stage.residence.reservedBytes).toBe(8 * gigabyte);
    stage.residence.heard({ kind: 'loaded', model: 'm', info: { ...info, heldBytes } });
    expect(stage.residence.reservedBytes).toBe(3 * gigabyte);
    stage.residence.heard({ kind: 'loaded', model: 'n', info: { ...info, heldBytes } });
    expect(stage.residence.reservedBytes).toBe(0);
    stage.residence.heard({ kind: 'lost', reason: 'test' });
    expect(stage.residence.reservedBytes).toBe(8 * gigabyte);
    stage.isUnified = false;
    expect(stage.residence.reservedBytes).toBe(0);
  });

  it('when less comes back than it held, then that is said, once', () => {
    const { residence } = new Stage();
    const swap = (freedBytes?: number) => {
      residence.heard({ kind: 'loaded', model: 'm', info: { ...info, heldBytes } });
      return residence.heard({ kind: 'unloaded', model: 'm', freedBytes });
    };
    expect(swap(4.6 * gigabyte)).toBeUndefined();
    expect(swap()).toBeUndefined();
    expect(swap(4.4 * gigabyte)).toEqual({ heldBytes, freedBytes: 4.4 * gigabyte });
    residence.heard({ kind: 'loaded', model: 'm', info: { ...info, heldBytes } });
    residence.heard({ kind: 'lost', reason: 'test' });
    expect(residence.heard({ kind: 'unloaded', model: 'm', freedBytes: 0 })).toBeUndefined();
  });
});

describe('what is done to the machine', () => {
  it('when a model loads, then its load is timed until it is ready, and only then', () => {
    const { residence, done } = new Stage();
    residence.loads('m', true);
    residence.heard({ kind: 'loading', model: 'm', fraction: 0.5 });
    expect(done).toEqual(['loads m (/m-1.gguf /m-2.gguf), spares the cache']);
    residence.heard({ kind: 'loaded', model: 'm', info });
    residence.heard({ kind: 'loaded', model: 'm', info });
    expect(done.slice(1)).toEqual(['m is ready']);
  });

  it('when a load fails or the engine dies, then nothing is timed', () => {
    const { residence, done } = new Stage();
    residence.loads('a', false);
    residence.heard({ kind: 'loadFailed', model: 'a', error: { code: 'modelUnavailable', message: 'No.' } });
    residence.heard({ kind: 'loaded', model: 'a', info });
    residence.loads('b', false);
    residence.heard({ kind: 'lost', reason: 'test' });
    residence.heard({ kind: 'loaded', model: 'b', info });
    expect(done.filter((line) => line.endsWith('ready'))).toEqual([]);
  });

  it('when files have changed, then nothing of those that are gone is taken for cached', () => {
    const stage = new Stage();
    stage.gone.add('n');
    stage.residence.filesChanged(['m', 'n']);
    expect(stage.done).toEqual(['forgets n']);
  });

  it('when a file is read ahead, then what others give up goes first, and its end is told', () => {
    const stage = new Stage();
    stage.residence.read('m', [{ model: 'n', bytes: 7 }]);
    expect(stage.done).toEqual(['reads m (/m-1.gguf /m-2.gguf), drops 7 of n']);
    expect(stage.readsEnded).toBe(1);
    expect(stage.residence.memory().reading).toBe('m');
    stage.residence.stop();
    expect(stage.residence.memory().reading).toBeUndefined();
  });
});
