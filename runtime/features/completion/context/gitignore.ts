/** What a `.gitignore` at the root of a folder says. Pure. */
import { type Glob, matchesGlob, parseGlob } from './glob.ts';

interface Rule {
  readonly glob: Glob;
  /** It takes back what a line before it says. */
  readonly isNegated: boolean;
}

export type IgnoreRules = readonly Rule[];

/** More lines than anybody writes. */
const rulesMax = 1_000;

export function parseIgnore(text: string): IgnoreRules {
  return text.split(/\r?\n/, rulesMax).flatMap((line) => {
    // A space at the end counts only behind a backslash.
    const pattern = line.replace(/(?<!\\)\s+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return [];
    const isNegated = pattern.startsWith('!');
    const glob = parseGlob(isNegated ? pattern.slice(1) : pattern, false);
    return glob === undefined ? [] : [{ glob, isNegated }];
  });
}

/** The last line that means a path decides; what lies in a folder that is ignored cannot be taken back. `path` in lower case. */
export function isIgnored(rules: IgnoreRules, path: readonly string[]): boolean {
  return path.some((_, last) => {
    const part = path.slice(0, last + 1);
    const decisive = rules.findLast(({ glob }) => matchesGlob(glob, part));
    return decisive !== undefined && !decisive.isNegated;
  });
}
