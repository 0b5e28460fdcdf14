/** What became of all that the windows asked, and how long the protocol took. */

export type RequestKind = 'completion' | 'summary' | 'cheap';

export interface Counts {
  asked: number;
  answered: number;
  /** Taken back by who asked. */
  takenBack: number;
}

export class Tally {
  readonly counts: Readonly<Record<RequestKind, Counts>> = {
    completion: { asked: 0, answered: 0, takenBack: 0 },
    summary: { asked: 0, answered: 0, takenBack: 0 },
    cheap: { asked: 0, answered: 0, takenBack: 0 },
  };
  /** Of completions: from question to answer as the window saw it, less what the runtime had it for, in ms. */
  readonly overheadMs: number[] = [];
  /** Round trips of requests that need no engine, in ms: while nobody types, and while all do. */
  readonly cheapMs: Readonly<Record<'rest' | 'load', number[]>> = { rest: [], load: [] };
  /** Completions by their reason. */
  readonly reasons = new Map<string, number>();
  readonly #errors = new Map<string, number>();

  error(what: string): void {
    this.#errors.set(what, (this.#errors.get(what) ?? 0) + 1);
  }

  get errors(): number {
    return [...this.#errors.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How often each was heard. */
  get errorTexts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errors);
  }

  reason(reason: string): void {
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  get edits(): number {
    return this.#edits;
  }

  edited(): void {
    this.#edits += 1;
  }

  #edits = 0;
}
