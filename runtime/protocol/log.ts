/** What the scheduler heard and decided since the runtime began. */
import * as z from 'zod/mini';

// --- punctual/log: a request without parameters

export const logMethod = 'punctual/log';

export const logResultSchema = z.object({
  /** The log as a file has it, in base64: gzip, and in it lines of JSON without anything that the user wrote. */
  log: z.base64(),
});
export type LogResult = z.infer<typeof logResultSchema>;
