/** What the user may say about which models stay in memory. One object for the machine: there is one memory for all windows. */
import * as z from 'zod/mini';

/** A name as `punctual models list` shows it, or the absolute path of a GGUF file. */
const modelNameSchema = z.string().check(z.minLength(1), z.maxLength(4096));

/** 0: it stays. */
const minutesSchema = z.number().check(z.minimum(0), z.maximum(10_080));
export const unloadAfterMinutesDefault = 30;

const weightSchema = z.number().check(z.minimum(0), z.maximum(10));

/** How much each of these counts when it is decided which model leaves for another; 0: not at all. */
export const residencyWeightsSchema = z.object({
  /** The time until it would be back. */
  loadTime: z._default(weightSchema, 1),
  /** The share of its tasks whose promise that would break: models of urgent tasks stay longer. */
  brokenPromises: z._default(weightSchema, 1),
  /** The work of its tasks, which all wait for that: models of long answers stay longer. */
  work: z._default(weightSchema, 0),
  /** That it is likely to be used soon, by what was seen so far: an exponent, so 2 makes likely ones stand out more, and 0 makes all alike. */
  demand: z._default(weightSchema, 1),
  /** What is done in the editor, as far as it was seen to announce a use. */
  signals: z._default(weightSchema, 1),
});
export type ResidencyWeightSettings = z.infer<typeof residencyWeightsSchema>;

/** What an editor's settings have beside these is told there; the wire passes it over, as it does everywhere. */
export const residencySettingsSchema = z.object({
  /** Models that leave for no other, the first ones first; the completion model is one in any case. */
  pinned: z._default(z.array(modelNameSchema).check(z.maxLength(16)), []),
  /**
   * A model that nobody used for so long leaves memory: of all models, where the completion model has twice the time, or of each that is
   * named, with `*` for the others.
   */
  unloadAfterMinutes: z._default(
    z.union([
      minutesSchema,
      z
        .record(modelNameSchema, minutesSchema)
        .check(z.refine((times) => Object.keys(times).length <= 64, 'names too many models')),
    ]),
    unloadAfterMinutesDefault,
  ),
  weights: z.prefault(residencyWeightsSchema, {}),
});
export type ResidencySettings = z.infer<typeof residencySettingsSchema>;

export const residencyDefaultSettings: ResidencySettings = residencySettingsSchema.parse({});
