/**
 * The words between the runtime process and the engine process, checked on arrival at both ends: the types are the port's, the
 * schemas make sure that what came over the pipe really has them.
 */
import { z } from 'zod';
import { isWording, sentenceFrom, type Wording } from '../../core/sentence.ts';
import { type TaskError, taskClasses, taskErrorCodes } from '../../core/task.ts';
import { costModelSchema } from '../cost-model-schema.ts';
import type { DeviceReport, EngineCommand, EngineEvent } from '../engine.ts';

const count = z.int().nonnegative();
const tokens = z.array(count);

/** As `asSent` makes it: a sentence is English over the pipe, with what it was made of beside it. */
const error = z
  .object({
    code: z.enum(taskErrorCodes),
    message: z.string(),
    said: z.object({ message: z.custom<Wording>(isWording) }).optional(),
    promptTokens: z.exactOptional(count),
    promptTokensMax: z.exactOptional(count),
  })
  .transform(
    ({ said, message, ...rest }): TaskError => ({ ...rest, message: said ? sentenceFrom(said.message) : message }),
  );

const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finished'), reason: z.enum(['stop', 'length']) }),
  z.object({ kind: z.literal('cancelled'), by: z.enum(['client', 'superseded']) }),
  z.object({ kind: z.literal('failed'), error }),
]);

const spec = z.object({
  id: z.string(),
  file: z.string(),
  sequences: z.int().min(1).max(16),
  contextTokens: z.int().positive(),
  threads: count,
  gpuLayers: count.optional(),
  mmap: z.boolean().optional(),
});

const prompt = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('infill'),
    prefix: z.string(),
    suffix: z.string(),
    typed: z.exactOptional(z.string()),
    heals: z.exactOptional(z.literal(true)),
    context: z.exactOptional(
      z.object({
        repository: z.string(),
        path: z.string(),
        pieces: z.array(z.object({ path: z.string(), text: z.string(), comments: z.string() })),
      }),
    ),
  }),
  z.object({ kind: z.literal('chat'), user: z.string() }),
]);

const request = z.object({
  id: z.string(),
  class: z.enum(taskClasses),
  model: z.string(),
  document: z.string().optional(),
  prompt,
  limits: z.object({ maxTokens: count, stop: z.array(z.string()) }),
  sla: z.object({ kind: z.enum(['ttft', 'e2e']), targetMs: z.number().positive() }),
  ageMs: z.number(),
  answerTokens: z.object({ p10: z.number(), p25: z.number(), p50: z.number(), p75: z.number(), p90: z.number() }),
  relegated: z.boolean(),
  generated: tokens,
});

const info = z.object({
  sequences: count,
  contextTokens: count,
  chunkTokens: count,
  infill: z.boolean(),
  suffixFirst: z.boolean().optional(),
  chat: z.boolean(),
  memoryBytes: z.number(),
  loadMs: z.number(),
  loadParts: z.object({ weightsMs: z.number(), contextMs: z.number(), warmUpMs: z.number() }).optional(),
  heldBytes: z.number().optional(),
  device: z.string(),
});

const pass = z.object({
  model: z.string(),
  kind: z.enum(['prefill', 'decode']),
  tokens: count,
  sequences: count,
  contextTokens: count,
  wallMs: z.number(),
  id: z.string().optional(),
  drafted: count.optional(),
  accepted: count.optional(),
});

/** A command as the engine process receives it. */
export const commandSchema: z.ZodType<EngineCommand> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('load'), spec }),
  z.object({ kind: z.literal('unload'), model: z.string() }),
  z.object({
    kind: z.literal('resize'),
    model: z.string(),
    sequences: spec.shape.sequences,
    contextTokens: spec.shape.contextTokens,
  }),
  z.object({ kind: z.literal('costs'), model: z.string(), costs: costModelSchema.optional() }),
  z.object({ kind: z.literal('start'), request }),
  z.object({ kind: z.literal('relegate'), id: z.string() }),
  z.object({ kind: z.literal('stop'), id: z.string(), keep: z.boolean().optional() }),
]);

const event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('loading'), model: z.string(), fraction: z.number() }),
  z.object({ kind: z.literal('loaded'), model: z.string(), info }),
  z.object({ kind: z.literal('loadFailed'), model: z.string(), error }),
  z.object({
    kind: z.literal('unloaded'),
    model: z.string(),
    freedBytes: z.number().optional(),
    tookMs: z.number().optional(),
  }),
  z.object({ kind: z.literal('resized'), model: z.string(), info }),
  z.object({ kind: z.literal('resizeFailed'), model: z.string(), error }),
  z.object({
    kind: z.literal('accepted'),
    id: z.string(),
    promptTokens: count,
    reusedTokens: count,
    follows: z.string().optional(),
  }),
  z.object({
    kind: z.literal('tokens'),
    id: z.string(),
    tokens,
    text: z.string(),
    logProbabilities: z.array(z.number()).optional(),
  }),
  z.object({ kind: z.literal('ended'), id: z.string(), outcome }),
  z.object({ kind: z.literal('pass'), pass }),
  z.object({ kind: z.literal('calibrated'), model: z.string() }),
]);

/** The events of one pass travel in one message. `lost` is not among them: only the other side can say it. */
export const eventsSchema: z.ZodType<EngineEvent[]> = z.array(event);

/** Asks the engine process what it computes with. No command: it changes nothing, and its answer is no event. */
export const deviceQuestionSchema = z.object({ kind: z.literal('devices') });
export type DeviceQuestion = z.infer<typeof deviceQuestionSchema>;

const bytes = z.number().nonnegative();
const deviceReport: z.ZodType<DeviceReport> = z.object({
  backend: z.enum(['cpu', 'cuda', 'vulkan', 'metal']),
  names: z.array(z.string()),
  totalBytes: bytes,
  usedBytes: bytes,
  unifiedBytes: bytes,
});

/** Without a report where the library cannot be opened. */
export const deviceAnswerSchema = z.object({ kind: z.literal('devices'), report: deviceReport.optional() });
export type DeviceAnswer = z.infer<typeof deviceAnswerSchema>;

/** What a malformed command is about: enough to answer it. Only these have an answer that somebody waits for. */
export const malformedSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), request: z.object({ id: z.string() }) }),
  z.object({ kind: z.literal('load'), spec: z.object({ id: z.string() }) }),
  z.object({ kind: z.literal('resize'), model: z.string() }),
]);
