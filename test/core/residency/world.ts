/** Models and views as the tests of residency need them: sizes in GB, times in s. */
import type { Decision, ModelView, ResidencyView, WaitingTask } from '../../../runtime/core/residency/types.ts';

export const gb = 1e9;

export function model(id: string, overrides: Partial<ModelView> = {}, sizeGb = 4): ModelView {
  return {
    id,
    classes: ['summarize'],
    state: 'absent',
    isPinned: false,
    isNamed: false,
    isDraining: false,
    isSmall: false,
    bytesFull: sizeGb * gb,
    bytesSmall: sizeGb * gb,
    fileBytes: sizeGb * gb,
    cachedBytes: 0,
    loadMsCached: 300 + 1_000 * sizeGb,
    loadMsCold: 300 + (1_000 * sizeGb) / 0.3,
    readySinceMs: 0,
    lastUsedMs: 0,
    running: 0,
    waiting: [],
    ...overrides,
  };
}

export function ready(id: string, overrides: Partial<ModelView> = {}, sizeGb = 4): ModelView {
  return model(id, { state: 'ready', ...overrides }, sizeGb);
}

export function waiting(id: string, arrivalMs: number, overrides: Partial<WaitingTask> = {}): WaitingTask {
  return { id, class: 'summarize', arrivalMs, deadlineMs: arrivalMs + 10_000, workMs: 1_000, ...overrides };
}

export function view(
  nowMs: number,
  models: readonly ModelView[],
  overrides: Partial<ResidencyView> = {},
): ResidencyView {
  const plain = { budgetBytes: 8 * gb, cacheBytes: 12 * gb, isCacheShared: false, reading: undefined };
  return { nowMs, models, ...plain, ...overrides };
}

/** A decision in a few words, so that a test reads as a trace. */
export function words(decisions: readonly Decision[]): string[] {
  return decisions.map((decision) => {
    switch (decision.kind) {
      case 'load': {
        const { model: id, isAhead, isSmall, evict, downsize } = decision;
        const left = [...evict.map((name) => `-${name}`), ...downsize.map((name) => `<${name}`)];
        return ['load', ...(isAhead ? ['ahead'] : []), ...(isSmall ? ['small'] : []), id, ...left].join(' ');
      }
      case 'drain':
        return `drain ${decision.model} for ${decision.for}`;
      case 'resize':
        return `${decision.isSmall ? 'shrink' : 'grow'} ${decision.model}`;
      case 'substitute':
        return `${decision.asks ? 'ask' : 'substitute'} ${decision.tasks.join(' ')} by ${decision.by}`;
      case 'readAhead':
        return ['read', decision.model, ...decision.drop.map((file) => `-${file.model}`)].join(' ');
      case 'wait':
        return `wait ${decision.model} until ${decision.untilMs}`;
      case 'resume':
      case 'release':
      case 'stopReading':
        return `${decision.kind} ${decision.model}`;
      default:
        throw new Error(`There is no decision ${JSON.stringify(decision satisfies never)}.`);
    }
  });
}
