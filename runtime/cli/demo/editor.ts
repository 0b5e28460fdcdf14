/** A file in the demo's editor: its lines, the caret, and the ghost text behind the caret. Knows no runtime. */

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** One change as LSP tells it: the text of a range is replaced. */
export interface Edit {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly text: string;
}

export class Editor {
  readonly name: string;
  readonly #lines: string[];
  #caret: Position = { line: 0, character: 0 };
  #ghost = '';
  #version = 1;
  #taken: { readonly line: number; readonly from: number; readonly to: number } | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.#lines = text.split('\n');
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  get caret(): Position {
    return this.#caret;
  }

  get ghost(): string {
    return this.#ghost;
  }

  /** Counts the changes, from 1 as the document is opened. */
  get version(): number {
    return this.#version;
  }

  /** What the latest Tab has put in, until the next change. */
  get taken(): { readonly line: number; readonly from: number; readonly to: number } | undefined {
    return this.#taken;
  }

  /**
   * Takes the code of a line out, and puts the caret behind its indentation.
   *
   * @throws RangeError when no line reads like that: the screenplay does not fit the file.
   */
  clear(line: string): Edit {
    const index = this.#lines.indexOf(line);
    if (index < 0) throw new RangeError(`${this.name} has no line '${line}'`);
    const indentation = line.slice(0, line.length - line.trimStart().length);
    return this.#replace(index, indentation.length, line.length, '');
  }

  /** One keystroke. A suggestion that begins with it stays, as the editor keeps it. */
  type(character: string): Edit {
    const ghost = this.#ghost.startsWith(character) ? this.#ghost.slice(character.length) : '';
    const { line, character: at } = this.#caret;
    const edit = this.#replace(line, at, at, character);
    this.#ghost = ghost;
    return edit;
  }

  /** The answer to what was asked at `version`; one to an earlier text is dropped. */
  suggest(text: string, version: number): boolean {
    if (version !== this.#version) return false;
    this.#ghost = text;
    return true;
  }

  /** Tab: the suggestion becomes text. */
  take(): Edit {
    const { line, character } = this.#caret;
    const text = this.#ghost;
    const edit = this.#replace(line, character, character, text);
    this.#taken = { line, from: character, to: character + text.length };
    return edit;
  }

  #replace(line: number, from: number, to: number, text: string): Edit {
    const before = this.#lines[line] ?? '';
    this.#lines[line] = before.slice(0, from) + text + before.slice(to);
    this.#caret = { line, character: from + text.length };
    this.#ghost = '';
    this.#taken = undefined;
    this.#version += 1;
    return { range: { start: { line, character: from }, end: { line, character: to } }, text };
  }
}
