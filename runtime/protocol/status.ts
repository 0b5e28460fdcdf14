/** How the runtime is doing. */
import { z } from 'zod';
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
  automatic: z.object({ targetMs: z.number(), ordinaryMs: z.number() }).optional(),
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
  refused: z.number().optional(),
  ttftMs: z.object({ p50: z.number(), p95: z.number() }).optional(),
  e2eMs: z.object({ p50: z.number(), p95: z.number() }).optional(),
  /** How wrong the times predicted at arrival were; absent before the first one could be compared. */
  ttftError: errorsSchema.optional(),
  e2eError: errorsSchema.optional(),
});
export type ClassStatus = z.infer<typeof classStatusSchema>;

export const modelStatusSchema = z.object({
  id: z.string(),
  name: z.string(),
  demo: z.boolean(),
  state: z.enum(['unloaded', 'loading', 'ready', 'failed']),
  /** It leaves memory for no other. */
  pinned: pinSchema.optional(),
  /** 0 to 1 while loading. */
  progress: z.number().optional(),
  memoryBytes: z.number().optional(),
  /** Of a model that is ready: tokens that one sequence holds, sequences side by side, and what computes. */
  contextTokens: z.number().optional(),
  sequences: z.number().optional(),
  device: z.string().optional(),
  /** Of a model that is ready, once enough of its passes were measured. */
  speed: speedSchema.optional(),
  error: wordsSchema.optional(),
  /** How wrong the predicted times of forward passes were. */
  prefillError: errorsSchema.optional(),
  decodeError: errorsSchema.optional(),
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
  enginePid: z.number().optional(),
  engineRestarts: z.number(),
  uptimeMs: z.number(),
  clients: z.number(),
  windowMs: z.number(),
  classes: z.array(classStatusSchema),
  models: z.array(modelStatusSchema),
  /** How many suggestions came from where since the runtime began; absent from runtimes that do not count them. */
  suggestions: z.record(completionSourceSchema, z.number()).optional(),
  /** What became of suggestions since they are counted; absent from runtimes that do not. */
  outcomes: outcomeCountsSchema.optional(),
  /** Absent while nothing was loaded or read ahead. */
  ahead: aheadStatusSchema.optional(),
  /** The oldest first; absent while there are none. */
  workflows: z.array(workflowStatusSchema).optional(),
  /** What of the runtime's environment could not be followed, in whole sentences. */
  problems: z.array(wordsSchema).optional(),
});
export type Status = z.infer<typeof statusSchema>;
export type StatusSaid = z.input<typeof statusSchema>;
