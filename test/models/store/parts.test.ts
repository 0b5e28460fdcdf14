/** The small pure pieces: names, ranges, the meter, patience. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../runtime/models/size-words.ts';
import { Setback, StoreError, type StoreFailure } from '../../../runtime/models/store/failure.ts';
import { mirrored, type WantedRequest, wantedOf } from '../../../runtime/models/store/names.ts';
import { type Patience, patiently } from '../../../runtime/models/store/patience.ts';
import { type DownloadProgress, Meter } from '../../../runtime/models/store/progress.ts';
import { bytesOf, missingOf, type Ranges, withRange } from '../../../runtime/models/store/ranges.ts';
import { failure } from './world.ts';

const refused = (request: WantedRequest, code: 'bad-uri' | 'bad-name') =>
  failure(
    Promise.resolve().then(() => wantedOf(request)),
    code,
  );

describe('names', () => {
  it('when an address is given in one of the known forms, then it is the same file', () => {
    const uri = 'https://huggingface.co/owner/repo/resolve/main/m.gguf';
    for (const form of [
      'hf:owner/repo/m.gguf',
      'hf:owner/repo/m.gguf#main',
      uri,
      `${uri}#top`,
      uri.replace('/resolve/', '/blob/'),
    ])
      expect(wantedOf({ uri: form })).toEqual({ name: 'm.gguf', files: [{ name: 'm.gguf', uri }] });
    expect(wantedOf({ uri: 'hf:o/r/sub/m.gguf#a/b' }).files[0]?.uri).toBe(
      'https://huggingface.co/o/r/resolve/a%2Fb/sub/m.gguf',
    );
  });

  it('when an address cannot be fetched, then the sentence says why and repeats no secret', async () => {
    expect(await refused({ uri: 'model.gguf' }, 'bad-uri')).toContain('https://');
    expect(await refused({ uri: 'file:///etc/m.gguf' }, 'bad-uri')).toContain('only https');
    expect(await refused({ uri: 'hf:owner/repo:Q4_K_M' }, 'bad-uri')).toContain('name the file');
    expect(await refused({ uri: 'https://host/folder/?key=1' }, 'bad-uri')).toContain('it names no file');
    const message = await refused({ uri: 'https://me:hidden@host/m.gguf?key=hidden' }, 'bad-uri');
    expect(message).toContain('token');
    expect(message).not.toContain('hidden');
    await refused({ uri: 'https://host/%E0%A4%A.gguf' }, 'bad-uri');
    await refused({ uri: 'https://host/m.gguf', sha256: 'abc' }, 'bad-uri');
  });

  it('when a name could leave the folder or surprise a system, then it is refused', async () => {
    const names = [
      '',
      '..',
      '../m.gguf',
      'a/b.gguf',
      'a\\b.gguf',
      '.gguf',
      '.hidden.gguf',
      '-m.gguf',
      'm.bin',
      'CON.gguf',
      'lpt1.x.gguf',
    ];
    for (const name of [...names, `${'x'.repeat(200)}.gguf`, 'm\0.gguf', 'm .gguf', 'm:s.gguf'])
      await refused({ uri: 'https://host/m.gguf', name }, 'bad-name');
    for (const uri of ['https://host/..%2fm.gguf', 'https://host/m.bin']) await refused({ uri }, 'bad-name');
  });

  it('when a set is named, then its files keep their names and stand beside each other', async () => {
    const { name, files } = wantedOf({ uri: 'https://host/a/m-00002-of-00002.gguf?download=true', bytes: [1, 2] });
    expect(name).toBe('m-00001-of-00002.gguf');
    expect(files).toEqual([
      { name: 'm-00001-of-00002.gguf', uri: 'https://host/a/m-00001-of-00002.gguf?download=true', bytes: 1 },
      { name: 'm-00002-of-00002.gguf', uri: 'https://host/a/m-00002-of-00002.gguf?download=true', bytes: 2 },
    ]);
    await refused({ uri: 'https://host/m-00001-of-00002.gguf', name: 'other.gguf' }, 'bad-name');
    for (const shard of ['m-00003-of-00002.gguf', 'm-00000-of-00002.gguf', 'm-00001-of-99999.gguf'])
      await refused({ uri: `https://host/${shard}` }, 'bad-name');
  });

  it('when there is a mirror, then it stands in for the hub alone', () => {
    expect(mirrored('https://huggingface.co/o/r', 'https://mirror/base/').href).toBe('https://mirror/base/o/r');
    expect(mirrored('https://huggingface.co.evil.example/o', 'https://mirror').host).toBe(
      'huggingface.co.evil.example',
    );
    expect(mirrored('https://host/o', 'https://mirror').host).toBe('host');
  });
});

describe('ranges', () => {
  const range = fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => ({ from, to: from + length }));

  it('when ranges are added in any order, then they and what is missing make the whole, each byte once', () => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 30 }),
        (added, total, piece) => {
          const ranges = added.reduce<Ranges>(withRange, []);
          const there = new Set(added.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)));
          expect(bytesOf(ranges)).toBe(there.size);
          for (const [i, { from }] of ranges.entries()) expect(from).toBeGreaterThan(ranges[i - 1]?.to ?? -1);
          const pieces = missingOf(ranges, total, piece);
          const gone = pieces.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
          expect(gone).toEqual(Array.from({ length: total }, (_, i) => i).filter((i) => !there.has(i)));
          for (const { from, to } of pieces) expect(to - from).toBeLessThanOrEqual(piece);
        },
      ),
    );
  });
});

describe('the meter', () => {
  function metered(): { meter: Meter; seen: DownloadProgress[]; at: (ms: number) => void } {
    let nowMs = 0;
    const seen: DownloadProgress[] = [];
    const meter = new Meter({
      name: 'm',
      nowMs: () => nowMs,
      intervalMs: 250,
      report: (progress) => seen.push(progress),
    });
    return { meter, seen, at: (ms) => (nowMs = ms) };
  }

  it('when parts were there before, then they do not count as speed', () => {
    const { meter, seen, at } = metered();
    meter.bytes('downloading', 5_000, 10_000);
    at(1_000);
    meter.bytes('downloading', 6_000, 10_000);
    expect(seen.at(-1)).toEqual({
      name: 'm',
      phase: 'downloading',
      bytesDone: 6_000,
      bytesTotal: 10_000,
      bytesPerSecond: 1_000,
      remainingMs: 4_000,
    });
  });

  it('when the speed changes, then the last five seconds decide', () => {
    const { meter, seen, at } = metered();
    for (let second = 0; second <= 10; second++) {
      at(second * 1_000);
      meter.bytes('downloading', second * 100, undefined);
    }
    for (let second = 11; second <= 20; second++) {
      at(second * 1_000);
      meter.bytes('downloading', 1_000 + (second - 10) * 5_000, undefined);
    }
    expect(seen.at(-1)?.bytesPerSecond).toBe(5_000);
    expect(seen.at(-1)?.remainingMs).toBeUndefined();
  });

  it('when bytes come often, then they are told at intervals, but a new phase and the end at once', () => {
    const { meter, seen, at } = metered();
    for (let ms = 0; ms < 500; ms += 10) {
      at(ms);
      meter.bytes('downloading', ms, 1_000);
    }
    expect(seen).toHaveLength(2);
    meter.waits(700, 'because');
    expect(seen.at(-1)).toMatchObject({ phase: 'waiting', waitMs: 700, why: 'because' });
    meter.bytes('downloading', 1_000, 1_000);
    meter.bytes('verifying', 10, 1_000);
    expect(seen.slice(3).map(({ phase, bytesDone }) => [phase, bytesDone])).toEqual([
      ['downloading', 1_000],
      ['verifying', 10],
    ]);
  });
});

describe('patience', () => {
  const why: StoreFailure = { code: 'network', address: 'a', why: 'w' };
  function patience(random: number): Patience & { waits: number[] } {
    const waits: number[] = [];
    const limits = { failuresMax: 4, delayMsFirst: 100, delayMsMax: 500, retryAfterMsMax: 9_000, progressBytes: 10 };
    return { limits, random: () => random, sleep: async (ms) => void waits.push(ms), onWait: () => undefined, waits };
  }
  const failing =
    (retryAfterMs = 0) =>
    async () => {
      throw new Setback(why, retryAfterMs);
    };
  const { signal } = new AbortController();

  it('when attempts fail, then the waits double up to their bound, with jitter below', async () => {
    for (const [random, waits] of [
      [0.9999999, [100, 200, 400, 500]],
      [0, [50, 100, 200, 250]],
    ] as const) {
      const one = patience(random);
      await failure(patiently(one, signal, failing()), 'network');
      expect(one.waits.map(Math.round)).toEqual(waits);
    }
  });

  it('when bytes came, then the failures before are forgiven; a few bytes are not enough', async () => {
    let position = 0;
    const one = patience(0);
    let attempts = 0;
    const slowly = async () => {
      position += ++attempts < 10 ? 10 : 1;
      throw new Setback(why);
    };
    await failure(
      patiently(one, signal, slowly, () => position),
      'network',
    );
    // Nine that progressed, each a first failure; then three more in a row, and the last.
    expect(one.waits).toEqual([50, 50, 50, 50, 50, 50, 50, 50, 50, 100, 200, 250]);
  });

  it('when an error is no setback, then it passes at once', async () => {
    const one = patience(0);
    const error = new StoreError({ code: 'not-found', address: 'a', status: 404 });
    await expect(patiently(one, signal, () => Promise.reject(error))).rejects.toBe(error);
    expect(one.waits).toEqual([]);
  });
});

describe('sizes', () => {
  it('when bytes are told to people, then in units that they know', () => {
    expect([1, 1_500, 20_000_000, 1_540_000_000].map(sizeOf)).toEqual(['1 kB', '2 kB', '20.0 MB', '1.5 GB']);
  });
});
