/** What the scheduler hears and decides while it does, for whoever watches. Nothing that the user wrote is in it, as in a log without text. */
import * as z from 'zod/mini';
import { taskClassSchema, tokenSchema } from './shared.ts';

// --- punctual/watch: a request that lasts until it is cancelled or the client goes; the news come as progress, at most 4 a second

export const watchMethod = 'punctual/watch';
export const watchParamsSchema = z.object({ partialResultToken: tokenSchema });

const ofTask = { id: z.string() };
/** By the name of its file. */
const ofModel = { model: z.string() };

const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finished'), reason: z.enum(['stop', 'length']) }),
  z.object({ kind: z.literal('cancelled'), by: z.enum(['client', 'superseded']) }),
  z.object({ kind: z.literal('failed'), error: z.object({ code: z.string(), message: z.string() }) }),
]);

/** Times are in ms on the runtime's clock. */
const item = <Kind extends string, Shape extends z.core.$ZodLooseShape>(kind: Kind, shape: Shape) =>
  z.object({ kind: z.literal(kind), atMs: z.number(), ...shape });

const knownItemSchema = z.discriminatedUnion('kind', [
  item('submit', {
    ...ofTask,
    ...ofModel,
    class: taskClassSchema,
    sla: z.object({ kind: z.enum(['ttft', 'e2e']), targetMs: z.number() }),
    arrivalMs: z.number(),
    maxTokens: z.number(),
    language: z.optional(z.string()),
    /** A number in place of its name. */
    document: z.optional(z.string()),
    /** It is one of several calls under one promise, which is due then. */
    workflow: z.optional(z.string()),
    dueMs: z.optional(z.number()),
    /** It only measures: nothing was promised to anybody. */
    probe: z.optional(z.literal(true)),
    /** Nobody waits for it, and nothing was promised. */
    idle: z.optional(z.literal(true)),
  }),
  item('accepted', { ...ofTask, promptTokens: z.number(), reusedTokens: z.number() }),
  item('tokens', { ...ofTask, count: z.number() }),
  /** The engine is free of it. */
  item('ended', ofTask),
  item('pass', {
    ...ofModel,
    step: z.enum(['prefill', 'decode']),
    tokens: z.number(),
    sequences: z.number(),
    wallMs: z.number(),
    id: z.optional(z.string()),
    drafted: z.optional(z.number()),
    accepted: z.optional(z.number()),
  }),
  item('loaded', { ...ofModel, loadMs: z.number(), memoryBytes: z.number(), device: z.string() }),
  item('loadFailed', { ...ofModel, message: z.string() }),
  item('unloaded', ofModel),
  item('engineLost', { reason: z.string() }),
  item('start', { ...ofTask, ...ofModel }),
  /** `keep`: it is paused. */
  item('stop', { ...ofTask, keep: z.boolean() }),
  item('settle', { ...ofTask, outcome: outcomeSchema }),
  item('relegate', ofTask),
  item('substitute', { ...ofTask, by: z.string(), why: z.string() }),
  item('offer', { ...ofTask, by: z.string(), why: z.string() }),
  item('withdraw', ofTask),
  /** About the models in memory; `why` is a sentence. */
  item('decision', {
    action: z.enum(['load', 'unload', 'resize', 'readAhead', 'stopReading', 'tell']),
    model: z.optional(z.string()),
    why: z.string(),
  }),
]);

/** What a newer runtime tells of beside these is passed over. */
const otherItemSchema = z.object({
  kind: z.pipe(
    z.string(),
    z.transform((): 'other' => 'other'),
  ),
  atMs: z.number(),
});

export const watchItemSchema = z.union([knownItemSchema, otherItemSchema]);
export type WatchItem = z.infer<typeof watchItemSchema>;
export type KnownWatchItem = z.infer<typeof knownItemSchema>;
export type WatchOutcome = z.infer<typeof outcomeSchema>;

/** What a model in memory is worth, and each factor of that (the runtime's core/residency/worth.ts). */
export const modelScoreSchema = z.object({
  /** As in the status. */
  id: z.string(),
  worthMs: z.number(),
  need: z.number(),
  signalled: z.number(),
  loadMs: z.number(),
  broken: z.number(),
  workMs: z.number(),
  bytes: z.number(),
});
export type ModelScore = z.infer<typeof modelScoreSchema>;

/** Together at most so many; beyond it passes and tokens are left out first. */
export const watchItemsMax = 4_000;

export const watchNewsSchema = z.object({
  /** With the first news: what was before, as far as it is remembered. */
  past: z.optional(z.literal(true)),
  /** When the runtime's clock was 0, in ms since 1970. */
  originMs: z.number(),
  nowMs: z.number(),
  items: z.array(watchItemSchema).check(z.maxLength(2 * watchItemsMax)),
  /** So many are not among them, as there were too many. */
  leftOut: z.number(),
  scores: z.array(modelScoreSchema),
});
export type WatchNews = z.infer<typeof watchNewsSchema>;
