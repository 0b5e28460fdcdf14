/** Limits and pieces that all parts of the wire are made of. */
import * as z from 'zod/mini';

// --- Limits: what the runtime accepts at most. Beyond them a request is answered with a sentence, not with silence.

/** One WebSocket message. A document of 5 MB and its JSON escapes fit. */
export const messageBytesMax = 32 * 1024 * 1024;
/** A larger document is not synchronised into prompts: completion stays silent, a command says so. */
export const documentCharsMax = 2 * 1024 * 1024;
export const slaTargetMsMin = 1;
export const slaTargetMsMax = 60 * 60 * 1000;

// --- Shared pieces

const uint = z.int().check(z.minimum(0), z.maximum(2_147_483_647));
export const positionSchema = z.object({ line: uint, character: uint });
export const rangeSchema = z.object({ start: positionSchema, end: positionSchema });
export const textDocumentSchema = z.object({ uri: z.string().check(z.maxLength(8192)) });
export const tokenSchema = z.union([z.string().check(z.maxLength(256)), z.int()]);
export const targetMsSchema = z.number().check(z.minimum(slaTargetMsMin), z.maximum(slaTargetMsMax));

/**
 * Tokens per second while a model works for one sequence alone in an ordinary context, as its passes were measured; what guessed tokens
 * save is not in it.
 */
export const speedSchema = z.object({ prefillTokensPerSecond: z.number(), decodeTokensPerSecond: z.number() });
export type Speed = z.infer<typeof speedSchema>;

/** Why a model leaves memory for no other: completions go to it, or the user has pinned it. */
export const pinSchema = z.enum(['completion', 'user']);
export type Pin = z.infer<typeof pinSchema>;

export const taskClassSchema = z.enum(['completion', 'summarize', 'translate', 'generate']);
export type WireTaskClass = z.infer<typeof taskClassSchema>;
