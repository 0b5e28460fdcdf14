/** One task of the simulated soak: what it was to say, what was heard of it, and what was done to it meanwhile. */
import type { TaskHandle, TaskResult, TaskSpec } from '../../features/tasks.ts';
import type { Loop } from '../../loop.ts';
import type { Tally } from '../tally.ts';

/** What explains that a task came to nothing. */
export interface Excuses {
  /** Deaths of the engine while it was under way. */
  deaths: number;
  /** Loads that failed, or were refused by the circuit. */
  loadFailures: number;
  /** Its own sequence was made to fail, or it is poisoned. */
  isVictim: boolean;
}

export class Asked {
  readonly excuses: Excuses = { deaths: 0, loadFailures: 0, isVictim: false };
  readonly handle: TaskHandle;
  readonly name: string;
  readonly #spec: TaskSpec;
  readonly #expected: string;
  #heard = '';
  #wasCancelled = false;
  result: TaskResult | undefined;

  constructor(loop: Loop, spec: TaskSpec, expected: string) {
    this.#spec = spec;
    this.#expected = expected;
    this.handle = loop.submit(spec, {
      onText: (text) => {
        this.#heard += text;
      },
    });
    this.name = `${spec.class} ${this.handle.id}`;
    void this.handle.done.then((result) => {
      this.result = result;
    });
  }

  cancel(): void {
    this.#wasCancelled = true;
    this.handle.cancel();
  }

  /** To be called when nothing more can happen. */
  judge(tally: Tally): void {
    tally.asked += 1;
    const { result } = this;
    if (result === undefined) {
      tally.hangs.push(`${this.name} never ended`);
      return;
    }
    const { outcome, text } = result;
    const isWhole = outcome.kind === 'finished' ? text === this.#expected : this.#expected.startsWith(text);
    if (this.#heard !== text)
      tally.doubled.push(`${this.name} was told ${this.#heard.length} characters of ${text.length}`);
    if (!isWhole) tally.doubled.push(`${this.name} has another answer than it should: '${text.slice(-80)}'`);
    switch (outcome.kind) {
      case 'finished':
        tally.answered += 1;
        return;
      case 'cancelled':
        if (this.#wasCancelled || outcome.by === 'superseded') tally.cancelled += 1;
        else tally.lost.push(`${this.name} was cancelled by nobody`);
        return;
      case 'failed':
        if (this.#isExplained(outcome.error.code)) tally.refused += 1;
        else tally.lost.push(`${this.name} failed for no reason: ${outcome.error.message}`);
        return;
      default:
        outcome satisfies never;
    }
  }

  #isExplained(code: string): boolean {
    const { deaths, loadFailures, isVictim } = this.excuses;
    if (code === 'queueFull' || isVictim || deaths >= 2) return true;
    if (code === 'modelUnavailable') return loadFailures + deaths > 0;
    // Nobody waits for an old one; and a document may have been blamed for deaths before.
    return this.#spec.sla.kind === 'ttft';
  }
}
