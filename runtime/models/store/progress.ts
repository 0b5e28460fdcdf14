/** From bytes on disk to what a progress bar shows. */
import type { Words } from '../../core/sentence.ts';

export type DownloadPhase =
  /** Asking the server what it has. */
  | 'connecting'
  | 'downloading'
  /** Until the next attempt: `waitMs` and `why` say more. */
  | 'waiting'
  /** Reading the file again for its SHA-256; `bytesDone` counts from zero. */
  | 'verifying';

export interface DownloadProgress {
  /** Of the model. */
  readonly name: string;
  readonly phase: DownloadPhase;
  /** Of all files of the model, those of earlier runs included. */
  readonly bytesDone: number;
  readonly bytesTotal?: number;
  /** Over the last seconds; 0 when nothing is known yet. */
  readonly bytesPerSecond: number;
  /** Of the present phase. */
  readonly remainingMs?: number;
  readonly waitMs?: number;
  readonly why?: Words;
  /** What the user should know about this download, such as that it began anew. */
  readonly note?: Words;
}

export interface MeterOptions {
  readonly name: string;
  readonly nowMs: () => number;
  /** Bytes are told at most so often; a change of phase at once. */
  readonly intervalMs: number;
  readonly report: (progress: DownloadProgress) => void;
}

const windowMs = 5_000;
/** Bounds the window: no more than one sample in this time. */
const sampleMs = 100;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

export class Meter {
  readonly #options: MeterOptions;
  #phase: DownloadPhase = 'connecting';
  #done = 0;
  #total: number | undefined;
  #note: Words | undefined;
  #samples: Sample[] = [];
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  note(text: Words): void {
    this.#note = text;
    this.#report();
  }

  waits(waitMs: number, why: Words): void {
    this.#phase = 'waiting';
    this.#report({ waitMs, why });
  }

  /** `total` undefined: the server does not say. */
  bytes(phase: DownloadPhase, done: number, total: number | undefined): void {
    const nowMs = this.#options.nowMs();
    const isNewPhase = phase !== this.#phase;
    this.#phase = phase;
    // Fewer bytes than before: begun anew, or another phase. The old speed means nothing then.
    if (done < this.#done) this.#samples = [];
    this.#done = done;
    this.#total = total;
    this.#sample({ atMs: nowMs, bytes: done });
    if (isNewPhase || done === total || nowMs - this.#reportedAtMs >= this.#options.intervalMs) this.#report();
  }

  #sample(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.atMs - last.atMs < sampleMs) return;
    this.#samples.push(sample);
    this.#samples = this.#samples.filter(({ atMs }) => sample.atMs - atMs <= windowMs);
  }

  #report(extra: { readonly waitMs?: number; readonly why?: Words } = {}): void {
    const { name, nowMs, report } = this.#options;
    this.#reportedAtMs = nowMs();
    const bytesPerSecond = this.#rate(this.#reportedAtMs);
    const left = this.#total === undefined ? undefined : this.#total - this.#done;
    report({
      name,
      phase: this.#phase,
      bytesDone: this.#done,
      bytesPerSecond,
      ...(this.#total !== undefined && { bytesTotal: this.#total }),
      ...(left !== undefined && bytesPerSecond > 0 && { remainingMs: (left / bytesPerSecond) * 1000 }),
      ...(this.#note !== undefined && { note: this.#note }),
      ...extra,
    });
  }

  #rate(nowMs: number): number {
    const [first] = this.#samples;
    if (first === undefined || nowMs <= first.atMs) return 0;
    return ((this.#done - first.bytes) / (nowMs - first.atMs)) * 1000;
  }
}
