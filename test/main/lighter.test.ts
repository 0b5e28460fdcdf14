import { describe, expect, it } from 'vitest';
import { type CostModel, learn, newCostModel } from '../../runtime/core/estimate.ts';
import type { Holding } from '../../runtime/core/residency/holdings.ts';
import type { ChosenModel } from '../../runtime/features/tasks.ts';
import type { LoopStatus } from '../../runtime/loop/status.ts';
import { lighterModels } from '../../runtime/main/lighter.ts';
import { settingsOf } from '../whole-settings.ts';

const settings = settingsOf();

function model(id: string, contextTokens = 4_096): ChosenModel {
  return { id, name: id, demo: false, chosen: false, contextTokens };
}

/** 1 GB, 2 s to load from the page cache and 10 s from the disk, unless said otherwise. */
function holding(more: Partial<Holding> = {}): Holding {
  const bytes = { bytesFull: 1e9, bytesSmall: 1e9, fileBytes: 1e9, cachedBytes: 0 };
  const common = { classes: ['summarize' as const], isPinned: false, isNamed: false };
  return { ...common, ...bytes, loadMsCached: 2_000, loadMsCold: 10_000, ...more };
}

interface Options {
  readonly candidates?: readonly ChosenModel[];
  readonly states?: Readonly<Record<string, LoopStatus['models'][number]['state']>>;
  readonly holdings?: Readonly<Record<string, Partial<Holding>>>;
  readonly costs?: Readonly<Record<string, CostModel>>;
  readonly budgetBytes?: number;
}

function lighter({ candidates = [], states = {}, holdings = {}, costs = {}, budgetBytes = 8e9 }: Options) {
  const models = Object.entries(states).map(([id, state]) => ({ id, state }) as LoopStatus['models'][number]);
  return lighterModels({
    registry: { lighter: () => candidates },
    loop: { status: () => ({ models }), learned: { costModel: (id) => costs[id] ?? newCostModel() } },
    holdings: {
      of: (id) => holding(holdings[id]),
      memory: () => ({ budgetBytes, cacheBytes: 0, isCacheShared: true, reading: undefined }),
    },
  });
}

/** As fast as told, and measured often enough to be believed. */
function measured(wallMs: number): CostModel {
  let costs = newCostModel();
  for (let pass = 0; pass < 20; pass++) {
    const common = { model: 'm', sequences: 1, contextTokens: 0, wallMs };
    costs = learn(costs, { ...common, kind: 'prefill', tokens: 64 });
    costs = learn(costs, { ...common, kind: 'decode', tokens: 1 });
  }
  return costs;
}

describe('smaller models for a workflow', () => {
  const candidates = [model('a'), model('b')];

  it('when nothing was measured, then the sizes of their files say how much faster they are', () => {
    const holdings = { own: { fileBytes: 8e9 }, a: { fileBytes: 7e9 }, b: { fileBytes: 2e9 } };
    expect(lighter({ candidates, holdings }).of(model('own'), 'summarize', settings)).toEqual([
      { id: 'b', share: 0.25 },
    ]);
  });

  it('when both were measured, then that says it', () => {
    const costs = { own: measured(100), a: measured(50), b: measured(95) };
    const found = lighter({ candidates, costs }).of(model('own'), 'summarize', settings);
    expect(found).toEqual([{ id: 'a', share: expect.closeTo(0.5, 1) }]);
  });

  it('when one has a smaller context, then the prompts would not fit, so it is none', () => {
    const holdings = { own: { fileBytes: 8e9 } };
    const found = lighter({ candidates: [model('a', 2_048), model('b')], holdings });
    expect(found.of(model('own'), 'summarize', settings).map(({ id }) => id)).toEqual(['b']);
  });

  it('when it is there, then it begins at once; when there is room, after its load; else not at all', () => {
    const states = { own: 'ready', there: 'ready', coming: 'loading', broken: 'failed' } as const;
    const holdings = { absent: { cachedBytes: 0.5e9 }, large: { bytesFull: 6e9 } };
    const { readyInMs } = lighter({ states, holdings });
    expect(readyInMs('there')).toBe(0);
    expect(readyInMs('coming')).toBe(10_000);
    expect(readyInMs('absent')).toBe(6_000);
    expect(readyInMs('large')).toBeUndefined();
    expect(readyInMs('broken')).toBeUndefined();
  });
});
