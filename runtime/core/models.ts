/** What the scheduler knows about each model: a table with one record per id, made at first mention. Decides nothing. */
import type { Event, ModelInfo } from './event.ts';
import type { ModelId, TaskError } from './task.ts';

export interface ModelRecord {
  readonly id: ModelId;
  /** `resizing`: its context is made anew, and no task of it starts meanwhile. */
  state: 'unloaded' | 'loading' | 'ready' | 'resizing' | 'unloading' | 'failed';
  /** With the fewest sequences or the smallest context that serve. */
  isSmall: boolean;
  /** When it became ready; while it loads, when the load began. */
  readySinceMs: number;
  /** From the last successful load. */
  info: ModelInfo | undefined;
  error: TaskError | undefined;
  failedAtMs: number;
  /** Deaths of the engine while it loaded, since it was last ready. */
  loadLosses: number;
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
    const record = this.peek(id);
    this.#records.set(id, record);
    return record;
  }

  /** Without making it one of {@link all}. */
  peek(id: ModelId): ModelRecord {
    return this.#records.get(id) ?? newRecord(id);
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
}

function newRecord(id: ModelId): ModelRecord {
  const times = { failedAtMs: 0, loadLosses: 0, lastUsedMs: 0, readySinceMs: 0 };
  return { id, state: 'unloaded', isSmall: false, info: undefined, error: undefined, ...times };
}

/** How long the model takes to come in, as it took last time, in ms; 0 when it is there, and when it never was. */
export function loadMsOf({ state, info }: ModelRecord): number {
  return state === 'ready' ? 0 : (info?.loadMs ?? 0);
}

/** What happened to a model by itself; who waits for it is the scheduler's. */
export type ModelEvent = Extract<Event, { kind: 'loaded' | 'unloaded' | 'resized' | 'resizeFailed' }>;

export function noteModel(record: ModelRecord, event: ModelEvent, nowMs: number): void {
  switch (event.kind) {
    case 'loaded':
      Object.assign(record, { state: 'ready', info: event.info, error: undefined });
      Object.assign(record, { lastUsedMs: nowMs, readySinceMs: nowMs, loadLosses: 0 });
      return;
    case 'unloaded':
      record.state = 'unloaded';
      return;
    case 'resized':
      Object.assign(record, { state: 'ready', info: event.info });
      return;
    case 'resizeFailed':
      Object.assign(record, { state: 'ready', isSmall: !record.isSmall });
      return;
    default:
      event satisfies never;
  }
}

/** Deaths of the engine in a row while it loads one model, before that load has failed. */
const loadLossesMax = 3;
/** How long that failure is remembered before the next task tries again, in ms; twice as long after each further death. */
export const lossRetryMs = 1_000;
const lossRetryMsMax = 5 * 60 * 1_000;

/** The engine died while it loaded the model. @returns whether that is to count as a failed load: else it is tried once more. */
export function isLostForGood(record: ModelRecord): boolean {
  record.loadLosses += 1;
  return record.loadLosses >= loadLossesMax;
}

/** Its load failed a moment ago, so its tasks are refused with that error. @param retryMs after which a load that failed in words is tried again. */
export function isRefusing(
  record: ModelRecord,
  retryMs: number,
  nowMs: number,
): record is ModelRecord & { readonly error: TaskError } {
  const deaths = record.loadLosses - loadLossesMax;
  const refusedMs = deaths < 0 ? retryMs : Math.min(lossRetryMs * 2 ** deaths, lossRetryMsMax);
  return record.state === 'failed' && record.error !== undefined && Math.abs(nowMs - record.failedAtMs) < refusedMs;
}
