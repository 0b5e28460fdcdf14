import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Debounce,
  type DebounceEvent,
  type DebounceQuestion,
  debounceDefault,
  debounced,
  delayMs,
  newDebounce,
} from '../../../runtime/features/completion/debounce.ts';
import { beforeKinds, type Situation } from '../../../runtime/features/completion/situation.ts';

const inWord: Situation = { before: 'word', behind: 'nothing' };
const onNewLine: Situation = { before: 'line', behind: 'nothing' };

/** Somebody who has typed a key each `gapMs`, and whom the editor asks for 50 ms after the last one. */
function typing(gapMs: number, situation = inWord, keys = 12): { state: Debounce; nowMs: number } {
  let state = newDebounce;
  for (let key = 0; key < keys; key += 1) {
    state = debounced(state, { kind: 'edited', atMs: key * gapMs, grownBy: 1 });
    state = debounced(state, { kind: 'asked', situation });
  }
  return { state, nowMs: (keys - 1) * gapMs + 50 };
}

function waitMs({ state, nowMs }: ReturnType<typeof typing>, more: Partial<DebounceQuestion> = {}): number {
  return delayMs(state, { nowMs, situation: inWord, forecastMs: 60, targetMs: 500, ...more });
}

function having(base: ReturnType<typeof typing>, ...events: DebounceEvent[]): ReturnType<typeof typing> {
  return { ...base, state: events.reduce(debounced, base.state) };
}

describe('the adaptive wait', () => {
  it('when no edit is known, then a suggestion is asked for at once', () => {
    expect(delayMs(newDebounce, { nowMs: 0, situation: inWord, forecastMs: 60, targetMs: 500 })).toBe(0);
  });

  it('when keys come fast, then the next one is waited for', () => {
    expect(waitMs(typing(120))).toBeGreaterThan(50);
  });

  it('when somebody types so slowly that the answer comes first, then it does not wait', () => {
    expect(waitMs(typing(900))).toBe(0);
  });

  it('when a line begins, then it waits less than inside of a word', () => {
    expect(waitMs(typing(120, onNewLine), { situation: onNewLine })).toBeLessThan(waitMs(typing(120)));
  });

  it('when suggestions are rejected, then it waits longer, and when they are taken, shorter', () => {
    const base = typing(250);
    const resolved = (isAccepted: boolean): DebounceEvent[] =>
      Array.from({ length: 40 }, () => ({ kind: 'resolved', isAccepted }));
    const waits = [having(base, ...resolved(true)), base, having(base, ...resolved(false))].map((one) => waitMs(one));
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
  });

  it('when the first token takes all of the promise, then nothing is left for waiting', () => {
    expect(waitMs(typing(120), { forecastMs: 450 })).toBe(0);
    expect(waitMs(typing(120), { forecastMs: 9_000 })).toBe(0);
  });

  it('when anything happens, then the wait is within its share of the promise', () => {
    const events = fc.oneof(
      fc.record({
        kind: fc.constant('edited' as const),
        atMs: fc.integer({ min: 0, max: 1_000_000 }),
        grownBy: fc.integer({ min: -50, max: 5_000 }),
      }),
      fc.record({
        kind: fc.constant('asked' as const),
        situation: fc.record({
          before: fc.constantFrom(...beforeKinds),
          behind: fc.constantFrom('nothing' as const, 'closers' as const, 'word' as const, 'text' as const),
        }),
      }),
      fc.record({ kind: fc.constant('answered' as const), decodeMs: fc.integer({ min: -5, max: 60_000 }) }),
      fc.record({ kind: fc.constant('resolved' as const), isAccepted: fc.boolean() }),
    );
    const question = fc.record({
      nowMs: fc.integer({ min: 0, max: 2_000_000 }),
      situation: fc.constant(inWord),
      forecastMs: fc.integer({ min: 0, max: 60_000 }),
      targetMs: fc.integer({ min: 1, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), question, (happened, asked) => {
        const wait = delayMs(happened.reduce(debounced, newDebounce), asked);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(debounceDefault.waitShareMax * asked.targetMs);
        if (wait > 0) expect(wait + asked.forecastMs).toBeLessThanOrEqual(asked.targetMs);
      }),
    );
  });

  it('when events go by, then what is kept of them is bounded', () => {
    let { state } = typing(100, inWord, 10_000);
    for (let answer = 0; answer < 1_000; answer += 1) state = debounced(state, { kind: 'answered', decodeMs: answer });
    expect(JSON.stringify(state).length).toBeLessThan(1_000);
  });
});
