/** What the loop tells of itself, put together from those who know it. Pure. */
import type { Learned } from '../core/learned.ts';
import type { ClassMetrics, Metrics } from '../core/metrics.ts';
import type { ModelView } from '../core/models.ts';
import { type PassErrors, type PredictionErrors, passErrors, type TaskErrors } from '../core/prediction.ts';
import type { Scheduler } from '../core/scheduler.ts';
import { type ModelId, type Sla, type TaskClass, taskClasses } from '../core/task.ts';
import { type Speed, speedOf } from './speeds.ts';

/** The state of the house in the core's terms; `server/status.ts` turns it into the wire's. */
export interface LoopStatus {
  readonly windowMs: number;
  readonly classes: readonly (ClassMetrics &
    TaskErrors & {
      readonly running: number;
      readonly waiting: number;
      readonly sla?: Sla;
    })[];
  readonly models: readonly (ModelView &
    PassErrors & { readonly progress?: number; readonly speed?: Speed | undefined })[];
  readonly engineRestarts: number;
  readonly enginePid?: number;
}

export interface StatusSources {
  readonly scheduler: Pick<Scheduler, 'count' | 'models'>;
  readonly metrics: Metrics;
  readonly errors: PredictionErrors;
  readonly learned: Learned;
  /** The last promise made for each class. */
  readonly slas: ReadonlyMap<TaskClass, Sla>;
  /** Of models that load: the share that is done. */
  readonly progress: ReadonlyMap<ModelId, number>;
  readonly engine: { readonly pid: number | undefined; readonly restarts: number };
}

export function loopStatus(sources: StatusSources, nowMs: number): LoopStatus {
  const { scheduler, metrics, errors, learned, slas, progress, engine } = sources;
  return {
    windowMs: metrics.windowMs,
    classes: taskClasses.map((name) => {
      const sla = slas.get(name);
      const counts = { running: scheduler.count(name, 'running'), waiting: scheduler.count(name, 'waiting') };
      return { ...metrics.ofClass(name, nowMs), ...errors.ofClass(name), ...counts, ...(sla && { sla }) };
    }),
    models: scheduler.models.map((model) => {
      const fraction = model.state === 'loading' ? progress.get(model.id) : undefined;
      const costs = learned.costModel(model.id);
      const known = { ...passErrors(costs), speed: speedOf(costs) };
      return { ...model, ...known, ...(fraction !== undefined && { progress: fraction }) };
    }),
    engineRestarts: engine.restarts,
    ...(engine.pid !== undefined && { enginePid: engine.pid }),
  };
}
