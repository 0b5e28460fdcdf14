/** The demo's picture as a terminal shows it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frameRows } from '../../runtime/cli/demo/frame.ts';
import { ScreenStage } from '../../runtime/cli/demo/screen.ts';

/** As much of a terminal as the stage needs: it shows text, moves up, and clears to the end of a line. */
class Terminal {
  readonly rows: string[] = [''];
  #row = 0;
  #column = 0;

  write(text: string): void {
    const [plain = '', ...escaped] = text.split('\x1b');
    for (const character of plain) this.#put(character);
    for (const piece of escaped) {
      const [sequence = '', rows, action] = /^\[\??(\d*)[\d;]*([A-Za-z])/.exec(piece) ?? [];
      if (action === 'A') this.#row -= Number(rows);
      else if (action === 'K') this.rows[this.#row] = this.#line.slice(0, this.#column);
      for (const character of piece.slice(sequence.length)) this.#put(character);
    }
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.rows[this.#row] ??= '';
    } else {
      this.rows[this.#row] =
        this.#line.slice(0, this.#column).padEnd(this.#column) + character + this.#line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  get #line(): string {
    return this.rows[this.#row] ?? '';
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function played(pressed: string): string[] {
  const terminal = new Terminal();
  const stage = new ScreenStage((text) => terminal.write(text), { columns: 80, promisedMs: 500 });
  stage.note('loading the model …');
  vi.runAllTimers();
  terminal.write(pressed);
  stage.note('it is over');
  stage.close();
  return terminal.rows;
}

describe('the picture in a terminal', () => {
  it('when it is painted again, then over itself', () => {
    const rows = played('');
    expect(rows).toHaveLength(frameRows + 1);
    expect(rows.join('\n')).toContain('it is over');
    expect(rows.join('\n')).not.toContain('loading');
  });

  it('when Ctrl+C is pressed, then the picture stays as it is, and nothing of the key is left', () => {
    expect(played('^C')).toEqual(played(''));
  });
});
