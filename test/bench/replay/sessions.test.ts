import { describe, expect, it } from 'vitest';
import { newRandom } from '../../../runtime/bench/random.ts';
import type { Arrival } from '../../../runtime/bench/replay/arrivals.ts';
import { sharedTokens } from '../../../runtime/bench/replay/arrivals.ts';
import { applied, EditingTrace, type RawTrace } from '../../../runtime/bench/replay/editing-trace.ts';
import { playedEdits, sessionsLoad } from '../../../runtime/bench/replay/sessions.ts';
import { halfOf, readTraces, type SeenSuggestion } from '../../../runtime/bench/replay/traces.ts';
import { sessions } from '../../../runtime/bench/workloads.ts';
import { windowDefault } from '../../../runtime/features/completion/prompt.ts';

const traces = readTraces();
const options = { seed: 5, load: 2, window: 'reporting', durationMs: 120_000, targetMs: 1_000 } as const;

/** A file of one word into which a word is typed, one letter each second, then one word after a long pause. */
function typing(word: string, pauseS: number, more = ''): EditingTrace {
  const start = Date.UTC(2026, 0, 1);
  const typed = [...word].map((letter, index) => ({ second: index, patch: [4 + index, 0, letter] as const }));
  const late = [...more].map((letter, index) => ({
    second: word.length + pauseS + index,
    patch: [4 + word.length + index, 0, letter] as const,
  }));
  const txns: RawTrace['txns'] = [...typed, ...late].map(({ second, patch }) => ({
    time: new Date(start + 1_000 * second).toISOString(),
    patches: [patch],
  }));
  return new EditingTrace({
    startContent: '',
    endContent: '',
    txns: [{ time: '1970-01-01T00:00:00.000Z', patches: [[0, 0, 'let \n']] }, ...txns],
  });
}

const rejectedLongLook: SeenSuggestion = { shownMs: 9_000, isAccepted: false, characters: 5 };
const acceptedLook: SeenSuggestion = { shownMs: 2_000, isAccepted: true, characters: 3 };

describe('edits as a session plays them', () => {
  it('when edits have stamps of one second, then each is played within its second, in order', () => {
    const trace = typing('abcdef', 0);
    const never = [rejectedLongLook, acceptedLook];
    // The shares of looks are drawn, so a session without any is looked for.
    const quiet = seedsWhere(
      (seed) => playedEdits(trace, 0, 6, 60_000, never, newRandom(seed)),
      (played) => played.every(({ atMs }, index) => Math.abs(atMs - 1_000 * index) < 1_000),
    );
    expect(quiet?.map(({ first, end }) => [first, end])).toEqual([0, 1, 2, 3, 4, 5].map((at) => [at, at + 1]));
  });

  it('when nobody edits for long, then the pause is cut', () => {
    const played = playedEdits(
      typing('ab', 500, 'c'),
      0,
      3,
      60_000,
      [
        { ...rejectedLongLook, shownMs: 1 },
        { ...acceptedLook, shownMs: 1 },
      ],
      newRandom(1),
    );
    expect(played[2]?.atMs ?? 0).toBeLessThan(1_000 * 3 + sessions.pauseMsMax);
    expect(played.map(({ end }) => end).at(-1)).toBe(3);
  });

  it('when a suggestion is accepted, then the edits that it stands for come at once, and no letter is lost', () => {
    const trace = typing('abcdefgh', 0);
    const looks = [rejectedLongLook, acceptedLook];
    const merged = seedsWhere(
      (seed) => playedEdits(trace, 0, 8, 200_000, looks, newRandom(seed)),
      (played) => played.some(({ first, end }) => end - first > 1),
    );
    expect(merged?.[0]?.first).toBe(0);
    merged?.forEach(({ first, end }, index) => {
      expect(first).toBe(index === 0 ? 0 : merged[index - 1]?.end);
      expect(end - first).toBeLessThanOrEqual(3);
      expect(merged[index + 1]?.atMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(merged[index]?.atMs ?? 0);
    });
    expect(merged?.at(-1)?.end).toBe(8);
    const place = merged?.findIndex(({ first, end }) => end - first > 1) ?? 0;
    const lookMs = (merged?.[place]?.atMs ?? 0) - (merged?.[place - 1]?.atMs ?? 0);
    expect(lookMs).toBeCloseTo(sessions.seenAfterMs + acceptedLook.shownMs, 6);
  });

  it('when the edits of a real session are applied, then the document is the one that the trace has there', () => {
    const { start, end } = halfOf(traces.editing.edits.length, 'reporting');
    const from = start + 4_000;
    const played = playedEdits(traces.editing, from, end, 70_000, traces.suggestions, newRandom(9));
    const text = played
      .flatMap(({ first, end: last }) => traces.editing.edits.slice(first, last))
      .reduce((before, { patches }) => applied(before, patches), traces.editing.textBefore(from));
    expect(played.length).toBeGreaterThan(20);
    expect(text).toBe(traces.editing.textBefore(played.at(-1)?.end ?? 0));
  });
});

describe('completions of editing sessions', () => {
  const load = sessionsLoad(traces, options);
  const byDocument = new Map(load.opens.map(({ document }) => [document, requestsOf(document, load.arrivals)]));

  it('when a request is made, then for a document that was opened', () => {
    expect([...byDocument.values()].flat()).toHaveLength(load.arrivals.length);
  });

  it('when the seed is the same, then so is the load; else it differs', () => {
    expect(sessionsLoad(readTraces(), options)).toEqual(load);
    expect(sessionsLoad(traces, { ...options, seed: 6 }).arrivals).not.toEqual(load.arrivals);
  });

  it('when an edit follows, then it takes the request back, and the next request comes a debounce later at the earliest', () => {
    for (const arrivals of byDocument.values())
      for (const [index, { cancelAtMs }] of arrivals.slice(0, -1).entries()) {
        expect(cancelAtMs).toBeDefined();
        const next = arrivals[index + 1]?.atMs ?? 0;
        expect(next).toBeGreaterThanOrEqual((cancelAtMs ?? 0) + sessions.debounceMs - 1e-6);
      }
  });

  it('when no other edit comes between two requests, then the cancel time is the edit that the next request follows', () => {
    const exact = load.arrivals.filter(({ cancelAtMs, document }) =>
      byDocument
        .get(document ?? '')
        ?.some(({ atMs }) => Math.abs(atMs - sessions.debounceMs - (cancelAtMs ?? 0)) < 1e-6),
    );
    // The others were followed by an edit that another one replaced within the debounce.
    expect(exact.length / load.arrivals.length).toBeGreaterThan(0.7);
  });

  it('when a request is cancelled, then after it arrived; and it arrives within the load', () => {
    for (const { atMs, cancelAtMs } of load.arrivals) {
      expect(atMs).toBeLessThan(options.durationMs);
      expect(cancelAtMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(atMs);
    }
    expect(load.arrivals.map(({ atMs }) => atMs)).toEqual(load.arrivals.map(({ atMs }) => atMs).sort((a, b) => a - b));
  });

  it('when uncached tokens are counted, then against the previous request of the same document', () => {
    for (const arrivals of byDocument.values()) {
      let previous: Arrival | undefined;
      for (const arrival of arrivals) {
        const shared = previous ? sharedTokens(previous.promptTokens, arrival.promptTokens) : 0;
        expect(arrival.uncachedTokens).toBe(Math.max(1, arrival.promptTokens.length - shared));
        previous = arrival;
      }
    }
    // The text behind the cursor stands last in a prompt, so each keystroke evaluates it again.
    const suffixTokensMax = Math.ceil(windowDefault.suffixChars / 4) + 4;
    const warm = load.arrivals.filter(({ uncachedTokens }) => uncachedTokens <= suffixTokensMax).length;
    expect(warm / load.arrivals.length).toBeGreaterThan(0.6);
  });

  it('when two sessions edit, then their prompts share the marker and nothing else', () => {
    const [one, two] = load.opens;
    expect(sharedTokens(one?.promptTokens ?? [], two?.promptTokens ?? [])).toBe(1);
    for (const { document, atMs } of load.opens)
      expect(byDocument.get(document)?.[0]?.atMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(atMs);
  });

  it('when answers are drawn, then they have at least one token and at most the limit', () => {
    expect(load.arrivals.every(({ answerTokens }) => answerTokens >= 1 && answerTokens <= 64)).toBe(true);
  });
});

describe('windows', () => {
  it('when one half is for tuning, then it shares nothing with the other', () => {
    for (const length of [0, 1, 7, 36_980]) {
      const [tuning, reporting] = [halfOf(length, 'tuning'), halfOf(length, 'reporting')];
      expect([tuning.start, tuning.end, reporting.end]).toEqual([0, reporting.start, length]);
    }
  });

  it('when a session begins near the end of its half, then it ends there', () => {
    const { end } = halfOf(traces.editing.edits.length, 'tuning');
    const played = playedEdits(traces.editing, end - 5, end, 70_000, traces.suggestions, newRandom(2));
    expect(played.at(-1)?.end).toBe(end);
  });
});

function requestsOf(document: string, arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.filter((arrival) => arrival.document === document);
}

function seedsWhere<T>(make: (seed: number) => T, isWanted: (made: T) => boolean): T | undefined {
  for (let seed = 0; seed < 200; seed += 1) {
    const made = make(seed);
    if (isWanted(made)) return made;
  }
  return undefined;
}
