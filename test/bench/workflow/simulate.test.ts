import { describe, expect, it } from 'vitest';
import type { PlannedCall, WorkflowArrival } from '../../../runtime/bench/workflow/arrivals.ts';
import { type ContenderName, contenderNames, contenderOf } from '../../../runtime/bench/workflow/contenders.ts';
import { IndependentCalls } from '../../../runtime/bench/workflow/driver.ts';
import { simulateWorkflows, type WorkflowRun } from '../../../runtime/bench/workflow/simulate.ts';
import { completion, loadOf, plainMachine } from '../replay/fixtures.ts';

function call(after: readonly number[], answerTokens = 10): PlannedCall {
  const predictedAnswer = 10;
  return {
    after,
    ownTokens: 100,
    carriedShare: after.length > 0 ? 1 : 0,
    answerTokens,
    maxTokens: 256,
    predictedAnswer,
  };
}

/** Two parts of 200 ms each, and what puts them together. */
function summary(id: string, atMs: number, targetMs = 10_000): WorkflowArrival {
  const calls = [call([]), call([]), call([0, 1])];
  const third = 1 / 3;
  return {
    id,
    atMs,
    class: 'summarize',
    targetMs,
    calls,
    stageShares: [0.6, 0.6, 0.4],
    ownShares: [third, third, third],
  };
}

function run(name: ContenderName, workflows: readonly WorkflowArrival[]): WorkflowRun {
  const completions = loadOf(completion('c', 50), completion('d', 5_000, { document: 'other.ts' }));
  return simulateWorkflows({ completions, workflows }, { ...contenderOf(name, 'cpu'), machine: plainMachine });
}

describe('workflows on the simulated engine', () => {
  it.each(contenderNames)(
    'when %s runs them, then each ends after all of its calls, and completions are answered',
    (name) => {
      const { workflows, completions } = run(name, [summary('a', 0), summary('b', 100)]);
      expect(completions.map(({ outcome }) => outcome)).toEqual(['finished', 'finished']);
      // Alone: two prompts of 100 ms, answers of at least 10 passes, a prompt of 100 + 20 tokens, 10 passes.
      for (const { arrival, endMs = 0 } of workflows)
        expect(endMs - arrival.atMs).toBeGreaterThan(200 + 100 + 120 + 100 - 25);
      expect(run(name, [summary('a', 0), summary('b', 100)])).toEqual({
        workflows,
        completions,
        busyMs: expect.any(Number),
        endMs: expect.any(Number),
      });
    },
  );

  it('when there is no time for all of it, then it does less where it may, and is on time', () => {
    const tight = [summary('a', 0, 700)];
    const [whole] = run('workflow', tight).workflows;
    const [less] = run('degraded', tight).workflows;
    expect(whole?.degraded).toEqual([]);
    expect(less?.degraded).toContain('shorter');
    expect(less?.endMs).toBeLessThan(whole?.endMs ?? 0);
  });
});

describe('calls as tasks of their own', () => {
  const workflow = summary('a', 1_000, 9_000);

  it('when the deadline is split, then each call has its part from its own beginning', () => {
    const split = new IndependentCalls(workflow, 'stages');
    expect(split.start(1_000).submits.map(({ arrivalMs, targetMs }) => [arrivalMs, targetMs])).toEqual([
      [1_000, 5_400],
      [1_000, 5_400],
    ]);
    expect(split.ended(0, 10, 2_000)).toEqual({ submits: [], isOver: false });
    expect(split.ended(1, 10, 3_000).submits).toEqual([{ place: 2, arrivalMs: 3_000, targetMs: 3_600 }]);
    expect(split.ended(2, 10, 4_000)).toEqual({ submits: [], isOver: true });
  });

  it('when each has its own share or the whole, then that', () => {
    const targets = (split: 'each' | 'whole'): number[] =>
      new IndependentCalls(workflow, split).start(1_500).submits.map(({ targetMs }) => targetMs);
    expect(targets('each')).toEqual([3_000, 3_000]);
    expect(targets('whole')).toEqual([9_000, 9_000]);
  });
});
