/** Models: what is installed, what could be, what fits, and what makes one likely to be needed. */
import * as z from 'zod/mini';
import { wordsSchema } from './sentence.ts';
import { memoryBudgetSchema, modelChoiceSchema } from './settings.ts';
import { pinSchema, speedSchema, tokenSchema } from './shared.ts';

// --- punctual/models/*: what is installed, what could be, and what fits

const roleSchema = z.enum(['completion', 'summarize', 'translate', 'generate', 'chat']);
export type WireRole = z.infer<typeof roleSchema>;

export const modelsListMethod = 'punctual/models/list';
/** `memory`: what there would be if models might take that; it changes nothing. */
export const modelsListParamsSchema = z.object({ memory: z.optional(memoryBudgetSchema) });

/** What a load of the model would take, and whether that fits; `message` is one sentence that says why. */
export const modelFitSchema = z.object({
  fits: z.boolean(),
  message: wordsSchema,
  neededBytes: z.number(),
  availableBytes: z.number(),
  settings: z.optional(
    z.object({ gpuLayers: z.number(), contextTokens: z.number(), sequences: z.number(), mmap: z.boolean() }),
  ),
  /** A model that would fit instead. */
  smaller: z.optional(z.string()),
});
export type ModelFit = z.infer<typeof modelFitSchema>;
export type ModelFitSaid = z.input<typeof modelFitSchema>;

/** How fast a model is on this machine: as it was measured, or predicted from one that was. */
export const modelForecastSchema = z.object({
  speed: speedSchema,
  isMeasured: z.boolean(),
  /** To the first token of an ordinary completion; of a model that completes. */
  promiseMs: z.optional(z.number()),
});
export type ModelForecast = z.infer<typeof modelForecastSchema>;

export const listedModelSchema = z.object({
  /** What people type. Imported files have the name of the file without its ending. */
  name: z.string(),
  title: z.string(),
  origin: z.enum(['embedded', 'catalog', 'imported']),
  installed: z.boolean(),
  /** Absolute; of an installed model. */
  file: z.optional(z.string()),
  bytes: z.number(),
  /** The size is an estimate: no public source states it. */
  isEstimate: z._default(z.boolean(), false),
  quantization: z.optional(z.string()),
  licence: z.optional(z.string()),
  serves: z.array(roleSchema),
  /** Whole sentences: attention that loses prefix reuse, licences that forbid commercial use, damage found in the file. */
  notes: z.array(wordsSchema),
  /** Whether its hash is known and was found right; absent unless it was downloaded by Punctual. */
  verified: z.optional(z.boolean()),
  state: z.optional(z.enum(['unloaded', 'loading', 'ready', 'failed'])),
  /** It leaves memory for no other. */
  pinned: z.optional(pinSchema),
  /** Of a model that is ready. */
  speed: z.optional(speedSchema),
  fit: z.optional(modelFitSchema),
  /** In a list; absent while nothing is known to predict it from. */
  forecast: z.optional(modelForecastSchema),
  /** 0 to 1 while a download of it is under way, also one that another window asked for. */
  downloading: z.optional(z.number()),
});
export type ListedModel = z.infer<typeof listedModelSchema>;
export type ListedModelSaid = z.input<typeof listedModelSchema>;

export const modelsListResultSchema = z.object({
  folder: z.string(),
  /** Why the folder cannot be read, in one sentence. */
  problem: z.optional(wordsSchema),
  /** Names in `residency` that lead to no installed model, in one sentence each. */
  unknown: z.optional(z.array(wordsSchema)),
  models: z.array(listedModelSchema),
  /** Which model serves what, with one sentence that says why, or what to do. */
  roles: z.array(
    z.object({
      role: roleSchema,
      model: z.optional(z.string()),
      /** Of that model: several may have one name. */
      file: z.optional(z.string()),
      message: wordsSchema,
      better: z.optional(z.string()),
    }),
  ),
  /** Downloads that were broken off; they go on when asked for again. */
  leftovers: z.array(z.object({ name: z.string(), bytes: z.number() })),
  memory: z.object({ budgetBytes: z.number(), freeBytes: z.number(), totalBytes: z.number(), message: wordsSchema }),
});
export type ModelsListResult = z.infer<typeof modelsListResultSchema>;
export type ModelsListResultSaid = z.input<typeof modelsListResultSchema>;

/** The answer is the model as it stands in the list. Progress comes as `$/progress` on `workDoneToken`; `$/cancelRequest` leaves what has come for the next time. */
export const modelsPullMethod = 'punctual/models/pull';
export const modelsPullParamsSchema = z.object({
  /** A name of the catalog, or an http(s) address of a GGUF file. */
  model: z.string().check(z.minLength(1), z.maxLength(4096)),
  quantization: z.optional(z.string().check(z.maxLength(32))),
  /** For gated models; sent to the hub alone, never kept and never logged. */
  token: z.optional(z.string().check(z.maxLength(4096))),
  /** The publisher has replaced the file since the last download, and that is fine. */
  trustNew: z._default(z.boolean(), false),
  workDoneToken: z.optional(tokenSchema),
});
/**
 * `data.code` of the error when a file is not the one that the first download of its address brought, and nobody else vouches for either:
 * whoever knows that its publisher has replaced it asks again with `trustNew`.
 */
export const replacedCode = 'replaced';
export type ModelsPullParams = z.infer<typeof modelsPullParamsSchema>;

/** The value of each `$/progress` notification of a pull. */
export const pullProgressSchema = z.object({
  /** One word: connecting, downloading, waiting, verifying. */
  phase: z.string(),
  /** What the user should know: why it waits, that it begins anew. */
  message: z.optional(wordsSchema),
  doneBytes: z.number(),
  totalBytes: z.optional(z.number()),
  bytesPerSecond: z.optional(z.number()),
  remainingMs: z.optional(z.number()),
});
export type PullProgress = z.infer<typeof pullProgressSchema>;
export type PullProgressSaid = z.input<typeof pullProgressSchema>;

/** The answer is the model as it stands in the list. A file that the user has already: remembered where it is, neither copied nor ever deleted. */
export const modelsImportMethod = 'punctual/models/import';
export const modelsImportParamsSchema = z.object({ file: z.string().check(z.minLength(1), z.maxLength(4096)) });

/** Deletes a downloaded model or what is left of a broken download; forgets an imported one. By its name, its file's, or its full path. */
export const modelsRemoveMethod = 'punctual/models/remove';
export const modelsRemoveParamsSchema = z.object({ name: modelChoiceSchema });
export const modelsRemoveResultSchema = z.object({ freedBytes: z.number(), message: wordsSchema });
export type ModelsRemoveResult = z.infer<typeof modelsRemoveResultSchema>;
export type ModelsRemoveResultSaid = z.input<typeof modelsRemoveResultSchema>;

/** Whether a model would fit: a name or an absolute path. `memory`: as in a list. */
export const modelsFitMethod = 'punctual/models/fit';
export const modelsFitParamsSchema = z.object({ model: modelChoiceSchema, memory: z.optional(memoryBudgetSchema) });

// --- punctual/signal: what a person did that makes a task likely. A notification; nothing depends on its arrival.

export const signalMethod = 'punctual/signal';
export const signalParamsSchema = z.object({
  kind: z.enum(['languageOpened', 'selectionMade', 'paletteOpened', 'documentActive']),
  /** The editor's language id. */
  language: z.string().check(z.maxLength(64)),
});
export type SignalParams = z.infer<typeof signalParamsSchema>;
