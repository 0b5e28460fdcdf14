/** What a client tells of itself: its name and its settings. */
import { z } from 'zod';
import { targetMsSchema } from './shared.ts';

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
    })
    .prefault({}),
  memory: memoryBudgetSchema.default('auto'),
  substitution: substitutionSchema.default('automatically'),
  /** A model that nobody used for so long leaves memory, the completion model last; 0: never. */
  unloadAfterMinutes: z.number().min(0).max(10_080).default(30),
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
