import { describe, expect, it } from 'vitest';
import { azureArrivals } from '../../../runtime/bench/replay/azure.ts';
import { backgroundArrivals } from '../../../runtime/bench/replay/background.ts';
import { replayLoad } from '../../../runtime/bench/replay/loads.ts';
import { readTraces } from '../../../runtime/bench/replay/traces.ts';
import { azure, background, machines } from '../../../runtime/bench/workloads.ts';

const traces = readTraces();
const minutes = 60;
const hour = { seed: 3, load: 2, window: 'tuning', durationMs: minutes * 60_000, targetMs: 250 } as const;

describe('background work', () => {
  const arrivals = backgroundArrivals(hour);

  it('when the load is two sessions, then each class comes twice as often as for one', () => {
    for (const name of ['summarize', 'translate'] as const) {
      const perMinute = arrivals.filter((arrival) => arrival.class === name).length / minutes;
      expect(perMinute / (hour.load * background[name].perMinute)).toBeGreaterThan(0.8);
      expect(perMinute / (hour.load * background[name].perMinute)).toBeLessThan(1.2);
    }
  });

  it('when lengths are drawn, then they stay within what the workload states, and every prompt is its own', () => {
    for (const arrival of arrivals) {
      const { promptTokens, maxTokens } = background[arrival.class === 'summarize' ? 'summarize' : 'translate'];
      expect(arrival.promptTokens.length).toBeLessThanOrEqual(promptTokens.max);
      expect(arrival.uncachedTokens).toBe(arrival.promptTokens.length);
      expect(arrival.answerTokens).toBeLessThanOrEqual(maxTokens);
      expect(arrival.maxTokens).toBe(maxTokens);
    }
    expect(new Set(arrivals.map(({ promptTokens }) => promptTokens[1])).size).toBe(arrivals.length);
  });

  it('when a translation is drawn, then its answer is about as long as its prompt', () => {
    const ratios = arrivals
      .filter((arrival) => arrival.class === 'translate' && arrival.answerTokens < arrival.maxTokens)
      .map(({ promptTokens, answerTokens }) => answerTokens / promptTokens.length)
      .sort((a, b) => a - b);
    expect(ratios[Math.floor(ratios.length / 2)]).toBeCloseTo(1.1, 1);
  });
});

describe('completions of the Azure code trace', () => {
  const short = { ...hour, durationMs: 300_000 };

  it('when the load is scaled, then times are, and the order and the lengths of a contiguous window stay', () => {
    const half = traces.served.slice(0, Math.floor(traces.served.length / 2));
    const arrivals = azureArrivals(traces.served, short);
    const lengths = arrivals.map(({ promptTokens }) => promptTokens.length);
    const recorded = half.map(({ inputTokens }) => Math.max(Math.round(inputTokens * azure.promptScale), 1));
    const twice = [...recorded, ...recorded];
    const starts = twice.flatMap((_, start) =>
      lengths.every((length, at) => twice[start + at] === length) ? [start] : [],
    );
    expect(lengths.length).toBeGreaterThan(10);
    expect(starts).not.toEqual([]);
    const scale = half.length / ((half.at(-1)?.atMs ?? 0) - (half[0]?.atMs ?? 0)) / ((2 * azure.perMinute) / 60_000);
    const [first, second] = arrivals;
    const at = starts[0] ?? 0;
    const recordedGap = (half[(at + 1) % half.length]?.atMs ?? 0) - (half[at]?.atMs ?? 0);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeCloseTo(recordedGap * scale, 3);
  });

  it('when the half was played three times, then each request of it came three times, at the rate of the load', () => {
    const { length } = traces.served.slice(0, Math.floor(traces.served.length / 2));
    const durationMs = (3 * length * 60_000) / (hour.load * azure.perMinute);
    const arrivals = azureArrivals(traces.served, { ...hour, durationMs });
    expect(Math.abs(arrivals.length - 3 * length)).toBeLessThanOrEqual(1);
  });

  it('when the window is another, then so are the requests', () => {
    const lengths = (window: 'tuning' | 'reporting'): number[] =>
      azureArrivals(traces.served, { ...short, window }).map(({ promptTokens }) => promptTokens.length);
    expect(lengths('tuning')).not.toEqual(lengths('reporting'));
  });
});

describe('a replayed load', () => {
  const options = { trace: 'sessions', seed: 101, load: 2.5, window: 'reporting', durationMs: 150_000 } as const;

  it('when the machine is another, then only the promise for completions is', () => {
    const [cpu, gpu] = [
      replayLoad(traces, { ...options, machine: 'cpu' }),
      replayLoad(traces, { ...options, machine: 'gpu' }),
    ];
    const retargeted = cpu.arrivals.map((arrival) =>
      arrival.class === 'completion'
        ? { ...arrival, sla: { kind: 'ttft', targetMs: machines.gpu.completionTargetMs } }
        : arrival,
    );
    expect(retargeted).toEqual(gpu.arrivals);
    expect(cpu.opens).toEqual(gpu.opens);
  });

  it('when parts are mixed, then arrivals come by time and ids are unique', () => {
    for (const trace of ['sessions', 'azure'] as const) {
      const { arrivals } = replayLoad(traces, { ...options, trace, machine: 'cpu' });
      expect(new Set(arrivals.map(({ id }) => id)).size).toBe(arrivals.length);
      const times = arrivals.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(new Set(arrivals.map((arrival) => arrival.class))).toEqual(
        new Set(['completion', 'summarize', 'translate']),
      );
    }
  });
});
