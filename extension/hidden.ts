/** What an editor and `.gitignore` hide, as the wire takes it. Pure, without vscode. */
import { ignoreCharsMax, ignoresMax } from '../runtime/protocol.ts';

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

/** A `.gitignore` in a folder of an open folder. */
export interface FoundIgnore {
  /** Of the file, in the open folder, with slashes. */
  readonly path: string;
  /** Undefined: it could not be read. */
  readonly text: string | undefined;
}

/** All of them together, in UTF-16 units: what a message may hold. */
const ignoresCharsMax = 512 * 1024;

/**
 * As the wire takes them, the outermost first. Of what cannot be read, or not be told, its whole folder is ignored: nothing is known of it.
 * Undefined when there are too many to be told at all.
 */
export function nestedIgnores(found: readonly FoundIgnore[]): { folder: string; text: string }[] | undefined {
  if (found.length > ignoresMax) return undefined;
  let chars = 0;
  const depth = ({ path }: FoundIgnore): number => path.split('/').length;
  return [...found]
    .sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1))
    .map(({ path, text = '*' }) => {
      chars += text.length;
      return { folder: path.slice(0, path.lastIndexOf('/')), text: chars <= ignoresCharsMax ? ignoreText(text) : '*' };
    });
}
