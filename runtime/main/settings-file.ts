/**
 * What is said of this machine without an editor: `settings.json` in the home folder, with the names of the editor's settings without
 * `punctual.`. It stands from the runtime's beginning until a client says something else of the same setting.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, reasonOf } from '../disk/reason.ts';
import { parseBudget } from '../models/fit/budget.ts';
import { clientSettingsSchema, type SaidSettings } from '../protocol.ts';

const { memory, residency, telemetry, threads } = clientSettingsSchema.shape;

const fileSchema = z.strictObject({
  memory: memory.refine(
    (text) => text === undefined || parseBudget(text) !== undefined,
    "give 'auto', a size such as '6 GB', or a share such as '50%'",
  ),
  residency,
  telemetry,
  threads,
});

export interface SettingsFile {
  /** Nothing where there is no file, or none that can be used. */
  readonly said: SaidSettings;
  /** Why it cannot be used, in a sentence. */
  readonly problems: readonly string[];
}

/** Never rejects. @param home the folder of the runtime's state. */
export async function readSettingsFile(home: string): Promise<SettingsFile> {
  const file = path.join(home, 'settings.json');
  try {
    const settings = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { said: clientSettingsSchema.parse(settings), problems: [] };
  } catch (error) {
    const said = clientSettingsSchema.parse({});
    if (codeOf(error) === 'ENOENT') return { said, problems: [] };
    return { said, problems: [`${file} is not used: ${reasonOf(error)}. Correct it, then run 'punctual stop'.`] };
  }
}
