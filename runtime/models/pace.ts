/** How fast models were found to be, held steady: a choice must not go back and forth with every pass that was measured. */
import type { ModelId, TaskClass } from '../core/task.ts';

/** A prediction replaces the one before when it differs by more than this share of it. */
const noticeableShare = 0.25;

export class Pace {
  readonly #predictMs: (model: ModelId, role: TaskClass) => number | undefined;
  /** What was asked for, and what was answered. */
  readonly #told = new Map<
    string,
    { readonly model: ModelId; readonly role: TaskClass; readonly ms: number | undefined }
  >();

  constructor(predictMs: (model: ModelId, role: TaskClass) => number | undefined) {
    this.#predictMs = predictMs;
  }

  ms(model: ModelId, role: TaskClass): number | undefined {
    const key = `${role} ${model}`;
    const told = this.#told.get(key) ?? { model, role, ms: this.#predictMs(model, role) };
    this.#told.set(key, told);
    return told.ms;
  }

  /** Asks again; true when an answer is noticeably another one. */
  refresh(): boolean {
    let isChanged = false;
    for (const [key, { model, role, ms: before }] of this.#told) {
      const ms = this.#predictMs(model, role);
      if (
        ms === before ||
        (ms !== undefined && before !== undefined && Math.abs(ms - before) <= before * noticeableShare)
      )
        continue;
      this.#told.set(key, { model, role, ms });
      isChanged = true;
    }
    return isChanged;
  }
}
