/** Any view, any options: what the policy must never do, and that it does the same again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResidencyOptions } from '../../../runtime/core/residency/options.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import { heldBytes } from '../../../runtime/core/residency/room.ts';
import type { Decision, EditorSignal, ModelView, ResidencyView } from '../../../runtime/core/residency/types.ts';
import { gb, view, waiting } from './world.ts';

const names = ['a', 'b', 'c', 'd', 'e'] as const;
const classes = ['summarize', 'translate', 'chat'] as const;

const anyModel = fc.record({
  state: fc.constantFrom('absent', 'absent', 'ready', 'ready', 'ready', 'loading', 'resizing', 'leaving', 'failed'),
  class: fc.constantFrom(...classes),
  isPinned: fc.boolean(),
  isKept: fc.boolean(),
  isSmall: fc.boolean(),
  isDraining: fc.boolean(),
  fullGb: fc.integer({ min: 1, max: 9 }),
  smallShare: fc.double({ min: 0.5, max: 1, noNaN: true }),
  cachedShare: fc.constantFrom(0, 0.3, 1),
  readyMs: fc.nat(20_000),
  running: fc.constantFrom(0, 0, 0, 1, 3),
  waited: fc.array(fc.nat(60_000), { maxLength: 3 }),
});

const anyStep = fc.record({
  ms: fc.nat(40_000),
  models: fc.array(anyModel, { minLength: 2, maxLength: names.length }),
  budgetGb: fc.integer({ min: 4, max: 20 }),
  cacheGb: fc.integer({ min: 0, max: 16 }),
  isShared: fc.boolean(),
  used: fc.constantFrom(...names),
  signal: fc.option(
    fc.record({
      kind: fc.constantFrom('languageOpened', 'selectionMade', 'paletteOpened', 'documentActive'),
      language: fc.constantFrom('java', 'python'),
    }),
  ),
});

const anyOptions: fc.Arbitrary<Partial<ResidencyOptions>> = fc.record({
  downsizes: fc.boolean(),
  loadsAhead: fc.boolean(),
  readsAhead: fc.boolean(),
  usesGaps: fc.boolean(),
  substitution: fc.constantFrom('never', 'ask', 'automatically'),
  releaseAfterMs: fc.constantFrom(Number.POSITIVE_INFINITY, 60_000),
  aheadProbability: fc.constantFrom(0, 0.45),
  wasteWeight: fc.constantFrom(0, 1),
  needWeight: fc.constantFrom(0, 1, 10),
  signalWeight: fc.constantFrom(0, 1, 10),
});

/** What tasks say of stand-ins; one of them nothing. */
const wishes = [undefined, 'never', 'ask', 'automatically'] as const;

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function modelOf(place: number, nowMs: number, drawn: Step['models'][number]): ModelView {
  const id = names[place] ?? 'a';
  const fileBytes = drawn.fullGb * drawn.smallShare * gb;
  return {
    id,
    classes: [drawn.class],
    state: drawn.state,
    isPinned: drawn.isPinned && place === 0,
    isKept: drawn.isKept && place === 1,
    releaseAfterMs: drawn.isSmall ? 2 * drawn.readyMs : undefined,
    isNamed: drawn.isDraining,
    isSmall: drawn.isSmall,
    isDraining: drawn.isDraining,
    bytesFull: drawn.fullGb * gb,
    bytesSmall: drawn.fullGb * drawn.smallShare * gb,
    fileBytes,
    cachedBytes: fileBytes * drawn.cachedShare,
    loadMsCached: 300 + fileBytes / 1e6,
    loadMsCold: 300 + fileBytes / 0.3e6,
    readySinceMs: nowMs - drawn.readyMs,
    lastUsedMs: nowMs - drawn.readyMs,
    running: drawn.state === 'ready' ? drawn.running : 0,
    waiting: drawn.waited.map((ms, index) =>
      waiting(`${id}${index}`, nowMs - ms, { class: drawn.class, substitution: wishes[ms % wishes.length] }),
    ),
  };
}

function viewOf(step: Step, nowMs: number): ResidencyView {
  return view(
    nowMs,
    step.models.map((drawn, place) => modelOf(place, nowMs, drawn)),
    { budgetBytes: step.budgetGb * gb, cacheBytes: step.cacheGb * gb, isCacheShared: step.isShared },
  );
}

/** Sums of bytes in gigabytes differ in their last digits. */
const slackBytes = 1_000;

function checkLoad(load: Extract<Decision, { kind: 'load' }>, seen: ResidencyView): void {
  const get = (id: string): ModelView => {
    const found = seen.models.find((model) => model.id === id);
    if (found === undefined) throw new Error(`'${id}' is not there.`);
    return found;
  };
  const wanted = get(load.model);
  expect(wanted.state).toBe('absent');
  expect(seen.models.some(({ state }) => state === 'loading' || state === 'leaving')).toBe(false);
  for (const id of [...load.evict, ...load.downsize]) {
    const victim = get(id);
    expect(victim).toMatchObject({ state: 'ready', running: 0, isPinned: false, isKept: false });
    expect(victim.waiting.length === 0 || victim.isDraining).toBe(true);
    expect(seen.nowMs - victim.readySinceMs).toBeGreaterThanOrEqual(2_000);
  }
  const evicted = load.evict.reduce((sum, id) => sum + heldBytes(get(id)), 0);
  const shrunk = load.downsize.reduce((sum, id) => sum + get(id).bytesFull - get(id).bytesSmall, 0);
  const held = seen.models.reduce((sum, model) => sum + heldBytes(model), 0);
  const added = load.isSmall ? wanted.bytesSmall : wanted.bytesFull;
  expect(held - evicted - shrunk + added).toBeLessThanOrEqual(seen.budgetBytes + slackBytes);
  if (load.isAhead)
    expect(seen.models.some((one) => one.state === 'absent' && one.waiting.length > 0 && one === wanted)).toBe(false);
}

function check(decision: Decision, seen: ResidencyView): void {
  const of = (id: string): ModelView | undefined => seen.models.find((model) => model.id === id);
  expect(decision.why).toMatch(/^('|[A-Z]).*\.$/);
  switch (decision.kind) {
    case 'load':
      return checkLoad(decision, seen);
    case 'release':
      return void expect(of(decision.model)).toMatchObject({ state: 'ready', running: 0 });
    case 'resize':
      return void expect(of(decision.model)).toMatchObject({ state: 'ready', running: 0, waiting: [] });
    case 'drain':
      return void expect(of(decision.model)).toMatchObject({ state: 'ready', isPinned: false, isKept: false });
    case 'resume':
      return void expect(of(decision.model)).toMatchObject({ state: 'ready', isDraining: true });
    case 'substitute':
      expect(of(decision.by)).toMatchObject({ state: 'ready', waiting: [] });
      return void expect(of(decision.by)?.classes).toEqual(of(decision.model)?.classes);
    case 'readAhead':
      expect(of(decision.model)?.state).toBe('absent');
      if (seen.isCacheShared) expect(decision.drop).toEqual([]);
      for (const { model, bytes } of decision.drop) {
        expect(model).not.toBe(decision.model);
        expect(bytes).toBeLessThanOrEqual(of(model)?.cachedBytes ?? 0);
      }
      return;
    case 'wait':
      return void expect(decision.untilMs).toBeGreaterThan(seen.nowMs);
    case 'stopReading':
      return void expect(seen.reading).toBe(decision.model);
    default:
      decision satisfies never;
  }
}

function run(
  options: Partial<ResidencyOptions>,
  steps: readonly Step[],
  each: (seen: ResidencyView, made: readonly Decision[]) => void,
) {
  const policy = new ResidencyPolicy(options);
  let nowMs = 0;
  for (const step of steps) {
    nowMs += step.ms;
    policy.use(step.used, { class: 'summarize', targetMs: 10_000, workMs: 1_000 }, nowMs);
    if (step.signal !== null) policy.signal(step.signal as EditorSignal, nowMs);
    const seen = viewOf(step, nowMs);
    each(seen, policy.decide(seen));
  }
}

describe('the residency policy', () => {
  it('when it sees anything at all, then nothing in use, loading or pinned goes, and memory is never exceeded', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(anyStep, { maxLength: 12 }), (options, steps) => {
        run(options, steps, (seen, made) => {
          for (const decision of made) check(decision, seen);
          expect(made.filter(({ kind }) => kind === 'load').length).toBeLessThanOrEqual(1);
          expect(made.filter(({ kind }) => kind === 'readAhead').length).toBeLessThanOrEqual(1);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('when tasks are answered by others, then as each wants it, and nobody is asked twice while he waits', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(anyStep, { maxLength: 12 }), (options, steps) => {
        const asked = new Set<string>();
        run(options, steps, (seen, made) => {
          const waits = new Map(seen.models.flatMap((model) => model.waiting.map((task) => [task.id, task] as const)));
          for (const id of asked) if (!waits.has(id)) asked.delete(id);
          for (const decision of made) {
            if (decision.kind !== 'substitute') continue;
            for (const id of decision.tasks) {
              const wish = waits.get(id)?.substitution ?? options.substitution;
              expect(wish).toBe(decision.asks ? 'ask' : 'automatically');
              expect(asked.has(id)).toBe(false);
              if (decision.asks) asked.add(id);
            }
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('when the same happens again, then it decides the same', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(anyStep, { maxLength: 8 }), (options, steps) => {
        const logs = [0, 1].map(() => {
          const log: (readonly Decision[])[] = [];
          run(options, steps, (_, made) => log.push(made));
          return log;
        });
        expect(logs[0]).toEqual(logs[1]);
      }),
      { numRuns: 100 },
    );
  });
});
