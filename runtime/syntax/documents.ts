/**
 * The trees of open documents, kept so that after an edit only what changed is parsed again. As many as are looked at now and then;
 * the one that was not asked for the longest goes first, and its memory with it.
 */
import type { Grammar } from './grammar.ts';
import type { Syntax } from './index.ts';
import type { Language } from './language.ts';
import { type Clock, keystrokeLimits, type ParseLimits, Unparsed } from './limits.ts';
import { changeBetween } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface SyntaxDocument {
  readonly uri: string;
  readonly language: Language;
  /** The whole text as it is now: what changed is found by comparing. */
  readonly text: string;
}

export interface DocumentLimits extends ParseLimits {
  readonly documentsMax: number;
  /** UTF-16 units of all kept texts together. */
  readonly totalCharsMax: number;
  /** A text that was too slow is not tried again before this has passed. */
  readonly retryMs: number;
}

export const documentLimits: DocumentLimits = {
  ...keystrokeLimits,
  // What fifty windows have in front of them; a tree is parsed anew when it has gone, in tens of milliseconds. At most 40 MB in all.
  documentsMax: 64,
  totalCharsMax: 4 * 1024 ** 2,
  retryMs: 60_000,
};

type Kept = { readonly tree: SyntaxTree } | { readonly slow: Unparsed; readonly sinceMs: number };

export class SyntaxDocuments {
  readonly #syntax: Syntax;
  readonly #nowMs: Clock;
  readonly #limits: DocumentLimits;
  /** The one asked for last stands last. */
  readonly #kept = new Map<string, Kept>();

  constructor(syntax: Syntax, nowMs: Clock, limits: DocumentLimits = documentLimits) {
    this.#syntax = syntax;
    this.#nowMs = nowMs;
    this.#limits = limits;
  }

  /** What `ask` answers of the document's tree, which is this object's and must not be kept or deleted. @throws GrammarError */
  async read<T>(document: SyntaxDocument, ask: (tree: SyntaxTree) => T): Promise<T | Unparsed> {
    const grammar = await this.#syntax.grammar(document.language);
    // From here on nobody else has a turn, so nobody frees the tree while it is asked.
    const tree = this.#treeOf(document, grammar);
    return tree instanceof Unparsed ? tree : ask(tree);
  }

  /** The document was closed. */
  forget(uri: string): void {
    const kept = this.#kept.get(uri);
    this.#kept.delete(uri);
    if (kept && 'tree' in kept) kept.tree.delete();
  }

  clear(): void {
    for (const uri of [...this.#kept.keys()]) this.forget(uri);
  }

  get size(): number {
    return this.#kept.size;
  }

  #treeOf({ uri, text }: SyntaxDocument, grammar: Grammar): SyntaxTree | Unparsed {
    const kept = this.#kept.get(uri);
    this.#kept.delete(uri);
    const isSlow = kept !== undefined && 'slow' in kept && this.#nowMs() - kept.sinceMs < this.#limits.retryMs;
    if (isSlow) {
      this.#kept.set(uri, kept);
      return kept.slow;
    }
    const tree = this.#parsed(kept, text, grammar);
    if (tree instanceof Unparsed) {
      if (tree.kind === 'tooSlow') this.#keep(uri, { slow: tree, sinceMs: this.#nowMs() });
      return tree;
    }
    this.#keep(uri, { tree });
    return tree;
  }

  #parsed(kept: Kept | undefined, text: string, grammar: Grammar): SyntaxTree | Unparsed {
    const old = kept && 'tree' in kept ? kept.tree : undefined;
    if (!old) return grammar.parse(text, this.#limits);
    if (old.grammar === grammar && old.text === text) return old;
    if (old.grammar === grammar) return grammar.reparse(old, changeBetween(old.text, text), text, this.#limits);
    old.delete();
    return grammar.parse(text, this.#limits);
  }

  /** The newest stays, however large it is. */
  #keep(uri: string, kept: Kept): void {
    this.#kept.set(uri, kept);
    let chars = 0;
    for (const [index, { uri: other, length }] of this.#newestFirst().entries()) {
      chars += length;
      if (index > 0 && (index >= this.#limits.documentsMax || chars > this.#limits.totalCharsMax)) this.forget(other);
    }
  }

  #newestFirst(): { uri: string; length: number }[] {
    return [...this.#kept]
      .map(([uri, kept]) => ({ uri, length: 'tree' in kept ? kept.tree.text.length : 0 }))
      .reverse();
  }
}
