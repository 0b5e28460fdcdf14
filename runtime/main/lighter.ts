/** Smaller models for what is left of a workflow, from those who know: what is installed, what was measured, and what memory is free. */
import type { CostModel } from '../core/estimate.ts';
import type { Holdings } from '../core/residency/holdings.ts';
import { loadMsOf } from '../core/residency/worth.ts';
import type { ModelId, TaskClass } from '../core/task.ts';
import type { ChosenModel, ModelSettings } from '../features/tasks.ts';
import type { LighterModels } from '../features/text/lighter.ts';
import { ordinaryMs } from '../loop/speeds.ts';
import type { LoopStatus } from '../loop/status.ts';

export interface LighterOptions {
  readonly registry: { lighter(role: TaskClass, settings: ModelSettings, than: ModelId): readonly ChosenModel[] };
  readonly loop: {
    status(): Pick<LoopStatus, 'models'>;
    readonly learned: { costModel(id: ModelId): CostModel };
  };
  readonly holdings: Pick<Holdings, 'of' | 'memory'>;
}

/** One that needs more than this share of the time is no help. */
const shareMax = 0.8;

export function lighterModels({ registry, loop, holdings }: LighterOptions): LighterModels {
  const shareOf = (id: ModelId, than: ModelId, name: TaskClass): number => {
    const [ms, thanMs] = [id, than].map((model) => ordinaryMs(loop.learned.costModel(model), name));
    // As long as one of them was not measured: every token reads all weights.
    if (ms === undefined || thanMs === undefined) return holdings.of(id).fileBytes / holdings.of(than).fileBytes;
    return ms / thanMs;
  };
  return {
    of: (than, name, settings) =>
      registry
        .lighter(name, settings, than.id)
        // What was cut for the context of the one is to fit into that of the other.
        .filter(({ contextTokens }) => contextTokens >= than.contextTokens)
        .map(({ id }) => ({ id, share: shareOf(id, than.id, name) }))
        .filter(({ share }) => share > 0 && share <= shareMax),
    readyInMs: (model) => {
      const { models } = loop.status();
      const state = models.find(({ id }) => id === model)?.state ?? 'unloaded';
      if (state === 'ready') return 0;
      const holding = holdings.of(model);
      const held = models
        .filter((other) => other.id !== model && other.state !== 'unloaded' && other.state !== 'failed')
        .reduce((sum, { id }) => sum + holdings.of(id).bytesFull, 0);
      const isThereRoom = held + holding.bytesFull <= holdings.memory().budgetBytes;
      const isComing = state === 'loading' || (state === 'unloaded' && isThereRoom);
      return isComing ? loadMsOf(holding) : undefined;
    },
  };
}
