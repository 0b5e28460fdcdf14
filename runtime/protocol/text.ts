/** Answers that a user waits for: summaries and translations. */
import { z } from 'zod';
import { rangeSchema, targetMsSchema, textDocumentSchema, tokenSchema } from './shared.ts';

// --- punctual/summarize and punctual/translate: streamed as `$/progress` on partialResultToken, cancelled by `$/cancelRequest`

export const summarizeMethod = 'punctual/summarize';
export const translateMethod = 'punctual/translate';

export const summarizeParamsSchema = z.object({
  textDocument: textDocumentSchema,
  /** Absent: the whole document. */
  range: rangeSchema.optional(),
  partialResultToken: tokenSchema.optional(),
  /** Overrides the client's setting for this request. */
  targetMs: targetMsSchema.optional(),
});
export type SummarizeParams = z.infer<typeof summarizeParamsSchema>;

/** VS Code language identifiers of the languages that can be translated into, with the names models know. */
export const targetLanguages = {
  c: 'C',
  cpp: 'C++',
  csharp: 'C#',
  go: 'Go',
  java: 'Java',
  javascript: 'JavaScript',
  kotlin: 'Kotlin',
  php: 'PHP',
  python: 'Python',
  ruby: 'Ruby',
  rust: 'Rust',
  swift: 'Swift',
  typescript: 'TypeScript',
} as const;
export type TargetLanguage = keyof typeof targetLanguages;

export const translateParamsSchema = summarizeParamsSchema.extend({
  to: z.enum(Object.keys(targetLanguages) as [TargetLanguage, ...TargetLanguage[]]),
});
export type TranslateParams = z.infer<typeof translateParamsSchema>;

/**
 * The value of each `$/progress` notification: text to append, or (with an empty text) a note: one sentence for the person who waits,
 * at once when it is so. Each comes once; the result says the same in `relegated` and `insteadOf`.
 */
export const partialResultSchema = z.object({
  token: tokenSchema,
  value: z.object({ text: z.string(), note: z.string().optional() }),
});

export const textResultSchema = z.object({
  /** The whole answer; equals the concatenated partial results when they were asked for. */
  text: z.string(),
  /** The model that answered, by the name that people know. */
  model: z.string(),
  demo: z.boolean(),
  /** The model that was chosen, when another answered, as this one would have come too late. */
  insteadOf: z.string().optional(),
  targetMs: z.number(),
  ttftMs: z.number(),
  e2eMs: z.number(),
  /** Whether the answer was complete by its deadline. */
  kept: z.boolean(),
  /** Set when it was found that it could not be done by its time, so that it gave way to others; it may be `kept` all the same. */
  relegated: z.literal(true).optional(),
  /** Whether the model ended by itself, ran into the token limit, or was stopped because it repeated itself. */
  end: z.enum(['stop', 'length', 'repetition']),
  /** Set when only the first lines of the text fitted into the model's context. */
  truncated: z.object({ lines: z.number(), of: z.number() }).optional(),
});
export type TextResult = z.infer<typeof textResultSchema>;
