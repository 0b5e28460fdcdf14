/** What a file takes from others: module names as they are written, and the names that it gets. */
import type { Node } from 'web-tree-sitter';
import type { Language } from './language.ts';
import type { Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface Import extends Range {
  /** As written, without quotes or brackets: `./a.ts`, `os.path`, `java.util.List`, `vector`, `fmt`, `std::io`, `System.IO`. */
  readonly module: string;
  /** What the names are here, after renaming; `*` for all of them. Empty where the language names none: `#include`, `import 'a'`. */
  readonly names: readonly string[];
}

/** Nodes that import, and the calls that may. */
const queries: Readonly<Record<Language, string>> = (() => {
  const ecmaScript = `(import_statement) @import
    (export_statement source: (string)) @import
    (variable_declarator value: (call_expression function: (identifier) @callee) ) @require`;
  const c = '(preproc_include) @import';
  return {
    c,
    cpp: `${c} (using_declaration) @import`,
    csharp: '(using_directive) @import',
    go: '(import_spec) @import',
    java: '(import_declaration) @import',
    javascript: ecmaScript,
    python: '(import_statement) @import (import_from_statement) @import (future_import_statement) @import',
    rust: '(use_declaration) @import (extern_crate_declaration) @import',
    tsx: ecmaScript,
    typescript: ecmaScript,
  };
})();

/** Imports stand near the top: what a file of generated code imports farther down is passed over. */
const reachChars = 256 * 1024;

/** In the order of the text. */
export function importsOf(tree: SyntaxTree): Import[] {
  const range = { start: 0, end: Math.min(tree.text.length, reachChars) };
  return tree
    .find(queries[tree.language], range)
    .filter(({ name }) => name !== 'callee')
    .flatMap(({ node }) =>
      readers[tree.language](node).map(({ module, names }) => ({
        module,
        names,
        start: node.startIndex,
        end: node.endIndex,
      })),
    )
    .filter(({ module }) => module !== '');
}

interface Read {
  readonly module: string;
  readonly names: readonly string[];
}

type Reader = (node: Node) => Read[];

const readers: Readonly<Record<Language, Reader>> = {
  c: readInclude,
  cpp: (node) => (node.type === 'using_declaration' ? readUsing(node) : readInclude(node)),
  csharp: readUsingDirective,
  go: readGo,
  java: readJava,
  javascript: readEcmaScript,
  python: readPython,
  rust: readRust,
  tsx: readEcmaScript,
  typescript: readEcmaScript,
};

function unquoted(text: string | undefined): string {
  return (text ?? '').replace(/^["'`<]|["'`>]$/g, '');
}

function readEcmaScript(node: Node): Read[] {
  if (node.type === 'variable_declarator') return readRequire(node);
  const clause = node.namedChildren.find(({ type }) =>
    /^(import_clause|export_clause|namespace_export|import_require_clause)$/.test(type),
  );
  const source = node.childForFieldName('source') ?? clause?.childForFieldName('source');
  if (!source) return [];
  const isAll = node.type === 'export_statement' && (!clause || clause.type === 'namespace_export');
  return [{ module: unquoted(source.text), names: isAll ? ['*'] : ecmaNames(clause) }];
}

function ecmaNames(clause: Node | undefined): string[] {
  return (clause?.namedChildren ?? []).flatMap((part) => {
    if (part.type === 'identifier') return [part.text];
    if (part.type === 'namespace_import') return [part.firstNamedChild?.text ?? '*'];
    if (part.type === 'named_imports') return ecmaNames(part);
    const name = part.childForFieldName('alias') ?? part.childForFieldName('name');
    return name ? [name.text] : [];
  });
}

function readRequire(node: Node): Read[] {
  const call = node.childForFieldName('value');
  if (call?.childForFieldName('function')?.text !== 'require') return [];
  const module = call.childForFieldName('arguments')?.firstNamedChild;
  if (module?.type !== 'string') return [];
  const pattern = node.childForFieldName('name');
  const names =
    pattern?.type === 'object_pattern'
      ? pattern.namedChildren.map((part) => (part.childForFieldName('value') ?? part).text)
      : [pattern?.text ?? ''];
  return [{ module: unquoted(module.text), names }];
}

function readPython(node: Node): Read[] {
  const parts = node.childrenForFieldName('name');
  const nameOf = (part: Node): string => (part.childForFieldName('alias') ?? part).text;
  if (node.type === 'import_statement') {
    return parts.map((part) => ({ module: (part.childForFieldName('name') ?? part).text, names: [nameOf(part)] }));
  }
  const module =
    node.type === 'future_import_statement' ? '__future__' : (node.childForFieldName('module_name')?.text ?? '');
  const isAll = node.namedChildren.some(({ type }) => type === 'wildcard_import');
  return [{ module, names: isAll ? ['*'] : parts.map(nameOf) }];
}

function readJava(node: Node): Read[] {
  const name = node.namedChildren.find(({ type }) => /identifier$/.test(type))?.text.replace(/\s/g, '') ?? '';
  const isAll = node.namedChildren.some(({ type }) => type === 'asterisk');
  return [{ module: name, names: [isAll ? '*' : lastPart(name, '.')] }];
}

function readInclude(node: Node): Read[] {
  return [{ module: unquoted(node.childForFieldName('path')?.text), names: [] }];
}

function readUsing(node: Node): Read[] {
  const module = node.lastNamedChild?.text ?? '';
  const isAll = node.children.some(({ type }) => type === 'namespace');
  return [{ module, names: [isAll ? '*' : lastPart(module, '::')] }];
}

function readGo(node: Node): Read[] {
  const module = unquoted(node.childForFieldName('path')?.text);
  const alias = node.childForFieldName('name')?.text;
  if (alias === '_') return [{ module, names: [] }];
  return [{ module, names: [alias === '.' ? '*' : (alias ?? lastPart(module, '/'))] }];
}

function readUsingDirective(node: Node): Read[] {
  const alias = node.childForFieldName('name');
  const module = node.namedChildren.filter(({ id }) => id !== alias?.id).at(-1)?.text ?? '';
  return [{ module, names: [alias?.text ?? '*'] }];
}

function readRust(node: Node): Read[] {
  if (node.type === 'extern_crate_declaration') {
    const name = node.childForFieldName('name')?.text ?? '';
    return [{ module: name, names: [node.childForFieldName('alias')?.text ?? name] }];
  }
  const argument = node.childForFieldName('argument');
  return argument ? readUse(argument, '', 0) : [];
}

/** Deeper trees of uses are written by nobody. */
const useDepthMax = 16;

function readUse(node: Node, outer: string, depth: number): Read[] {
  const under = (inner: string | undefined): string => [outer, inner].filter((part) => part).join('::');
  if (depth > useDepthMax) return [];
  switch (node.type) {
    case 'use_list':
      return node.namedChildren.flatMap((part) => readUse(part, outer, depth + 1));
    case 'scoped_use_list': {
      const path = under(node.childForFieldName('path')?.text);
      const list = node.childForFieldName('list');
      return list ? readUse(list, path, depth + 1) : [];
    }
    case 'use_wildcard':
      return [{ module: under(node.firstNamedChild?.text), names: ['*'] }];
    case 'use_as_clause':
      return [
        { module: under(node.childForFieldName('path')?.text), names: [node.childForFieldName('alias')?.text ?? ''] },
      ];
    case 'self':
      return [{ module: outer, names: [lastPart(outer, '::')] }];
    case 'identifier':
    case 'scoped_identifier':
    case 'crate':
      return [{ module: under(node.text), names: [lastPart(node.text, '::')] }];
    default:
      return [];
  }
}

function lastPart(name: string, separator: string): string {
  return name.slice(name.lastIndexOf(separator) + (name.includes(separator) ? separator.length : 0));
}
