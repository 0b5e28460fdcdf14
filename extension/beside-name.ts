/** What a translation is called beside its source. Pure, without vscode. */
import type { TargetLanguage } from '../runtime/protocol.ts';

const endings: Readonly<Record<TargetLanguage, string>> = {
  c: 'c',
  cpp: 'cpp',
  csharp: 'cs',
  go: 'go',
  java: 'java',
  javascript: 'js',
  kotlin: 'kt',
  php: 'php',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  swift: 'swift',
  typescript: 'ts',
};

/** `people.py` in Rust is `people.rs`, and `people-2.rs` where there is one already. @param taken names in its folder. */
export function besideName(source: string, to: TargetLanguage, taken: readonly string[] = []): string {
  const stem = source.replace(/(?<=.)\.[^.]*$/, '');
  const used = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = `${number === 1 ? stem : `${stem}-${number}`}.${endings[to]}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}
