/** The languages whose syntax is known, and which of them a document is in. */

export const languages = [
  'c',
  'cpp',
  'csharp',
  'go',
  'java',
  'javascript',
  'python',
  'rust',
  'tsx',
  'typescript',
] as const;

/** Named as in VS Code, but for `tsx`. `javascript` knows JSX too. */
export type Language = (typeof languages)[number];

const byLanguageId: ReadonlyMap<string, Language> = new Map<string, Language>([
  ...languages.map((language): [string, Language] => [language, language]),
  ['typescriptreact', 'tsx'],
  ['javascriptreact', 'javascript'],
  ['cuda-cpp', 'cpp'],
]);

const byExtension: ReadonlyMap<string, Language> = new Map<string, Language>(
  Object.entries({
    c: ['c'],
    // A header of C is nearly always one of C++ too; the other way round it is not.
    cpp: ['cpp', 'cc', 'cxx', 'c++', 'h', 'hpp', 'hh', 'hxx', 'h++', 'ipp', 'inl'],
    csharp: ['cs', 'csx'],
    go: ['go'],
    java: ['java'],
    javascript: ['js', 'mjs', 'cjs', 'jsx'],
    python: ['py', 'pyi', 'pyw'],
    rust: ['rs'],
    tsx: ['tsx'],
    typescript: ['ts', 'mts', 'cts'],
  } satisfies Record<Language, readonly string[]>).flatMap(([language, extensions]) =>
    extensions.map((extension): [string, Language] => [extension, language as Language]),
  ),
);

/** `name` is a language identifier of VS Code, or the name or path of a file; absent when the language is none of ours. */
export function languageOf(name: string): Language | undefined {
  return byLanguageId.get(name) ?? byExtension.get(extensionOf(name));
}

function extensionOf(fileName: string): string {
  const base = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
  const dot = base.lastIndexOf('.');
  return dot === -1 ? '' : base.slice(dot + 1).toLowerCase();
}
