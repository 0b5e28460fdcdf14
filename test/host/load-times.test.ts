/** Load times, measured and predicted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoadBook, type MeasuredLoad, predictLoad, recordLoad } from '../../runtime/host/load-times.ts';

const gigabyte = 1e9;
const load = (ms: number, cachedShare: number, file = 'a', gb = 1): MeasuredLoad => ({
  file,
  fileBytes: gb * gigabyte,
  cachedBytes: cachedShare * gb * gigabyte,
  ms,
});
const bookOf = (...loads: readonly MeasuredLoad[]): LoadBook => loads.reduce(recordLoad, []);
/** 0.3 s and 1 GB at 0.3 GB/s: a gigabyte from disk, of which nothing was measured, however long memory takes. */
const coldUsualMs = 300 + 10_000 / 3;

describe('load times', () => {
  it('when nothing was measured, then they follow from the size at the usual pace', () => {
    const { cachedMs, coldMs } = predictLoad([], 'a', 3 * gigabyte);
    expect(cachedMs).toBeCloseTo(3_300, 6);
    expect(coldMs).toBeCloseTo(10_300, 6);
  });

  it.each<[string, readonly MeasuredLoad[], number, number]>([
    ['one hot load', [load(700, 1)], 700, coldUsualMs],
    ['one cold load', [load(5_000, 0)], 1_300, 5_000],
    ['both', [load(700, 1), load(5_000, 0)], 700, 5_000],
    ['an outlier among hot ones', [load(700, 1), load(9_000, 1), load(800, 1)], 800, coldUsualMs],
    ['two hot loads', [load(600, 1), load(800, 0.95)], 700, coldUsualMs],
    ['seven, of which the last five count', [9, 9, 9, 9, 1, 1, 1].map((s) => load(s * 1_000, 1)), 1_000, coldUsualMs],
    ['half of the file from disk', [load(700, 1), load(2_700, 0.5)], 700, 4_700],
    ['half of the file from disk, faster than ever', [load(700, 1), load(500, 0.5)], 700, 700],
    ['a third from disk, which says little', [load(700, 1), load(9_000, 0.67)], 700, coldUsualMs],
    ['more cached than there is', [load(700, 1.5)], 700, coldUsualMs],
    ['a cold one that took less than hot ones', [load(2_000, 1), load(1_500, 0)], 2_000, 2_000],
    ['a cold one that took less than is predicted for hot ones', [load(400, 0)], 400, 400],
    ['another size under that name', [load(700, 1, 'a', 2)], 500, coldUsualMs],
  ])('when it was measured with %s, then the prediction is right', (_, loads, cachedMs, coldMs) => {
    const found = predictLoad(bookOf(...loads), 'a', gigabyte);
    expect(found.cachedMs).toBeCloseTo(cachedMs, 6);
    expect(found.coldMs).toBeCloseTo(coldMs, 6);
  });

  it('when other files were measured, then the median of their paces counts', () => {
    const hot = [load(800, 1, 'x'), load(1_300, 1, 'y'), load(600, 1, 'z')]; // 2.0, 1.0 and 3.3 GB/s
    const cold = [load(10_300, 0, 'x'), load(2_300, 0, 'y')]; // 0.1 and 0.5 GB/s
    const { cachedMs, coldMs } = predictLoad(bookOf(...hot, ...cold), 'a', 3 * gigabyte);
    expect(cachedMs).toBeCloseTo(300 + 1_500, 6);
    expect(coldMs).toBeCloseTo(300 + 10_000, 6);
  });

  it('when only small files were measured, then they say nothing of the pace', () => {
    expect(predictLoad(bookOf(load(200, 1, 'tiny', 0.005)), 'a', gigabyte)).toEqual(predictLoad([], 'a', gigabyte));
  });

  it('when a file was replaced by one of another size, then what was measured of it is gone', () => {
    const book = bookOf(load(700, 1), load(900, 1, 'a', 2));
    expect(book).toEqual([{ file: 'a', fileBytes: 2 * gigabyte, hotMs: [900], coldMs: [] }]);
  });

  it.each<[string, MeasuredLoad]>([
    ['took no time', load(0, 1)],
    ['took less than no time', load(-5, 1)],
    ['took no number', load(Number.NaN, 1)],
    ['took for ever', load(Number.POSITIVE_INFINITY, 1)],
    ['is of a file without content', load(700, 1, 'a', 0)],
    ['has no number for the cache', load(700, Number.NaN)],
  ])('when a load %s, then it does not count', (_, nonsense) => {
    const book = bookOf(load(700, 1));
    expect(recordLoad(book, nonsense)).toBe(book);
  });

  it('when there are more files than may be kept, then the least recently loaded leave', () => {
    const names = Array.from({ length: 70 }, (_, index) => `file-${index}`);
    const book = bookOf(...names.map((name) => load(700, 1, name)), load(800, 1, 'file-6'), load(700, 1, 'new'));
    expect(book).toHaveLength(64);
    expect(book.map(({ file }) => file).slice(-2)).toEqual(['file-6', 'new']);
    expect(book[0]?.file).toBe('file-8');
  });

  const loads = fc.array(
    fc.record({
      file: fc.constantFrom('a', 'b', 'c'),
      fileBytes: fc.integer({ min: 1, max: 20 * gigabyte }),
      cachedBytes: fc.integer({ min: 0, max: 20 * gigabyte }),
      ms: fc.double({ min: 0.001, max: 3_600_000, noNaN: true }),
    }),
    { maxLength: 40 },
  );

  it('when anything was measured, then predictions are times, cold is not before hot, and samples are few', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 100 * gigabyte }), (measured, fileBytes) => {
        const book = bookOf(...measured);
        for (const file of ['a', 'b', 'unknown'])
          for (const bytes of [fileBytes, ...book.map((times) => times.fileBytes)]) {
            const { cachedMs, coldMs } = predictLoad(book, file, bytes);
            expect(cachedMs).toBeGreaterThan(0);
            expect(coldMs).toBeGreaterThanOrEqual(cachedMs);
            expect(Number.isFinite(coldMs)).toBe(true);
          }
        for (const { hotMs, coldMs } of book) {
          expect(hotMs.length + coldMs.length).toBeGreaterThan(0);
          expect(Math.max(hotMs.length, coldMs.length)).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('when a file was not measured, then a larger one takes longer', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 50 * gigabyte }), (measured, fileBytes) => {
        const book = bookOf(...measured);
        const small = predictLoad(book, 'unknown', fileBytes);
        const large = predictLoad(book, 'unknown', 2 * fileBytes);
        expect(large.cachedMs).toBeGreaterThan(small.cachedMs);
        expect(large.coldMs).toBeGreaterThan(small.coldMs);
      }),
    );
  });
});
