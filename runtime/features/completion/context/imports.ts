/** Which of the files that are open an import means. Pure; paths have slashes and count from the folder of the workspace. */
import path from 'node:path';
import type { Language } from '../../../syntax/language.ts';

export interface Imported {
  /** As it is written. */
  readonly module: string;
  readonly names: readonly string[];
}

/** A path that an import may mean. */
interface Candidate {
  readonly path: string;
  /** It is the whole path; else one that ends so. */
  readonly isWhole: boolean;
}

const { posix } = path;

const scriptEndings = ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mts', '.mjs', '.cts', '.cjs'];

/** @returns the first of `paths` that it may mean; undefined when that file is not among them. */
export function importedPath(
  imported: Imported,
  language: Language,
  from: string,
  paths: readonly string[],
): string | undefined {
  for (const candidate of candidatesOf(imported, language, from)) {
    const found = paths.find((each) => each !== from && means(candidate, each, language));
    if (found !== undefined) return found;
  }
  return undefined;
}

function means({ path: wanted, isWhole }: Candidate, each: string, language: Language): boolean {
  // Go imports folders.
  const is = language === 'go' ? posix.dirname(each) : each;
  return is === wanted || (!isWhole && is.endsWith(`/${wanted}`));
}

function candidatesOf({ module, names }: Imported, language: Language, from: string): Candidate[] {
  switch (language) {
    case 'javascript':
    case 'typescript':
    case 'tsx':
      return scriptFiles(module, from);
    case 'python':
      return pythonFiles(module, names, from);
    case 'java':
      return javaFiles(module);
    case 'c':
    case 'cpp':
      return [
        { path: posix.join(posix.dirname(from), module), isWhole: true },
        { path: module, isWhole: false },
      ];
    case 'go':
      return goFolders(module);
    case 'rust':
      return rustFiles(module);
    case 'csharp':
      // A namespace names no file.
      return [];
    default:
      return language satisfies never;
  }
}

function scriptFiles(module: string, from: string): Candidate[] {
  const isRelative = module.startsWith('.');
  // A package has no slash in its name, or a scope before it.
  const alias = /^[@~]?\/?(.+)$/.exec(module)?.[1] ?? module;
  if (!isRelative && (!alias.includes('/') || /^@[^/]/.test(module))) return [];
  const base = isRelative ? posix.join(posix.dirname(from), module) : alias;
  // TypeScript is imported by the name that it will have.
  const bare = base.replace(/\.[cm]?[jt]sx?$/, '');
  const files = [base, ...[bare, `${base}/index`].flatMap((name) => scriptEndings.map((ending) => name + ending))];
  return files.map((file) => ({ path: file, isWhole: isRelative }));
}

function pythonFiles(module: string, names: readonly string[], from: string): Candidate[] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const inner = module
    .slice(dots)
    .split('.')
    .filter((part) => part !== '');
  const up = Array.from({ length: Math.max(0, dots - 1) }, () => '..');
  const base = dots > 0 ? posix.join(posix.dirname(from), ...up, ...inner) : inner.join('/');
  // What is taken out of a package may be a module of it.
  const modules = [...names.filter((name) => name !== '*').map((name) => posix.join(base, name)), base];
  return modules
    .filter((name) => name !== '')
    .flatMap((name) => [`${name}.py`, `${name}.pyi`, `${name}/__init__.py`])
    .map((file) => ({ path: file, isWhole: dots > 0 }));
}

function javaFiles(module: string): Candidate[] {
  const parts = module.split('.');
  // A static import names a member behind the class.
  return [parts, parts.slice(0, -1)]
    .filter((each) => each.length > 1)
    .map((each) => ({ path: `${each.join('/')}.java`, isWhole: false }));
}

function goFolders(module: string): Candidate[] {
  const parts = module.split('/').slice(-2);
  // A module of one word is of the standard library.
  return parts.length < 2 ? [] : [parts, parts.slice(-1)].map((each) => ({ path: each.join('/'), isWhole: false }));
}

function rustFiles(module: string): Candidate[] {
  const parts = module.split('::').filter((part) => !/^(crate|self|super)$/.test(part));
  if (/^(std|core|alloc)$/.test(parts[0] ?? '')) return [];
  // The last ones may be items in the module.
  return [parts, parts.slice(0, -1), parts.slice(0, -2)]
    .filter((each) => each.length > 0)
    .flatMap((each) => [`${each.join('/')}.rs`, `${each.join('/')}/mod.rs`])
    .map((file) => ({ path: file, isWhole: false }));
}
