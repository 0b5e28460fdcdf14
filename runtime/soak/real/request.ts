/** One request of a window, from its question to its end, and what was done to it meanwhile. Judges itself. */
import { z } from 'zod';
import { restMsFirst } from '../../loop/circuit.ts';
import type { Tally } from '../tally.ts';
import type { Work } from './requests.ts';

const resultSchema = z.looseObject({ text: z.string().optional() });

/** What was done since the soak began. */
export interface Blows {
  /** What may have ended the engine. */
  engine: number;
  /** What may have ended or stopped the runtime. */
  runtime: number;
  /** When the last of each came, in ms: connections break and loads fail a little later than that. */
  engineMs: number;
  runtimeMs: number;
  /** Poisoned requests that are under way: the engine may die of them at any time. */
  poisons: number;
}

/** So much later, in ms. */
const afterMs = 15_000;

export type End =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'closed' };

export class Request {
  readonly work: Work;
  readonly ended: Promise<void>;
  readonly #blows: Readonly<Blows>;
  readonly #before: Blows;
  #heard = '';
  #end: End | undefined;
  #after: Blows | undefined;
  #answers = 0;
  #lateParts = 0;
  #settle: () => void = () => undefined;
  /** Its window went away on purpose, or it is poisoned. */
  isAbandoned = false;

  constructor(work: Work, blows: Readonly<Blows>) {
    this.work = work;
    this.#blows = blows;
    this.#before = { ...blows };
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get end(): End | undefined {
    return this.#end;
  }

  part(text: string, isRestart: boolean): void {
    if (this.#end !== undefined) this.#lateParts += 1;
    else this.#heard = isRestart ? text : this.#heard + text;
  }

  over(end: End): void {
    if (end.kind !== 'closed') this.#answers += 1;
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#after = { ...this.#blows };
    this.#settle();
  }

  judge(tally: Tally): void {
    if (this.isAbandoned) return;
    tally.asked += 1;
    const name = `${this.work.kind} ${this.work.uri}`;
    if (this.#answers > 1) tally.doubled.push(`${name} was answered ${this.#answers} times`);
    if (this.#lateParts > 0) tally.doubled.push(`${name} was told something after its end`);
    const end = this.#end;
    if (end === undefined) tally.hangs.push(`${name} never ended`);
    else if (end.kind === 'result') this.#judgeResult(name, end.result, tally);
    else if (this.#isExplained(end)) tally.refused += 1;
    else tally.lost.push(`${name} came to nothing: ${end.kind === 'error' ? end.message : 'the connection closed'}`);
  }

  #judgeResult(name: string, result: unknown, tally: Tally): void {
    tally.answered += 1;
    const { text } = resultSchema.parse(result);
    const isStreamed =
      this.work.kind === 'summary' || this.work.kind === 'translation' || this.work.kind === 'workflow';
    if (isStreamed && text !== this.#heard)
      tally.doubled.push(`${name} was told ${this.#heard.length} characters of ${text?.length}`);
  }

  /** Whether what was done to it explains its end: a task survives one death of the engine, and no death of the runtime. */
  #isExplained(end: Exclude<End, { kind: 'result' }>): boolean {
    const [engine, runtime] = (['engine', 'runtime'] as const).map(
      (who) => (this.#after?.[who] ?? 0) - this.#before[who],
    );
    const { engineMs, runtimeMs } = this.#blows;
    if ((runtime ?? 0) > 0 || performance.now() - runtimeMs < afterMs) return true;
    if (end.kind === 'closed' || end.message === '') return false;
    if ((this.#after?.poisons ?? 0) > 0) return true;
    // Of several deaths in a row the model is refused for a moment, or the engine rests for longer; both say so.
    const sinceMs = performance.now() - engineMs;
    if (end.message.includes('while it loaded')) return sinceMs < afterMs;
    if (end.message.includes('in a row without an answer')) return sinceMs < restMsFirst + afterMs;
    return (engine ?? 0) >= (this.work.kind === 'generate' ? 1 : 2);
  }
}
