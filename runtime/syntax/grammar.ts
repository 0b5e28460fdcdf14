/**
 * One language's parser: from text to tree, within limits. The parser is WebAssembly, and its trees live in memory that no
 * garbage collector sees: who gets a tree frees it.
 */
import { setImmediate } from 'node:timers/promises';
import { Edit, Parser, Query, type Tree, type Language as WasmLanguage } from 'web-tree-sitter';
import { type Facts, factsOf } from './facts.ts';
import type { Language } from './language.ts';
import { type Clock, keystrokeLimits, type ParseLimits, taskLimits, Unparsed } from './limits.ts';
import { unwindStack } from './module.ts';
import { pointAt, type TextChange } from './text.ts';
import { SyntaxTree, type TreeGrammar } from './tree.ts';

/** How long others wait at most while a text is parsed in slices. */
const sliceMs = 8;

export class Grammar implements TreeGrammar {
  readonly language: Language;
  readonly facts: Facts;
  readonly #wasm: WasmLanguage;
  #parser: Parser;
  readonly #nowMs: Clock;
  readonly #queries = new Map<string, Query>();

  /** @throws when the file was made for another version of the parser. */
  constructor(language: Language, wasm: WasmLanguage, nowMs: Clock) {
    this.language = language;
    this.facts = factsOf[language];
    this.#wasm = wasm;
    this.#parser = new Parser().setLanguage(wasm);
    this.#nowMs = nowMs;
  }

  /** In one go: for short texts. */
  parse(text: string, limits: ParseLimits = keystrokeLimits): SyntaxTree | Unparsed {
    return this.#parse(text, limits, null);
  }

  /** In slices, between which others have their turns. The limit is on the time that parsing itself takes. */
  async parseInSlices(text: string, limits: ParseLimits = taskLimits): Promise<SyntaxTree | Unparsed> {
    if (text.length > limits.charsMax) return new Unparsed('tooLarge', text.length, limits);
    // A parser that stopped goes on at its next call, so this one must be nobody else's.
    const parser = new Parser().setLanguage(this.#wasm);
    let isBroken = false;
    try {
      for (let spentMs = 0; spentMs <= limits.msMax; ) {
        const startMs = this.#nowMs();
        const raw = parsed(parser, text, null, () => this.#nowMs() - startMs > sliceMs);
        isBroken = raw === 'tooDeep';
        if (raw === 'tooDeep') return new Unparsed('tooDeep', text.length, limits);
        if (raw) return new SyntaxTree(this, text, raw);
        spentMs += this.#nowMs() - startMs;
        await setImmediate();
      }
      return new Unparsed('tooSlow', text.length, limits);
    } finally {
      if (!isBroken) parser.delete();
    }
  }

  /** The tree of `old` with `change` made to it; what did not change is not parsed again. `old` is freed, whatever comes of it. */
  reparse(
    old: SyntaxTree,
    change: TextChange,
    text: string,
    limits: ParseLimits = keystrokeLimits,
  ): SyntaxTree | Unparsed {
    const { start, oldEnd, newEnd } = change;
    old.raw.edit(
      new Edit({
        startIndex: start,
        oldEndIndex: oldEnd,
        newEndIndex: newEnd,
        startPosition: pointAt(old.text, start),
        oldEndPosition: pointAt(old.text, oldEnd),
        newEndPosition: pointAt(text, newEnd),
      }),
    );
    try {
      return this.#parse(text, limits, old.raw);
    } finally {
      old.delete();
    }
  }

  /** A compiled query, kept: there are as many as this folder asks. @throws when it names a node type that the grammar lacks. */
  query(source: string): Query {
    const known = this.#queries.get(source);
    if (known) return known;
    const query = new Query(this.#wasm, source);
    this.#queries.set(source, query);
    return query;
  }

  #parse(text: string, limits: ParseLimits, old: Tree | null): SyntaxTree | Unparsed {
    if (text.length > limits.charsMax) return new Unparsed('tooLarge', text.length, limits);
    const deadlineMs = this.#nowMs() + limits.msMax;
    const raw = parsed(this.#parser, text, old, () => this.#nowMs() > deadlineMs);
    if (raw === 'tooDeep') {
      this.#parser = new Parser().setLanguage(this.#wasm);
      return new Unparsed('tooDeep', text.length, limits);
    }
    if (raw) return new SyntaxTree(this, text, raw);
    // Otherwise the next text would be parsed on from where this one stopped.
    this.#parser.reset();
    return new Unparsed('tooSlow', text.length, limits);
  }
}

/**
 * A tree, or null when `isOver` said so. After `tooDeep` the parser is in no known state: it must not be used again, nor deleted,
 * so its memory is lost.
 */
function parsed(parser: Parser, text: string, old: Tree | null, isOver: () => boolean): Tree | null | 'tooDeep' {
  try {
    return parser.parse(text, old, { progressCallback: isOver });
  } catch (error) {
    // V8's own stack has ended, or the memory that the module may have.
    const isExhausted = error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError');
    if (!isExhausted) throw error;
    unwindStack();
    return 'tooDeep';
  }
}
