/**
 * What a model is shown of a unified diff, as git writes it, for a message about it. Pure.
 *
 * 1. Of files that usually hold secrets it is shown that they changed, and nothing of what stands in them.
 * 2. Of binary files, and of those that programs write, as lock files, it is shown that they changed.
 * 3. Lines are cut where nobody reads on. If it is still too much, the longest files are cut first, so that the small ones stay whole.
 */
import { sentence, type Words } from '../../core/sentence.ts';
import { matchesGlob, parseGlob } from '../completion/context/glob.ts';
import { secretGlobs } from '../completion/context/readable.ts';

/** One file of the change. */
export interface DiffFile {
  /** Where it is after the change, with slashes. */
  readonly path: string;
  /** Its head, and its hunks as far as they are shown. */
  readonly text: string;
}

export interface ShownDiff {
  readonly files: readonly DiffFile[];
  /** What is not shown, in whole sentences for the person who asked. */
  readonly notes: readonly Words[];
}

const filesMax = 400;
const lineCharsMax = 400;
/** As much as a message could be about: some 60,000 tokens. */
const diffCharsMax = 200_000;
const namesShown = 3;

/** By the names that tools give them. */
const writtenByPrograms = globsOf([
  '*.lock',
  '*.lockb',
  '{package-lock,npm-shrinkwrap,packages.lock,composer.lock,bun.lock}.json',
  '{pnpm-lock,pubspec.lock}.{yaml,yml}',
  'go.sum',
  '*.min.{js,css,mjs}',
  '*.{js,css,mjs}.map',
  '*.snap',
  '*.{pb.go,pb.cc,pb.h,g.dart,designer.cs}',
]);
const secrets = globsOf(secretGlobs);

/** A merge that was not committed yet has files with two sides before the change. */
const fileBorder = /^(?=diff --(?:git|cc|combined) )/m;
const binaryMark = /^(?:Binary files .* differ|GIT binary patch)$/m;

/** Undefined for what is no diff of git's: nothing is known of its files. */
export function shownDiff(text: string): ShownDiff | undefined {
  // What stands before the first file, as of `git show`, is words about the change.
  const all = text.split(fileBorder).filter((part) => part.startsWith('diff --'));
  if (all.length === 0) return undefined;
  const shown = all.slice(0, filesMax).map(shownFile);
  const room = sharedRoom(
    shown.map((file) => file.text.length),
    diffCharsMax,
  );
  const files = shown.map(({ path, text: own }) => ({ path, text: beginningOf(own, room) }));
  const secretNames = shown.filter(({ isSecret }) => isSecret).map(({ path }) => path);
  const cutCount = shown.filter((file) => file.text.length > room).length;
  const notes = [
    secretNames.length > 0
      ? sentence('What changed in {0} is not read: such files usually hold secrets.', named(secretNames))
      : '',
    cutCount > 0 ? cutNote(cutCount) : '',
    all.length > filesMax ? sentence('Only {0} of {1} changed files are read.', filesMax, all.length) : '',
  ];
  return { files, notes: notes.filter((note) => note !== '') };
}

function cutNote(count: number): Words {
  return count === 1
    ? sentence('Of 1 long change only the beginning is read.')
    : sentence('Of {0} long changes only the beginning is read.', count);
}

interface ShownFile extends DiffFile {
  readonly isSecret: boolean;
}

function shownFile(text: string): ShownFile {
  const lines = text.trimEnd().split('\n');
  const hunk = lines.findIndex((line) => line.startsWith('@@') || binaryMark.test(line));
  const head = hunk === -1 ? lines : lines.slice(0, hunk);
  const paths = pathsOf(head);
  const path = paths.at(-1) ?? 'a file';
  const headOnly = (why: string): string => [...head, `(${why})`].join('\n');
  // A file that was renamed may hold what it held under its former name.
  if (paths.some((one) => isMeant(secrets, one)))
    return { path, text: headOnly('its content is not shown'), isSecret: true };
  if (hunk === -1) return { path, text: head.join('\n'), isSecret: false };
  const body = lines.slice(hunk);
  const why = binaryMark.test(body[0] ?? '') ? 'binary' : isMeant(writtenByPrograms, path) ? countOf(body) : undefined;
  if (why !== undefined) return { path, text: headOnly(why), isSecret: false };
  return { path, text: [...head, ...body].map(shortened).join('\n'), isSecret: false };
}

/** Before and after the change, as far as the head says. */
function pathsOf(head: readonly string[]): string[] {
  const told = head.flatMap((line) => {
    const [, kept] = /^(?:--- |\+\+\+ |rename from |rename to |copy from |copy to )(.*?)[\t\r]*$/.exec(line) ?? [];
    return kept === undefined || kept === '/dev/null'
      ? []
      : [withoutSide(unquoted(kept), /^(?:---|\+\+\+) /.test(line))];
  });
  if (told.length > 0) return told;
  // Of an empty or a binary file the first line alone says it; both sides have one name then.
  const [, kind, both = ''] = /^diff --(git|cc|combined) (.*)$/.exec(head[0]?.trimEnd() ?? '') ?? [];
  if (kind !== 'git') return [unquoted(both)];
  const half = both.startsWith('"')
    ? (/^"(?:[^"\\]|\\.)*"/.exec(both)?.[0] ?? both)
    : both.slice(0, (both.length - 1) / 2);
  return [withoutSide(unquoted(half), true)];
}

/** Git writes `a/` or `b/` before names, unless it was told not to. */
function withoutSide(path: string, hasSide: boolean): string {
  return hasSide ? path.replace(/^[abciow]\//, '') : path;
}

/** Git quotes names that have more than ASCII in them, byte by byte. */
function unquoted(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  const bytes: number[] = [];
  for (const [piece] of path.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]/gsu)) {
    if (/^\\[0-7]{3}$/.test(piece)) bytes.push(Number.parseInt(piece.slice(1), 8) & 0xff);
    else bytes.push(...new TextEncoder().encode(piece.replace(/^\\/, '')));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** A glob that means a folder means all that lies in it. */
function isMeant(globs: ReturnType<typeof globsOf>, file: string): boolean {
  const path = file.toLowerCase().split('/');
  return path.some((_, last) => globs.some((glob) => matchesGlob(glob, path.slice(0, last + 1))));
}

function globsOf(sources: readonly string[]) {
  return sources.map((source) => parseGlob(source)).filter((glob) => glob !== undefined);
}

function countOf(body: readonly string[]): string {
  const count = body.filter((line) => /^[+-]/.test(line)).length;
  return `written by a program; ${count} ${count === 1 ? 'line' : 'lines'} changed`;
}

function shortened(line: string): string {
  return line.length <= lineCharsMax ? line : `${line.slice(0, lineCharsMax)}…`;
}

/** Whole lines from the beginning. */
function beginningOf(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const end = text.lastIndexOf('\n', chars);
  return `${text.slice(0, end > 0 ? end : chars)}\n(the rest is not shown)`;
}

/** The length at which all that is longer is cut, so that the sum is at most `budget`. */
function sharedRoom(lengths: readonly number[], budget: number): number {
  const sorted = [...lengths].sort((a, b) => a - b);
  let left = budget;
  for (const [index, length] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

/** `a, b and c`, or `a, b, c and 4 others`. */
function named(names: readonly string[]): string {
  const shown = names.slice(0, namesShown);
  const others = names.length - shown.length;
  if (others > 0) return `${shown.join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '');
}

/** Files side by side in pieces of at most so many characters; one that is longer is a piece by itself. */
export function packed(files: readonly DiffFile[], chars: number): DiffFile[][] {
  const packs: DiffFile[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const file of files) {
    length += file.text.length + 1;
    if (length > chars) {
      packs.push([]);
      length = file.text.length;
    }
    packs.at(-1)?.push(file);
  }
  return packs;
}
