/** How far a bench is: said when it starts and about every ten seconds, with the time left. */

const everyMs = 10_000;

export interface ProgressOptions {
  readonly total: number;
  /** What is counted, in the plural. */
  readonly what: string;
  readonly log: (line: string) => void;
  /** In ms; default: the real clock. */
  readonly now?: () => number;
}

export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #startMs: number;
  #toldMs: number;
  #done = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#startMs = this.#now();
    this.#toldMs = this.#startMs;
    options.log(`${options.total} ${options.what}`);
  }

  /** After each of them. The time left is told as if the rest took as long as what is done. */
  step(): void {
    this.#done += 1;
    const { total, what, log } = this.#options;
    const nowMs = this.#now();
    if (nowMs - this.#toldMs < everyMs || this.#done >= total) return;
    this.#toldMs = nowMs;
    const leftMs = ((nowMs - this.#startMs) / this.#done) * (total - this.#done);
    log(`  ${this.#done} of ${total} ${what}, about ${durationText(leftMs)} left`);
  }
}

/** "40 s", "12 min", "3.5 h". */
export function durationText(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 99.5) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_970) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
