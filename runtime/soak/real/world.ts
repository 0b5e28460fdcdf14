/** The real runtime with its real engine process, the windows that load it, and what is known of both. */
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf, signal } from '../../bench/processes.ts';
import { newRandom, type Random } from '../../bench/random.ts';
import { inlineCompletionResultSchema, type Status } from '../../protocol.ts';
import type { Tally } from '../tally.ts';
import type { Place } from './place.ts';
import type { Blows, End, Request } from './request.ts';
import { type Kind, newWork } from './requests.ts';
import { Window } from './window.ts';

/** No request takes as long on a machine that is as busy as may be. */
const hangMs = 150_000;
const thinkMsMax = 400;
const retryMs = 100;

export class RealWorld {
  readonly place: Place;
  readonly blows: Blows = { engine: 0, runtime: 0, engineMs: 0, runtimeMs: 0, poisons: 0 };
  readonly #tally: Tally;
  readonly #requests = new Set<Request>();
  readonly #windows = new Set<Window>();
  readonly #workers: Promise<void>[] = [];
  #isOpen = true;
  /** Workers that wait for an answer. */
  #asking = 0;
  /** While nobody is to ask: settled by {@link goOn}. */
  #pause: Promise<void> | undefined;
  #goOn: () => void = () => undefined;
  status: Status | undefined;

  constructor(place: Place, tally: Tally) {
    this.place = place;
    this.#tally = tally;
  }

  /** Windows that ask one thing after the other, until the end. */
  begin(windows: number, seed: number): void {
    for (let index = 0; index < windows; index += 1) this.#workers.push(this.#work(newRandom(seed, `window ${index}`)));
  }

  get windows(): readonly Window[] {
    return [...this.#windows].filter(({ isClosed }) => !isClosed);
  }

  /** Signals the runtime or the engine. @returns how many got it. */
  strike(kind: 'runtime' | 'engine', name: NodeJS.Signals): number {
    const found = processesOf(this.place.temporary).filter((process) => process.kind === kind);
    const struck = found.filter(({ pid }) => signal(pid, name)).length;
    if (struck > 0 && name !== 'SIGCONT') this.blow(kind);
    return struck;
  }

  note(what: 'lost' | 'orphans' | 'hangs', sentence: string): void {
    this.#tally[what].push(sentence);
  }

  /** Something was done that may end it. */
  blow(kind: 'runtime' | 'engine', times = 1): void {
    this.blows[kind] += times;
    this.blows[`${kind}Ms`] = performance.now();
  }

  /** One more window, as soon as there is a runtime. Undefined when none can be had in time. */
  async open(): Promise<Window | undefined> {
    const untilMs = performance.now() + hangMs;
    while (performance.now() < untilMs) {
      try {
        const window = await Window.open(await this.place.connect(), this.blows, (status) => {
          this.status = status;
        });
        this.#windows.add(window);
        return window;
      } catch {
        await sleep(retryMs);
      }
    }
    this.#tally.hangs.push('no runtime could be had any more');
    return undefined;
  }

  /** Resolves with its end. Everything that is asked is judged in the end. */
  async ask(window: Window, random: Random, kind?: Kind, words?: string): Promise<Request> {
    const request = window.ask(newWork(random, kind, words));
    this.#requests.add(request);
    await within(request.ended, hangMs);
    if (request.end !== undefined) {
      request.judge(this.#tally);
      this.#requests.delete(request);
    }
    return request;
  }

  leave(window: Window): void {
    this.#windows.delete(window);
    window.terminate();
  }

  /** How long until the model computes a fresh completion, in ms: an answer that says why there is none is not one. */
  async backMs(random: Random): Promise<number | undefined> {
    const startMs = performance.now();
    while (performance.now() - startMs < hangMs) {
      const window = await this.open();
      if (window === undefined) return undefined;
      const { end } = await this.ask(window, random, 'completion');
      this.leave(window);
      if (isComputed(end)) return performance.now() - startMs;
      await sleep(retryMs);
    }
    this.#tally.hangs.push('completions did not come back');
    return undefined;
  }

  /** Nobody asks, until {@link goOn}; who has asked hears the end. */
  async pause(): Promise<void> {
    this.#pause = new Promise((resolve) => {
      this.#goOn = resolve;
    });
    while (this.#asking > 0) await sleep(retryMs);
  }

  goOn(): void {
    this.#pause = undefined;
    this.#goOn();
  }

  /** Nobody asks any more; who has asked hears the end. */
  async comeToRest(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#workers);
    for (const request of this.#requests) request.judge(this.#tally);
    for (const window of this.#windows) this.leave(window);
  }

  async #work(random: Random): Promise<void> {
    let window: Window | undefined;
    while (this.#isOpen) {
      if (window === undefined || window.isClosed) window = await this.open();
      if (window === undefined) return;
      this.#asking += 1;
      await this.ask(window, random);
      this.#asking -= 1;
      await sleep(random() * thinkMsMax);
      await this.#pause;
    }
  }
}

function isComputed(end: End | undefined): boolean {
  if (end?.kind !== 'result') return false;
  const { reason } = inlineCompletionResultSchema.parse(end.result).punctual;
  return reason === 'answered' || reason === 'empty';
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
