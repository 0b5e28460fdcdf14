/**
 * The settings by which a user says which model serves which role. A schema and nothing else, so that the wire can take it as it is.
 * Whether a choice can be served is decided in roles.ts: here only what could never be one is refused.
 */
import { z } from 'zod';

/** Longer than any path that an operating system allows. */
const choiceCharsMax = 4096;

/** As `/models/x.gguf`, `C:\models\x.gguf` or `\\server\models\x.gguf`: client and runtime may run on different systems. */
const isFullPath = (choice: string): boolean => /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(choice);
const isName = (choice: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N} ._+()-]*$/u.test(choice) && !choice.endsWith('.gguf');

/** `auto`: Punctual chooses. `embedded`: the demonstration model. Else the name of a model, or the full path of a GGUF file. */
export const roleChoiceSchema = z
  .string()
  .min(1)
  .max(choiceCharsMax)
  .refine((choice) => isName(choice) || isFullPath(choice), {
    error: ({ input }) =>
      `'${String(input)}' is no choice of a model: give 'auto', 'embedded', a model's name, or the full path of a GGUF file`,
  });

const choice = roleChoiceSchema.default('auto');

/** What is not named is chosen automatically. Unknown roles are ignored, so that a newer client may name some. */
export const roleSettingsSchema = z.object({ completion: choice, summarize: choice, translate: choice, chat: choice });
export type RoleSettings = z.infer<typeof roleSettingsSchema>;
