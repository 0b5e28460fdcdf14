/** Which time the page shows: following what happens, or held by the user. Pure. */

export const spansMs = [10_000, 30_000, 120_000, 600_000, 3_600_000] as const;

export interface Shown {
  readonly fromMs: number;
  readonly toMs: number;
}

export class ViewTime {
  spanMs = 30_000;
  /** The right edge, while the user holds it. */
  heldMs: number | undefined;

  get isHeld(): boolean {
    return this.heldMs !== undefined;
  }

  hold(atMs: number): void {
    this.heldMs = atMs;
  }

  follow(): void {
    this.heldMs = undefined;
  }

  /** To the next longer (1) or shorter (-1) time. */
  zoom(steps: 1 | -1): void {
    const known: readonly number[] = spansMs;
    const next = known[known.indexOf(this.spanMs) + steps];
    if (next !== undefined) this.spanMs = next;
  }

  /** @param firstMs the earliest that is known: what is held never lies before it, nor after now. */
  shown(firstMs: number, nowMs: number): Shown {
    const toMs = this.heldMs === undefined ? nowMs : Math.min(nowMs, Math.max(firstMs, this.heldMs));
    return { fromMs: toMs - this.spanMs, toMs };
  }
}
