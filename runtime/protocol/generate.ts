/** Code that is asked for in a sentence. */
import * as z from 'zod/mini';
import { rangeSchema } from './shared.ts';
import { textParamsSchema } from './text.ts';

// --- punctual/generate: streamed as `$/progress` on partialResultToken, cancelled by `$/cancelRequest`. The promise is one of the first
// token. The result's `edit` says what takes the place of the range; the runtime changes no document. A newer request for the same document
// takes the place of an older one, which ends as cancelled by the server (LSP's ServerCancelled).

export const generateMethod = 'punctual/generate';

/** Longer than this it is no sentence any more. */
export const instructionCharsMax = 2_000;

export const generateParamsSchema = z.extend(textParamsSchema, {
  /** The place: a cursor, or what is to be replaced. */
  range: rangeSchema,
  instruction: z.string().check(z.trim(), z.minLength(1), z.maxLength(instructionCharsMax)),
  /** The client can take back what was streamed, when not all of it may stay. Else it hears that in the result alone. */
  mayRestart: z.optional(z.boolean()),
});
export type GenerateParams = z.infer<typeof generateParamsSchema>;
