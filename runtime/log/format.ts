/**
 * The file that a log is: gzip, and in it lines of JSON. The first says what it is and what the scheduler was made with, the last how much
 * there is; between them stands a line for each turn, with its event and what was decided. Behind the turns, in a log whose user has asked
 * for it, stand lines with the text of prompts and answers, which decides nothing. Checked when it is read.
 */
import { z } from 'zod';
import type { Event } from '../core/event.ts';
import { taskClasses } from '../core/task.ts';
import { costModelSchema } from '../engine/cost-model-schema.ts';
import type { LoggedText } from './texts.ts';

/** Raised when an older reader could no longer play a newer log. One with text needs a reader that knows it. */
export const logVersion = 1;

/** JSON has no infinite numbers and writes null. */
const amount = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);
const count = z.int().nonnegative();
/** Of one event: more are no answer, and no prompt. */
const tokensMax = 1_000_000;
const charsMax = 64 * 1024 * 1024;
const id = z.string();

const setting = z.union([amount, z.boolean(), z.string()]);

export const headerSchema = z.object({
  format: z.literal('punctual-log'),
  version: z.int(),
  /** The version of Punctual that wrote it. */
  punctual: z.string(),
  /** What the scheduler was made with. */
  options: z.object({
    policy: z.string(),
    waitingMax: count,
    loadRetryMs: amount,
    residency: z.record(z.string(), setting),
  }),
});
export type LogHeader = z.input<typeof headerSchema>;
export type ReadHeader = z.infer<typeof headerSchema>;

/**
 * `cutMs`: from then on nothing was recorded any more, as the log had become as large as it may. `text`: there is text in it, of what came
 * after `sinceMs`, in so many lines.
 */
export const endSchema = z.object({
  end: z.object({
    events: count,
    effects: count,
    text: z.object({ sinceMs: z.number(), lines: count }).optional(),
    cutMs: z.number().optional(),
  }),
});
export type LogEnd = z.infer<typeof endSchema>;

const part = z.looseObject({ chars: count.max(charsMax), like: id.optional(), same: count.optional() });

const promptSchema = z.looseObject({
  kind: z.enum(['infill', 'chat']),
  user: part.optional(),
  context: part.optional(),
  prefix: part.optional(),
  suffix: part.optional(),
  typed: part.optional(),
});

const restSchema = z.looseObject({
  workflow: z.string(),
  deadlineMs: z.number(),
  prefillTokens: z.number(),
  decodeTokens: z.number(),
  leastTokens: z.number(),
  sideBySide: z.number(),
});

export const loggedTaskSchema = z.looseObject({
  id,
  class: z.enum(taskClasses as [string, ...string[]]),
  // What makes no sense was refused, and is refused again.
  sla: z.looseObject({ kind: z.enum(['ttft', 'e2e']), targetMs: amount }),
  arrivalMs: amount,
  model: id,
  language: z.string().optional(),
  prompt: promptSchema,
  maxTokens: z.number(),
  document: z.string().optional(),
  idle: z.literal(true).optional(),
  rest: restSchema.optional(),
  substitution: z.enum(['never', 'ask', 'automatically']).optional(),
});

const errorSchema = z.looseObject({
  code: z.string(),
  message: z.string(),
  promptTokens: z.number().optional(),
  promptTokensMax: z.number().optional(),
});

const outcomeSchema = z.union([
  z.looseObject({ kind: z.literal('finished'), reason: z.enum(['stop', 'length']) }),
  z.looseObject({ kind: z.literal('cancelled'), by: z.enum(['client', 'superseded']) }),
  z.looseObject({ kind: z.literal('failed'), error: errorSchema }),
]);

const infoSchema = z.looseObject({
  sequences: count,
  contextTokens: count,
  chunkTokens: count,
  loadMs: z.number(),
  memoryBytes: z.number(),
  device: z.string(),
});

const passSchema = z.looseObject({
  model: id,
  kind: z.enum(['prefill', 'decode']),
  tokens: z.number(),
  sequences: z.number(),
  contextTokens: z.number(),
  wallMs: z.number(),
  id: id.optional(),
  drafted: z.number().optional(),
  accepted: z.number().optional(),
});

const holdingSchema = z
  .object({
    id,
    classes: z.array(z.string()),
    bytesFull: amount,
    bytesSmall: amount,
    fileBytes: amount,
    cachedBytes: amount,
    loadMsCached: amount,
    loadMsCold: amount,
  })
  .catchall(setting);

const memorySchema = z.looseObject({
  budgetBytes: amount,
  wholeBytes: amount,
  cacheBytes: amount,
  isCacheShared: z.boolean(),
  reading: id.optional(),
});

// Members that a later version adds go through, so that it can play what it wrote.
const ofModel = z.looseObject({ model: id });
const ofTask = z.looseObject({ id });

const eventSchemas = {
  submit: z.looseObject({ task: loggedTaskSchema }),
  cancel: ofTask,
  finish: ofTask,
  accepted: ofTask.extend({ promptTokens: z.number(), reusedTokens: z.number(), follows: id.optional() }),
  tokens: ofTask.extend({ count: count.max(tokensMax) }),
  ended: ofTask.extend({ outcome: outcomeSchema }),
  loaded: ofModel.extend({ info: infoSchema }),
  loadFailed: ofModel.extend({ error: errorSchema }),
  unloaded: ofModel,
  resized: ofModel.extend({ info: infoSchema }),
  resizeFailed: ofModel,
  engineLost: z.looseObject({ reason: z.string() }),
  pass: z.looseObject({ pass: passSchema }),
  wanted: ofModel,
  signal: z.looseObject({ signal: z.looseObject({ kind: z.string(), language: z.string() }) }),
  conditions: z.looseObject({ changes: z.record(z.string(), setting) }),
  // Finite numbers, as they came from a file of the same form (host/residency-file.ts).
  recalled: z.looseObject({ learned: z.looseObject({}) }),
  offerAnswered: ofTask.extend({ by: id.optional() }),
  holdings: z.looseObject({ models: z.array(holdingSchema), memory: memorySchema.optional() }),
  costs: ofModel.extend({ costs: costModelSchema }),
  wake: z.looseObject({}),
} satisfies Record<Event['kind'], z.ZodType>;

export type LoggedKind = keyof typeof eventSchemas;

const partText = z.object({ text: z.string(), like: id.optional(), same: count.optional() });

const promptTextSchema = z.object({
  kind: promptSchema.shape.kind,
  user: partText.optional(),
  context: partText.optional(),
  prefix: partText.optional(),
  suffix: partText.optional(),
  typed: partText.optional(),
});

const ofText = z.object({ atMs: z.number(), id });
const textSchema = z.object({
  text: z.union([
    ofText.extend({ prompt: promptTextSchema, answer: z.undefined().optional() }),
    ofText.extend({ answer: z.string(), prompt: z.undefined().optional() }),
  ]),
});

/** @throws ZodError with the member that is wrong. */
export function parseText(json: unknown): LoggedText {
  return textSchema.parse(json).text;
}

const turnSchema = z.object({
  atMs: z.number(),
  event: z.looseObject({ kind: z.string() }),
  /** Only compared, so whatever is in them is taken. */
  effects: z.array(z.looseObject({ kind: z.string() })).default([]),
});

export interface ReadTurn {
  readonly atMs: number;
  readonly event: { readonly kind: LoggedKind } & Readonly<Record<string, unknown>>;
  readonly effects: readonly { readonly kind: string }[];
}

/** @throws ZodError with the member that is wrong. */
export function parseTurn(json: unknown): ReadTurn {
  const { atMs, event, effects } = turnSchema.parse(json);
  const { kind, ...members } = event;
  if (!isLoggedKind(kind)) throw new RangeError(`there is no event '${printable(kind.slice(0, 40))}'`);
  return { atMs, event: { ...eventSchemas[kind].parse(members), kind }, effects };
}

/** What comes from others is told without characters that a terminal takes for commands. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

function isLoggedKind(kind: string): kind is LoggedKind {
  return Object.hasOwn(eventSchemas, kind);
}
