/** The arithmetic of the engine's benches on small cases with known results. Nothing here runs an engine. */
import { describe, expect, it } from 'vitest';
import { summarizeBatch } from '../../../runtime/bench/engine/batch.ts';
import { summarizeCancel } from '../../../runtime/bench/engine/cancel.ts';
import { cpuMsOf, parseCpuMs } from '../../../runtime/bench/engine/cpu-time.ts';
import { SaturationWindow, tokensPerCpuSecond } from '../../../runtime/bench/engine/saturation.ts';
import { medianInterval, nearestRank } from '../../../runtime/bench/engine/statistics.ts';
import { bestSize } from '../../../runtime/bench/engine/throughput.ts';

describe('CPU time of a process', () => {
  it('when the name of the program holds spaces and parentheses, then the times behind it are found', () => {
    const fields = 'S 1 1 1 0 -1 4194304 100 0 0 0 123 45 0 0 20 0 11 0 500 1000000 2000';
    expect(parseCpuMs(`42 (node (x) y) ${fields}`)).toBe((123 + 45) * 10);
  });

  it('when a line is none of /proc, then it says so', () => {
    expect(() => parseCpuMs('nothing')).toThrow('no line of /proc/PID/stat');
  });

  it.runIf(process.platform === 'linux')(
    'when this process computes, then its time grows (on Linux only: elsewhere there is no /proc)',
    () => {
      const before = cpuMsOf(process.pid);
      const started = process.cpuUsage();
      while (process.cpuUsage(started).user < 60_000);
      expect(cpuMsOf(process.pid)).toBeGreaterThan(before);
    },
  );
});

describe('the interval of a median', () => {
  it('when there are ten values, then it lies between the second smallest and the second largest', () => {
    const interval = medianInterval([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]);
    expect(interval).toMatchObject({ median: 5.5, low: 2, high: 9, count: 10 });
    // 1 - 2 (1 + 10) / 1024
    expect(interval.confidence).toBeCloseTo(1 - 22 / 1_024, 12);
  });

  it('when there are too few values for 95 %, then the whole range is told with its true confidence', () => {
    expect(medianInterval([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, confidence: 0.75, count: 3 });
  });

  it('when there are six values, then the range is enough', () => {
    expect(medianInterval([1, 2, 3, 4, 5, 6])).toMatchObject({ low: 1, high: 6, confidence: 1 - 2 / 64 });
  });

  it('when a count at a share is asked for, then it is one of the values', () => {
    const counts = [...Array.from({ length: 99 }, () => 1), 2];
    expect(nearestRank(counts, 0.99)).toBe(1);
    expect(nearestRank([...counts, 2], 0.99)).toBe(2);
  });
});

describe('the window of saturated streams', () => {
  it('when the ramp-up is over, then only tokens and CPU time after it count', () => {
    let cpuMs = 0;
    const window = new SaturationWindow({ streams: 2, rampTokens: 2, measuredTokens: 3 }, () => cpuMs);
    const pass = (...streams: number[]): void => {
      cpuMs += 10;
      for (const stream of streams) window.token(stream);
    };
    pass(0);
    pass(0);
    pass(0, 1);
    expect(window.result).toBeUndefined();
    pass(0, 1); // Here both have given two: the window opens at 40 ms.
    pass(0, 1);
    pass(0, 1);
    expect(window.result).toBeUndefined();
    pass(0, 1);
    expect(window.result).toEqual({ tokens: 6, cpuMs: 30 });
    pass(0, 1);
    expect(window.result).toEqual({ tokens: 6, cpuMs: 30 });
    expect(tokensPerCpuSecond({ tokens: 6, cpuMs: 30 })).toBe(200);
  });

  it('when a pass of more sequences takes longer than it is worth, then the best size is a smaller one', () => {
    expect(bestSize([15.5, 42.6, 55.3, 55.2, 84.2, 99.4, 90, 75.3])).toBe(8);
    expect(bestSize([10, 30, 45])).toBe(1);
  });
});

describe('what the parts report', () => {
  it('when streams cost more together, then the gain is the mean of the medians and the worst is told', () => {
    const ratios = new Map([
      [2, [1.2, 1.4, 1.3]],
      [4, [0.9, 1.1, 1.0]],
    ]);
    const { figures } = summarizeBatch(ratios);
    expect(figures['engine.batch_choice_gain']).toBeCloseTo(1.15, 12);
    expect(figures['engine.batch_choice_worst']).toBe(1);
  });

  it('when cancellations are summed up, then both phases count and each is told', () => {
    const { figures, details } = summarizeCancel([
      { phase: 'prefill', passes: 1, ms: 4 },
      { phase: 'prefill', passes: 0, ms: 1 },
      { phase: 'decode', passes: 2, ms: 9 },
    ]);
    expect(figures).toEqual({ 'engine.cancel_passes_p99': 2 });
    expect(details).toMatchObject({ cancels: 3, prefill: { count: 2, passesP99: 1 }, decode: { count: 1, msP99: 9 } });
  });
});
