/** What the scheduler heard and decided since the runtime began. */
import * as z from 'zod/mini';

// --- punctual/log: a request, with or without parameters

export const logMethod = 'punctual/log';

/**
 * `text`: also what prompts and answers said. The first who asks so has the runtime keep it from then on, until it ends; before that it
 * keeps none.
 */
export const logParamsSchema = z.nullish(z.object({ text: z.optional(z.boolean()) }));
export type LogParams = z.infer<typeof logParamsSchema>;

export const logResultSchema = z.object({
  /** The log as a file has it, in base64: gzip, and in it lines of JSON. Nothing that the user wrote is in it, unless `text` says so. */
  log: z.base64(),
  /** Text was asked for, and is in the log since then. */
  text: z.optional(
    z.object({
      /** From when on, in ms since the runtime began. */
      sinceMs: z.number(),
      /** Nobody had asked before: it is kept from now on, and none is in the log yet. */
      isNew: z.boolean(),
    }),
  ),
});
export type LogResult = z.infer<typeof logResultSchema>;
