import { describe, expect, it } from 'vitest';
import { LearnedForecast } from '../../../runtime/core/residency/forecast.ts';
import { GapHistory } from '../../../runtime/core/residency/gaps.ts';
import { residencyDefaults } from '../../../runtime/core/residency/options.ts';
import { SignalHistory } from '../../../runtime/core/residency/signals.ts';
import type { Use } from '../../../runtime/core/residency/types.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const use: Use = { class: 'summarize', targetMs: 10_000, workMs: 1_000 };
const gapOptions = { gapsMax: 300, borrowedGaps: 3 };

/** Episodes of four uses, 10 s apart, every half hour. @returns when the last one was. */
function useInEpisodes(note: (atMs: number) => void, episodes: number): number {
  let lastMs = 0;
  for (let episode = 0; episode < episodes; episode += 1)
    for (let place = 0; place < 4; place += 1) {
      lastMs = episode * 30 * minuteMs + place * 10_000;
      note(lastMs);
    }
  return lastMs;
}

describe('the gaps between uses', () => {
  it('when uses come in episodes, then the next one is likely at once, and not minutes later', () => {
    const gaps = new GapHistory(gapOptions);
    const lastMs = useInEpisodes((atMs) => gaps.use('m', atMs), 12);
    expect(1 - gaps.survival('m', lastMs + 1_000, 15_000)).toBeGreaterThan(0.6);
    expect(1 - gaps.survival('m', lastMs + 5 * minuteMs, 15_000)).toBeLessThan(0.1);
    expect(gaps.need('m', lastMs + 1_000, minuteMs)).toBeGreaterThan(
      3 * gaps.need('m', lastMs + 5 * minuteMs, minuteMs),
    );
  });

  it('when little is known of a model, then it is taken for one like the others', () => {
    const gaps = new GapHistory(gapOptions);
    const lastMs = useInEpisodes((atMs) => gaps.use('old', atMs), 12);
    gaps.use('new', lastMs);
    const alike = gaps.survival('new', lastMs + 1_000, 15_000);
    expect(Math.abs(alike - gaps.survival('old', lastMs + 1_000, 15_000))).toBeLessThan(0.15);
  });

  it('when keystrokes lend nothing, then other models are not taken for typed in', () => {
    const gaps = new GapHistory(gapOptions);
    for (let atMs = 0; atMs < 10 * minuteMs; atMs += 2_000) gaps.use('typed', atMs, false);
    gaps.use('new', 10 * minuteMs);
    expect(1 - gaps.survival('new', 10 * minuteMs, 4_000)).toBeLessThan(0.5);
    expect(1 - gaps.survival('typed', 10 * minuteMs, 4_000)).toBeGreaterThan(0.6);
  });

  it('when the clock jumps back, then nothing is learned and nothing breaks', () => {
    const gaps = new GapHistory(gapOptions);
    gaps.use('m', hourMs);
    gaps.use('m', 0);
    expect(gaps.lastUseMs('m')).toBe(hourMs);
    expect(gaps.need('m', 0, minuteMs)).toBeGreaterThanOrEqual(0);
    expect(gaps.need('never', 0, minuteMs)).toBeLessThan(0.1);
  });
});

describe('the signals of the editor', () => {
  const options = { windowMs: minuteMs, borrowedSignals: 2 };
  const opened = { kind: 'languageOpened', language: 'java' } as const;

  /** `hits` of ten signals are followed by a use of the translator 10 s later. */
  function learned(hits: number): SignalHistory {
    const signals = new SignalHistory(options);
    for (let place = 0; place < 10; place += 1) {
      signals.signal(opened, place * hourMs);
      if (place < hits) signals.use('translate', place * hourMs + 10_000);
    }
    return signals;
  }

  it('when half of them were false alarms, then half is expected, and after about as long as it took before', () => {
    const signals = learned(5);
    signals.signal(opened, 20 * hourMs);
    const { probability, leadMs } = signals.expected('translate', 20 * hourMs);
    expect(probability).toBeGreaterThan(0.3);
    expect(probability).toBeLessThan(0.55);
    expect(leadMs).toBeGreaterThan(9_000);
    expect(leadMs).toBeLessThan(15_000);
    expect(signals.expected('chat', 20 * hourMs).probability).toBe(0);
  });

  it('when nothing has come so far, then less is expected, and nothing once the window is over or it came', () => {
    const signals = learned(10);
    signals.signal(opened, 20 * hourMs);
    const at = (ms: number): number => signals.expected('translate', 20 * hourMs + ms).probability;
    expect(at(20_000)).toBeLessThan(at(1_000));
    expect(at(minuteMs + 1)).toBe(0);
    signals.use('translate', 20 * hourMs + 2_000);
    expect(at(3_000)).toBe(0);
  });

  it('when a language was never seen, then the signal still says what it says in any language', () => {
    const signals = learned(10);
    signals.signal({ kind: 'languageOpened', language: 'go' }, 20 * hourMs);
    expect(signals.expected('translate', 20 * hourMs).probability).toBeGreaterThan(0.5);
  });

  it('when a thousand come within a minute, then the watch stays bounded', () => {
    const signals = learned(10);
    for (let place = 0; place < 1_000; place += 1) signals.signal(opened, 20 * hourMs + place);
    expect(signals.expected('translate', 20 * hourMs + 1_000).probability).toBeLessThanOrEqual(0.99);
  });
});

describe('signals in languages that somebody makes up', () => {
  it('when there are very many, then those heard of longest ago are forgotten, and the others still count', () => {
    const signals = new SignalHistory({ windowMs: 1_000, borrowedSignals: 0.1 });
    const hear = (language: string, place: number, model: string): void => {
      signals.signal({ kind: 'selectionMade', language }, place * 2_000);
      signals.use(model, place * 2_000 + 1);
    };
    hear('first', 0, 'translate');
    for (let place = 1; place <= 2_000; place += 1) hear(`l${place}`, place, `m${place % 2}`);
    const expected = (language: string, place: number, model: string): number => {
      signals.signal({ kind: 'selectionMade', language }, place * 2_000);
      return signals.expected(model, place * 2_000).probability;
    };
    expect(expected('l2000', 3_000, 'm0')).toBeGreaterThan(0.8);
    expect(expected('first', 3_001, 'translate')).toBeLessThan(0.5);
  });
});

describe('the forecast', () => {
  it('when a signal announces a model, then its need grows, and what came from the signal is told', () => {
    const forecast = new LearnedForecast(residencyDefaults);
    for (let place = 0; place < 10; place += 1) {
      forecast.signal({ kind: 'selectionMade', language: 'python' }, place * hourMs);
      forecast.use('translate', use, place * hourMs + 5_000);
    }
    const nowMs = 20 * hourMs;
    const before = forecast.needOf('translate', nowMs, 15 * minuteMs);
    forecast.signal({ kind: 'selectionMade', language: 'python' }, nowMs);
    const after = forecast.needOf('translate', nowMs, 15 * minuteMs);
    expect(before.signalled).toBe(0);
    expect(after.signalled).toBeGreaterThan(0.2);
    expect(after.need).toBeCloseTo(before.need + after.signalled, 10);
    expect(forecast.within('translate', nowMs, 20_000)).toBeGreaterThan(0.5);
  });

  it('when gaps and signals are switched off, then only how long ago it was used counts', () => {
    const forecast = new LearnedForecast({ ...residencyDefaults, usesGaps: false, usesSignals: false });
    forecast.use('a', use, 0);
    forecast.use('b', use, minuteMs);
    forecast.signal({ kind: 'selectionMade', language: 'python' }, minuteMs);
    const need = (model: string): number => forecast.needOf(model, 2 * minuteMs, 15 * minuteMs).need;
    expect(need('b')).toBeGreaterThan(need('a'));
    expect(need('never')).toBe(0);
  });
});
