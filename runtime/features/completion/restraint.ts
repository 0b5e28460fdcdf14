/**
 * What stands before a new task: whether to ask for a suggestion at all (gate.ts), and for how long to wait (debounce.ts); and what both
 * go by, how each client types and what became of the suggestions before (outcomes.ts, feedback.ts). Owns the waits and their timers.
 */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../../core/sentence.ts';
import type { InlineCompletionResultSaid as InlineCompletionResult } from '../../protocol.ts';
import {
  type Debounce,
  type DebounceEvent,
  type DebounceOptions,
  debounceDefault,
  debounced,
  delayMs,
  newDebounce,
} from './debounce.ts';
import { acceptRateOf, type Outcome, type Scope, wasTaken } from './feedback.ts';
import type { FeedbackBook } from './feedback-book.ts';
import { Reading } from './filters/reading.ts';
import { type GateQuestion, gateFeatures, type Silence, whySilent } from './gate.ts';
import type { Timer } from './generation.ts';
import { insideOf } from './inside.ts';
import { Outcomes } from './outcomes.ts';
import { beatMs } from './rhythm.ts';
import type { Sides } from './since.ts';
import { situationAt } from './situation.ts';

/** A document of a client. */
export interface RestrainedDocument {
  readonly client: string;
  readonly uri: string;
}

export interface RestraintPlace extends RestrainedDocument {
  readonly languageId: string;
  readonly around: Sides;
  /** The model's name, as people know it. */
  readonly model: string;
}

export interface RestraintQuestion extends RestraintPlace {
  /** Asked for by hand: answered at once. */
  readonly invoked: boolean;
  /** What is promised for the first token. */
  readonly targetMs: number;
  /** From the request to the first token, if it were made now; 0 when nothing can be said. */
  readonly forecastMs: number;
}

/** Why nothing is asked for. `cancelled`: the request was taken back, or the document edited, while it waited. */
export type Restrained = { readonly reason: Silence; readonly message: Words } | { readonly reason: 'cancelled' };

export interface RestraintOptions {
  readonly now: () => number;
  readonly book: FeedbackBook;
  /** Without one nothing waits, and what was taken is looked for at the next edit. */
  readonly timer: Timer | undefined;
  /** Default: as shipped. */
  readonly debounce?: DebounceOptions;
  /** Shared with whoever else reads the same documents. */
  readonly reading?: Reading;
}

/** The one not heard of for the longest time is forgotten first. */
const clientsMax = 64;
const documentsMax = 256;

export class Restraint {
  readonly #options: RestraintOptions;
  readonly #outcomes = new Outcomes();
  readonly #clients = new Map<string, Debounce>();
  /** Lengths of documents in characters. */
  readonly #lengths = new Map<string, number>();
  /** By document: ends the wait there. */
  readonly #waits = new Map<string, () => void>();
  #callOff: (() => void) | undefined;
  readonly #reading: Reading;

  constructor(options: RestraintOptions) {
    this.#options = options;
    this.#reading = options.reading ?? new Reading();
    options.book.onClear(() => {
      this.#outcomes.forget();
      this.#clients.clear();
      this.#callOff?.();
    });
  }

  /**
   * Over when it is time to ask (then undefined), or clear that nothing is to be asked. Never rejects.
   * @param waiting called when a wait begins; what it returns is called when the wait is over, however it ends.
   */
  async before(
    question: RestraintQuestion,
    signal: AbortSignal,
    waiting: () => () => void = () => () => undefined,
  ): Promise<Restrained | undefined> {
    const silenced = whySilent(this.#gateQuestion(question));
    if (silenced) return silenced;
    const waitMs = this.#waitMs(question);
    if (waitMs === 0) return undefined;
    const over = waiting();
    const isOver = await this.#wait(keyOf(question), waitMs, signal);
    over();
    return isOver ? undefined : { reason: 'cancelled' };
  }

  /** @param text the whole document, as it is now. */
  edited(document: RestrainedDocument, text: string): void {
    const { client } = document;
    const key = keyOf(document);
    const atMs = this.#options.now();
    this.#waits.get(key)?.();
    const grownBy = text.length - (this.#lengths.get(key) ?? text.length);
    remember(this.#lengths, key, text.length, documentsMax);
    this.#tell(client, { kind: 'edited', atMs, grownBy });
    this.#record(client, this.#outcomes.edited(key, text, atMs));
  }

  /**
   * What a request was answered that nobody took back: a suggestion in it is shown, for all that is known.
   * @param selected the entry of the editor's own list that it goes on from.
   */
  answered(place: RestraintPlace, { items: [item], punctual }: InlineCompletionResult, selected = ''): void {
    const { client, around, languageId, model } = place;
    const { from, ttftMs, e2eMs } = punctual;
    if (from === 'generated' && ttftMs !== undefined && e2eMs !== undefined)
      this.#tell(client, { kind: 'answered', decodeMs: e2eMs - ttftMs });
    if (item === undefined) return;
    const key = keyOf(place);
    // The rest of the one that stands, as far as that was typed.
    if (from === 'typed' && this.#outcomes.isStanding(key)) return;
    const features = gateFeatures(this.#gateQuestion({ ...place, invoked: false }));
    const about = { language: languageId, model, features };
    const text = item.insertText.slice(selected.length);
    const offered = { before: around.before, after: around.after, text, isTentative: selected !== '', about };
    this.#record(client, this.#outcomes.offered(key, offered, this.#options.now()));
  }

  /** The editor says that the last suggestion was taken. */
  accepted(document: RestrainedDocument): void {
    this.#record(document.client, this.#outcomes.accepted(keyOf(document), this.#options.now()));
  }

  closed(document: RestrainedDocument): void {
    const key = keyOf(document);
    this.#waits.get(key)?.();
    this.#lengths.delete(key);
    this.#record(document.client, this.#outcomes.closed(key));
  }

  #waitMs({ client, around, targetMs, forecastMs, invoked }: RestraintQuestion): number {
    const situation = situationAt(around);
    this.#tell(client, { kind: 'asked', situation });
    if (invoked || this.#options.timer === undefined) return 0;
    const question = { nowMs: this.#options.now(), situation, forecastMs, targetMs };
    return delayMs(this.#of(client), question, this.#options.debounce ?? debounceDefault);
  }

  /** @returns false when the request was taken back or the document edited meanwhile. */
  #wait(key: string, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const { timer } = this.#options;
    if (timer === undefined || signal.aborted) return Promise.resolve(!signal.aborted);
    this.#waits.get(key)?.();
    return new Promise((resolve) => {
      const end = (isOver: boolean): void => {
        callOff();
        signal.removeEventListener('abort', leave);
        if (this.#waits.get(key) === leave) this.#waits.delete(key);
        resolve(isOver);
      };
      const leave = (): void => end(false);
      const callOff = timer(waitMs, () => end(true));
      signal.addEventListener('abort', leave, { once: true });
      this.#waits.set(key, leave);
    });
  }

  #gateQuestion(question: RestraintPlace & Pick<RestraintQuestion, 'invoked'>): GateQuestion {
    const { client, uri, languageId, model, around, invoked } = question;
    const { statistics } = this.#options.book;
    const history = {
      acceptRate: acceptRateOf(statistics, scopeOf(languageId, model)),
      beatMs: beatMs(this.#of(client).rhythm),
      learned: statistics.learned,
    };
    const inside = insideOf(this.#reading.openAt(keyOf(question), around.before, languageId));
    return { before: around.before, after: around.after, uri, languageId, invoked, history, inside };
  }

  #of(client: string): Debounce {
    return this.#clients.get(client) ?? newDebounce;
  }

  #tell(client: string, event: DebounceEvent): void {
    remember(this.#clients, client, debounced(this.#of(client), event), clientsMax);
  }

  #record(client: string, outcomes: readonly Outcome[]): void {
    this.#options.book.record(outcomes);
    for (const { kind } of outcomes) {
      const isAccepted = wasTaken(kind);
      if (isAccepted !== undefined) this.#tell(client, { kind: 'resolved', isAccepted });
    }
    this.#lookAgain();
  }

  /** What was taken is looked for when its time has come, also if nobody edits by then. */
  #lookAgain(): void {
    const { timer, now, book } = this.#options;
    this.#callOff?.();
    const { dueMs } = this.#outcomes;
    if (timer === undefined || dueMs === undefined) return;
    this.#callOff = timer(Math.max(0, dueMs - now()), () => {
      this.#callOff = undefined;
      book.record(this.#outcomes.lapsed(now()));
      this.#lookAgain();
    });
  }
}

/** Of a request, and what answers it. */
export function placeOf(asked: {
  readonly request: { readonly client: string; readonly document: Pick<TextDocument, 'uri' | 'languageId'> };
  readonly here: { readonly around: Sides };
  readonly model: { readonly name: string };
}): RestraintPlace {
  const { client, document } = asked.request;
  const { uri, languageId } = document;
  return { client, uri, languageId, around: asked.here.around, model: asked.model.name };
}

/** Windows that show the same file each have a document of their own. */
function keyOf({ client, uri }: RestrainedDocument): string {
  return `${client} ${uri}`;
}

function scopeOf(language: string, model: string): Scope {
  return { language, model };
}

function remember<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
