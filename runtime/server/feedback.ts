/** `punctual/statistics`: what became of suggestions, told and deleted. */
import { sentence } from '../core/sentence.ts';
import { reasonOf } from '../disk/reason.ts';
import { type OutcomeCounts, totalOf } from '../features/completion/feedback.ts';
import { errorCodes, type StatisticsResult, statisticsClearMethod, statisticsMethod } from '../protocol.ts';
import type { FeedbackFile } from './feedback-file.ts';
import { refused } from './refused.ts';

export type FeedbackStore = Pick<FeedbackFile, 'book' | 'file' | 'clear'>;

export function feedbackHandlers(store: FeedbackStore): ReadonlyMap<string, () => Promise<StatisticsResult>> {
  return new Map([
    [statisticsMethod, () => Promise.resolve(statisticsOf(store))],
    [statisticsClearMethod, () => clear(store)],
  ]);
}

function statisticsOf({ book, file }: FeedbackStore): StatisticsResult {
  const { counts } = book.statistics;
  return { file, total: totalOf(book.statistics), counts: counts.map(wireCounts) };
}

function wireCounts({ acceptRate: _, ...counts }: OutcomeCounts): StatisticsResult['counts'][number] {
  return counts;
}

async function clear(store: FeedbackStore): Promise<StatisticsResult> {
  const before = statisticsOf(store);
  try {
    await store.clear();
  } catch (error) {
    const message = sentence(
      'The completion statistics are forgotten, but {0} cannot be deleted: {1}.',
      store.file,
      reasonOf(error),
    );
    throw refused(errorCodes.statistics, message, 'statistics');
  }
  return before;
}
