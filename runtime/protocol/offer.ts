/** Questions of the runtime to the person at a client. */
import * as z from 'zod/mini';
import { textDocumentSchema, type WireTaskClass } from './shared.ts';

// --- punctual/offer: the one request from the runtime to a client, for clients whose setting `substitution` is `ask`

/**
 * A model that is loaded could answer at once what was asked for; the chosen one would come too late. The task waits on as long as there
 * is no answer, so a client need not give one. `$/cancelRequest` says that the question is moot: then no answer counts any more.
 */
export const offerMethod = 'punctual/offer';

export const offerParamsSchema = z.object({
  /** What was asked for, and about which document. */
  class: z.enum(['summarize', 'translate'] as const satisfies readonly WireTaskClass[]),
  textDocument: textDocumentSchema,
  /** The model that was chosen, by the name that people know. */
  model: z.string(),
  /** The one that would answer now. */
  by: z.string(),
  /** Until the chosen one would be there, about. */
  waitMs: z.number().check(z.minimum(0)),
});
export type OfferParams = z.infer<typeof offerParamsSchema>;

export const offerResultSchema = z.object({
  /** `now`: the other model answers, and the answer says so. `wait`: the chosen one does. */
  choice: z.enum(['now', 'wait']),
});
export type OfferResult = z.infer<typeof offerResultSchema>;
