/** What a file declares, in its order, with the comments that document it. */
import type { Node } from 'web-tree-sitter';
import { type DeclarationKind, type Declaring, declaringOf } from './declaring.ts';
import { isFirstOnLine, lineStartAt, type Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface Declaration {
  readonly kind: DeclarationKind;
  /** Absent where there is none: statements, anonymous functions. Of several names the first. */
  readonly name?: string;
  /** With the comments and attributes before it. */
  readonly range: Range;
  /** Where it begins without the comments and attributes before it. */
  readonly start: number;
  /** With its brackets, where there are any. */
  readonly body?: Range;
  /** The comment before it, or the text at the start of its body where the language documents so. */
  readonly doc?: Range;
  /** Its text up to the body, on one line, shortened if it is very long. */
  readonly signature: string;
  /** Of classes, interfaces and modules. */
  readonly members: readonly Declaration[];
}

const signatureCharsMax = 400;

/** Deeper than this nothing is declared that anybody would look for. */
const depthMax = 8;

export function declarations(tree: SyntaxTree): Declaration[] {
  return declaredIn(tree, tree.root, 'file', 0);
}

type Within = 'file' | 'type';

function declaredIn(tree: SyntaxTree, list: Node, within: Within, depth: number): Declaration[] {
  const declaring = declaringOf[tree.language];
  const found: Declaration[] = [];
  let before: Node[] = [];
  for (const node of listed(tree, list)) {
    if (isLeading(tree, node, declaring)) {
      // Behind code on its own line it belongs to that code.
      if (isFirstOnLine(tree.text, node.startIndex) || before.length > 0) before.push(node);
      continue;
    }
    const declaration = declarationOf(tree, node, touching(tree.text, before, node), within, depth);
    if (declaration) found.push(declaration);
    before = [];
  }
  return found;
}

/** Around declarations but no part of them: conditions of a preprocessor, and what could not be parsed. */
const transparent = /^(preproc_(if|ifdef|elif|elifdef|else)|ERROR)$/;

function* listed(tree: SyntaxTree, list: Node, depth = 0): Generator<Node> {
  const { kinds, wrappers, attributes } = declaringOf[tree.language];
  const { comments } = tree.grammar.facts;
  for (const node of list.namedChildren) {
    if (transparent.test(node.type) && depth < depthMax) yield* listed(tree, node, depth + 1);
    // Between the pieces of something broken only what declares says anything.
    else if (
      !transparent.test(list.type) ||
      [wrappers, attributes, comments].some((types) => types.includes(node.type))
    )
      yield node;
    else if (kinds[node.type]) yield node;
  }
}

function isLeading(tree: SyntaxTree, node: Node, { attributes }: Declaring): boolean {
  return tree.grammar.facts.comments.includes(node.type) || attributes.includes(node.type);
}

/** Those of `before` that belong to `node`: no empty line stands between. */
function touching(text: string, before: readonly Node[], node: Node): Node[] {
  const near: Node[] = [];
  let start = node.startIndex;
  for (const candidate of [...before].reverse()) {
    if (hasEmptyLine(text.slice(candidate.endIndex, start), text[candidate.endIndex - 1])) break;
    near.unshift(candidate);
    start = candidate.startIndex;
  }
  return near;
}

/** `last` is the unit before `between`: some comments include their line end. */
export function hasEmptyLine(between: string, last: string | undefined): boolean {
  const lineEnds = between.match(/\r\n|\r|\n/g)?.length ?? 0;
  return lineEnds + (last === '\n' ? 1 : 0) > 1;
}

function declarationOf(
  tree: SyntaxTree,
  outer: Node,
  before: readonly Node[],
  within: Within,
  depth: number,
): Declaration | undefined {
  const { text } = tree;
  const node = unwrapped(outer, declaringOf[tree.language]);
  const { kind, valued } = kindOf(tree, node);
  if (kind === undefined && within === 'type') return undefined;
  const body = bodyOf(valued ?? node);
  const comments = before.filter(({ type }) => tree.grammar.facts.comments.includes(type));
  const doc = docOf(tree, comments, body);
  const name = kind === undefined || kind === 'import' ? undefined : nameOf(node);
  const isMember = within === 'type' && kind === 'function';
  const hasMembers = kind === 'class' || kind === 'interface' || kind === 'module';
  return {
    kind: isMember ? 'method' : (kind ?? 'statement'),
    ...(name && { name: name.text }),
    range: { start: before[0]?.startIndex ?? outer.startIndex, end: outer.endIndex },
    start: outer.startIndex,
    ...(body && { body: { start: bodyStart(body), end: body.endIndex } }),
    ...(doc && { doc }),
    signature: signatureOf(text, outer.startIndex, (body && bodyStart(body)) ?? (valued ?? outer).endIndex),
    members:
      hasMembers && body && depth < depthMax
        ? declaredIn(tree, body, kind === 'module' ? 'file' : 'type', depth + 1)
        : [],
  };
}

/** The declaration inside of exports, decorators and templates; the node itself where there is none. */
export function unwrapped(outer: Node, { kinds, wrappers }: Declaring): Node {
  let node = outer;
  while (wrappers.includes(node.type)) {
    const inner = node.namedChildren.find(({ type }) => kinds[type] !== undefined || wrappers.includes(type));
    if (!inner) return outer;
    node = inner;
  }
  return node;
}

/** `valued` is what a variable is set to, when it is a function or class and thus what the variable stands for. */
function kindOf(tree: SyntaxTree, node: Node): { kind: DeclarationKind | undefined; valued?: Node } {
  const kind = declaringOf[tree.language].kinds[node.type];
  if (kind === 'variable') {
    const valued = (declaratorOf(node) ?? node).childForFieldName('value');
    if (valued && /^(arrow_function|function_expression|generator_function)$/.test(valued.type))
      return { kind: 'function', valued };
    if (valued?.type === 'class') return { kind: 'class', valued };
    if (isPrototype(node)) return { kind: 'function' };
    const inner = node.childForFieldName('type');
    if (inner && /^(struct|union|class|enum)_specifier$/.test(inner.type) && inner.childForFieldName('body')) {
      return { kind: inner.type === 'enum_specifier' ? 'enum' : 'class', valued: inner };
    }
  }
  if (node.type === 'type_declaration') return kindOfGoType(node);
  return { kind };
}

function declaratorOf(node: Node): Node | undefined {
  return node.namedChildren.find(({ type }) => type === 'variable_declarator');
}

/** C declares a function without a body as it declares a variable. */
function isPrototype(node: Node): boolean {
  let declarator = node.childForFieldName('declarator');
  while (declarator && /^(pointer|reference)_declarator$/.test(declarator.type)) {
    declarator = declarator.childForFieldName('declarator') ?? declarator.lastNamedChild;
  }
  return declarator?.type === 'function_declarator';
}

function kindOfGoType(node: Node): { kind: DeclarationKind; valued?: Node } {
  const type = node.firstNamedChild?.childForFieldName('type');
  if (type?.type === 'struct_type') return { kind: 'class', valued: type };
  return type?.type === 'interface_type' ? { kind: 'interface', valued: type } : { kind: 'type' };
}

function bodyOf(node: Node): Node | undefined {
  const body = node.childForFieldName('body') ?? node.childForFieldName('accessors');
  if (body) return body;
  if (node.type === 'interface_type') return node;
  return node.namedChildren.find(({ type }) => type === 'field_declaration_list');
}

/** The keyword before the bracket is none of the body. */
function bodyStart(body: Node): number {
  if (body.type !== 'interface_type') return body.startIndex;
  return body.children.find(({ type }) => type === '{')?.startIndex ?? body.startIndex;
}

const nameTypes = /identifier$|^(dotted_name|operator_name|destructor_name|qualified_identifier|string)$/;

/** The node that names what `node` declares. */
export function nameOf(node: Node): Node | undefined {
  const named = node.childForFieldName('name') ?? (node.type === 'impl_item' ? node.childForFieldName('type') : null);
  if (named) return named;
  for (const field of ['property', 'declarator', 'left', 'type']) {
    const inner = node.childForFieldName(field);
    if (inner && field !== 'type') return nameTypes.test(inner.type) ? inner : nameOf(inner);
    if (inner && /^(struct|union|class|enum)_specifier$/.test(inner.type)) return nameOf(inner);
  }
  const declaring = node.namedChildren.find(({ type }) =>
    /(_declarator|^variable_declaration|_spec|_spec_list)$/.test(type),
  );
  return declaring && nameOf(declaring);
}

function docOf({ text, grammar }: SyntaxTree, comments: readonly Node[], body: Node | undefined): Range | undefined {
  const first = comments[0];
  const last = comments.at(-1);
  if (first && last) return { start: first.startIndex, end: trimmedEnd(text, last.endIndex) };
  if (grammar.facts.blocks !== 'indentation') return undefined;
  const statement = body?.firstNamedChild;
  const string = statement?.type === 'expression_statement' ? statement.firstNamedChild : statement;
  return string?.type === 'string' ? rangeOf(string) : undefined;
}

function trimmedEnd(text: string, end: number): number {
  return text[end - 1] === '\n' ? end - 1 : end;
}

function signatureOf(text: string, start: number, end: number): string {
  const line = text
    .slice(start, Math.min(end, start + 4 * signatureCharsMax))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= signatureCharsMax ? line : `${line.slice(0, signatureCharsMax - 1)}…`;
}

export function rangeOf(node: Node): Range {
  return { start: node.startIndex, end: node.endIndex };
}

/** The innermost declaration that `offset` stands in, with those around it, the outermost first. */
export function declarationsAround(tree: SyntaxTree, offset: number): Declaration[] {
  const around: Declaration[] = [];
  for (let list: readonly Declaration[] = declarations(tree); ; ) {
    const inner = list.find(({ range }) => lineStartAt(tree.text, range.start) <= offset && offset <= range.end);
    if (!inner) return around;
    around.push(inner);
    list = inner.members;
  }
}
