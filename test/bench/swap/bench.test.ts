import { describe, expect, it } from 'vitest';
import { rssRatio, summarizeSwaps } from '../../../runtime/bench/swap/bench.ts';

const info = {
  sequences: 2,
  contextTokens: 2_048,
  chunkTokens: 64,
  infill: true,
  chat: true,
  memoryBytes: 700e6,
  loadMs: 900,
  loadParts: { weightsMs: 700, contextMs: 150, warmUpMs: 50 },
  device: 'a processor',
};

describe('the figures of swaps', () => {
  it('when 200 swaps leave memory behind, then the medians of 181 to 200 and of 81 to 100 are compared', () => {
    const rss = Array.from({ length: 200 }, (_, index) => (index < 80 ? 500 : index < 100 ? 1_000 : 1_100));
    expect(rssRatio(rss)).toBeCloseTo(1.1, 10);
    expect(rssRatio(rss.map((bytes, index) => (index >= 180 ? 1_000 : bytes)))).toBe(1);
  });

  it('when first tokens come later in swaps, then the ratio is that of their 95th percentiles', () => {
    const calmMs = Array.from({ length: 101 }, (_, index) => 100 + index);
    const swapMs = calmMs.map((ms) => 2 * ms);
    const swap = { unloadMs: 90, freedBytes: 650e6, loadMs: 950, info };
    const soaked = { swaps: [swap, swap], rssBytes: Array.from({ length: 20 }, () => 900e6) };
    const { figures, details } = summarizeSwaps({ calmMs, swapMs }, soaked, 0);
    expect(figures).toEqual({
      'residency.swap_ttft_ratio': 2,
      'residency.swap_rss_ratio': 1,
      'residency.swap_orphans': 0,
      'swap.unload_ms': 90,
      'swap.load_ms': 950,
    });
    expect(details).toMatchObject({ freedMegabytes: 650, modelMegabytes: 700, loadPartsMs: { warmUp: 50 } });
  });
});
