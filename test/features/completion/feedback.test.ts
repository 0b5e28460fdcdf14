import { describe, expect, it } from 'vitest';
import {
  acceptRateOf,
  counted,
  countsMax,
  noStatistics,
  type Outcome,
  type OutcomeKind,
  type Statistics,
  totalOf,
} from '../../../runtime/features/completion/feedback.ts';
import { FeedbackBook } from '../../../runtime/features/completion/feedback-book.ts';

const rust = { language: 'rust', model: 'Tiny' };

function statisticsOf(
  kinds: readonly OutcomeKind[],
  about: Omit<Outcome, 'kind'> = rust,
  from = noStatistics,
): Statistics {
  return kinds.reduce((statistics, kind) => counted(statistics, { ...about, kind }), from);
}

describe('what became of suggestions', () => {
  it('when suggestions are counted, then they are counted by language and model', () => {
    const statistics = statisticsOf(['shown', 'accepted', 'retained', 'shown', 'rejected']);
    const both = statisticsOf(['shown', 'partly', 'lost'], { language: 'go', model: 'Tiny' }, statistics);
    expect(both.counts.map(({ acceptRate: _, ...counts }) => counts)).toEqual([
      { ...rust, shown: 2, accepted: 1, partly: 0, rejected: 1, retained: 1, lost: 0 },
      { language: 'go', model: 'Tiny', shown: 1, accepted: 0, partly: 1, rejected: 0, retained: 0, lost: 1 },
    ]);
    expect(totalOf(both)).toEqual({ shown: 3, accepted: 1, partly: 1, rejected: 1, retained: 1, lost: 1 });
  });

  it('when suggestions are taken, then the rate rises, and what says nothing of that leaves it', () => {
    const usual = acceptRateOf(noStatistics, rust);
    const taken = acceptRateOf(statisticsOf(['accepted', 'accepted']), rust);
    expect(taken).toBeGreaterThan(usual);
    expect(acceptRateOf(statisticsOf(['rejected', 'rejected']), rust)).toBeLessThan(usual);
    expect(acceptRateOf(statisticsOf(['shown', 'retained', 'lost']), rust)).toBe(usual);
    expect(acceptRateOf(statisticsOf(['rejected']), { ...rust, language: 'go' })).toBe(usual);
  });

  it('when there are more languages and models than are kept, then the one not counted for longest is forgotten', () => {
    const many = Array.from({ length: countsMax + 1 }, (_, index) => ({ language: `l${index}`, model: 'Tiny' }));
    const statistics = many.reduce((before, about) => statisticsOf(['shown'], about, before), noStatistics);
    expect(statistics.counts).toHaveLength(countsMax);
    expect(statistics.counts.some(({ language }) => language === 'l0')).toBe(false);
  });

  it('when the features of its place are known, then the gate learns from it', () => {
    expect(statisticsOf(['shown'], { ...rust, features: { end: 1 } }).learned).toEqual({});
    expect(statisticsOf(['accepted'], { ...rust, features: { end: 1 } }).learned.end).toBeGreaterThan(0);
    expect(statisticsOf(['rejected'], { ...rust, features: { end: 1 } }).learned.end).toBeLessThan(0);
  });

  it('when the book is cleared, then nothing is left, and all who listen hear of it', () => {
    const book = new FeedbackBook(statisticsOf(['accepted'], { ...rust, features: { end: 1 } }));
    const heard: string[] = [];
    book.onChange(() => heard.push('changed'));
    book.onClear(() => heard.push('cleared'));
    book.record([]);
    expect(heard).toEqual([]);
    book.record([{ ...rust, kind: 'shown' }]);
    book.clear();
    expect(book.statistics).toEqual(noStatistics);
    expect(heard).toEqual(['changed', 'cleared', 'changed']);
  });
});
