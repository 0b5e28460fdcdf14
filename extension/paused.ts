/** No ghost text in this window for a while. Nothing is written anywhere: a new window knows nothing of it, and it ends by itself. */
import * as vscode from 'vscode';
import { pauseMinutes, wordsChangeAfterMs } from './pause-text.ts';

export class Pause implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** On the monotonic clock: a machine that was asleep has not been paused meanwhile. */
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** It began, it is over, or other words say how long it lasts. */
  readonly onDidChange = this.#changed.event;

  get isOn(): boolean {
    return this.remainingMs > 0;
  }

  get remainingMs(): number {
    return Math.max(0, this.#untilMs - performance.now());
  }

  start(minutes = pauseMinutes): void {
    this.#untilMs = performance.now() + minutes * 60_000;
    this.#tell();
  }

  end(): void {
    this.#untilMs = 0;
    this.#tell();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    const { remainingMs } = this;
    // A millisecond later, as a timer may come a little early.
    if (remainingMs > 0) this.#timer = setTimeout(() => this.#tell(), wordsChangeAfterMs(remainingMs) + 1);
    this.#changed.fire();
  }
}
