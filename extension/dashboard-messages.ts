/** What the dashboard's page and the extension say to each other, checked on both sides. */
import * as z from 'zod/mini';
import { watchNewsSchema } from '../runtime/protocol/dashboard.ts';
import { statusSchema } from '../runtime/protocol/status.ts';

export const toPageSchema = z.discriminatedUnion('kind', [
  /** The first one: every text of the page, in the user's language. */
  z.object({ kind: z.literal('strings'), language: z.string(), strings: z.record(z.string(), z.string()) }),
  z.object({ kind: z.literal('connection'), isConnected: z.boolean() }),
  z.object({ kind: z.literal('news'), news: watchNewsSchema }),
  z.object({ kind: z.literal('status'), status: statusSchema }),
  /** The end of an export: a sentence, or nothing when it was called off. */
  z.object({ kind: z.literal('exported'), sentence: z.optional(z.string()) }),
]);
export type ToPage = z.infer<typeof toPageSchema>;

export const fromPageSchema = z.discriminatedUnion('kind', [
  /** It can be spoken to. */
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('export') }),
  z.object({ kind: z.literal('problem'), message: z.string().check(z.maxLength(4096)) }),
]);
export type FromPage = z.infer<typeof fromPageSchema>;
