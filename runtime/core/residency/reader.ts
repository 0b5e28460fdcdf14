/**
 * The reader ahead: which file should be in the host's page cache before its model is loaded. Pure, with the memory of when it read.
 *
 * 1. While something loads from disk, it does not read: the load would take twice as long.
 * 2. A file is worth `need × what the cache saves of the absence's cost` (worth.ts), per byte. A resident model's file counts for less, as the model has to
 *    leave first; that of one that stays for nothing.
 * 3. What is read goes into free cache; else the files of resident models are dropped first, then files that are worth
 *    `readHysteresis` times less. Where the cache shares memory with the models only free cache is used.
 * 4. Between two reads `readGapMs` pass, and a bucket of bytes bounds what is read in an hour. Without both it reads terabytes.
 */
import type { ModelId } from '../task.ts';
import type { Forecast } from './forecast.ts';
import type { Means } from './means.ts';
import type { ResidencyOptions } from './options.ts';
import { stays } from './room.ts';
import type { Decision, FileDrop, ModelView, ResidencyView } from './types.ts';
import { whyRead } from './why.ts';
import type { Worth } from './worth.ts';

interface Valued {
  readonly model: ModelView;
  readonly need: number;
  /** Saved ms per byte, discounted; of what is missing and of what is cached alike. */
  readonly density: number;
}

/** It waits for room, not for a forecast: more than any need. */
const waitedNeed = 2;
/** When no read was worth it, it is not looked again for so long. */
const lookGapMs = 5_000;
const hourMs = 3_600_000;
/** What is missing of a file is worth no read when it is less than this share. */
const missingShareMin = 0.02;

export class Reader {
  readonly #options: ResidencyOptions;
  readonly #forecast: Forecast;
  readonly #worth: Worth;
  #lastMs = Number.NEGATIVE_INFINITY;
  #budgetBytes: number;
  #filledMs: number | undefined;

  constructor({ options, forecast, worth }: Means) {
    this.#options = options;
    this.#forecast = forecast;
    this.#worth = worth;
    this.#budgetBytes = options.readBytesPerHour;
  }

  decide(view: ResidencyView): Decision | undefined {
    const { readsAhead, readGapMs } = this.#options;
    if (!readsAhead) return undefined;
    this.#fill(view.nowMs);
    const loading = view.models.find(
      ({ state, fileBytes, cachedBytes }) => state === 'loading' && cachedBytes < fileBytes,
    );
    if (view.reading !== undefined) return this.#stopped(view, view.reading, loading);
    if (loading !== undefined) return undefined;
    const isQuiet = view.nowMs - this.#lastMs < readGapMs;
    if (isQuiet && !view.models.some(isWaited)) return undefined;
    const read = this.#best(view, isQuiet);
    if (read === undefined) {
      if (!isQuiet) this.#lastMs = view.nowMs - readGapMs + lookGapMs;
      return undefined;
    }
    if (!isQuiet) this.#lastMs = view.nowMs;
    this.#budgetBytes -= missingBytes(read.valued.model);
    const { model, need } = read.valued;
    return { kind: 'readAhead', model: model.id, drop: read.drop, why: whyRead(model.id, need, read.drop) };
  }

  /** 1, and it leaves a file that is only likely for one that somebody waits for. */
  #stopped(view: ResidencyView, reading: ModelId, loading: ModelView | undefined): Decision | undefined {
    const stop = (id: ModelId, what: string): Decision => ({
      kind: 'stopReading',
      model: reading,
      why: `'${id}' ${what}.`,
    });
    if (loading !== undefined) return stop(loading.id, 'is loaded from disk, and somebody waits');
    const waited = view.models.find((model) => isWaited(model) && isCold(model));
    const isForWaited = view.models.some((model) => model.id === reading && isWaited(model));
    return waited === undefined || isForWaited
      ? undefined
      : stop(waited.id, 'is waited for, and its file is read first');
  }

  #best(
    view: ResidencyView,
    onlyWaited: boolean,
  ): { readonly valued: Valued; readonly drop: readonly FileDrop[] } | undefined {
    const files = this.#valued(view);
    const free = freeCache(view);
    const wanted = files
      .filter(({ model }) => !onlyWaited || isWaited(model))
      .filter(({ model, need }) => model.state === 'absent' && isCold(model) && need >= this.#options.readNeedMin)
      .sort((a, b) => b.density - a.density);
    for (const valued of wanted) {
      const missing = missingBytes(valued.model);
      // What is waited for is read once, ahead or by its load: the bound is for what may turn out to be in vain.
      if ((missing > this.#budgetBytes && !isWaited(valued.model)) || missing > view.cacheBytes) continue;
      if (missing <= free) return { valued, drop: [] };
      if (view.isCacheShared) continue;
      const others = files.filter((file) => file !== valued);
      const drop = dropped(others, missing - free, valued.density / this.#options.readHysteresis); // 3
      if (drop !== undefined) return { valued, drop };
    }
    return undefined;
  }

  #valued(view: ResidencyView): Valued[] {
    const { readHorizonMs, residentFileShare } = this.#options;
    const there = view.models.filter(({ isGone }) => !isGone);
    return there.map((model) => {
      const need = isWaited(model) ? waitedNeed : this.#forecast.needOf(model.id, view.nowMs, readHorizonMs).need;
      const share = model.state === 'absent' ? 1 : stays(model) ? 0 : residentFileShare; // 2
      const { costMs: coldMs } = this.#worth.absenceMs(model, model.loadMsCold);
      const savedMs = coldMs - this.#worth.absenceMs(model, model.loadMsCached).costMs;
      return { model, need, density: (share * need * savedMs) / Math.max(1, model.fileBytes) };
    });
  }

  #fill(nowMs: number): void {
    const { readBytesPerHour } = this.#options;
    const sinceMs = Math.max(0, nowMs - (this.#filledMs ?? nowMs));
    this.#filledMs = Math.max(nowMs, this.#filledMs ?? nowMs);
    this.#budgetBytes = Math.min(readBytesPerHour, this.#budgetBytes + (readBytesPerHour * sinceMs) / hourMs);
  }
}

function isWaited({ state, waiting }: ModelView): boolean {
  return state === 'absent' && waiting.length > 0;
}

function isCold(model: ModelView): boolean {
  return missingBytes(model) >= missingShareMin * model.fileBytes;
}

function missingBytes({ fileBytes, cachedBytes }: ModelView): number {
  return Math.max(0, fileBytes - cachedBytes);
}

function freeCache(view: ResidencyView): number {
  return view.models.reduce((left, { cachedBytes }) => left - cachedBytes, view.cacheBytes);
}

/** The least worthy files that hold `bytes` together, none above `densityMax`. Undefined when they hold less. */
function dropped(files: readonly Valued[], bytes: number, densityMax: number): readonly FileDrop[] | undefined {
  const drop: FileDrop[] = [];
  let left = bytes;
  for (const { model, density } of [...files].sort((a, b) => a.density - b.density)) {
    if (left <= 0) break;
    if (model.cachedBytes <= 0 || density > densityMax) continue;
    const gone = Math.min(left, model.cachedBytes);
    drop.push({ model: model.id, bytes: gone });
    left -= gone;
  }
  return left <= 0 ? drop : undefined;
}
