/**
 * A running answer, and who waits for it. It outlives the request that it was begun for: editors cancel at every edit, and what is being
 * generated is what the next request needs as long as the text that was typed agrees with it.
 *
 * 1. Who comes waits for the end if what was typed since agrees with what was generated so far.
 * 2. What is generated then may still contradict what was typed: who waits hears that, and nobody is left.
 * 3. When nobody is left, or an edit contradicts it, it is stopped: at once in case of a contradiction, else after {@link lingerMs}, in
 *    which the next request usually comes.
 * 4. When the block that is asked for has closed, or the same is said over and over, it is finished. What comes after that is nobody's:
 *    whoever waits has the block and nothing else.
 */
import { endsInLoop } from '../repetition.ts';
import type { TaskHandle, TaskListener, TaskResult } from '../tasks.ts';
import type { AnswerEnd, AnswerJudge } from './extent.ts';
import { tokensBehind } from './filters/confidence.ts';
import { possiblyTyped, type Sides, typedSince } from './since.ts';

/** Longer than the 50 ms that VS Code waits after an edit, a debounce of ours, and an edit or two that came too fast to be asked about. */
export const lingerMs = 500;

/** Calls back once after `ms`; returns how to call it off. */
export type Timer = (ms: number, callback: () => void) => () => void;

export type Waited =
  /** `typed` was typed since it began; a finished answer begins with it and goes on. */
  | { readonly kind: 'ended'; readonly result: TaskResult; readonly typed: string }
  | { readonly kind: 'left' }
  | { readonly kind: 'diverged' };

interface Waiting {
  readonly typed: string;
  readonly settle: (waited: Waited) => void;
}

export class Generation {
  readonly done: Promise<TaskResult>;
  readonly #then: Sides;
  readonly #handle: TaskHandle;
  readonly #timer: Timer | undefined;
  readonly #judge: AnswerJudge | undefined;
  readonly #lead: string;
  readonly #waiting = new Set<Waiting>();
  #text = '';
  /** Why nothing more is wanted of it, when that is so before the model's own end. */
  #enough: 'closed' | 'loops' | undefined;
  /** It has ended, or is being stopped: who comes now has to look elsewhere. */
  #isOver = false;
  #callOff: (() => void) | undefined;

  /**
   * @param timer without one it is stopped as soon as nobody waits.
   * @param end what it begins with, and who says whether it is whole: deleted when it ends.
   */
  constructor(
    then: Sides,
    submit: (listener: TaskListener) => TaskHandle,
    timer: Timer | undefined,
    { judge, lead = '' }: Pick<AnswerEnd, 'judge' | 'lead'> = {},
  ) {
    this.#then = then;
    this.#timer = timer;
    this.#judge = judge;
    this.#lead = lead;
    this.#text = lead;
    judge?.push(lead);
    this.#handle = submit({ onText: (text) => this.#heard(text) });
    this.done = this.#handle.done.then((result) => this.#ended(result));
  }

  /** Never rejects. The first who waits does so where it began. */
  wait(now: Sides, signal: AbortSignal): Promise<Waited> {
    const typed = typedSince(this.#then, now);
    if (this.#isOver || typed === undefined || !agree(this.#text, typed)) return Promise.resolve({ kind: 'diverged' });
    this.#callOff?.();
    return new Promise((resolve) => {
      const leave = (): void => waiting.settle({ kind: 'left' });
      const waiting: Waiting = {
        typed,
        settle: (waited) => {
          if (!this.#waiting.delete(waiting)) return;
          signal.removeEventListener('abort', leave);
          resolve(waited);
          if (waited.kind !== 'ended') this.#someoneLeft(waited.kind);
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
    });
  }

  /** The document says this now, whoever typed it where. */
  edited(text: string): void {
    if (!possiblyTyped(this.#then, text).some((typed) => agree(this.#text, typed))) this.#stop();
  }

  #heard(piece: string): void {
    if (this.#enough !== undefined) return; // 4
    this.#text += piece;
    const verdict = this.#judge?.push(piece);
    if (verdict?.kind === 'closed') {
      this.#text = this.#text.slice(0, verdict.keep);
      this.#enough = 'closed';
    } else if (endsInLoop(this.#text)) this.#enough = 'loops';
    if (this.#enough !== undefined) this.#handle.finish();
    for (const { typed, settle } of [...this.#waiting]) if (!agree(this.#text, typed)) settle({ kind: 'diverged' });
  }

  #someoneLeft(why: 'left' | 'diverged'): void {
    if (this.#waiting.size > 0) return;
    if (why === 'diverged' || this.#timer === undefined) this.#stop();
    else this.#callOff = this.#timer(lingerMs, () => this.#stop());
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handle.cancel();
  }

  #ended(told: TaskResult): TaskResult {
    this.#isOver = true;
    this.#callOff?.();
    const result = this.#whole(told);
    this.#judge?.delete();
    for (const { typed, settle } of [...this.#waiting]) {
      const goesOn = typed === '' || (result.text.startsWith(typed) && result.text.length > typed.length);
      const isGood = goesOn || result.outcome.kind !== 'finished';
      settle(isGood ? { kind: 'ended', result, typed } : { kind: 'diverged' });
    }
    return result;
  }

  /** Without what was generated behind the block. What loops was cut somewhere, as by a limit. */
  #whole(told: TaskResult): TaskResult {
    const tokens = told.tokens && tokensBehind(told.tokens, this.#lead.length);
    const result = { ...told, text: this.#lead + told.text, ...(tokens && { tokens }) };
    if (told.outcome.kind !== 'finished') return result;
    if (this.#enough === 'loops')
      return { ...result, text: this.#text, outcome: { kind: 'finished', reason: 'length' } };
    const verdict = this.#judge?.end();
    if (verdict?.kind !== 'closed') return result;
    return { ...result, text: result.text.slice(0, verdict.keep), outcome: { kind: 'finished', reason: 'stop' } };
  }
}

/** Neither contradicts the other: one may be longer. */
function agree(generated: string, typed: string): boolean {
  return generated.startsWith(typed) || typed.startsWith(generated);
}
