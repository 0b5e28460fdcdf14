/**
 * The wire: method names, zod schemas, and the types inferred from them. The only file of the runtime that the extension imports.
 *
 * LSP carries documents and completions, `punctual/*` the rest. Everything is checked on arrival, on both sides; types of the
 * core never cross. Unknown members are ignored, so that a newer peer may add some.
 */
import { z } from 'zod';

/** Raised when an older peer could no longer understand a newer one. */
export const protocolVersion = 1;

// --- Limits: what the runtime accepts at most. Beyond them a request is answered with a sentence, not with silence.

/** One WebSocket message. A document of 5 MB and its JSON escapes fit. */
export const messageBytesMax = 32 * 1024 * 1024;
/** A larger document is not synchronised into prompts: completion stays silent, a command says so. */
export const documentCharsMax = 2 * 1024 * 1024;
export const slaTargetMsMin = 1;
export const slaTargetMsMax = 60 * 60 * 1000;

// --- The rendezvous file (how clients find the runtime), mode 0600.

export const rendezvousSchema = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  token: z.string().min(32),
  version: z.string(),
  protocol: z.number().int(),
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

// --- Shared pieces

const uint = z.number().int().min(0).max(2_147_483_647);
export const positionSchema = z.object({ line: uint, character: uint });
export const rangeSchema = z.object({ start: positionSchema, end: positionSchema });
const textDocumentSchema = z.object({ uri: z.string().max(8192) });
const tokenSchema = z.union([z.string().max(256), z.number().int()]);
const targetMsSchema = z.number().min(slaTargetMsMin).max(slaTargetMsMax);

export const taskClassSchema = z.enum(['completion', 'summarize', 'translate']);
export type WireTaskClass = z.infer<typeof taskClassSchema>;

// --- initialize / workspace/didChangeConfiguration

/** `auto`: the best model installed (now: the embedded one). `embedded`: chosen by the user, demonstration or not. Else an absolute path. */
export const modelChoiceSchema = z.string().min(1).max(4096);

export const clientSettingsSchema = z.object({
  model: modelChoiceSchema.default('auto'),
  /** Compute threads, 0 = chosen by the runtime. */
  threads: z.number().int().min(0).max(256).default(0),
  completion: z
    .object({ targetMs: targetMsSchema.default(500), maxTokens: z.number().int().min(1).max(512).default(64) })
    .prefault({}),
  summarize: z
    .object({ targetMs: targetMsSchema.default(10_000), maxTokens: z.number().int().min(1).max(4096).default(256) })
    .prefault({}),
  translate: z
    .object({ targetMs: targetMsSchema.default(20_000), maxTokens: z.number().int().min(1).max(8192).default(1024) })
    .prefault({}),
});
export type ClientSettings = z.infer<typeof clientSettingsSchema>;

export const initializationOptionsSchema = z.object({
  client: z.string().max(64).default('unknown'),
  version: z.string().max(64).default('0'),
  settings: clientSettingsSchema.prefault({}),
});

/** `settings` of `workspace/didChangeConfiguration`: the whole snapshot, never a part. */
export const didChangeConfigurationSchema = z.object({ settings: z.object({ punctual: clientSettingsSchema }) });

// --- textDocument/inlineCompletion: LSP 3.18, with what happened in `punctual`

export const inlineCompletionParamsSchema = z.object({
  textDocument: textDocumentSchema,
  position: positionSchema,
  context: z.object({
    /** 1 = invoked by hand, 2 = automatic while typing. */
    triggerKind: z.union([z.literal(1), z.literal(2)]),
    selectedCompletionInfo: z.object({ range: rangeSchema, text: z.string() }).optional(),
  }),
});
export type InlineCompletionParams = z.infer<typeof inlineCompletionParamsSchema>;

/** Why there is no suggestion, or `answered`. For the log and the language status item, never for a pop-up. */
export const completionReasonSchema = z.enum([
  'answered',
  'empty', // the model had nothing to say, or post-processing left nothing
  'cancelled',
  'demoModel', // automatic completion with the demonstration model outside the sample
  'modelUnavailable',
  'modelWithoutInfill',
  'documentTooLarge',
  'documentBinary',
  'documentUnknown',
  'positionOutside',
  'rejected',
  'failed',
]);
export type CompletionReason = z.infer<typeof completionReasonSchema>;

export const completionTraceSchema = z.object({
  reason: completionReasonSchema,
  /** One sentence for the log and for `complete` on the command line. */
  message: z.string().optional(),
  model: z.string().optional(),
  ttftMs: z.number().optional(),
  e2eMs: z.number().optional(),
  promptTokens: z.number().optional(),
  reusedTokens: z.number().optional(),
  generatedTokens: z.number().optional(),
  kept: z.boolean().optional(),
  /** The prompt is shorter than wanted, because the first token of the whole one was forecast too late; `forecastMs` is that of this one. */
  fitted: z.object({ droppedTokens: z.number(), forecastMs: z.number(), targetMs: z.number() }).optional(),
});
export type CompletionTrace = z.infer<typeof completionTraceSchema>;

export const inlineCompletionResultSchema = z.object({
  items: z.array(
    z.object({ insertText: z.string(), filterText: z.string().optional(), range: rangeSchema.optional() }),
  ),
  punctual: completionTraceSchema,
});
export type InlineCompletionResult = z.infer<typeof inlineCompletionResultSchema>;

// --- punctual/eligibility: would completion answer by itself here, and if not, why

export const eligibilityMethod = 'punctual/eligibility';
export const eligibilityParamsSchema = z.object({
  textDocument: textDocumentSchema,
  /** Where the cursor is in the document that became active: its prompt is evaluated while nothing else runs. */
  position: positionSchema.optional(),
});
export const eligibilityResultSchema = z.object({
  automatic: z.boolean(),
  reason: completionReasonSchema,
  message: z.string(),
});
export type EligibilityResult = z.infer<typeof eligibilityResultSchema>;

// --- punctual/summarize and punctual/translate: streamed as `$/progress` on partialResultToken, cancelled by `$/cancelRequest`

export const summarizeMethod = 'punctual/summarize';
export const translateMethod = 'punctual/translate';

export const summarizeParamsSchema = z.object({
  textDocument: textDocumentSchema,
  /** Absent: the whole document. */
  range: rangeSchema.optional(),
  partialResultToken: tokenSchema.optional(),
  /** Overrides the client's setting for this request. */
  targetMs: targetMsSchema.optional(),
});
export type SummarizeParams = z.infer<typeof summarizeParamsSchema>;

/** VS Code language identifiers of the languages that can be translated into, with the names models know. */
export const targetLanguages = {
  c: 'C',
  cpp: 'C++',
  csharp: 'C#',
  go: 'Go',
  java: 'Java',
  javascript: 'JavaScript',
  kotlin: 'Kotlin',
  php: 'PHP',
  python: 'Python',
  ruby: 'Ruby',
  rust: 'Rust',
  swift: 'Swift',
  typescript: 'TypeScript',
} as const;
export type TargetLanguage = keyof typeof targetLanguages;

export const translateParamsSchema = summarizeParamsSchema.extend({
  to: z.enum(Object.keys(targetLanguages) as [TargetLanguage, ...TargetLanguage[]]),
});
export type TranslateParams = z.infer<typeof translateParamsSchema>;

/** The value of each `$/progress` notification: text to append. */
export const partialResultSchema = z.object({ token: tokenSchema, value: z.object({ text: z.string() }) });

export const textResultSchema = z.object({
  /** The whole answer; equals the concatenated partial results when they were asked for. */
  text: z.string(),
  model: z.string(),
  demo: z.boolean(),
  targetMs: z.number(),
  ttftMs: z.number(),
  e2eMs: z.number(),
  /** Whether the answer was complete by its deadline. */
  kept: z.boolean(),
  /** Whether the model ended by itself, ran into the token limit, or was stopped because it repeated itself. */
  end: z.enum(['stop', 'length', 'repetition']),
  /** Set when only the first lines of the text fitted into the model's context. */
  truncated: z.object({ lines: z.number(), of: z.number() }).optional(),
});
export type TextResult = z.infer<typeof textResultSchema>;

// --- punctual/status: pushed after `initialized` and when something changed, at most 4 a second

export const statusMethod = 'punctual/status';

/** Relative errors of recent predictions: 0.15 is 15 %. */
export const errorsSchema = z.object({ p50: z.number(), p90: z.number(), samples: z.number() });
export type Errors = z.infer<typeof errorsSchema>;

export const classStatusSchema = z.object({
  class: taskClassSchema,
  sla: z.object({ kind: z.enum(['ttft', 'e2e']), targetMs: z.number() }),
  running: z.number(),
  waiting: z.number(),
  /** Counts and quantiles cover the last minutes (`windowMs`). */
  finished: z.number(),
  kept: z.number(),
  /**
   * Tasks whose promise was kept or broken: those that finished, those that failed on the runtime's side, and those that were
   * cancelled or superseded after their time was over. `kept` of these is the share on time.
   */
  decided: z.number(),
  superseded: z.number(),
  cancelled: z.number(),
  failed: z.number(),
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
  /** 0 to 1 while loading. */
  progress: z.number().optional(),
  memoryBytes: z.number().optional(),
  error: z.string().optional(),
  /** How wrong the predicted times of forward passes were. */
  prefillError: errorsSchema.optional(),
  decodeError: errorsSchema.optional(),
});
export type ModelStatus = z.infer<typeof modelStatusSchema>;

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
});
export type Status = z.infer<typeof statusSchema>;

// --- punctual/stop: end the runtime (the CLI's `stop`, and a newer client that retires an older runtime)

export const stopMethod = 'punctual/stop';
export const stopParamsSchema = z.object({ reason: z.string().max(256).default('asked to stop') });

/** Error codes of our own, outside of what JSON-RPC and LSP reserve (-32768 to -32000). `data.code` names the cause in a word. */
export const errorCodes = {
  taskFailed: -31_001,
  tooLarge: -31_002,
  empty: -31_003,
  unknownDocument: -31_004,
  shuttingDown: -31_005,
  binary: -31_006,
} as const;
