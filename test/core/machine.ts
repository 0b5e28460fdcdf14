/** A machine whose memory is known, with models that differ in size, as the tests of residency in the scheduler need it. */
import type { Effect } from '../../runtime/core/event.ts';
import type { Holding, Holdings, MemoryView } from '../../runtime/core/residency/holdings.ts';
import type { ResidencyOptions } from '../../runtime/core/residency/options.ts';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import { newScheduler } from './fixtures.ts';
import { ended, loaded } from './scheduler-steps.ts';

const gigabyte = 1e9;

export interface Machine {
  readonly gigabytes: Readonly<Record<string, number>>;
  readonly budget: number;
  /** Of which the page cache holds the file. */
  readonly cached?: readonly string[];
  readonly small?: number;
  readonly pinned?: string;
  readonly kept?: string;
  readonly named?: string;
  /** Whose files are gone, as it is at each question. */
  readonly gone?: ReadonlySet<string>;
  readonly memory?: Partial<MemoryView>;
  readonly residency?: Partial<ResidencyOptions>;
}

function holdingsOf({ gigabytes, budget, cached, small, pinned, kept, named, gone, memory }: Machine): Holdings {
  const of = (id: string): Holding => {
    const bytes = (gigabytes[id] ?? 1) * gigabyte;
    return {
      classes: ['summarize', 'translate'],
      isPinned: id === pinned,
      isKept: id === kept,
      isNamed: named === id,
      isGone: gone?.has(id),
      bytesFull: bytes,
      bytesSmall: bytes * (small ?? 1),
      fileBytes: bytes,
      cachedBytes: cached?.includes(id) ? bytes : 0,
      loadMsCached: 1_000,
      loadMsCold: 3_000,
    };
  };
  const plain = { budgetBytes: budget * gigabyte, cacheBytes: 0, isCacheShared: true, reading: undefined };
  return { of, memory: () => ({ ...plain, ...memory }), wholeBytes: plain.budgetBytes };
}

/** Models come and go when they are needed, not when it would be wise. */
export function scheduler(machine: Machine): Scheduler {
  return newScheduler('punctual', {
    holdings: holdingsOf(machine),
    residency: { residenceMsMin: 0, delayMsMax: 0, loadsAhead: false, readsAhead: false, ...machine.residency },
  });
}

/** The engine does at once what it is told. */
export function obey(machine: Scheduler, effects: readonly Effect[], nowMs: number): void {
  for (const effect of effects) {
    if (effect.kind === 'unload') obey(machine, machine.on({ kind: 'unloaded', model: effect.model }, nowMs), nowMs);
    if (effect.kind === 'load') obey(machine, machine.on(loaded(effect.model), nowMs), nowMs);
    if (effect.kind === 'start') obey(machine, machine.on(ended(effect.task.id), nowMs), nowMs);
  }
}
