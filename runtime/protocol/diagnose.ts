/** What a machine and an installation are found to be: a probe with findings, and a measurement of what can be promised. */
import * as z from 'zod/mini';
import { wordsSchema } from './sentence.ts';
import { taskClassSchema, tokenSchema } from './shared.ts';

/** What only the asker knows. No text, path or name of the user's is in it. */
export const clientFactsSchema = z.object({
  client: z.string().check(z.maxLength(64)),
  version: z.string().check(z.maxLength(64)),
  protocol: z.int(),
  /** Absent where no editor asks. */
  editor: z.optional(
    z.object({
      name: z.string().check(z.maxLength(128)),
      version: z.string().check(z.maxLength(64)),
      /** `ssh-remote`, `wsl`, `dev-container`. */
      remote: z.optional(z.string().check(z.maxLength(64))),
      /** `editor.inlineSuggest.enabled`. */
      inlineSuggest: z.boolean(),
      /** `punctual.enable` for the document in front, or everywhere. */
      enabled: z.boolean(),
      language: z.optional(z.string().check(z.maxLength(64))),
      paused: z.boolean(),
      trusted: z.boolean(),
      /** Why there is or is no ghost text in the document in front, as the runtime sees it. */
      here: z.optional(z.object({ automatic: z.boolean(), message: z.string().check(z.maxLength(1024)) })),
      /** Identifiers of other extensions that give inline completions. */
      others: z.array(z.string().check(z.maxLength(128))).check(z.maxLength(64)),
    }),
  ),
});
export type ClientFacts = z.infer<typeof clientFactsSchema>;

// --- punctual/diagnose: a real probe. It loads each chosen model and times completions; cancelling ends it within a forward pass.

export const diagnoseMethod = 'punctual/diagnose';
export const diagnoseParamsSchema = z.object({ client: clientFactsSchema, workDoneToken: z.optional(tokenSchema) });

/** What may be done about a finding; an editor makes a button of it. */
export const remedySchema = z.enum([
  'models',
  'restartRuntime',
  'calibrate',
  'showLog',
  'resume',
  'openSetting',
  'manageTrust',
  'manageExtensions',
]);
export type Remedy = z.infer<typeof remedySchema>;

export const findingSchema = z.object({
  /** A word for programs, the same at each run. */
  id: z.string(),
  level: z.enum(['ok', 'note', 'problem']),
  /** One sentence. */
  title: wordsSchema,
  detail: z.optional(wordsSchema),
  /** One, and only where something can be done. */
  action: z.optional(
    z.object({
      title: wordsSchema,
      remedy: remedySchema,
      setting: z.optional(z.string()),
      shell: z.optional(z.string()),
    }),
  ),
});
export type Finding = z.infer<typeof findingSchema>;
export type FindingSaid = z.input<typeof findingSchema>;

export const diagnoseResultSchema = z.object({
  findings: z.array(findingSchema),
  /** For an issue: findings and facts, without private text. */
  markdown: z.string(),
  /** What the findings were made of. */
  facts: z.record(z.string(), z.unknown()),
});
export type DiagnoseResult = z.infer<typeof diagnoseResultSchema>;
export type DiagnoseResultSaid = z.input<typeof diagnoseResultSchema>;

/** The value of each `$/progress` notification of a probe or a calibration. */
export const probeProgressSchema = z.object({ message: wordsSchema, done: z.number(), of: z.number() });
export type ProbeProgress = z.infer<typeof probeProgressSchema>;
export type ProbeProgressSaid = z.input<typeof probeProgressSchema>;

// --- punctual/calibrate: what this machine can promise, measured now. Changes nothing.

export const calibrateMethod = 'punctual/calibrate';
/** More of them make the 95th percentile surer and take longer. */
export const timedCompletionsMax = 50;
export const timedCompletionsUsual = 20;
export const calibrateParamsSchema = z.object({
  count: z._default(z.int().check(z.minimum(5), z.maximum(timedCompletionsMax)), timedCompletionsUsual),
  workDoneToken: z.optional(tokenSchema),
});

export const calibratedSchema = z.object({
  class: taskClassSchema,
  kind: z.enum(['ttft', 'e2e']),
  /** For people. */
  model: z.string(),
  demo: z.boolean(),
  /** What is promised now. */
  targetMs: z.number(),
  /** The runtime chose it, from what it has measured. */
  automatic: z.boolean(),
  /** What can be promised, rounded up to a figure that people use. */
  canKeepMs: z.number(),
  p50Ms: z.optional(z.number()),
  p95Ms: z.optional(z.number()),
  samples: z.number(),
  /** One sentence: how it was measured. */
  how: wordsSchema,
});
export type Calibrated = z.infer<typeof calibratedSchema>;
export type CalibratedSaid = z.input<typeof calibratedSchema>;

export const calibrateResultSchema = z.object({
  classes: z.array(calibratedSchema),
  /** Classes of which nothing can be said, in one sentence each. */
  problems: z.array(wordsSchema),
});
export type CalibrateResult = z.infer<typeof calibrateResultSchema>;
export type CalibrateResultSaid = z.input<typeof calibrateResultSchema>;
