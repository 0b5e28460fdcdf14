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

/** The value of each `$/progress` notification: text to append. */
export const partialResultSchema = z.object({ token: tokenSchema, value: z.object({ text: z.string() }) });

export const textResultSchema = z.object({
  /** The whole answer; equals the concatenated partial results when they were asked for. */
  text: z.string(),
  model: z.string(),
  demo: z.boolean(),
  targetMs: z.number(),
  ttftMs: z.number(),
  e2eMs: z.number(),
  /** Whether the answer was complete by its deadline. */
  kept: z.boolean(),
  /** Whether the model ended by itself, ran into the token limit, or was stopped because it repeated itself. */
  end: z.enum(['stop', 'length', 'repetition']),
  /** Set when only the first lines of the text fitted into the model's context. */
  truncated: z.object({ lines: z.number(), of: z.number() }).optional(),
});
export type TextResult = z.infer<typeof textResultSchema>;
