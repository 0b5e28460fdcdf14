/** What an editor and `.gitignore` hide, as the wire takes it. Pure, without vscode. */
import { ignoreCharsMax } from '../runtime/protocol.ts';

/** As the wire takes them. */
const globCharsMax = 512;
const globsMax = 128;

/** Of a setting such as `files.exclude`: globs that are on. A glob that depends on a sibling file counts as on. */
export function hiddenGlobs(setting: unknown): string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  return Object.entries(setting)
    .filter(([glob, isOn]) => isOn !== false && glob !== '' && glob.length <= globCharsMax)
    .map(([glob]) => glob)
    .slice(0, globsMax);
}

/** A file that is too long to be told ignores everything: half of it would say the wrong thing. */
export function ignoreText(text: string): string {
  return text.length <= ignoreCharsMax ? text : '*';
}
