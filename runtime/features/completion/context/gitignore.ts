/** What `.gitignore` files say, that of a folder and those of the folders in it. Pure. */
import { type Glob, matchesGlob, parseGlob } from './glob.ts';

interface Rule {
  readonly glob: Glob;
  /** It takes back what a line before it says, or a file further out. */
  readonly isNegated: boolean;
  /** It ends with a slash: it means folders, and no file of that name. */
  readonly isFolder: boolean;
}

export interface IgnoreFile {
  /** Where it lies in the folder that is open, as segments in lower case; none at its root. */
  readonly folder: readonly string[];
  readonly rules: readonly Rule[];
}

/** More lines than anybody writes. */
const rulesMax = 1_000;

/** @param folder where the file lies, with slashes: `packages/app`, and nothing for the root. */
export function parseIgnore(text: string, folder = ''): IgnoreFile {
  const rules = text.split(/\r?\n/, rulesMax).flatMap((line) => {
    // A space at the end counts only behind a backslash.
    const pattern = line.replace(/(?<!\\)\s+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return [];
    const isNegated = pattern.startsWith('!');
    // What lies in a folder is not the folder itself.
    const meant = (isNegated ? pattern.slice(1) : pattern).replace(/\/\*\*$/, '/**/*');
    const glob = parseGlob(meant, false);
    return glob === undefined ? [] : [{ glob, isNegated, isFolder: meant.endsWith('/') }];
  });
  const segments = folder.toLowerCase().split('/');
  return { folder: segments.filter((segment) => segment !== '' && segment !== '.'), rules };
}

/**
 * The last line that means a path decides, of the file that lies nearest to it; what lies in a folder that is ignored cannot be taken back.
 *
 * @param files in any order. @param path of a file, in lower case.
 */
export function isIgnored(files: readonly IgnoreFile[], path: readonly string[]): boolean {
  const nearestFirst = files.filter((file) => holds(file, path)).sort((a, b) => b.folder.length - a.folder.length);
  return path.some((_, last) => {
    const isFile = last === path.length - 1;
    const decisive = nearestFirst
      .map(({ folder, rules }) => {
        const part = path.slice(folder.length, last + 1);
        return part.length === 0 ? undefined : rules.findLast((rule) => means(rule, part, isFile));
      })
      .find((rule) => rule !== undefined);
    return decisive !== undefined && !decisive.isNegated;
  });
}

function holds({ folder }: IgnoreFile, path: readonly string[]): boolean {
  return folder.length < path.length && folder.every((segment, index) => segment === path[index]);
}

function means({ glob, isFolder }: Rule, part: readonly string[], isFile: boolean): boolean {
  return !(isFolder && isFile) && matchesGlob(glob, part);
}
