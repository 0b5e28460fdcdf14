/** Inline completions. */
import * as z from 'zod/mini';
import { wordsSchema } from './sentence.ts';
import { positionSchema, rangeSchema, textDocumentSchema } from './shared.ts';

// --- textDocument/inlineCompletion: LSP 3.18, with what happened in `punctual`

export const inlineCompletionParamsSchema = z.object({
  textDocument: textDocumentSchema,
  position: positionSchema,
  context: z.object({
    /** 1 = invoked by hand, 2 = automatic while typing. */
    triggerKind: z.union([z.literal(1), z.literal(2)]),
    selectedCompletionInfo: z.optional(z.object({ range: rangeSchema, text: z.string() })),
  }),
});
export type InlineCompletionParams = z.infer<typeof inlineCompletionParamsSchema>;

/** Why there is no suggestion, or `answered`. For the log and the language status item, never for a pop-up. */
export const completionReasonSchema = z.enum([
  'answered',
  'empty', // the model had nothing to say, or post-processing left nothing
  'cancelled',
  'demoModel', // automatic completion with the demonstration model outside the sample
  'modelUnavailable',
  'modelWithoutInfill',
  'documentTooLarge',
  'documentBinary',
  'documentUnknown',
  'positionOutside',
  'notSource', // what programs write, not people
  'conflictMarkers',
  'midIdentifier',
  'unlikely', // it would hardly be taken
  'rejected',
  'failed',
]);
export type CompletionReason = z.infer<typeof completionReasonSchema>;

/** Who answered: the suggestion that was typed on, one that was kept, a generation that was running already, or a new one. */
export const completionSourceSchema = z.enum(['typed', 'cache', 'joined', 'generated']);
export type CompletionSource = z.infer<typeof completionSourceSchema>;

export const completionTraceSchema = z.object({
  reason: completionReasonSchema,
  from: z.optional(completionSourceSchema),
  /** One sentence for the log and for `complete` on the command line. */
  message: z.optional(wordsSchema),
  /** The model that answered, or was to answer, by the name that people know. */
  model: z.optional(z.string()),
  /** The model that was chosen, when another answered, as this one would have come too late. */
  insteadOf: z.optional(z.string()),
  ttftMs: z.optional(z.number()),
  e2eMs: z.optional(z.number()),
  promptTokens: z.optional(z.number()),
  reusedTokens: z.optional(z.number()),
  generatedTokens: z.optional(z.number()),
  kept: z.optional(z.boolean()),
  /** Names of the filters that changed the model's answer, in order; and of the one that left nothing of it. */
  filters: z.optional(z.array(z.string())),
  droppedBy: z.optional(z.string()),
  /** The time to the first token as it was predicted when the prompt was chosen; absent while nothing can be said. */
  forecastMs: z.optional(z.number()),
  /** The prompt is shorter than wanted, because the first token of the whole one was forecast too late; `forecastMs` is that of this one. */
  fitted: z.optional(z.object({ droppedTokens: z.number(), forecastMs: z.number(), targetMs: z.number() })),
  /** So much was typed since the prompt was evaluated that it is to be evaluated anew once nobody types. */
  stale: z.optional(z.boolean()),
});
export type CompletionTrace = z.infer<typeof completionTraceSchema>;
export type CompletionTraceSaid = z.input<typeof completionTraceSchema>;

export const inlineCompletionResultSchema = z.object({
  items: z.array(
    z.object({ insertText: z.string(), filterText: z.optional(z.string()), range: z.optional(rangeSchema) }),
  ),
  punctual: completionTraceSchema,
});
export type InlineCompletionResult = z.infer<typeof inlineCompletionResultSchema>;
export type InlineCompletionResultSaid = z.input<typeof inlineCompletionResultSchema>;

// --- punctual/eligibility: would completion answer by itself here, and if not, why

export const eligibilityMethod = 'punctual/eligibility';
export const eligibilityParamsSchema = z.object({
  textDocument: textDocumentSchema,
  /** Where the cursor is in the document that became active: its prompt is evaluated while nothing else runs. */
  position: z.optional(positionSchema),
});
export const eligibilityResultSchema = z.object({
  automatic: z.boolean(),
  reason: completionReasonSchema,
  message: wordsSchema,
});
export type EligibilityResult = z.infer<typeof eligibilityResultSchema>;
export type EligibilityResultSaid = z.input<typeof eligibilityResultSchema>;
