/** Where the demo is seen: a terminal, or plain lines in a file or a pipe. The play tells; the stage shows. */
import { type TextResult, targetLanguages } from '../../protocol.ts';
import { languageOf } from '../document.ts';
import type { Editor } from './editor.ts';
import type { Scene, Work } from './screenplay.ts';

/** How a line came to its end. */
export interface SceneResult {
  readonly scene: Scene;
  /** Counted from 1. */
  readonly line: number;
  /** The suggestion at the moment when the person looked; empty when there was none. */
  readonly suggestion: string;
  readonly taken: boolean;
  /** Of that suggestion, as the runtime measured it. */
  readonly ttftMs: number | undefined;
}

export interface WorkResult {
  readonly work: Work;
  readonly result: TextResult;
}

export interface Stage {
  /** Who plays: the model, and what it is. */
  introduce(text: string): void;
  /** A sentence about what is going on. */
  note(text: string): void;
  /** The editor has changed: its text, its caret or its ghost text. */
  editor(editor: Editor): void;
  sceneDone(result: SceneResult): void;
  /** The answer so far. */
  text(work: Work, text: string): void;
  textDone(result: WorkResult): void;
  /** Leaves the terminal as it was found, with the last picture in it. */
  close(): void;
}

export function titleOf(work: Work): string {
  if (work.kind === 'summarize') return `summary: ${work.file}`;
  const from: Readonly<Record<string, string>> = targetLanguages;
  return `${from[languageOf(work.file)] ?? work.file} → ${targetLanguages[work.to]}`;
}

/** Sentences for a file or a pipe: no escape codes, nothing drawn twice. */
export class LineStage implements Stage {
  readonly #out: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  introduce(text: string): void {
    this.#out(`${text}\n`);
  }

  note(text: string): void {
    this.#out(`${text}\n`);
  }

  editor(): void {
    // A reader of lines wants results, not every keystroke.
  }

  sceneDone({ scene, line, suggestion, taken, ttftMs }: SceneResult): void {
    const time = ttftMs === undefined ? '' : `, first token after ${Math.round(ttftMs)} ms`;
    const end = suggestion === '' ? 'no suggestion' : `${taken ? 'taken with Tab' : 'typed on'}${time}`;
    this.#out(`${scene.file}:${line}  ${scene.typed.trimStart()}[${suggestion}]  ${end}\n`);
  }

  text(): void {
    // Told when it is whole.
  }

  /** Each work comes round many times; the first time is enough here, the table counts them all. */
  textDone({ work, result }: WorkResult): void {
    const title = titleOf(work);
    if (this.#told.has(title)) return;
    this.#told.add(title);
    const lines = result.text.trim().split('\n').slice(0, 6);
    this.#out(`${title}, ${Math.round(result.e2eMs)} ms\n${lines.map((line) => `    ${line}\n`).join('')}`);
  }

  close(): void {
    // Nothing to put back.
  }
}
