/**
 * What a model is worth in memory: what its absence would be expected to cost, in ms. Pure.
 *
 *   worth = need^wₙ × (load × wₗ + broken × w_b + work × w_w)
 *
 * `need` is the expected discount of the time to its next use (forecast.ts): recent use, demand in a sliding window and the editor's
 * signals are in it. `load` is the time to bring it back, from what the page cache would hold of its file. `broken` is the share of its
 * tasks whose promise could not outlast that load; latency-sensitive classes, with little slack, weigh more by it. `work` is the
 * predicted length of its tasks, all of which a load would hold up. The bytes stand on the other side: see `room.ts`.
 */
import { power } from '../power.ts';
import type { ModelId } from '../task.ts';
import type { Forecast } from './forecast.ts';
import type { LearnedProfile } from './learned.ts';
import type { ResidencyOptions } from './options.ts';
import type { Factors, ModelView, Use } from './types.ts';

/** Means over about so many tasks. */
const tasksMax = 32;

interface Profile {
  slackMs: number;
  workMs: number;
  tasks: number;
}

export class Worth {
  readonly #options: ResidencyOptions;
  readonly #forecast: Forecast;
  readonly #profiles = new Map<ModelId, Profile>();

  constructor(options: ResidencyOptions, forecast: Forecast) {
    this.#options = options;
    this.#forecast = forecast;
  }

  use(model: ModelId, { targetMs, workMs }: Use): void {
    let profile = this.#profiles.get(model);
    if (profile === undefined) {
      profile = { slackMs: 0, workMs: 0, tasks: 0 };
      this.#profiles.set(model, profile);
    }
    profile.tasks = Math.min(tasksMax, profile.tasks + 1);
    profile.slackMs += (targetMs - workMs - profile.slackMs) / profile.tasks;
    profile.workMs += (workMs - profile.workMs) / profile.tasks;
  }

  learned(): LearnedProfile[] {
    return [...this.#profiles].map(([model, profile]) => ({ model, ...profile }));
  }

  /** In place of what is known so far. */
  recall(profiles: readonly LearnedProfile[]): void {
    this.#profiles.clear();
    for (const { model, slackMs, workMs, tasks } of profiles) this.#profiles.set(model, { slackMs, workMs, tasks });
  }

  /** Predicted for a task of the model: the mean of those that came, in ms; 0 before the first. */
  workMsOf(model: ModelId): number {
    return this.#profiles.get(model)?.workMs ?? 0;
  }

  /** What the absence of the model costs once it is needed, in ms. */
  absenceMs(
    model: ModelView,
    loadMs = loadMsOf(model),
  ): { readonly loadMs: number; readonly broken: number; readonly costMs: number } {
    const { loadWeight, brokenMs, workWeight } = this.#options;
    const profile = this.#profiles.get(model.id);
    const slackMs = profile?.slackMs ?? slackMsUnknown;
    const broken = brokenShare(loadMs, slackMs);
    const workMs = this.workMsOf(model.id);
    return { loadMs, broken, costMs: loadMs * loadWeight + broken * brokenMs + workMs * workWeight };
  }

  factorsOf(model: ModelView, nowMs: number): Factors {
    const { needMin, needWeight, horizonMs } = this.#options;
    const { need, signalled } = this.#forecast.needOf(model.id, nowMs, horizonMs);
    const { loadMs, broken, costMs } = this.absenceMs(model);
    return {
      model: model.id,
      need,
      signalled,
      loadMs,
      broken,
      workMs: this.workMsOf(model.id),
      bytes: model.isSmall ? model.bytesSmall : model.bytesFull,
      worthMs: power(Math.max(need, needMin), needWeight) * costMs,
    };
  }
}

/** Half when the load takes all of the slack: tasks differ, and some wait for more than the load. */
function brokenShare(loadMs: number, slackMs: number): number {
  if (slackMs <= 0) return 1;
  return Math.min(1, Math.max(0, loadMs / slackMs - 0.5));
}

/** Before any task of the model. */
const slackMsUnknown = 5_000;

/** From what is cached of its file now, in ms. */
export function loadMsOf({
  fileBytes,
  cachedBytes,
  loadMsCached,
  loadMsCold,
}: Pick<ModelView, 'fileBytes' | 'cachedBytes' | 'loadMsCached' | 'loadMsCold'>): number {
  const cached = fileBytes > 0 ? Math.min(1, cachedBytes / fileBytes) : 1;
  return loadMsCold + (loadMsCached - loadMsCold) * cached;
}
