import { describe, expect, it } from 'vitest';
import { debounceDefault } from '../../../runtime/features/completion/debounce.ts';
import { totalOf } from '../../../runtime/features/completion/feedback.ts';
import { FeedbackBook } from '../../../runtime/features/completion/feedback-book.ts';
import { retainedMs } from '../../../runtime/features/completion/outcomes.ts';
import { Restraint, type RestraintQuestion } from '../../../runtime/features/completion/restraint.ts';
import type { InlineCompletionResult } from '../../../runtime/protocol.ts';
import { ManualTimer } from '../../server/manual-timer.ts';

const never = new AbortController().signal;
const head = `${'const value = compute();\n'.repeat(8)}const total = `;
const place = {
  client: 'w1',
  uri: 'file:///a.ts',
  languageId: 'typescript',
  model: 'Tiny',
  around: { before: `${head}com`, after: '' },
};
const question: RestraintQuestion = { ...place, invoked: false, targetMs: 500, forecastMs: 60 };

function world() {
  const timer = new ManualTimer();
  const book = new FeedbackBook();
  const restraint = new Restraint({ now: () => timer.nowMs, book, timer: timer.start });
  /** Types each character as a key, 110 ms apart, and comes to be 50 ms behind the last one. */
  const type = (text: string): void => {
    [...text].forEach((_, index) => {
      restraint.edited(place, head + text.slice(0, index + 1));
      timer.advance(index === text.length - 1 ? 50 : 110);
    });
  };
  return { timer, book, restraint, type };
}

describe('what stands before a new task', () => {
  it('when nobody types, then it is asked for at once', async () => {
    const { restraint, timer } = world();
    expect(await restraint.before(question, never)).toBeUndefined();
    expect(timer.pending).toBe(0);
  });

  it('when somebody types fast, then it waits, and asks when no key has come', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    const asked = restraint.before(question, never);
    expect(timer.pending).toBe(1);
    timer.advance(250);
    expect(await asked).toBeUndefined();
    expect(timer.pending).toBe(0);
  });

  it('when a key comes meanwhile, then nothing is asked for', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    const asked = restraint.before(question, never);
    restraint.edited(place, `${head}compute firsts`);
    expect(await asked).toEqual({ reason: 'cancelled' });
    expect(timer.pending).toBe(0);
  });

  it('when another document of the client is edited, then the wait goes on', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    const asked = restraint.before(question, never);
    restraint.edited({ client: 'w1', uri: 'file:///b.ts' }, 'x');
    timer.advance(250);
    expect(await asked).toBeUndefined();
  });

  it('when the request is taken back, before or while it waits, then nothing is asked for', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    expect(await restraint.before(question, AbortSignal.abort())).toEqual({ reason: 'cancelled' });
    const abort = new AbortController();
    const asked = restraint.before(question, abort.signal);
    abort.abort();
    expect(await asked).toEqual({ reason: 'cancelled' });
    expect(timer.pending).toBe(0);
  });

  it('when a later request comes for the document, then the earlier one is over', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    const first = restraint.before(question, never);
    const second = restraint.before(question, never);
    expect(await first).toEqual({ reason: 'cancelled' });
    timer.advance(250);
    expect(await second).toBeUndefined();
  });

  it('when it is asked for by hand, then it does not wait', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    expect(await restraint.before({ ...question, invoked: true }, never)).toBeUndefined();
    expect(timer.pending).toBe(0);
  });

  it('when there is no timer, then nothing waits', async () => {
    const book = new FeedbackBook();
    const restraint = new Restraint({ now: () => 0, book, timer: undefined });
    for (let key = 0; key < 10; key += 1) restraint.edited(place, head + key);
    expect(await restraint.before(question, never)).toBeUndefined();
  });

  it('when the gate is shut, then it says why, and nothing waits', async () => {
    const { restraint, timer, type } = world();
    type('compute first');
    const inside = { ...question, around: { before: `${head}com`, after: 'pute' } };
    expect(await restraint.before(inside, never)).toMatchObject({ reason: 'midIdentifier' });
    expect(timer.pending).toBe(0);
  });
});

describe('what became of suggestions', () => {
  const offer = (text: string): InlineCompletionResult => ({
    items: [{ insertText: text }],
    punctual: { reason: 'answered', from: 'generated', ttftMs: 60, e2eMs: 200 },
  });

  it('when one is taken and stays, then both are counted, the second though nobody edits', () => {
    const { restraint, timer, book } = world();
    restraint.answered(place, offer('pute();'));
    timer.advance(1_000);
    restraint.edited(place, `${head}compute();`);
    expect(totalOf(book.statistics)).toMatchObject({ shown: 1, accepted: 1, retained: 0 });
    timer.advance(retainedMs);
    expect(totalOf(book.statistics)).toMatchObject({ retained: 1, lost: 0 });
    expect(timer.pending).toBe(0);
  });

  it('when the editor says so, then it is counted once', () => {
    const { restraint, timer, book } = world();
    restraint.answered(place, offer('pute();'));
    timer.advance(1_000);
    restraint.edited(place, `${head}compute();`);
    restraint.accepted(place);
    expect(totalOf(book.statistics)).toMatchObject({ shown: 1, accepted: 1 });
  });

  it('when suggestions are rejected, then the next one is waited for longer than if they are taken', async () => {
    const waited = async (isTaken: boolean): Promise<number> => {
      const { restraint, timer, type } = world();
      for (let turn = 0; turn < 4; turn += 1) {
        restraint.answered({ ...place, around: { before: head, after: '' } }, offer('pute();'));
        timer.advance(260);
        restraint.edited(place, head + (isTaken ? 'pute();' : 'other;'));
        timer.advance(260);
        restraint.edited(place, head);
      }
      type('compute first');
      const start = timer.nowMs;
      let endMs: number | undefined;
      void restraint.before(question, never).then(() => {
        endMs = timer.nowMs;
      });
      for (let ms = 0; ms < 300 && endMs === undefined; ms += 10) {
        await new Promise(setImmediate);
        timer.advance(10);
      }
      return (endMs ?? start) - start;
    };
    expect(await waited(false)).toBeGreaterThan(await waited(true));
  });

  it('when suggestions are rejected again and again, then such a place is asked about no more, and it is if they are taken', async () => {
    const asked = async (isTaken: boolean): Promise<string> => {
      const { restraint, timer } = world();
      const done = `${head}compute();`;
      const around = { before: done, after: '' };
      expect(await restraint.before({ ...question, around }, never)).toBeUndefined();
      for (let turn = 0; turn < 12; turn += 1) {
        restraint.answered({ ...place, around }, offer(' // done'));
        timer.advance(260);
        restraint.edited(place, done + (isTaken ? ' // done' : ' other();'));
        timer.advance(5_000);
        restraint.edited(place, done);
        timer.advance(5_000);
      }
      const before = restraint.before({ ...question, around }, never);
      timer.advance(500);
      return (await before)?.reason ?? 'asked';
    };
    expect(await asked(false)).toBe('unlikely');
    expect(await asked(true)).toBe('asked');
  });

  it('when another cost of a request is given, then it is waited by that', async () => {
    const waits = async (requestCost: number): Promise<number> => {
      const timer = new ManualTimer();
      const debounce = { ...debounceDefault, requestCost };
      const restraint = new Restraint({
        now: () => timer.nowMs,
        book: new FeedbackBook(),
        timer: timer.start,
        debounce,
      });
      for (let key = 0; key < 10; key += 1) {
        restraint.edited(place, head + 'x'.repeat(key));
        timer.advance(key === 9 ? 50 : 110);
      }
      void restraint.before(question, never);
      await Promise.resolve();
      return timer.pending;
    };
    expect(await waits(0)).toBe(0);
    expect(await waits(1)).toBe(1);
  });

  it('when everything is deleted, then what was not counted yet is not counted either', () => {
    const { restraint, timer, book } = world();
    restraint.answered(place, offer('pute();'));
    timer.advance(1_000);
    restraint.edited(place, `${head}compute();`);
    book.clear();
    timer.advance(2 * retainedMs);
    restraint.edited(place, `${head}compute();\n`);
    expect(book.statistics.counts).toEqual([]);
    expect(timer.pending).toBe(0);
  });

  it('when a document is closed, then nothing is left of it', async () => {
    const { restraint, timer, type, book } = world();
    type('compute first');
    const asked = restraint.before(question, never);
    restraint.answered(place, offer('pute();'));
    restraint.closed(place);
    expect(await asked).toEqual({ reason: 'cancelled' });
    expect(timer.pending).toBe(0);
    expect(book.statistics.counts).toEqual([]);
  });
});
