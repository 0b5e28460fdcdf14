/** What a client tells of itself: its name and its settings. */
import { z } from 'zod';
import { excludedGlobsSchema } from './context.ts';
import { type ResidencySettings, residencyDefaultSettings, residencySettingsSchema } from './residency.ts';
import { targetMsSchema, taskClassSchema } from './shared.ts';
import { type TelemetrySettings, telemetryOff, telemetrySettingsSchema } from './telemetry.ts';

// --- initialize / workspace/didChangeConfiguration

/**
 * `auto`: the best of the installed models. `embedded`: the demonstration model, chosen by the user. Else the name of a model, or the
 * absolute path of a GGUF file.
 */
export const modelChoiceSchema = z.string().min(1).max(4096);

/** How much memory models may take: `auto`, a size as in `6 GB`, or a share as in `50 %`. Checked by the runtime, which says what is wrong. */
export const memoryBudgetSchema = z.string().min(1).max(32);

/**
 * Whether another model that is loaded, of whatever size, may answer when waiting for the right one would break the promise. The answer
 * says so. `ask`: the client is asked each time (`punctual/offer`), and for ghost text, where nobody can be asked, it is as `never`.
 */
export const substitutionSchema = z.enum(['never', 'ask', 'automatically']);

export const clientSettingsSchema = z.object({
  /** For every class that `models` does not name. */
  model: modelChoiceSchema.default('auto'),
  models: z
    .object({
      completion: modelChoiceSchema.optional(),
      summarize: modelChoiceSchema.optional(),
      translate: modelChoiceSchema.optional(),
      generate: modelChoiceSchema.optional(),
    })
    .prefault({}),
  /** The machine's, as are `residency`, `threads` and `telemetry`; absent: as it stands. See {@link MachineSettings}. */
  memory: memoryBudgetSchema.optional(),
  /** About this client's own tasks. */
  substitution: substitutionSchema.default('automatically'),
  residency: residencySettingsSchema.optional(),
  /** How downloads reach the hub, beside HTTPS_PROXY and NODE_EXTRA_CA_CERTS. */
  downloads: z
    .object({
      /** Takes the place of https://huggingface.co. */
      mirror: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .optional(),
      proxy: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .optional(),
      /** Hosts that `proxy` is not for, separated by commas. */
      noProxy: z.string().max(4096).optional(),
      /** A PEM file with certificates of one's own authority: an absolute path. */
      certificates: z.string().max(4096).optional(),
    })
    .prefault({}),
  threads: z.number().int().min(0).max(256).optional(),
  telemetry: telemetrySettingsSchema.optional(),
  completion: z
    .object({
      targetMs: targetMsSchema.default(500),
      maxTokens: z.number().int().min(1).max(512).default(64),
      /** Whether other files of the workspace are read for a completion. */
      context: z.boolean().default(true),
      /** Beside files that usually hold secrets. */
      contextExclude: excludedGlobsSchema.default([]),
    })
    .prefault({}),
  summarize: z
    .object({ targetMs: targetMsSchema.default(10_000), maxTokens: z.number().int().min(1).max(4096).default(256) })
    .prefault({}),
  translate: z
    .object({ targetMs: targetMsSchema.default(20_000), maxTokens: z.number().int().min(1).max(8192).default(1024) })
    .prefault({}),
  /** No settings of the editor: a person who has asked in a sentence waits for its first token about as long as for a page. */
  generate: z
    .object({ targetMs: targetMsSchema.default(2_000), maxTokens: z.number().int().min(1).max(4096).default(512) })
    .prefault({}),
  /** Classes whose promise follows from what was measured on this machine; their `targetMs` counts until something was. */
  automatic: z.array(taskClassSchema).max(8).default([]),
});
/** What a client has said. */
export type SaidSettings = z.infer<typeof clientSettingsSchema>;

/** Settings of which there is one for all clients; the last one to say something of it wins (server/machine-wide.ts). */
export interface MachineSettings {
  /** How much memory models may take, in the user's words. */
  readonly memory: string;
  /** Which models stay in memory, and for how long. */
  readonly residency: ResidencySettings;
  /** Compute threads, 0 = chosen by the runtime. */
  readonly threads: number;
  /** What other programs may hear of the runtime: nothing unless the user says so. */
  readonly telemetry: TelemetrySettings;
}

/** Until a client says something. */
export const machineDefaults: MachineSettings = {
  memory: 'auto',
  residency: residencyDefaultSettings,
  threads: 0,
  telemetry: telemetryOff,
};

export function standingAfter(standing: MachineSettings, said: Partial<SaidSettings>): MachineSettings {
  return {
    memory: said.memory ?? standing.memory,
    residency: said.residency ?? standing.residency,
    threads: said.threads ?? standing.threads,
    telemetry: said.telemetry ?? standing.telemetry,
  };
}

/** What counts for a client: what it has said, with the machine's settings as they stand. */
export type ClientSettings = SaidSettings & MachineSettings;

export const initializationOptionsSchema = z.object({
  client: z.string().max(64).default('unknown'),
  version: z.string().max(64).default('0'),
  settings: clientSettingsSchema.prefault({}),
  /** It tells of its workspace by itself (`punctual/workspace`): until then no file is read for another one. */
  tellsWorkspace: z.boolean().default(false),
});

/** `settings` of `workspace/didChangeConfiguration`: the whole snapshot, never a part. */
export const didChangeConfigurationSchema = z.object({ settings: z.object({ punctual: clientSettingsSchema }) });
