/** A load played on a made-up target in virtual time, and the search for the load at which half is kept. */
import { describe, expect, it } from 'vitest';
import { findHalf } from '../../../runtime/bench/engine/live/half.ts';
import { play } from '../../../runtime/bench/engine/live/play.ts';
import { summarizeReplay } from '../../../runtime/bench/engine/live/summary.ts';
import type { Ask, Listener, Target } from '../../../runtime/bench/engine/live/target.ts';
import { cut } from '../../../runtime/bench/engine/live/window.ts';
import { promptOf } from '../../../runtime/bench/engine/live/words.ts';
import type { Arrival, Load } from '../../../runtime/bench/replay/arrivals.ts';
import { type RunScore, scoreRun } from '../../../runtime/bench/replay/score.ts';
import { VirtualClock } from '../../../runtime/engine/clock.ts';

const arrival = (id: string, atMs: number, more: Partial<Arrival> = {}): Arrival => ({
  id,
  atMs,
  class: 'completion',
  sla: { kind: 'ttft', targetMs: 1_000 },
  promptTokens: [1, 2, 3],
  answerTokens: 2,
  maxTokens: 8,
  uncachedTokens: 3,
  ...more,
});

/** Gives each answer a first token after 40 ms and one more every 10 ms; refuses the ids that it is told to. */
class SteadyTarget implements Target {
  readonly name = 'steady';
  readonly asked: { atMs: number; targetMs: number }[] = [];
  readonly #clock: VirtualClock;
  readonly #refused: readonly string[];

  constructor(clock: VirtualClock, refused: readonly string[] = []) {
    this.#clock = clock;
    this.#refused = refused;
  }

  ask({ arrival: { id, answerTokens }, sla }: Ask, listener: Listener): () => void {
    const nowMs = this.#clock.now();
    this.asked.push({ atMs: nowMs, targetMs: sla.targetMs });
    let isOver = false;
    const end = (how: 'finished' | 'cancelled' | 'rejected'): void => {
      if (!isOver) listener.ended(how);
      isOver = true;
    };
    if (this.#refused.includes(id)) this.#clock.at(nowMs, () => end('rejected'));
    else {
      for (let token = 0; token < answerTokens; token += 1)
        this.#clock.at(nowMs + 40 + 10 * token, () => {
          if (!isOver) listener.token();
          if (token === answerTokens - 1) end('finished');
        });
    }
    return () => void this.#clock.at(this.#clock.now(), () => end('cancelled'));
  }

  async close(): Promise<void> {}
}

async function played(load: Load, stretch: number, refused: readonly string[] = []) {
  const clock = new VirtualClock();
  const target = new SteadyTarget(clock, refused);
  const promptOfAll = () => ({ kind: 'infill', prefix: '', suffix: '' }) as const;
  const rows = play(load, target, { clock, stretch, graceMs: 500, promptOf: promptOfAll });
  clock.run();
  return { rows: await rows, target, endMs: clock.now() };
}

describe('playing a load', () => {
  it('when times are stretched, then requests come later and outcomes are told in the time of the load', async () => {
    const load: Load = { arrivals: [arrival('a', 100), arrival('b', 200)], opens: [], durationMs: 1_000 };
    const { rows, target } = await played(load, 2);
    expect(target.asked).toEqual([
      { atMs: 200, targetMs: 2_000 },
      { atMs: 400, targetMs: 2_000 },
    ]);
    expect(rows[0]).toMatchObject({ outcome: 'finished', firstTokenMs: 120, endMs: 125, generatedTokens: 2 });
    expect(rows[1]).toMatchObject({ outcome: 'finished', firstTokenMs: 220, endMs: 225 });
  });

  it('when a request is taken back, refused, or not over in time, then each is told apart', async () => {
    const arrivals = [
      arrival('back', 0, { answerTokens: 50, cancelAtMs: 60 }),
      arrival('refused', 10),
      arrival('endless', 20, { answerTokens: 1_000 }),
      arrival('early', 30, { cancelAtMs: 900 }),
    ];
    const { rows, endMs } = await played({ arrivals, opens: [], durationMs: 1_000 }, 1, ['refused']);
    expect(rows.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['back', 'cancelled'],
      ['refused', 'rejected'],
      ['endless', 'unanswered'],
      ['early', 'finished'],
    ]);
    expect(rows[0]).toMatchObject({ firstTokenMs: 40, endMs: 60, generatedTokens: 3 });
    expect(rows[2]).not.toHaveProperty('endMs');
    // The last token that the target had scheduled for the endless one; nothing of the play runs after its own end.
    expect(endMs).toBe(20 + 40 + 10 * 999);
  });

  it('when a load is empty, then so is what became of it', async () => {
    expect((await played({ arrivals: [], opens: [], durationMs: 1_000 }, 1)).rows).toEqual([]);
  });
});

describe('a cut of a load', () => {
  it('when a load is cut, then times begin anew and the first prompt of each document is new to the machine', () => {
    const arrivals = [
      arrival('before', 50, { document: 'd', uncachedTokens: 1 }),
      arrival('first', 120, { document: 'd', uncachedTokens: 1, cancelAtMs: 150 }),
      arrival('second', 130, { document: 'd', uncachedTokens: 1 }),
      arrival('other', 140, { uncachedTokens: 2 }),
    ];
    const opens = [
      { atMs: 20, document: 'd', promptTokens: [1] },
      { atMs: 110, document: 'e', promptTokens: [2] },
    ];
    const window = cut({ arrivals, opens, durationMs: 200 }, 100);
    expect(window.arrivals.map(({ id, atMs, uncachedTokens }) => [id, atMs, uncachedTokens])).toEqual([
      ['first', 20, 3],
      ['second', 30, 1],
      ['other', 40, 2],
    ]);
    expect(window.arrivals[0]?.cancelAtMs).toBe(50);
    expect(window.opens).toEqual([{ atMs: 10, document: 'e', promptTokens: [2] }]);
    expect(window.durationMs).toBe(100);
  });
});

describe('the prompts of a load', () => {
  it('when two prompts share numbers, then they share as many words', () => {
    const words = Array.from({ length: 300 }, (_, index) => ` w${index}`);
    const text = (promptTokens: number[]): string[] => {
      const prompt = promptOf(arrival('a', 0, { promptTokens }), words);
      return prompt.kind === 'infill' ? prompt.prefix.trim().split(' ') : [];
    };
    const [a, b] = [text([5, 2 ** 30, 2 ** 30 + 8_192, 7]), text([5, 2 ** 30, 2 ** 30 + 8_192, 8, 9])];
    expect(a.slice(0, 3)).toEqual(b.slice(0, 3));
    expect(a[3]).not.toBe(b[3]);
    expect(a[1]).not.toBe(a[2]);
    expect([a.length, b.length]).toEqual([4, 5]);
  });
});

describe('the load at which half is kept', () => {
  const looks = async (start: number, shareAt: (load: number) => number) => {
    const loads: number[] = [];
    const found = await findHalf(start, async (load) => {
      loads.push(load);
      return shareAt(load);
    });
    return { found, loads };
  };

  it('when the first look is half, then there is one look', async () => {
    expect(await looks(2, () => 0.52)).toEqual({ found: 2, loads: [2] });
  });

  it('when the start is far off on either side, then it comes near half in few looks', async () => {
    for (const start of [1, 12]) {
      const { found, loads } = await looks(start, (load) => 1 / (1 + (load / 4) ** 2));
      expect(loads.length).toBeLessThanOrEqual(5);
      expect(1 / (1 + (found / 4) ** 2)).toBeCloseTo(0.5, 0);
      expect(Math.abs(Math.log(found / 4))).toBeLessThan(0.25);
    }
  });
});

describe('the figures of the replay', () => {
  const score = (kept: number, ttftP95: number): RunScore => {
    const base = scoreRun({ arrivals: [], opens: [], durationMs: 1_000 }, [], {
      prefillMs: () => 1,
      decodeMs: () => 1,
    });
    const keepable = { promises: 100, kept, share: kept / 100, keptPerSecond: 0 };
    return { ...base, keepable, ttft: { p50: 0, p95: ttftP95, p99: 0 }, e2e: { p50: 0, p95: 1, p99: 0 } };
  };
  const context = { policy: 'punctual', sessions: 2, stretch: 1, seconds: 60 };

  it('when several static targets were played, then the one that kept most over all seeds is the comparator', () => {
    const rows = [
      { target: 'punctual', seed: 1, score: score(90, 300) },
      { target: 'static:4', seed: 1, score: score(60, 900) },
      { target: "static:8 on the library's loop", seed: 1, score: score(20, 3_000) },
      { target: 'punctual', seed: 2, score: score(70, 500) },
      { target: 'static:4', seed: 2, score: score(20, 1_100) },
      { target: "static:8 on the library's loop", seed: 2, score: score(80, 5_000) },
      { target: 'http://127.0.0.1:1', seed: 1, score: score(40, 800) },
    ];
    const { figures, details } = summarizeReplay(rows, { ...context, against: 'http://127.0.0.1:1' });
    expect(details['comparator']).toBe("static:8 on the library's loop");
    expect(figures['engine.goodput_ratio']).toBeCloseTo(160 / 100, 12);
    expect(figures['engine.ttft_p95_ratio']).toBeCloseTo(400 / 4_000, 12);
    expect(figures['engine.against_goodput_ratio']).toBeCloseTo(160 / 40, 12);
    expect(figures['engine.against_ttft_p95_ratio']).toBeCloseTo(0.5, 12);
  });

  it('when no static target was played, then there is no ratio', () => {
    expect(() => summarizeReplay([{ target: 'punctual', seed: 1, score: score(1, 1) }], context)).toThrow('static');
  });
});
