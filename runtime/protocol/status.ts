/** How the runtime is doing. */
import * as z from 'zod/mini';
import { completionSourceSchema } from './completion.ts';
import { outcomeCountsSchema } from './feedback.ts';
import { wordsSchema } from './sentence.ts';
import { pinSchema, speedSchema, taskClassSchema } from './shared.ts';

// --- punctual/status: pushed after `initialized` and when something changed, at most 4 a second

export const statusMethod = 'punctual/status';

/** Relative errors of recent predictions: 0.15 is 15 %. */
export const errorsSchema = z.object({ p50: z.number(), p90: z.number(), samples: z.number() });
export type Errors = z.infer<typeof errorsSchema>;

export const classStatusSchema = z.object({
  class: taskClassSchema,
  sla: z.object({ kind: z.enum(['ttft', 'e2e']), targetMs: z.number() }),
  /** What stands where the promise follows from a measurement: `ordinaryMs` is an ordinary task on an idle machine. */
  automatic: z.optional(z.object({ targetMs: z.number(), ordinaryMs: z.number() })),
  running: z.number(),
  waiting: z.number(),
  /** Counts and quantiles cover the last minutes (`windowMs`). */
  finished: z.number(),
  kept: z.number(),
  /**
   * Tasks whose promise was kept or broken: those that finished, those that failed on the runtime's side or found no room, and those
   * that were cancelled or superseded after their time was over; not those whose model could not be loaded. `kept` of these is the share
   * on time.
   */
  decided: z.number(),
  superseded: z.number(),
  cancelled: z.number(),
  /** Taken in, and came to nothing. */
  failed: z.number(),
  /** Not taken in; absent from runtimes that do not tell them from failed ones. */
  refused: z.optional(z.number()),
  ttftMs: z.optional(z.object({ p50: z.number(), p95: z.number() })),
  e2eMs: z.optional(z.object({ p50: z.number(), p95: z.number() })),
  /** How wrong the times predicted at arrival were; absent before the first one could be compared. */
  ttftError: z.optional(errorsSchema),
  e2eError: z.optional(errorsSchema),
});
export type ClassStatus = z.infer<typeof classStatusSchema>;

export const modelStatusSchema = z.object({
  id: z.string(),
  name: z.string(),
  demo: z.boolean(),
  state: z.enum(['unloaded', 'loading', 'ready', 'failed']),
  /** It leaves memory for no other. */
  pinned: z.optional(pinSchema),
  /** 0 to 1 while loading. */
  progress: z.optional(z.number()),
  memoryBytes: z.optional(z.number()),
  /** Of a model that is ready: tokens that one sequence holds, sequences side by side, and what computes. */
  contextTokens: z.optional(z.number()),
  sequences: z.optional(z.number()),
  device: z.optional(z.string()),
  /** Of a model that is ready, once enough of its passes were measured. */
  speed: z.optional(speedSchema),
  error: z.optional(wordsSchema),
  /** How wrong the predicted times of forward passes were. */
  prefillError: z.optional(errorsSchema),
  decodeError: z.optional(errorsSchema),
});
export type ModelStatus = z.infer<typeof modelStatusSchema>;
export type ModelStatusSaid = z.input<typeof modelStatusSchema>;

/** What was done before anybody asked for it, since the runtime began. */
export const aheadStatusSchema = z.object({
  /** Models that were loaded although nobody waited: how many, how many of them were used, how many were there for nothing. */
  loads: z.object({ begun: z.number(), used: z.number(), wasted: z.number(), wastedMs: z.number() }),
  /** Files that were read into the page cache: what of that loads have found there. The processor's time is at most this. */
  reads: z.object({ bytesRead: z.number(), bytesUsed: z.number(), cpuMs: z.number() }),
});
export type AheadStatus = z.infer<typeof aheadStatusSchema>;

/** An answer in several calls that is under way. */
export const workflowStatusSchema = z.object({
  class: taskClassSchema,
  /** For people: `Translating users.ts to Python`. */
  title: wordsSchema,
  elapsedMs: z.number(),
  targetMs: z.number(),
  /** Its calls, in their order. */
  stages: z.array(
    z.object({ label: wordsSchema, state: z.enum(['waiting', 'running', 'done', 'left out', 'failed']) }),
  ),
});
export type WorkflowStatus = z.infer<typeof workflowStatusSchema>;
export type WorkflowStatusSaid = z.input<typeof workflowStatusSchema>;

export const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  enginePid: z.optional(z.number()),
  engineRestarts: z.number(),
  uptimeMs: z.number(),
  clients: z.number(),
  windowMs: z.number(),
  classes: z.array(classStatusSchema),
  models: z.array(modelStatusSchema),
  /** How many suggestions came from where since the runtime began; absent from runtimes that do not count them. */
  suggestions: z.optional(z.record(completionSourceSchema, z.number())),
  /** What became of suggestions since they are counted; absent from runtimes that do not. */
  outcomes: z.optional(outcomeCountsSchema),
  /** Absent while nothing was loaded or read ahead. */
  ahead: z.optional(aheadStatusSchema),
  /** The oldest first; absent while there are none. */
  workflows: z.optional(z.array(workflowStatusSchema)),
  /** What of the runtime's environment could not be followed, in whole sentences. */
  problems: z.optional(z.array(wordsSchema)),
});
export type Status = z.infer<typeof statusSchema>;
export type StatusSaid = z.input<typeof statusSchema>;
