/**
 * Keeps what the scheduler heard and decided since the runtime began, packed, within a bound: a log can only be played again from a
 * beginning, so when the bound is reached the recording ends there, and says so, rather than losing its beginning.
 *
 * A turn costs whoever decides a push (0.1 µs where deciding takes 20); lines are made of many turns at a time between turns (5 µs each),
 * and packed beside the main thread.
 */
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { Effect, Event } from '../core/event.ts';
import { residencyDefaults } from '../core/residency/options.ts';
import type { SchedulerOptions } from '../core/scheduler-options.ts';
import { TurnLines } from './entries.ts';
import { type LogEnd, type LogHeader, logVersion } from './format.ts';

export interface RecorderOptions {
  /** Packed; about 20 bytes for each event. 0: nothing is kept. */
  readonly bytesMax: number;
  /** Of Punctual. */
  readonly version: string;
  /** Where the user's files are: it says who he is, and is not in the log. */
  readonly userFolder: string;
  readonly timer: (ms: number, callback: () => void) => () => void;
}

/** A heavy day of eight hours takes about 10 MB. */
export const recorderBytesMax = 16 * 1024 * 1024;

/** Turns that become lines together: half a millisecond of work. */
const batchTurns = 128;
/** So many wait only while nothing but turns happens; then they are not waited with any longer. */
const pendingMax = 4_096;
/** Nothing waits longer for that, in ms. */
const pendingMs = 1_000;
/** Characters that are packed together. */
const segmentChars = 128 * 1024;

const pack = promisify(gzip);

type Turn = readonly [atMs: number, event: Event, effects: readonly Effect[]];

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #lines: TurnLines;
  #pending: Turn[] = [];
  #callOff: (() => void) | undefined;
  #text = '';
  #segments: Buffer[] = [];
  #packing: Promise<void> = Promise.resolve();
  #packingCount = 0;
  #bytes = 0;
  #events = 0;
  #effects = 0;
  /** When the bound was reached, on the clock of the events. */
  #cutMs: number | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#lines = new TurnLines(options.userFolder);
  }

  /** Whether there is anything to be exported. */
  get isOn(): boolean {
    return this.#options.bytesMax > 0;
  }

  /** To be called once, before the first turn. */
  begin({ policy, waitingMax, loadRetryMs, residency }: SchedulerOptions): void {
    const options = { policy: policy.name, waitingMax, loadRetryMs, residency: { ...residencyDefaults, ...residency } };
    const header: LogHeader = { format: 'punctual-log', version: logVersion, punctual: this.#options.version, options };
    this.#text = `${JSON.stringify(header)}\n`;
  }

  note(atMs: number, event: Event, effects: readonly Effect[]): void {
    if (!this.isOn || this.#cutMs !== undefined) return;
    this.#pending.push([atMs, event, effects]);
    const { length } = this.#pending;
    if (length >= pendingMax) this.#drain();
    else if (length === 1) this.#drainIn(pendingMs);
    else if (length === batchTurns) this.#drainIn(0);
  }

  /** Everything until now as one file (format.ts), packed. */
  async export(): Promise<Buffer> {
    // What is being packed comes before the rest, and more may have come meanwhile.
    do {
      this.#drain();
      await this.#packing;
    } while (this.#packingCount + this.#pending.length > 0);
    const cut = this.#cutMs === undefined ? {} : { cutMs: this.#cutMs };
    const end: LogEnd = { end: { events: this.#events, effects: this.#effects, ...cut } };
    return Buffer.concat([...this.#segments, gzipSync(`${this.#text}${JSON.stringify(end)}\n`)]);
  }

  #drainIn(ms: number): void {
    this.#callOff?.();
    this.#callOff = this.#options.timer(ms, () => this.#drain());
  }

  #drain(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const turns = this.#pending;
    this.#pending = [];
    for (const [atMs, event, effects] of turns) {
      this.#text += this.#lines.lineOf(atMs, event, effects);
      this.#events += 1;
      this.#effects += effects.length;
    }
    if (this.#text.length >= segmentChars) this.#pack();
    const last = turns.at(-1);
    if (last !== undefined && this.#bytes >= this.#options.bytesMax) this.#cutMs ??= last[0];
  }

  /** One after the other, so that they stand in order. */
  #pack(): void {
    const text = this.#text;
    this.#text = '';
    this.#packingCount += 1;
    this.#packing = this.#packing.then(async () => {
      const segment = await pack(text);
      this.#packingCount -= 1;
      this.#segments.push(segment);
      this.#bytes += segment.length;
    });
  }
}
