/** Which files of a package cases may be cut from. Pure. */
import type { Language } from '../languages.ts';

const extensions: Readonly<Record<Language, RegExp>> = {
  typescript: /(?<!\.d)\.ts$/,
  javascript: /\.(?:js|cjs|mjs)$/,
  python: /\.py$/,
  java: /\.java$/,
  c: /\.[ch]$/,
  cpp: /\.(?:cc|cpp|h|hpp)$/,
  go: /\.go$/,
  rust: /\.rs$/,
};

/** Tests and examples, what is generated, and what others wrote. */
const otherFolders =
  /(?:^|\/)(?:(?:unit)?tests?|testing|testdata|__tests__|specs?|fixtures?|examples?|demos?|samples?|bench(?:es|marks?)?|fuzz\w*|third[-_]?party|vendor|external|extern|bundled|contrib|compat|deps|dist|build|generated|node_modules|docs?|imgui|sajson)\//i;
const otherFiles =
  /(?:[._-]tests?|[._-]spec|\.min|\.pb|_generated|\.bundle)\.\w+$|(?:^|\/)(?:test_|conftest|setup\.py|z?test)/i;

const generated = /@generated|do not edit|auto-?generated|generated (?:by|from|code|automatically)|machine generated/i;

const bytes = { min: 1_500, max: 40 * 1024 } as const;
/** A packed data set of a few hundred files: shorter ones leave room for more of them. */
const bytesPreferred = 14 * 1024;

export interface SourceFile {
  readonly path: string;
  readonly content: Buffer;
}

export function isCandidate(path: string, language: Language, folders: readonly string[] | undefined): boolean {
  const isInside = folders === undefined || folders.some((folder) => path.startsWith(`${folder}/`));
  return isInside && extensions[language].test(path) && !otherFolders.test(path) && !otherFiles.test(path);
}

/** Written by hand, of a size to be read, in plain text with one kind of line end. */
export function isWrittenByHand({ content }: SourceFile): boolean {
  if (content.length < bytes.min || content.length > bytes.max) return false;
  const text = content.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(content) || /[\0\r\uFEFF]|<\|/.test(text)) return false;
  if (generated.test(text.slice(0, 3_000)) || /HumanEval/i.test(text)) return false;
  const lines = text.split('\n');
  const isDense = text.length / lines.length > 70 || lines.some((line) => line.length > 250);
  return lines.length >= 40 && !isDense;
}

export function isPreferred({ content }: SourceFile): boolean {
  return content.length <= bytesPreferred;
}
