/** What became of suggestions. It is counted on this machine, told to its user, and deleted when that one says so. */
import * as z from 'zod/mini';
import { textDocumentSchema } from './shared.ts';

// --- punctual/feedback: a notification, for what edits alone do not tell

export const feedbackMethod = 'punctual/feedback';
/** `accepted`: the suggestion that stood last in this document was taken whole. */
export const feedbackParamsSchema = z.object({ textDocument: textDocumentSchema, kind: z.literal('accepted') });
export type FeedbackParams = z.infer<typeof feedbackParamsSchema>;

// --- punctual/statistics: what was counted; punctual/statistics/clear deletes it, and answers with what there was

export const statisticsMethod = 'punctual/statistics';
export const statisticsClearMethod = 'punctual/statistics/clear';

/**
 * `shown` as far as can be told: the suggestion stood for a quarter of a second, or something of it was taken. `partly`: some of it was
 * taken. `retained` and `lost`: half a minute after something was taken, the text is still there or not.
 */
export const outcomeCountsSchema = z.object({
  shown: z.number(),
  accepted: z.number(),
  partly: z.number(),
  rejected: z.number(),
  retained: z.number(),
  lost: z.number(),
});
export type WireOutcomeCounts = z.infer<typeof outcomeCountsSchema>;

export const statisticsResultSchema = z.object({
  /** Where it is kept. */
  file: z.string(),
  total: outcomeCountsSchema,
  counts: z.array(z.extend(outcomeCountsSchema, { language: z.string(), model: z.string() })),
});
export type StatisticsResult = z.infer<typeof statisticsResultSchema>;
