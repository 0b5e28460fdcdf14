/** What the scheduler knows about each model: a table with one record per id, made at first mention. Decides nothing. */
import type { ModelInfo } from './event.ts';
import type { ResidentModel } from './residency.ts';
import type { ModelId, TaskError } from './task.ts';

export interface ModelRecord {
  readonly id: ModelId;
  state: 'unloaded' | 'loading' | 'ready' | 'unloading' | 'failed';
  /** From the last successful load. */
  info: ModelInfo | undefined;
  error: TaskError | undefined;
  failedAtMs: number;
  /** When a task of the model last started or ended, or the model became ready. */
  lastUsedMs: number;
}

export interface ModelView {
  readonly id: ModelId;
  readonly state: ModelRecord['state'];
  readonly info?: ModelInfo;
  readonly error?: TaskError;
}

export class ModelTable {
  readonly #records = new Map<ModelId, ModelRecord>();

  get(id: ModelId): ModelRecord {
    let record = this.#records.get(id);
    if (record === undefined) {
      record = { id, state: 'unloaded', info: undefined, error: undefined, failedAtMs: 0, lastUsedMs: 0 };
      this.#records.set(id, record);
    }
    return record;
  }

  all(): ModelRecord[] {
    return [...this.#records.values()];
  }

  views(): ModelView[] {
    return this.all().map(({ id, state, info, error }) => ({
      id,
      state,
      ...(info && { info }),
      ...(error && { error }),
    }));
  }

  /** Everything that holds memory or is about to; `runningOf` counts the tasks of a model inside the engine. */
  resident(runningOf: (id: ModelId) => number): ResidentModel[] {
    return this.all().flatMap(({ id, state, lastUsedMs }) =>
      state === 'loading' || state === 'ready' || state === 'unloading'
        ? [{ id, state, lastUsedMs, running: runningOf(id) }]
        : [],
    );
  }
}

/** How long the model takes to come in, as it took last time, in ms; 0 when it is there, and when it never was. */
export function loadMsOf({ state, info }: ModelRecord): number {
  return state === 'ready' ? 0 : (info?.loadMs ?? 0);
}

export function noteLoaded(record: ModelRecord, info: ModelInfo, nowMs: number): void {
  Object.assign(record, { state: 'ready', info, error: undefined, lastUsedMs: nowMs });
}
