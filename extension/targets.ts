/** The languages that a document can be translated into. Pure. */
import { type TargetLanguage, targetLanguages } from '../runtime/protocol.ts';

export interface Target {
  readonly id: TargetLanguage;
  readonly name: string;
}

/** VS Code's identifiers of dialects whose base language would be no translation. */
const dialects: Readonly<Record<string, string>> = { typescriptreact: 'typescript', javascriptreact: 'javascript' };

/** All but the document's own, by name. */
export function targetsFor(languageId: string): Target[] {
  const own = dialects[languageId] ?? languageId;
  const ids = Object.keys(targetLanguages).filter(isTarget);
  return ids
    .filter((id) => id !== own)
    .map((id) => ({ id, name: targetLanguages[id] }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function isTarget(value: unknown): value is TargetLanguage {
  return typeof value === 'string' && Object.hasOwn(targetLanguages, value);
}
