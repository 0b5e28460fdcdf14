/** Answers that a user waits for: summaries and translations. */
import * as z from 'zod/mini';
import { wordsSchema } from './sentence.ts';
import { rangeSchema, targetMsSchema, textDocumentSchema, tokenSchema } from './shared.ts';

// --- punctual/summarize and punctual/translate: streamed as `$/progress` on partialResultToken, cancelled by `$/cancelRequest`

export const summarizeMethod = 'punctual/summarize';
export const translateMethod = 'punctual/translate';

/** What is asked of a document. */
export const textParamsSchema = z.object({
  textDocument: textDocumentSchema,
  /** Absent: the whole document. */
  range: z.optional(rangeSchema),
  partialResultToken: z.optional(tokenSchema),
  /** Overrides the client's setting for this request. */
  targetMs: z.optional(targetMsSchema),
  /** The absolute path of the document's workspace, from a client whose user trusts it: prompts in its `.punctual/prompts` count. */
  workspace: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
});
export type TextParams = z.infer<typeof textParamsSchema>;

/** Documents that one summary is about at most, with the first. */
export const summaryDocumentsMax = 256;

export const summarizeParamsSchema = z.extend(textParamsSchema, {
  /**
   * `explanation`, the default: what it does. `docComment`: the documentation comment of what is declared at the start of the range.
   * `commitMessage`: of a document that is a diff. `hover`: a few sentences about the range, or, where that is empty, about what is declared
   * around it.
   */
  purpose: z.optional(z.enum(['explanation', 'docComment', 'commitMessage', 'hover'])),
  /** Further documents that are open here: with the first one, those of a folder. The range says nothing then. */
  more: z.optional(z.array(textDocumentSchema).check(z.maxLength(summaryDocumentsMax - 1))),
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

export const translateParamsSchema = z.extend(textParamsSchema, {
  to: z.enum(Object.keys(targetLanguages) as [TargetLanguage, ...TargetLanguage[]]),
  /** The client can take back what was streamed: what does not parse may be written once more (`restart`). */
  mayRestart: z.optional(z.boolean()),
});
export type TranslateParams = z.infer<typeof translateParamsSchema>;

/**
 * The value of each `$/progress` notification: text to append, or (with an empty text) a note: one sentence for the person who waits,
 * at once when it is so. Each comes once; the result says the same in `relegated`, `insteadOf` and `notes`. An answer in several calls has
 * a stage, too: how many of them have ended.
 */
export const partialResultSchema = z.object({
  token: tokenSchema,
  value: z.object({
    text: z.string(),
    note: z.optional(wordsSchema),
    /** What came so far is void: the text begins anew with this one. Only for whoever has said that he can do that. */
    restart: z.optional(z.literal(true)),
    stage: z.optional(z.object({ done: z.number(), of: z.number() })),
  }),
});

export const textResultSchema = z.object({
  /** The whole answer; equals the concatenated partial results, since the last restart, when they were asked for. */
  text: z.string(),
  /** The model that answered, by the name that people know. */
  model: z.string(),
  demo: z.boolean(),
  /** The model that was chosen, when another answered, as this one would have come too late. */
  insteadOf: z.optional(z.string()),
  targetMs: z.number(),
  ttftMs: z.number(),
  e2eMs: z.number(),
  /** Set where `targetMs` bounds the time to the first token, and not that to the last one. */
  sla: z.optional(z.literal('ttft')),
  /** Whether that was so by its deadline. */
  kept: z.boolean(),
  /** Set when it was found that it could not be done by its time, so that it gave way to others; it may be `kept` all the same. */
  relegated: z.optional(z.literal(true)),
  /** Whether the model ended by itself, ran into the token limit, or was stopped because it repeated itself. */
  end: z.enum(['stop', 'length', 'repetition']),
  /** Set when only the first lines of the text fitted into the model's context. */
  truncated: z.optional(z.object({ lines: z.number(), of: z.number() })),
  /** What else is to be said of it, in whole sentences: what was left out for want of time, what does not parse. */
  notes: z.optional(z.array(wordsSchema)),
  /** Where the answer is no code of its language although it should be: lines of `text`, from 0, and what is wrong, in words. */
  problems: z.optional(z.array(z.object({ line: z.int().check(z.minimum(0)), message: wordsSchema }))),
  /** Of a documentation comment: where it belongs in the document, with what stands around it there. The runtime changes no document. */
  edit: z.optional(z.object({ range: rangeSchema, newText: z.string() })),
});
export type TextResult = z.infer<typeof textResultSchema>;
export type TextResultSaid = z.input<typeof textResultSchema>;
