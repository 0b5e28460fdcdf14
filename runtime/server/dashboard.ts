/**
 * `punctual/watch`: the scheduler's turns for whoever watches, taken from the lines of the log, so nothing is in it that the log would not
 * have. What comes is collected and told at most four times a second, and not before the client has taken what was told last; who does not
 * watch costs nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CancellationToken } from 'vscode-languageserver';
import type { Factors } from '../core/residency/types.ts';
import type { Written } from '../core/sentence.ts';
import type { LoggedEffect, LoggedEvent, LoggedTurn } from '../log/entries.ts';
import {
  type KnownWatchItem,
  type ModelScore,
  type WatchNews,
  watchItemsMax,
  watchMethod,
  watchParamsSchema,
} from '../protocol.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { Throttle } from './status.ts';

export interface WatchSource {
  /** The lines of turns (log/recorder.ts). */
  follow(
    charsMax: number,
    listener: (lines: readonly string[]) => void,
  ): Promise<{ readonly past: readonly string[]; readonly stop: () => void }>;
  /** What the models in memory are worth. */
  scores(): readonly Factors[];
  /** The runtime's monotonic clock in ms, and what the time was when it began. */
  now(): number;
  readonly originMs: number;
}

export interface WatchRequests {
  readonly source: WatchSource;
  /** Runs until the request is cancelled or the client is gone. */
  readonly cancellable: <T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Over when it has left this process. */
  readonly progress: (token: string | number, value: WatchNews) => Promise<void>;
  readonly timer: (ms: number, callback: () => void) => () => void;
}

const newsIntervalMs = 250;
/** Of the past: some thousands of turns, about ten minutes of work. */
const pastCharsMax = 1024 * 1024;
/** Lines that are read in one go: about a millisecond. */
const linesAtOnce = 256;

export function watchHandlers(requests: WatchRequests) {
  const watch = (params: unknown, token: CancellationToken): Promise<null> => {
    const { partialResultToken } = watchParamsSchema.parse(params);
    const tell = (news: WatchNews): Promise<void> => requests.progress(partialResultToken, news);
    return requests.cancellable(token, (signal) => follow(requests, tell, signal));
  };
  return new Map([[watchMethod, watch]]);
}

/** What is not told yet, at most twice what fits into one message. */
class Waiting {
  #items: KnownWatchItem[] = [];
  #leftOut = 0;

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  add(items: readonly KnownWatchItem[]): void {
    this.#items.push(...items);
    if (this.#items.length <= 2 * watchItemsMax) return;
    const { items: kept, leftOut } = within(this.#items);
    this.#items = kept;
    this.#leftOut += leftOut;
  }

  take(): Pick<WatchNews, 'items' | 'leftOut'> {
    const { items, leftOut } = within(this.#items);
    const taken = { items, leftOut: leftOut + this.#leftOut };
    this.#items = [];
    this.#leftOut = 0;
    return taken;
  }
}

async function follow(
  { source, timer }: WatchRequests,
  tell: (news: WatchNews) => Promise<void>,
  signal: AbortSignal,
): Promise<null> {
  const [before, waiting] = [new Waiting(), new Waiting()];
  let isPastTold = false;
  const teller = new OneAtATime(async () => {
    if (signal.aborted) return;
    const items = (isPastTold ? waiting : before).take();
    const scores = source.scores().map(scoreOf);
    const news = { originMs: source.originMs, nowMs: source.now(), scores, ...items };
    await tell(isPastTold ? news : { past: true, ...news });
  });
  const throttle = new Throttle(
    () => teller.want(),
    () => newsIntervalMs,
    timer,
  );
  const { past, stop } = await source.follow(pastCharsMax, (lines) => {
    waiting.add(lines.flatMap(itemsOf));
    if (isPastTold) throttle.change();
  });
  try {
    for (let from = 0; from < past.length && !signal.aborted; from += linesAtOnce) {
      before.add(past.slice(from, from + linesAtOnce).flatMap(itemsOf));
      await nextTurn();
    }
    // The message is made in this turn.
    teller.want();
    isPastTold = true;
    if (!waiting.isEmpty) throttle.change();
    await aborted(signal);
  } finally {
    stop();
    throttle.dispose();
  }
  return null;
}

/** Progress gives way first, then what is oldest. */
function within(items: readonly KnownWatchItem[]): { readonly items: KnownWatchItem[]; readonly leftOut: number } {
  let kept = items;
  if (kept.length > watchItemsMax) {
    let tooMany = kept.length - watchItemsMax;
    kept = kept.filter(({ kind }) => (kind !== 'pass' && kind !== 'tokens') || tooMany-- <= 0);
  }
  kept = kept.slice(-2 * watchItemsMax);
  return { items: [...kept], leftOut: items.length - kept.length };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function scoreOf({ model: id, ...factors }: Factors): ModelScore {
  return { id, ...factors };
}

/** @param line of our own log, so it is what it says. */
export function itemsOf(line: string): KnownWatchItem[] {
  const { atMs, event, effects = [] } = JSON.parse(line) as Written<LoggedTurn>;
  const heard = itemOfEvent(atMs, event);
  const decided = effects.flatMap((effect) => itemOfEffect(atMs, effect) ?? []);
  return heard === undefined ? decided : [heard, ...decided];
}

function itemOfEvent(atMs: number, event: Written<LoggedEvent>): KnownWatchItem | undefined {
  switch (event.kind) {
    case 'submit': {
      const { id, model, class: name, sla, arrivalMs, maxTokens, language, document, rest, idle, probe } = event.task;
      return {
        ...{ kind: 'submit', atMs, id, model, class: name, arrivalMs, maxTokens },
        // JSON has no infinite numbers, and a promise that makes no sense is refused.
        sla: { kind: sla.kind, targetMs: sla.targetMs ?? 0 },
        ...(language !== undefined && { language }),
        ...(document !== undefined && { document }),
        ...(rest && { workflow: rest.workflow, dueMs: rest.deadlineMs }),
        ...(idle && { idle }),
        ...(probe && { probe }),
      };
    }
    case 'accepted': {
      const { id, promptTokens, reusedTokens } = event;
      return { kind: 'accepted', atMs, id, promptTokens, reusedTokens };
    }
    case 'tokens':
      return { kind: 'tokens', atMs, id: event.id, count: event.count };
    case 'ended':
      return { kind: 'ended', atMs, id: event.id };
    case 'pass': {
      const { model, kind: step, tokens, sequences, wallMs, id, drafted, accepted } = event.pass;
      return {
        ...{ kind: 'pass', atMs, model, step, tokens, sequences, wallMs },
        ...(id !== undefined && { id }),
        ...(drafted !== undefined && { drafted }),
        ...(accepted !== undefined && { accepted }),
      };
    }
    case 'loaded': {
      const { loadMs, memoryBytes, device } = event.info;
      return { kind: 'loaded', atMs, model: event.model, loadMs, memoryBytes, device };
    }
    case 'loadFailed':
      return { kind: 'loadFailed', atMs, model: event.model, message: event.error.message };
    case 'unloaded':
      return { kind: 'unloaded', atMs, model: event.model };
    case 'engineLost':
      return { kind: 'engineLost', atMs, reason: event.reason };
    default:
      // What they lead to shows by decisions.
      return undefined;
  }
}

function itemOfEffect(atMs: number, effect: Written<LoggedEffect>): KnownWatchItem | undefined {
  switch (effect.kind) {
    case 'start':
      return { kind: 'start', atMs, id: effect.id, model: effect.model };
    case 'stop':
      return { kind: 'stop', atMs, id: effect.id, keep: effect.keep };
    case 'settle':
      return { kind: 'settle', atMs, id: effect.id, outcome: effect.outcome };
    case 'relegate':
    case 'withdraw':
      return { kind: effect.kind, atMs, id: effect.id };
    case 'substitute':
    case 'offer':
      return { kind: effect.kind, atMs, id: effect.id, by: effect.by, why: effect.why };
    case 'load':
    case 'unload':
    case 'resize':
    case 'readAhead':
    case 'stopReading':
      return { kind: 'decision', atMs, action: effect.kind, model: effect.model, why: effect.why };
    case 'tell':
      return { kind: 'decision', atMs, action: 'tell', why: effect.why };
    case 'wakeAt':
      return undefined;
    default:
      return effect satisfies never;
  }
}
