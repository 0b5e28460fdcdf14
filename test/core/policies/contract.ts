/** One suite that every policy passes: what runtime/core/policy.ts promises, seen from the scheduler and from the step machine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../runtime/core/policy.ts';
import type { StepPlan, StepView } from '../../../runtime/core/step.ts';
import { anyView, anyWork, weirdNumber } from '../arbitraries.ts';
import { anyDemand, anyRoom, drive, type Step } from './task-driver.ts';

const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), work: anyWork }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'end' as const), pick: fc.nat(50) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('progress' as const), tokens: fc.nat(100) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('jump' as const),
        ms: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: -5_000, max: 20_000 }) },
          // Beyond the time after which nobody may be held up any more.
          { weight: 1, arbitrary: fc.constant(200_000) },
        ),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

export interface ContractOptions {
  /** How the policy is called in the names of the tests. */
  readonly name?: string;
  /** Random lists of calls for each property about tasks, and three times as many states for each about passes. */
  readonly runs?: number;
}

export function policyContract(policy: Policy, { name = policy.name, runs = 25 }: ContractOptions = {}): void {
  describe(`the contract of a policy: ${name}`, () => {
    it('when tasks come, go and end in any order, then no more start than there is room for, and each starts once at most', () => {
      fc.assert(
        fc.property(anySteps, anyRoom, (steps, room) => void drive(policy, room, steps)),
        { numRuns: runs },
      );
    });

    it('when everybody else has ended, then whoever still waits is started', () => {
      fc.assert(
        fc.property(anySteps, anyRoom, (steps, room) => {
          const driver = drive(policy, room, steps);
          driver.drain();
          expect(driver.waitingCount).toBe(0);
        }),
        { numRuns: runs },
      );
    });

    it('when the same calls come again, then the same answers follow', () => {
      fc.assert(
        fc.property(anySteps, anyRoom, (steps, room) => {
          const logs = [0, 1].map(() => {
            const driver = drive(policy, room, steps);
            driver.drain();
            return driver.log;
          });
          expect(logs[0]).toEqual(logs[1]);
        }),
        { numRuns: runs },
      );
    });

    it('when it is told of a task that it does not know, then nothing happens', () => {
      const tasks = policy.newTaskPolicy();
      tasks.remove('nobody');
      expect(tasks.first()).toBeUndefined();
      expect(tasks.next([], { ...roomOfOne, demand: anyDemand(0) }, 0)).toBeUndefined();
    });

    it('when any sequence is there, then a pass is planned for sequences that can use it, within the limits', () => {
      fc.assert(
        fc.property(anyView, (view) => checkPlan(policy.planStep(view), view)),
        { numRuns: 3 * runs },
      );
    });

    it('when no sequence is there, then no pass is planned', () => {
      fc.assert(
        fc.property(anyView, (view) => void expect(policy.planStep({ ...view, sequences: [] })).toBeUndefined()),
        { numRuns: runs },
      );
    });

    it('when the same view is shown in another order, then the same pass is planned', () => {
      fc.assert(
        fc.property(anyView, (view) => {
          const reversed = { ...view, sequences: [...view.sequences].reverse() };
          expect(policy.planStep(reversed)).toEqual(policy.planStep(view));
        }),
        { numRuns: 3 * runs },
      );
    });

    it('when costs, deadlines and lengths are nonsense, then a pass is planned all the same', () => {
      fc.assert(
        fc.property(anyView, fc.array(weirdNumber, { minLength: 5, maxLength: 5 }), (view, [a, b, c, d, e]) => {
          const sequences = view.sequences.map((sequence, index) =>
            index % 2 ? sequence : { ...sequence, deadlineMs: c ?? 0, decodeTokens: d ?? 0, arrivalMs: e ?? 0 },
          );
          const costs = { prefillMs: () => a ?? 0, decodeMs: () => b ?? 0 };
          checkPlan(policy.planStep({ ...view, sequences, costs }), view);
        }),
        { numRuns: 3 * runs },
      );
    });

    it('when costs, deadlines and lengths are nonsense, then every task starts all the same', () => {
      fc.assert(
        fc.property(anySteps, anyRoom, fc.array(weirdNumber, { minLength: 5, maxLength: 5 }), (steps, room, weird) => {
          const [a = 0, b = 0, c = 0, d = 0, e = 0] = weird;
          const spoilt = steps.map((step, index) =>
            step.kind === 'add' && index % 2 === 0
              ? { ...step, work: { ...step.work, deadlineMs: c, decodeTokens: d } }
              : step,
          );
          const costs = { prefillMs: () => a, decodeMs: () => b };
          const driver = drive(policy, { ...room, costs, demand: anyDemand(e) }, spoilt);
          driver.drain();
          expect(driver.waitingCount).toBe(0);
        }),
        { numRuns: runs },
      );
    });
  });
}

const roomOfOne = {
  sequences: 1,
  limits: { chunkTokens: 64, decodeSequences: 1, passMsMax: Number.POSITIVE_INFINITY },
  costs: { prefillMs: (tokens: number) => tokens, decodeMs: () => 10 },
};

/** A pass that the step machine can run. */
export function checkPlan(plan: StepPlan | undefined, { sequences, limits }: StepView): void {
  const find = (id: string) => sequences.find((sequence) => sequence.id === id);
  if (plan === undefined) throw new Error('There is work, and no pass is planned.');
  if (plan.kind === 'prefill') {
    const sequence = find(plan.id);
    expect(sequence?.decoding, plan.id).toBe(false);
    expect(Number.isInteger(plan.tokens)).toBe(true);
    expect(plan.tokens).toBeGreaterThan(0);
    expect(plan.tokens).toBeLessThanOrEqual(Math.min(sequence?.tokensLeft ?? 0, limits.chunkTokens));
    return;
  }
  expect(plan.ids.length).toBeGreaterThan(0);
  expect(plan.ids.length).toBeLessThanOrEqual(limits.decodeSequences);
  expect(new Set(plan.ids).size).toBe(plan.ids.length);
  expect(plan.ids.map((id) => find(id)?.decoding)).toEqual(plan.ids.map(() => true));
}
