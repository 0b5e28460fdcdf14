/** How clients find the runtime. */
import * as z from 'zod/mini';
import { wordsSchema } from './sentence.ts';

// --- The rendezvous file (how clients find the runtime), mode 0600.

export const rendezvousSchema = z.object({
  pid: z.int().check(z.positive()),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
  token: z.string().check(z.minLength(32)),
  version: z.string(),
  protocol: z.int(),
});
export type Rendezvous = z.infer<typeof rendezvousSchema>;

/** What `GET /` answers to whoever shows the token: proof that the process behind the port is the runtime of the file. */
export const runtimeIdentitySchema = z.object({
  name: z.literal('punctual'),
  pid: z.number(),
  version: z.string(),
  protocol: z.number(),
});
export type RuntimeIdentity = z.infer<typeof runtimeIdentitySchema>;

// --- punctual/stop: end the runtime (the CLI's `stop`, and a newer client that retires an older runtime)

export const stopMethod = 'punctual/stop';
export const stopParamsSchema = z.object({ reason: z._default(z.string().check(z.maxLength(256)), 'asked to stop') });

/** `data` of our own errors. */
export const errorDataSchema = z.object({
  /** The cause in a word. */
  code: z.string(),
  /** The error's message, with its wording beside it. */
  message: z.optional(wordsSchema),
});
export type ErrorDataSaid = z.input<typeof errorDataSchema>;

/** Error codes of our own, outside of what JSON-RPC and LSP reserve (-32768 to -32000). `data.code` names the cause in a word. */
export const errorCodes = {
  taskFailed: -31_001,
  tooLarge: -31_002,
  empty: -31_003,
  unknownDocument: -31_004,
  shuttingDown: -31_005,
  binary: -31_006,
  /** What was asked of models cannot be done. */
  models: -31_007,
  /** What was counted of suggestions cannot be deleted. */
  statistics: -31_008,
  /** No log is kept. */
  log: -31_009,
} as const;
