/**
 * What a text says in its language: the door of this folder. Grammars are files, read from one folder by name when their language
 * first comes and kept; nothing is fetched.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Language as WasmLanguage } from 'web-tree-sitter';
import { Grammar } from './grammar.ts';
import type { Language } from './language.ts';
import { type Clock, type ParseLimits, Unparsed } from './limits.ts';
import { initializeParser } from './module.ts';
import type { SyntaxTree } from './tree.ts';

/** A grammar that could not be loaded; the next question tries again. */
export class GrammarError extends Error {
  constructor(language: Language, file: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The grammar of ${language} could not be loaded from ${file}: ${why}`, { cause });
    this.name = 'GrammarError';
  }
}

export class Syntax {
  readonly #folder: string;
  readonly #nowMs: Clock;
  readonly #grammars = new Map<Language, Promise<Grammar>>();

  /** `folder` holds `parser.wasm` and one `<language>.wasm` each: `dist/grammars`, beside the bundled programs. */
  constructor(folder: string, nowMs: Clock) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** Read once; takes 5 to 40 ms. @throws GrammarError */
  grammar(language: Language): Promise<Grammar> {
    const known = this.#grammars.get(language);
    if (known) return known;
    const loading = this.#load(language);
    this.#grammars.set(language, loading);
    loading.catch(() => this.#grammars.delete(language));
    return loading;
  }

  /** In slices; the caller deletes the tree. @throws GrammarError */
  async parse(text: string, language: Language, limits?: ParseLimits): Promise<SyntaxTree | Unparsed> {
    return (await this.grammar(language)).parseInSlices(text, limits);
  }

  /** What `ask` answers of the tree of `text`, which is freed then. @throws GrammarError, and what `ask` throws */
  async read<T>(
    text: string,
    language: Language,
    ask: (tree: SyntaxTree) => T,
    limits?: ParseLimits,
  ): Promise<T | Unparsed> {
    const tree = await this.parse(text, language, limits);
    if (tree instanceof Unparsed) return tree;
    try {
      return ask(tree);
    } finally {
      tree.delete();
    }
  }

  async #load(language: Language): Promise<Grammar> {
    const file = path.join(this.#folder, `${language}.wasm`);
    try {
      await initializeParser(path.join(this.#folder, 'parser.wasm'));
      return new Grammar(language, await WasmLanguage.load(await readFile(file)), this.#nowMs);
    } catch (error) {
      throw new GrammarError(language, file, error);
    }
  }
}
