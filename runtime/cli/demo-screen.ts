/** What the demo shows: a frame that is drawn again and again in a terminal of 80 by 24, or plain lines where there is none. */
import type { Status } from '../protocol.ts';
import type { Measured } from './demo-performance.ts';
import { statusTable } from './status.ts';

export interface Screen {
  /** The editor after a key: text before and behind the cursor, and what is suggested between them. */
  editor(file: string, before: string, after: string, ghost: string, key?: string, ttftMs?: number): void;
  /** What is known of the answer that runs behind. */
  background(kind: 'summary' | 'translation', file: string, text: string): void;
  end(status: Status, measured: Measured): void;
  close(): void;
}

const width = 80;
const editorLines = 13;
const backgroundLines = 3;
const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;
const inverse = (text: string): string => `\u001b[7m${text}\u001b[27m`;

/** For people: redraws in place on the terminal's second screen, so that the first one is as it was afterwards. */
export class TerminalScreen implements Screen {
  readonly #out: (text: string) => void;
  readonly #behind = { summary: ['', ''] as [string, string], translation: ['', ''] as [string, string] };
  #editor: readonly string[] = [];
  #title = '';
  #isOpen = true;

  constructor(out: (text: string) => void) {
    this.#out = out;
    out('\u001b[?1049h\u001b[?25l');
  }

  editor(file: string, before: string, after: string, ghost: string, key?: string, ttftMs?: number): void {
    const beforeLines = before.split('\n');
    const line = beforeLines.length - 1;
    const current = beforeLines[line] ?? '';
    const ghostShown = ghost.split('\n', 1)[0] ?? '';
    const rest = after.split('\n');
    const top = Math.max(0, line - Math.floor(editorLines / 2));
    const all = [
      ...beforeLines.slice(0, -1),
      `${current}${ghostShown === '' ? inverse(' ') : inverse(ghostShown.slice(0, 1)) + dim(ghostShown.slice(1))}${rest[0] ?? ''}`,
      ...rest.slice(1),
    ];
    this.#editor = all
      .slice(top, top + editorLines)
      .map((text, index) => `${dim(String(top + index + 1).padStart(4))}  ${text}`);
    const note = key
      ? inverse(` ${key} `)
      : ttftMs === undefined
        ? ''
        : dim(`first token after ${ttftMs.toFixed(0)} ms`);
    this.#title = `${bold(file)}  ${note}`;
    this.#draw();
  }

  background(kind: 'summary' | 'translation', file: string, text: string): void {
    this.#behind[kind] = [file, text];
    this.#draw();
  }

  end(status: Status, measured: Measured): void {
    this.close();
    this.#out(endText(status, measured));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#out('\u001b[?25h\u001b[?1049l');
  }

  #draw(): void {
    if (!this.#isOpen) return;
    const rule = dim('─'.repeat(width));
    const frame = [
      `${bold('Punctual')} ${dim('with the embedded demonstration model: real inference, weak answers')}`,
      rule,
      this.#title,
      ...Array.from({ length: editorLines }, (_, index) => this.#editor[index] ?? ''),
      rule,
      ...this.#panes(),
    ];
    this.#out(`\u001b[H${frame.map((text) => `${text}\u001b[K`).join('\n')}\u001b[J`);
  }

  /** The two answers side by side. */
  #panes(): string[] {
    const half = Math.floor(width / 2) - 1;
    const pane = (title: string, [file, text]: [string, string]): string[] => {
      const wrapped = text.split('\n').flatMap((line) => line.match(new RegExp(`.{1,${half}}`, 'g')) ?? []);
      const lines = wrapped.slice(-backgroundLines);
      return [
        `${title} ${file}`.padEnd(half),
        ...Array.from({ length: backgroundLines }, (_, index) => (lines[index] ?? '').padEnd(half)),
      ];
    };
    const left = pane('summarizing', this.#behind.summary);
    const right = pane('translating', this.#behind.translation);
    return left.map(
      (text, index) =>
        `${index === 0 ? bold(text) : dim(text)}  ${index === 0 ? bold(right[index] ?? '') : dim(right[index] ?? '')}`,
    );
  }
}

/** For logs and pipes: a line for each suggestion that was taken, and one for the first answer about each file; no escape codes. */
export class PlainScreen implements Screen {
  readonly #out: (text: string) => void;
  readonly #behind = new Map<string, { file: string; text: string }>();
  readonly #told = new Set<string>();
  #suggested = '';

  constructor(out: (text: string) => void) {
    this.#out = out;
    out(
      'Punctual with the embedded demonstration model: real inference, weak answers.\nWhat was typed, then [the ghost text that was taken with Tab].\n\n',
    );
  }

  editor(file: string, before: string, _after: string, ghost: string, key?: string, ttftMs?: number): void {
    const lines = before.split('\n');
    const place = `${file}:${lines.length}`.padEnd(16);
    if (key === undefined)
      this.#suggested =
        ghost === '' ? '' : `${place}${lines.at(-1)}[${ghost}]  first token after ${ttftMs?.toFixed(0) ?? '?'} ms`;
    else this.#out(`${this.#suggested}\n`);
  }

  background(kind: 'summary' | 'translation', file: string, text: string): void {
    const last = this.#behind.get(kind);
    this.#behind.set(kind, { file, text });
    if (text !== '' || !last || last.text === '' || this.#told.has(kind + last.file)) return;
    this.#told.add(kind + last.file);
    this.#out(`${`(${kind})`.padEnd(16)}${last.file}: ${last.text.replaceAll(/\s+/g, ' ').slice(0, 56)}…\n`);
  }

  end(status: Status, measured: Measured): void {
    this.#out(endText(status, measured));
  }

  close(): void {
    // Nothing was changed that would have to be put back.
  }
}

function endText(status: Status, { keys, shownMs, accepted }: Measured): string {
  const sorted = [...shownMs].sort((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0).toFixed(0)} ms`;
  const seen =
    sorted.length === 0
      ? 'no suggestion was shown'
      : `${sorted.length} suggestions shown, whole, ${at(0.5)} after the key (median; p95 ${at(0.95)})`;
  const intro =
    'Promised against measured, with a summary and a translation running all the while.\nTTFT: time to the first token, of completions; E2E: time to the end, of the others.';
  return `\n${intro}\n\n${statusTable(status)}\nAs the person saw it: ${keys} keys, ${seen}, ${accepted} taken with Tab.\n`;
}
