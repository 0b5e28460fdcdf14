/**
 * Keeps what the scheduler heard and decided since the runtime began, packed, within a bound: a log can only be played again from a
 * beginning, so when the bound is reached, or a part cannot be packed, the recording ends there, and says so, rather than losing its beginning.
 *
 * Whoever decides pays for a push and no more: lines are made of many turns at a time between turns, and packed beside the main thread.
 */
import { promisify } from 'node:util';
import { gunzip, gzip, gzipSync } from 'node:zlib';
import type { Effect, Event } from '../core/event.ts';
import { residencyDefaults } from '../core/residency/options.ts';
import type { SchedulerOptions } from '../core/scheduler-options.ts';
import { TurnLines } from './entries.ts';
import { type LogEnd, type LogHeader, logVersion } from './format.ts';

export interface RecorderOptions {
  /** Packed; `punctual record` says how many bytes there are for how many events. 0: nothing is kept. */
  readonly bytesMax: number;
  /** Of Punctual. */
  readonly version: string;
  /** Where the user's files are: it says who he is, and is not in the log. */
  readonly userFolder: string;
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
  /** gzip, beside the main thread, unless a test has another. */
  readonly pack?: (text: string) => Promise<Buffer>;
}

/** It is the runtime's own memory, whatever it records: little beside the smallest model. */
export const recorderBytesMax = 16 * 1024 * 1024;

/** Turns that become lines together: so few that what comes meanwhile need not wait for them. */
const batchTurns = 128;
/** So many wait only while nothing but turns happens; then they are not waited with any longer. */
const pendingMax = 4_096;
/** Nothing waits longer for that, in ms. */
const pendingMs = 1_000;
/** While somebody watches, in ms. */
const watchedMs = 250;
/** Characters that are packed together. */
const segmentChars = 128 * 1024;

const packed: (text: string) => Promise<Buffer> = promisify(gzip);
const unpack = promisify(gunzip);

/** Hears the lines of turns soon after they were decided, in their order. */
export type LineListener = (lines: readonly string[]) => void;

/** What was before somebody began to watch, and how to end it. */
export interface Followed {
  /** The oldest first. */
  readonly past: readonly string[];
  readonly stop: () => void;
}

/** Of a turn's line (entries.ts): the header and the end begin otherwise. */
const turnStart = '{"atMs":';

/** How far a log goes. */
interface Extent {
  readonly events: number;
  readonly effects: number;
  /** Of its last turn, on the clock of the events. */
  readonly atMs: number;
}

const nothingYet: Extent = { events: 0, effects: 0, atMs: 0 };

type Turn = readonly [atMs: number, event: Event, effects: readonly Effect[]];

export class Recorder {
  readonly #options: RecorderOptions;
  /** While nobody watches, a turn that is not kept costs nothing. */
  readonly #watchers = new Set<LineListener>();
  #lines: TurnLines;
  #pending: Turn[] = [];
  #callOff: (() => void) | undefined;
  #header = '';
  #text = '';
  #segments: Buffer[] = [];
  #packing: Promise<void> = Promise.resolve();
  #packingCount = 0;
  #bytes = 0;
  /** With what is not packed yet. */
  #kept = nothingYet;
  /** What is in the segments. */
  #packed = nothingYet;
  /** When the recording ended, on the clock of the events. */
  #cutMs: number | undefined;
  /** A part is missing, so nothing can come after it. */
  #isBroken = false;

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
    this.#header = `${JSON.stringify(header)}\n`;
    this.#text = this.#header;
  }

  note(atMs: number, event: Event, effects: readonly Effect[]): void {
    if (!this.#isKeeping && this.#watchers.size === 0) return;
    this.#pending.push([atMs, event, effects]);
    const { length } = this.#pending;
    if (length >= pendingMax) this.#drain();
    else if (length === 1) this.#drainIn(this.#watchers.size > 0 ? watchedMs : pendingMs);
    else if (length === batchTurns) this.#drainIn(0);
  }

  /** Everything until now as one file (format.ts), packed. */
  async export(): Promise<Buffer> {
    await this.#settled();
    const cut = this.#cutMs === undefined ? {} : { cutMs: this.#cutMs };
    const end: LogEnd = { end: { events: this.#kept.events, effects: this.#kept.effects, ...cut } };
    return Buffer.concat([...this.#segments, gzipSync(`${this.#text}${JSON.stringify(end)}\n`)]);
  }

  /**
   * Tells of every turn from now on, also of those that are not kept any more.
   * @param charsMax of the past at most; whole segments, so it may be one more.
   */
  async follow(charsMax: number, listener: LineListener): Promise<Followed> {
    await this.#settled();
    // What lines compare with is of no use when turns were missed since; and what was held for that would never be let go.
    if (!this.#isKeeping && this.#watchers.size === 0) this.#lines = new TurnLines(this.#options.userFolder);
    this.#watchers.add(listener);
    const texts = [this.#text];
    let chars = this.#text.length;
    for (const segment of [...this.#segments].reverse()) {
      if (chars >= charsMax) break;
      const text = String(await unpack(segment));
      texts.unshift(text);
      chars += text.length;
    }
    const past = texts.flatMap((text) => text.split('\n')).filter((line) => line.startsWith(turnStart));
    return { past, stop: () => void this.#watchers.delete(listener) };
  }

  get #isKeeping(): boolean {
    return this.isOn && this.#cutMs === undefined;
  }

  /** Everything until now is in lines, in order: what is being packed comes before the rest, and more may have come meanwhile. */
  async #settled(): Promise<void> {
    do {
      this.#drain();
      await this.#packing;
    } while (this.#packingCount + this.#pending.length > 0);
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
    if (turns.length === 0) return;
    const lines = turns.map(([atMs, event, effects]) => this.#lines.lineOf(atMs, event, effects));
    if (this.#isKeeping) this.#keep(turns, lines);
    for (const listener of this.#watchers) listener(lines);
  }

  #keep(turns: readonly Turn[], lines: readonly string[]): void {
    this.#text += lines.join('');
    const { events, effects, atMs } = this.#kept;
    this.#kept = {
      events: events + turns.length,
      effects: turns.reduce((sum, [, , decided]) => sum + decided.length, effects),
      atMs: turns.at(-1)?.[0] ?? atMs,
    };
    if (this.#text.length >= segmentChars) this.#pack();
    if (this.#bytes >= this.#options.bytesMax) this.#cutMs ??= this.#kept.atMs;
  }

  /** One after the other, so that they stand in order. */
  #pack(): void {
    const text = this.#text;
    const extent = this.#kept;
    this.#text = '';
    this.#packingCount += 1;
    this.#packing = this.#packing.then(async () => {
      if (!this.#isBroken) await this.#packOne(text, extent);
      this.#packingCount -= 1;
    });
  }

  /** Never rejects: nobody waits for it but the next one. */
  async #packOne(text: string, extent: Extent): Promise<void> {
    try {
      const segment = await (this.#options.pack ?? packed)(text);
      this.#segments.push(segment);
      this.#bytes += segment.length;
      this.#packed = extent;
    } catch (error) {
      this.#breakOff(error instanceof Error ? error.message : String(error));
    }
  }

  /** The log ends with what is packed: what came after it cannot be played without what is lost. */
  #breakOff(reason: string): void {
    this.#isBroken = true;
    this.#kept = this.#packed;
    this.#cutMs = this.#packed.atMs;
    this.#text = this.#segments.length === 0 ? this.#header : '';
    this.#options.log(`the recording for 'punctual record' ends here, as a part of it cannot be packed: ${reason}`);
  }
}
