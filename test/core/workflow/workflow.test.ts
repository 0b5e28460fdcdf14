import { describe, expect, it } from 'vitest';
import { type Plan, Workflow, type WorkflowEffect, type WorkflowEvent } from '../../../runtime/core/workflow.ts';
import { call, device, mapReduce } from './plans.ts';

const shorter = { kind: 'shorter', calls: ['part 0', 'part 1', 'merge'], share: 0.5 } as const;
const unmerged = { kind: 'skipped', call: 'merge' } as const;
const lost = { code: 'engineFailed', message: 'The engine failed.' } as const;

/** Each event at its time, and what follows from it in words. */
function told(plan: Plan, events: readonly (readonly [nowMs: number, event: WorkflowEvent])[], stretch = 1): string[] {
  const workflow = new Workflow(plan, { device: () => device, stretch: () => stretch });
  return events.map(([nowMs, event]) => workflow.on(event, nowMs).map(wordOf).join(', '));
}

function wordOf(effect: WorkflowEffect): string {
  switch (effect.kind) {
    case 'submit': {
      const { sla, rest } = effect.promise;
      const share = effect.lengthShare === 1 ? '' : ` shortened to ${effect.lengthShare}`;
      const model = effect.model === undefined ? '' : ` by ${effect.model}`;
      return `${effect.call}${share}${model} until ${Math.round(sla.targetMs)} before ${Math.round(rest.decodeTokens)} tokens`;
    }
    case 'takeBack':
      return `take back ${effect.call}`;
    case 'degrade':
      return `${effect.step.kind} as ${effect.why.kind}`;
    case 'settle':
      return effect.outcome.kind === 'finished'
        ? `finished${effect.outcome.isOnTime ? '' : ' late'}, without ${effect.outcome.degraded.length}`
        : effect.outcome.kind;
    default:
      return effect satisfies never;
  }
}

function ended(id: string, answerTokens = 20): WorkflowEvent {
  return { kind: 'ended', call: id, answerTokens };
}

describe('a workflow', () => {
  // A part takes 100 ms for its prompt and 200 ms for its answer, and so does the merge of two.
  it('when all goes well, then parts have two thirds of the time, and the merge all that is left', () => {
    expect(
      told(mapReduce(2), [
        [0, { kind: 'start' }],
        [1_000, ended('part 0')],
        [1_500, ended('part 1')],
        [3_000, ended('merge')],
        [3_100, ended('merge')],
      ]),
    ).toEqual([
      'part 0 until 4000 before 20 tokens, part 1 until 4000 before 20 tokens',
      '',
      'merge until 6000 before 0 tokens',
      'finished, without 0',
      '',
    ]);
  });

  it('when answers are longer than predicted, then what carries them is expected to take longer', () => {
    const plan = { ...mapReduce(2), calls: [...mapReduce(2).calls, call('title', ['merge'])] };
    const [, , short] = told(plan, [
      [0, { kind: 'start' }],
      [1_000, ended('part 0')],
      [1_500, ended('part 1')],
    ]);
    const [, , long] = told(plan, [
      [0, { kind: 'start' }],
      [1_000, ended('part 0', 170)],
      [1_500, ended('part 1', 170)],
    ]);
    // Of 4500 ms that are left the merge had 300 of 600 parts, and has 600 of 900.
    expect(short).toBe('merge until 3750 before 20 tokens');
    expect(long).toBe('merge until 4500 before 20 tokens');
  });

  it('when fewer may be outstanding than are ready, then the next one follows an end', () => {
    const plan = mapReduce(3, { outstandingMax: 2, targetMs: 12_000 });
    expect(
      told(plan, [
        [0, { kind: 'start' }],
        [100, ended('part 1')],
        [200, ended('part 0')],
      ]),
    ).toEqual([
      'part 0 until 8852 before 40 tokens, part 1 until 8852 before 40 tokens',
      expect.stringContaining('part 2 until'),
      '',
    ]);
  });

  it('when a batch is slower than one after the other, then one call is outstanding at a time', () => {
    const slow = { ...device, costs: { ...device.costs, decodeMs: (sequences: number) => 10 * sequences } };
    const workflow = new Workflow(mapReduce(2), { device: () => slow });
    expect(workflow.on({ kind: 'start' }, 0).map(wordOf)).toEqual(['part 0 until 4000 before 40 tokens']);
    expect(workflow.on(ended('part 0'), 1_000).map(wordOf)).toEqual(['part 1 until 3500 before 20 tokens']);
  });

  it('when time runs out, then it does one thing less after the other, says so, and is on time', () => {
    const plan = mapReduce(2, { degradations: [shorter, unmerged] });
    const start = [0, { kind: 'start' }] as const;
    expect(told(plan, [start, [1_000, ended('part 0')], [5_700, ended('part 1')]])[2]).toBe(
      'shorter as late, merge shortened to 0.5 until 6000 before 0 tokens',
    );
    expect(told(plan, [start, [1_000, ended('part 0')], [5_800, ended('part 1')]])[2]).toBe(
      'shorter as late, skipped as late, finished, without 2',
    );
  });

  it('when others make everything take ten times as long, then it does less from the beginning', () => {
    const plan = mapReduce(2, { degradations: [shorter, unmerged] });
    const part = (id: number): string => `part ${id} shortened to 0.5 until 6000 before 0 tokens`;
    expect(told(plan, [[0, { kind: 'start' }]], 10)).toEqual([
      `shorter as late, skipped as late, ${part(0)}, ${part(1)}`,
    ]);
  });

  it('when a smaller model is there, then what is left goes to it, and counts by its time', () => {
    const smaller = { kind: 'smaller', model: 'small.gguf', share: 0.25 } as const;
    const plan = mapReduce(2, { degradations: [smaller] });
    expect(
      told(plan, [
        [0, { kind: 'start' }],
        [1_000, ended('part 0')],
        [5_700, ended('part 1')],
      ])[2],
    ).toBe('smaller as late, merge by small.gguf until 6000 before 0 tokens');
  });

  it('when a smaller model would be late all the same, or cannot be had, then the model of the plan goes on', () => {
    const steps = [
      [0, { kind: 'start' }],
      [1_000, ended('part 0')],
      [5_700, ended('part 1')],
    ] as const;
    const plan = (share: number): Plan =>
      mapReduce(2, { degradations: [{ kind: 'smaller', model: 'small.gguf', share }] });
    expect(told(plan(0.9), steps)[2]).toBe('merge until 6000 before 0 tokens');
    const absent = new Workflow(plan(0.25), { device: () => device, readyInMs: () => undefined });
    const loading = new Workflow(plan(0.25), { device: () => device, readyInMs: () => 250 });
    for (const workflow of [absent, loading]) {
      const all = steps.map(([nowMs, event]) => workflow.on(event, nowMs).map(wordOf).join(', '));
      expect(all[2]).toBe('merge until 6000 before 0 tokens');
    }
  });

  it('when there are several smaller models, then it is the largest that is on time', () => {
    const degradations = [0.9, 0.5, 0.25].map((share) => ({ kind: 'smaller', model: `${share}`, share }) as const);
    expect(
      told(mapReduce(2, { degradations }), [
        [0, { kind: 'start' }],
        [1_000, ended('part 0')],
        [5_700, ended('part 1')],
      ])[2],
    ).toBe('smaller as late, merge by 0.5 until 6000 before 0 tokens');
  });

  it('when a smaller model fails, then the model of the plan takes the call up, and if that fails too, the workflow does', () => {
    const smaller = { kind: 'smaller', model: 'small.gguf', share: 0.25 } as const;
    expect(
      told(mapReduce(2, { degradations: [smaller] }), [
        [0, { kind: 'start' }],
        [1_000, ended('part 0')],
        [5_700, ended('part 1')],
        [5_750, { kind: 'failed', call: 'merge', error: lost }],
        [5_800, { kind: 'failed', call: 'merge', error: lost }],
      ]).slice(2),
    ).toEqual([
      'smaller as late, merge by small.gguf until 6000 before 0 tokens',
      'merge until 6000 before 0 tokens',
      'failed',
    ]);
  });

  it('when calls went to a smaller model, then whoever looks sees which, and what they were predicted to take is its time', () => {
    const smaller = { kind: 'smaller', model: 'small.gguf', share: 0.25 } as const;
    const workflow = new Workflow(mapReduce(2, { degradations: [smaller] }), { device: () => device });
    workflow.on({ kind: 'start' }, 0);
    workflow.on(ended('part 0'), 1_000);
    workflow.on(ended('part 1'), 5_700);
    expect(workflow.calls.map(({ model }) => model)).toEqual([undefined, undefined, 'small.gguf']);
    expect(workflow.remainingMs).toBe(75);
    workflow.on(ended('merge'), 5_800);
    expect(workflow.spent(5_800).predictedMs).toBe(675);
  });

  it('when nothing may be left out, then it is late', () => {
    expect(
      told(mapReduce(1), [
        [0, { kind: 'start' }],
        [7_000, ended('part 0')],
        [8_000, ended('merge')],
      ]),
    ).toEqual([
      expect.stringContaining('part 0 until'),
      'merge until 6000 before 0 tokens',
      'finished late, without 0',
    ]);
  });

  it('when a call fails, then the workflow does, and what is outstanding is taken back; but a merge may be done without', () => {
    const failed = (id: string): WorkflowEvent => ({ kind: 'failed', call: id, error: lost });
    const parts = [
      [0, { kind: 'start' }],
      [100, ended('part 0')],
      [200, ended('part 1')],
    ] as const;
    const plan = mapReduce(2, { degradations: [unmerged] });
    expect(
      told(plan, [
        [0, { kind: 'start' }],
        [100, failed('part 1')],
        [200, ended('part 0')],
      ]).slice(1),
    ).toEqual(['take back part 0, failed', '']);
    expect(told(plan, [...parts, [300, failed('merge')]])[3]).toBe('skipped as failed, finished, without 1');
    expect(told(mapReduce(2), [...parts, [300, failed('merge')]])[3]).toBe('failed');
  });

  it('when it is cancelled, then all calls are taken back in the same turn, and later answers change nothing', () => {
    expect(
      told(mapReduce(2), [
        [0, { kind: 'start' }],
        [50, { kind: 'cancel' }],
        [60, ended('part 0')],
      ]),
    ).toEqual([expect.stringContaining('part 0'), 'take back part 0, take back part 1, cancelled', '']);
  });

  it('when it is looked at, then each call says where it is', () => {
    const workflow = new Workflow(mapReduce(2), { device: () => device });
    workflow.on({ kind: 'start' }, 0);
    workflow.on(ended('part 0'), 400);
    expect(workflow.calls).toEqual([
      { id: 'part 0', state: 'ended' },
      { id: 'part 1', state: 'submitted' },
      { id: 'merge', state: 'blocked' },
    ]);
    expect(workflow.remainingMs).toBe(600);
    expect(workflow.spent(400)).toEqual({ predictedMs: 300, actualMs: 400 });
  });
});

describe('a plan that makes no sense', () => {
  const plan = (changes: Partial<Plan>) => () =>
    new Workflow({ ...mapReduce(1), ...changes }, { device: () => device });

  it.each([
    [{ calls: [] }, 'A plan has 1 to 64 calls, not 0.'],
    [{ calls: [call('a'), call('a')] }, 'Two calls of the plan have one name.'],
    [{ calls: [call('a', ['b'])] }, "The plan names a call 'b' that it has not."],
    [{ calls: [call('a', ['b']), call('b', ['a'])] }, 'Calls of the plan wait for each other.'],
    [{ degradations: [{ kind: 'skipped', call: 'x' } as const] }, "The plan names a call 'x' that it has not."],
    [{ targetMs: 0 }, 'A plan promises more than 0 ms'],
    [{ targetMs: 4_000_000 }, 'A plan promises more than 0 ms and 3600000 ms at most'],
  ])('when it is %o, then it is refused in a sentence', (changes, message) => {
    expect(plan(changes)).toThrow(RangeError);
    expect(plan(changes)).toThrow(message);
  });
});
