/** The syntax of one text. Its memory is freed by `delete`, and by nothing else. */
import type { Node, Query, Tree } from 'web-tree-sitter';
import type { Facts } from './facts.ts';
import type { Language } from './language.ts';
import type { Unparsed } from './limits.ts';
import type { Range, TextChange } from './text.ts';

/** What a tree needs of the grammar that made it; grammar.ts has more. */
export interface TreeGrammar {
  readonly language: Language;
  readonly facts: Facts;
  query(source: string): Query;
  parse(text: string): SyntaxTree | Unparsed;
  reparse(old: SyntaxTree, change: TextChange, text: string): SyntaxTree | Unparsed;
}

export class SyntaxTree {
  readonly grammar: TreeGrammar;
  readonly text: string;
  /** For this folder alone. */
  readonly raw: Tree;
  #deleted = false;

  constructor(grammar: TreeGrammar, text: string, raw: Tree) {
    this.grammar = grammar;
    this.text = text;
    this.raw = raw;
  }

  get language(): Language {
    return this.grammar.language;
  }

  get root(): Node {
    return this.raw.rootNode;
  }

  /** What `source` finds in `range`, with the names that it gives; nodes that only touch the range are among them. */
  find(source: string, range?: Range): { readonly name: string; readonly node: Node }[] {
    // The library takes these two as bytes of UTF-16, unlike all its other offsets (web-tree-sitter 0.27.1).
    const options = range && { startIndex: 2 * range.start, endIndex: 2 * Math.max(range.end, range.start + 1) };
    return this.grammar.query(source).captures(this.root, options);
  }

  /** May be said twice. */
  delete(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    this.raw.delete();
  }
}
