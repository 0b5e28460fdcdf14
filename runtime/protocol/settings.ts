/** What a client tells of itself: its name and its settings. */
import * as z from 'zod/mini';
import { excludedGlobsSchema } from './context.ts';
import { type ResidencySettings, residencyDefaultSettings, residencySettingsSchema } from './residency.ts';
import { targetMsSchema, taskClassSchema } from './shared.ts';
import { type TelemetrySettings, telemetryOff, telemetrySettingsSchema } from './telemetry.ts';

// --- initialize / workspace/didChangeConfiguration

/**
 * `auto`: the best of the installed models. `embedded`: the demonstration model, chosen by the user. Else the name of a model, or the
 * absolute path of a GGUF file.
 */
export const modelChoiceSchema = z.string().check(z.minLength(1), z.maxLength(4096));

/** How much memory models may take: `auto`, a size as in `6 GB`, or a share as in `50 %`. Checked by the runtime, which says what is wrong. */
export const memoryBudgetSchema = z.string().check(z.minLength(1), z.maxLength(32));

/**
 * Whether another model that is loaded, of whatever size, may answer when waiting for the right one would break the promise. The answer
 * says so. `ask`: the client is asked each time (`punctual/offer`), and for ghost text, where nobody can be asked, it is as `never`.
 */
export const substitutionSchema = z.enum(['never', 'ask', 'automatically']);

export const clientSettingsSchema = z.object({
  /** For every class that `models` does not name. */
  model: z._default(modelChoiceSchema, 'auto'),
  models: z.prefault(
    z.object({
      completion: z.optional(modelChoiceSchema),
      summarize: z.optional(modelChoiceSchema),
      translate: z.optional(modelChoiceSchema),
      generate: z.optional(modelChoiceSchema),
    }),
    {},
  ),
  /** The machine's, as are `residency`, `threads` and `telemetry`; absent: as it stands. See {@link MachineSettings}. */
  memory: z.optional(memoryBudgetSchema),
  /** About this client's own tasks. */
  substitution: z._default(substitutionSchema, 'automatically'),
  residency: z.optional(residencySettingsSchema),
  /** How downloads reach the hub, beside HTTPS_PROXY and NODE_EXTRA_CA_CERTS. */
  downloads: z.prefault(
    z.object({
      /** Takes the place of https://huggingface.co. */
      mirror: z.optional(z.url({ protocol: /^https?$/ }).check(z.maxLength(2048))),
      proxy: z.optional(z.url({ protocol: /^https?$/ }).check(z.maxLength(2048))),
      /** Hosts that `proxy` is not for, separated by commas. */
      noProxy: z.optional(z.string().check(z.maxLength(4096))),
      /** A PEM file with certificates of one's own authority: an absolute path. */
      certificates: z.optional(z.string().check(z.maxLength(4096))),
    }),
    {},
  ),
  threads: z.optional(z.int().check(z.minimum(0), z.maximum(256))),
  telemetry: z.optional(telemetrySettingsSchema),
  completion: z.prefault(
    z.object({
      targetMs: z._default(targetMsSchema, 500),
      maxTokens: z._default(z.int().check(z.minimum(1), z.maximum(512)), 64),
      /** Whether other files of the workspace are read for a completion. */
      context: z._default(z.boolean(), true),
      /** Beside files that usually hold secrets. */
      contextExclude: z._default(excludedGlobsSchema, []),
    }),
    {},
  ),
  summarize: z.prefault(
    z.object({
      targetMs: z._default(targetMsSchema, 10_000),
      maxTokens: z._default(z.int().check(z.minimum(1), z.maximum(4096)), 256),
    }),
    {},
  ),
  translate: z.prefault(
    z.object({
      targetMs: z._default(targetMsSchema, 20_000),
      maxTokens: z._default(z.int().check(z.minimum(1), z.maximum(8192)), 1024),
    }),
    {},
  ),
  /** No settings of the editor: a person who has asked in a sentence waits for its first token about as long as for a page. */
  generate: z.prefault(
    z.object({
      targetMs: z._default(targetMsSchema, 2_000),
      maxTokens: z._default(z.int().check(z.minimum(1), z.maximum(4096)), 512),
    }),
    {},
  ),
  /** Classes whose promise follows from what was measured on this machine; their `targetMs` counts until something was. */
  automatic: z._default(z.array(taskClassSchema).check(z.maxLength(8)), []),
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
  client: z._default(z.string().check(z.maxLength(64)), 'unknown'),
  version: z._default(z.string().check(z.maxLength(64)), '0'),
  settings: z.prefault(clientSettingsSchema, {}),
  /** It tells of its workspace by itself (`punctual/workspace`): until then no file is read for another one. */
  tellsWorkspace: z._default(z.boolean(), false),
});

/** `settings` of `workspace/didChangeConfiguration`: the whole snapshot, never a part. */
export const didChangeConfigurationSchema = z.object({ settings: z.object({ punctual: clientSettingsSchema }) });
