/**
 * Keeps what the scheduler heard and decided since the runtime began, packed, within a bound: a log can only be played again from a
 * beginning, so when the bound is reached, or a part cannot be packed, the recording ends there, and says so, rather than losing its beginning.
 *
 * The text of prompts and answers is kept only from the moment when somebody asks for it, in segments of its own (texts.ts).
 *
 * Whoever decides pays for a push and no more: lines are made of many turns at a time between turns, and packed beside the main thread.
 */
import { gzipSync } from 'node:zlib';
import type { Effect, Event } from '../core/event.ts';
import { residencyDefaults } from '../core/residency/options.ts';
import type { SchedulerOptions } from '../core/scheduler-options.ts';
import { TurnLines } from './entries.ts';
import { type LogEnd, type LogHeader, logVersion } from './format.ts';
import { type Pack, Segments } from './segments.ts';
import { TextLines } from './texts.ts';

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
  readonly pack?: Pack;
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

/** What is kept of texts, since somebody has asked for them. */
interface Texts {
  /** Of the last turn whose text is not kept, on the clock of the events. */
  readonly sinceMs: number;
  readonly lines: TextLines;
  /** How far it goes: lines. */
  readonly segments: Segments<number>;
}

/** `isNew`: nobody had asked before, so there is none yet. */
export interface TextKept {
  readonly sinceMs: number;
  readonly isNew: boolean;
}

type Turn = readonly [atMs: number, event: Event, effects: readonly Effect[]];

export class Recorder {
  readonly #options: RecorderOptions;
  /** While nobody watches, a turn that is not kept costs nothing. */
  readonly #watchers = new Set<LineListener>();
  readonly #turns: Segments<Extent>;
  #lines: TurnLines;
  #texts: Texts | undefined;
  #pending: Turn[] = [];
  #callOff: (() => void) | undefined;
  /** When the recording ended, on the clock of the events. */
  #cutMs: number | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#lines = new TurnLines(options.userFolder);
    this.#turns = this.#segments<Extent>(nothingYet);
  }

  /** Whether there is anything to be exported. */
  get isOn(): boolean {
    return this.#options.bytesMax > 0;
  }

  /** To be called once, before the first turn. */
  begin({ policy, waitingMax, loadRetryMs, residency }: SchedulerOptions): void {
    const options = { policy: policy.name, waitingMax, loadRetryMs, residency: { ...residencyDefaults, ...residency } };
    const header: LogHeader = { format: 'punctual-log', version: logVersion, punctual: this.#options.version, options };
    this.#turns.begin(`${JSON.stringify(header)}\n`);
  }

  note(atMs: number, event: Event, effects: readonly Effect[]): void {
    if (!this.#isKeeping && this.#watchers.size === 0) return;
    this.#pending.push([atMs, event, effects]);
    const { length } = this.#pending;
    if (length >= pendingMax) this.#drain();
    else if (length === 1) this.#drainIn(this.#watchers.size > 0 ? watchedMs : pendingMs);
    else if (length === batchTurns) this.#drainIn(0);
  }

  /**
   * From now on the text of prompts and answers is kept, too, within the same bound.
   * @returns undefined when the recording has ended before anybody asked, so that none can be kept any more.
   */
  keepText(): TextKept | undefined {
    if (this.#texts !== undefined) return { sinceMs: this.#texts.sinceMs, isNew: false };
    // What was decided before he asked is none of it.
    this.#drain();
    this.#endWhenFull();
    if (!this.#isKeeping) return undefined;
    const sinceMs = this.#turns.extent.atMs;
    this.#texts = { sinceMs, lines: new TextLines(this.#lines.names), segments: this.#segments(0) };
    return { sinceMs, isNew: true };
  }

  /** Everything until now as one file (format.ts), packed. @param withText what is kept of it; else there is none in the file. */
  async export(withText = false): Promise<Buffer> {
    await this.#settled();
    const { parts, rest, extent } = this.#turns;
    const { events, effects } = extent;
    const texts = withText ? this.#texts : undefined;
    const text = texts && { text: { sinceMs: texts.sinceMs, lines: texts.segments.extent } };
    const cut = this.#cutMs === undefined ? {} : { cutMs: this.#cutMs };
    const last = `${JSON.stringify({ end: { events, effects, ...text, ...cut } } satisfies LogEnd)}\n`;
    if (texts === undefined) return Buffer.concat([...parts, gzipSync(rest + last)]);
    return Buffer.concat([...parts, gzipSync(rest), ...texts.segments.parts, gzipSync(texts.segments.rest + last)]);
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
    const past = (await this.#turns.latest(charsMax)).filter((line) => line.startsWith(turnStart));
    return { past, stop: () => void this.#watchers.delete(listener) };
  }

  get #isKeeping(): boolean {
    return this.isOn && this.#cutMs === undefined;
  }

  get #isPacking(): boolean {
    return this.#turns.isPacking || this.#texts?.segments.isPacking === true;
  }

  #segments<Reach>(nothing: Reach): Segments<Reach> {
    return new Segments({ pack: this.#options.pack, nothing, broken: (reason) => this.#breakOff(reason) });
  }

  /** Everything until now is in lines, in order: what is being packed comes before the rest, and more may have come meanwhile. */
  async #settled(): Promise<void> {
    do {
      this.#drain();
      await Promise.all([this.#turns.settled(), this.#texts?.segments.settled()]);
    } while (this.#isPacking || this.#pending.length > 0);
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
    const lines: string[] = [];
    const texts: string[] = [];
    for (const [atMs, event, effects] of turns) {
      lines.push(this.#lines.lineOf(atMs, event, effects));
      if (this.#isKeeping) texts.push(...(this.#texts?.lines.linesOf(atMs, event, effects) ?? []));
    }
    if (this.#isKeeping) this.#keep(turns, lines, texts);
    for (const listener of this.#watchers) listener(lines);
  }

  #keep(turns: readonly Turn[], lines: readonly string[], texts: readonly string[]): void {
    const { events, effects, atMs } = this.#turns.extent;
    this.#turns.append(lines.join(''), {
      events: events + turns.length,
      effects: turns.reduce((sum, [, , decided]) => sum + decided.length, effects),
      atMs: turns.at(-1)?.[0] ?? atMs,
    });
    const kept = this.#texts?.segments;
    kept?.append(texts.join(''), kept.extent + texts.length);
    this.#endWhenFull();
  }

  #endWhenFull(): void {
    const bytes = this.#turns.bytes + (this.#texts?.segments.bytes ?? 0);
    if (bytes >= this.#options.bytesMax) this.#cutMs ??= this.#turns.extent.atMs;
  }

  /** The log ends with what is packed: what came after it cannot be played without what is lost. */
  #breakOff(reason: string): void {
    this.#cutMs = this.#turns.extent.atMs;
    this.#options.log(`the recording for 'punctual record' ends here, as a part of it cannot be packed: ${reason}`);
  }
}
