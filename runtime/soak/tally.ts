/** What a soak has found: counts, and each thing that must not happen in a sentence. Decides nothing. */

export interface Findings {
  readonly asked: number;
  readonly answered: number;
  /** Ended with a clear error that what was done to them explains. */
  readonly refused: number;
  readonly cancelled: number;
  /** Tasks with an E2E promise that came to nothing although nothing explains it. */
  readonly lost: readonly string[];
  /** Something was said twice, left out in the middle, or said after the end. */
  readonly doubled: readonly string[];
  /** Never ended. */
  readonly hangs: readonly string[];
  /** Processes, sockets or files that were left behind. */
  readonly orphans: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
}

export class Tally {
  asked = 0;
  answered = 0;
  refused = 0;
  cancelled = 0;
  readonly lost: string[] = [];
  readonly doubled: string[] = [];
  readonly hangs: string[] = [];
  readonly orphans: string[] = [];
  readonly faults = new Map<string, number>();

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  get findings(): Findings {
    const { asked, answered, refused, cancelled, lost, doubled, hangs, orphans } = this;
    const faults = Object.fromEntries([...this.faults].sort());
    return { asked, answered, refused, cancelled, lost, doubled, hangs, orphans, faults };
  }
}
