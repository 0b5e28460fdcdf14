/** What a policy has learned goes through a value and is the same afterwards. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aged, learnedModelsMax } from '../../../runtime/core/residency/learned.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import type { EditorSignalKind } from '../../../runtime/core/residency/types.ts';
import { model, ready, view } from './world.ts';

const names = ['a', 'b', 'c'] as const;
const kinds: readonly EditorSignalKind[] = ['languageOpened', 'selectionMade', 'paletteOpened', 'documentActive'];

const anyStep = fc.record({
  ms: fc.nat(600_000),
  used: fc.option(fc.constantFrom(...names)),
  kind: fc.option(fc.constantFrom(...kinds)),
  language: fc.constantFrom('java', 'python'),
  workMs: fc.nat(20_000),
});

function lived(steps: readonly (typeof anyStep extends fc.Arbitrary<infer T> ? T : never)[]) {
  const policy = new ResidencyPolicy();
  let nowMs = 0;
  for (const { ms, used, kind, language, workMs } of steps) {
    nowMs += ms;
    if (kind !== null) policy.signal({ kind, language }, nowMs);
    if (used !== null) policy.use(used, { class: 'summarize', targetMs: 10_000, workMs }, nowMs);
  }
  // The windows of all signals are over, and with the next use they are judged: what is under watch is not kept.
  nowMs += 120_000;
  policy.use('a', { class: 'summarize', targetMs: 10_000, workMs: 1_000 }, nowMs);
  return { policy, nowMs: nowMs + 1_000 };
}

describe('what was learned', () => {
  it('when it is recalled on another clock, then everything is decided as before', () => {
    const any = fc.array(anyStep, { maxLength: 40 });
    fc.assert(
      fc.property(any, fc.nat(10_000_000), fc.constantFrom(...kinds), (steps, laterMs, kind) => {
        const { policy, nowMs } = lived(steps);
        const learned = policy.learned(nowMs);
        if (learned === undefined) throw new Error('a policy of its own forecast learns');
        const other = new ResidencyPolicy();
        other.recall(JSON.parse(JSON.stringify(learned)), laterMs);
        expect(other.learned(laterMs)).toEqual(learned);
        const decided = (each: ResidencyPolicy, atMs: number): unknown => {
          each.signal({ kind, language: 'java' }, atMs);
          const at = { readySinceMs: atMs - 60_000, lastUsedMs: atMs - 60_000 };
          const models = [ready('a', at), ready('b', at), model('c', { lastUsedMs: atMs })];
          return each.decide(view(atMs + 1_000, models));
        };
        expect(decided(other, laterMs)).toEqual(decided(policy, nowMs));
      }),
    );
  });

  it('when time has gone by since, then the last uses lie back by it', () => {
    const { policy, nowMs } = lived([{ ms: 0, used: 'b', kind: null, language: 'java', workMs: 1 }]);
    const learned = policy.learned(nowMs);
    const models = [
      { model: 'a', agoMs: 1_000 + 5_000 },
      { model: 'b', agoMs: 121_000 + 5_000 },
    ];
    expect(learned && aged(learned, 5_000).models).toEqual(models);
  });

  it('when more models were used than are kept, then those used last are, and nothing speaks of the others', () => {
    const policy = new ResidencyPolicy();
    policy.signal({ kind: 'selectionMade', language: 'java' }, 0);
    const use = { class: 'summarize', targetMs: 10_000, workMs: 1_000 } as const;
    for (let place = 0; place < learnedModelsMax + 10; place += 1) policy.use(`m${place}`, use, 1 + place);
    policy.signal({ kind: 'selectionMade', language: 'java' }, 100_000);
    const { models = [], signals = [], profiles = [] } = policy.learned(100_000) ?? {};
    expect(models).toHaveLength(learnedModelsMax);
    expect(profiles).toHaveLength(learnedModelsMax);
    expect(models[0]?.model).toBe(`m${learnedModelsMax + 9}`);
    for (const { hits } of signals) expect(hits.map((hit) => hit.model)).not.toContain('m0');
    expect(signals[0]?.hits).toHaveLength(learnedModelsMax);
  });
});
