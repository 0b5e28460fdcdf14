/**
 * What is said of this machine without an editor: `settings.json` in the home folder, with the names of the editor's settings without
 * `punctual.`. It stands from the runtime's beginning until a client says something else of the same setting.
 */
import path from 'node:path';
import * as z from 'zod/mini';
import { reasonOf } from '../disk/reason.ts';
import { readSmallFile } from '../disk/small-file.ts';
import { parseBudget } from '../models/fit/budget.ts';
import { clientSettingsSchema, type SaidSettings } from '../protocol.ts';

const { memory, residency, telemetry, threads } = clientSettingsSchema.shape;

const fileSchema = z.strictObject({
  memory: memory.check(
    z.refine(
      (text) => text === undefined || parseBudget(text) !== undefined,
      "give 'auto', a size such as '6 GB', or a share such as '50%'",
    ),
  ),
  residency,
  telemetry,
  threads,
});

// The small zod has no words of its own for what is wrong.
z.config(z.locales.en());

const bytesMax = 256 * 1024;

export interface SettingsFile {
  /** Nothing where there is no file, or none that can be used. */
  readonly said: SaidSettings;
  /** Why it cannot be used, in a sentence. */
  readonly problems: readonly string[];
}

/** Never rejects. @param home the folder of the runtime's state. */
export async function readSettingsFile(home: string): Promise<SettingsFile> {
  const file = path.join(home, 'settings.json');
  const nothing = clientSettingsSchema.parse({});
  try {
    const text = await readSmallFile(file, bytesMax);
    if (text === undefined) return { said: nothing, problems: [] };
    return { said: clientSettingsSchema.parse(fileSchema.parse(JSON.parse(text))), problems: [] };
  } catch (error) {
    return {
      said: nothing,
      problems: [`${file} is not used: ${reasonOf(error)}. Correct it, then run 'punctual stop'.`],
    };
  }
}
