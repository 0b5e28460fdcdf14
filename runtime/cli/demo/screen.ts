/** The demo in a terminal: one picture, painted over itself, left standing at the end. */
import type { Editor } from './editor.ts';
import { duration, frame, frameRows, type SidePane } from './frame.ts';
import type { Work } from './screenplay.ts';
import { toAnsi } from './spans.ts';
import { type SceneResult, type Stage, titleOf, type WorkResult } from './stage.ts';

/** A terminal shows no more than about 30 pictures a second; a model may write more tokens than that. */
const paintMs = 33;

const hideCaret = '\x1b[?25l';
const showCaret = '\x1b[?25h';
/** Terminals write what is pressed where the caret is, such as `^C`: it goes, and the caret is at the edge again. */
const clearLine = '\r\x1b[K';

export class ScreenStage implements Stage {
  readonly #out: (text: string) => void;
  readonly #columns: number;
  readonly #promisedMs: number;
  #editor: Editor | undefined;
  #summary: SidePane | undefined;
  #translation: SidePane | undefined;
  #title = 'Punctual';
  #note = '';
  #isPainted = false;
  #timer: NodeJS.Timeout | undefined;

  /** `promisedMs`: within which the first token of a suggestion is promised. */
  constructor(out: (text: string) => void, options: { columns: number; promisedMs: number }) {
    this.#out = out;
    this.#columns = options.columns;
    this.#promisedMs = options.promisedMs;
    this.#out(hideCaret);
  }

  introduce(text: string): void {
    this.#title = `Punctual · ${text}`;
    this.#changed();
  }

  note(text: string): void {
    this.#note = text;
    this.#changed();
  }

  editor(editor: Editor): void {
    this.#editor = editor;
    this.#changed();
  }

  sceneDone({ suggestion, taken, ttftMs }: SceneResult): void {
    if (suggestion === '') return this.note('no suggestion: the line was typed to its end');
    const time = `first token after ${duration(ttftMs ?? 0)}, promised within ${duration(this.#promisedMs)}`;
    this.note(taken ? `⇥ Tab takes the suggestion (${time})` : `typed on without Tab (${time})`);
  }

  text(work: Work, text: string): void {
    this.#side(work, { title: titleOf(work), text });
  }

  textDone({ work, result }: WorkResult): void {
    this.#side(work, { title: titleOf(work), text: result.text, outcome: result });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#paint();
    this.#out(showCaret);
  }

  #side(work: Work, pane: SidePane): void {
    if (work.kind === 'summarize') this.#summary = pane;
    else this.#translation = pane;
    this.#changed();
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => this.#paint(), paintMs);
  }

  #paint(): void {
    this.#timer = undefined;
    const sides = [this.#summary, this.#translation] as const;
    const lines = frame({ title: this.#title, editor: this.#editor, sides, note: this.#note }, this.#columns);
    const up = this.#isPainted ? `${clearLine}\x1b[${frameRows}A` : '';
    this.#isPainted = true;
    this.#out(`${up}${lines.map((line) => `${toAnsi(line)}\n`).join('')}`);
  }
}
