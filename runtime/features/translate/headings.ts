/** The imports of an answer, and its package clause: each as the statements that it comes to, so that a file can say each once. Pure. */
import type { TargetLanguage } from '../../protocol.ts';
import { declarations } from '../../syntax/declarations.ts';
import { importsOf } from '../../syntax/imports.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';

/** In UTF-16 units. */
export interface Heading {
  readonly start: number;
  readonly end: number;
  /** What it brings, each as a statement of its own; none for a package clause, which a file has once. */
  readonly statements: readonly string[];
}

/** Of languages without a grammar here: whole lines. */
const headingLines: Partial<Readonly<Record<TargetLanguage, { readonly import: RegExp; readonly once: RegExp }>>> = {
  kotlin: { import: /^import\s+\S.*$/, once: /^package\s+\S.*$/ },
  php: { import: /^(?:use|require|require_once|include|include_once)\b.*;\s*$/, once: /^<\?php\s*$/ },
  ruby: { import: /^require(?:_relative)?\s+\S.*$/, once: /^# frozen_string_literal:.*$/ },
  swift: { import: /^import\s+\S.*$/, once: /^$a/ },
};

/** In the order of the text. */
export function headingsOf(source: SyntaxTree | string, target: TargetLanguage): Heading[] {
  return typeof source === 'string' ? lineHeadings(source, target) : treeHeadings(source);
}

function lineHeadings(text: string, target: TargetLanguage): Heading[] {
  const shapes = headingLines[target];
  if (shapes === undefined) return [];
  const headings: Heading[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    if (shapes.import.test(line)) headings.push({ start, end, statements: [line.trim()] });
    else if (shapes.once.test(line)) headings.push({ start, end, statements: [] });
    start = end + 1;
  }
  return headings;
}

function treeHeadings(tree: SyntaxTree): Heading[] {
  const { text } = tree;
  return declarations(tree).flatMap(({ kind, start, range }): Heading[] => {
    const end = start + text.slice(start, range.end).trimEnd().length;
    const statement = text.slice(start, end);
    if (kind === 'import') return [{ start, end, statements: statementsOf(tree, { start, end }) }];
    if (/^package\s+[\w.]+\s*;?$/.test(statement)) return [{ start, end, statements: [] }];
    const isRequire =
      kind === 'variable' && /^(?:const|let|var)\s[^;\n]*=\s*require\([^()\n]*\)[.\w]*;?$/.test(statement);
    return isRequire ? [{ start, end, statements: [statement] }] : [];
  });
}

/** One for each name where a statement brings several: two parts may bring different ones of the same module. */
function statementsOf(tree: SyntaxTree, { start, end }: Pick<Heading, 'start' | 'end'>): string[] {
  const { text, language } = tree;
  const statement = text.slice(start, end);
  switch (language) {
    case 'go':
      return goStatements(tree, { start, end }) ?? [statement];
    case 'javascript':
    case 'typescript':
    case 'tsx': {
      const [, type = '', names, from] =
        /^import\s+(type\s+)?\{([^{}]*)\}\s*from\s*(["'][^"']*["']);?$/.exec(statement) ?? [];
      return names === undefined ? [statement] : listed(names, (name) => `import ${type}{ ${name} } from ${from};`);
    }
    case 'python': {
      const [, module, names] = /^from\s+(\S+)\s+import\s+\(?([^()#*]+)\)?$/.exec(statement) ?? [];
      return names === undefined ? [statement] : listed(names, (name) => `from ${module} import ${name}`);
    }
    case 'rust': {
      const [, path, names] = /^use\s+([\w:]+)::\{([^{}]*)\};$/.exec(statement) ?? [];
      return names === undefined ? [statement] : listed(names, (name) => `use ${path}::${name};`);
    }
    case 'c':
    case 'cpp':
    case 'csharp':
    case 'java':
      return [statement];
    default:
      return language satisfies never;
  }
}

function goStatements(tree: SyntaxTree, { start, end }: Pick<Heading, 'start' | 'end'>): string[] | undefined {
  const specs = importsOf(tree).filter((spec) => spec.start >= start && spec.end <= end);
  return specs.length === 0 ? undefined : specs.map((spec) => `import ${tree.text.slice(spec.start, spec.end)}`);
}

function listed(names: string, statement: (name: string) => string): string[] {
  const each = names.split(',').map((name) => name.replace(/\s+/g, ' ').trim());
  return each.filter((name) => name !== '').map(statement);
}
