import { describe, expect, it } from 'vitest';
import { certainLength } from '../../../runtime/core/lengths.ts';
import type { CallAnswer, CallContext, WorkflowCall } from '../../../runtime/features/workflows/call.ts';
import { CallFailed } from '../../../runtime/features/workflows/call.ts';
import { InOrder } from '../../../runtime/features/workflows/in-order.ts';
import { type WorkflowOrder, Workflows } from '../../../runtime/features/workflows/workflows.ts';

/** Calls that a test answers by hand. */
class Desk {
  readonly begun: string[] = [];
  readonly contexts = new Map<string, CallContext>();
  readonly answer = new Map<string, (text: string) => void>();
  readonly fail = new Map<string, (error: unknown) => void>();

  call(id: string, after: readonly string[] = []): WorkflowCall {
    return {
      ...{ id, after, label: `the ${id}`, ownTokens: 100, carriedShare: 1, answerTokens: certainLength(20) },
      work: (context) => {
        this.begun.push(id);
        this.contexts.set(id, context);
        return new Promise<CallAnswer>((resolve, reject) => {
          this.answer.set(id, (text) => resolve({ text, tokens: 20 }));
          this.fail.set(id, reject);
        });
      },
    };
  }
}

/** Everything that is settled by now has been heard. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function orderOf(calls: readonly WorkflowCall[], more: Partial<WorkflowOrder> = {}): WorkflowOrder {
  return { class: 'summarize', title: 'All of it', model: 'm', arrivalMs: 0, targetMs: 60_000, calls, ...more };
}

const never = new AbortController().signal;

describe('a workflow', () => {
  it('when what a call waits for has ended, then it begins, and knows the answers', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const calls = [desk.call('a'), desk.call('b'), desk.call('merge', ['a', 'b'])];
    const heard: string[] = [];
    const done = workflows.run(orderOf(calls), { onAnswer: (call, { text }) => heard.push(`${call}: ${text}`) }, never);
    expect(desk.begun).toEqual(['a', 'b']);
    desk.answer.get('b')?.('second');
    await turn();
    expect(desk.begun).toEqual(['a', 'b']);
    desk.answer.get('a')?.('first');
    await turn();
    expect(desk.begun).toEqual(['a', 'b', 'merge']);
    expect(desk.contexts.get('merge')?.answerOf('b')).toBe('second');
    desk.answer.get('merge')?.('both');
    expect(await done).toMatchObject({ kind: 'finished', isOnTime: true });
    expect(heard).toEqual(['b: second', 'a: first', 'merge: both']);
  });

  it('when calls are submitted, then each has a part of the time and says what follows', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    void workflows.run(orderOf([desk.call('a'), desk.call('b', ['a'])]), {}, never);
    const { promise } = desk.contexts.get('a') ?? {};
    expect(promise?.sla.kind).toBe('e2e');
    expect(promise?.sla.targetMs).toBeLessThan(60_000);
    expect(promise?.rest).toMatchObject({ deadlineMs: 60_000, decodeTokens: 20 });
  });

  it('when it is cancelled, then every call under way is taken back in the same turn', async () => {
    const desk = new Desk();
    const abort = new AbortController();
    const workflows = new Workflows({ now: () => 0 });
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b')]), {}, abort.signal);
    abort.abort();
    expect([...desk.contexts.values()].map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(await done).toEqual({ kind: 'cancelled' });
    expect(workflows.views).toEqual([]);
  });

  it('when it was cancelled before it began, then nothing runs on', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const done = workflows.run(orderOf([desk.call('a')]), {}, AbortSignal.abort());
    expect(await done).toEqual({ kind: 'cancelled' });
    expect(desk.contexts.get('a')?.signal.aborted ?? true).toBe(true);
  });

  it('when a call fails, then the workflow does, and the others are taken back', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b')]), {}, never);
    desk.fail.get('a')?.(new CallFailed({ code: 'engineFailed', message: 'It broke.' }));
    expect(await done).toMatchObject({ kind: 'failed', call: 'a', error: { message: 'It broke.' } });
    expect(desk.contexts.get('b')?.signal.aborted).toBe(true);
  });

  it('when a call has a mistake of ours, then whoever asked hears of it and nothing runs on', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b')]), {}, never);
    desk.fail.get('a')?.(new TypeError('x is undefined'));
    await expect(done).rejects.toThrow('x is undefined');
    expect(desk.contexts.get('b')?.signal.aborted).toBe(true);
  });

  it('when the plan can do without a call that fails, then it goes on and says so', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const degradations = [{ kind: 'skipped', call: 'b' }] as const;
    const steps: string[] = [];
    const listener = {
      onDegrade: (step: { kind: string }, why: { kind: string }) => steps.push(`${step.kind}, ${why.kind}`),
    };
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b', ['a'])], { degradations }), listener, never);
    desk.answer.get('a')?.('first');
    await turn();
    desk.fail.get('b')?.(new CallFailed({ code: 'engineFailed', message: 'It broke.' }));
    expect(await done).toMatchObject({ kind: 'finished', degraded: degradations });
    expect(steps).toEqual(['skipped, failed']);
  });

  it('when there is too little time, then steps are taken and said, and calls are asked for less', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    const degradations = [
      { kind: 'shorter', calls: ['a'], share: 0.5 },
      { kind: 'skipped', call: 'b' },
    ] as const;
    const order = orderOf([desk.call('a'), desk.call('b', ['a'])], { degradations, targetMs: 10 });
    void workflows.run(order, {}, never);
    expect(desk.contexts.get('a')?.lengthShare).toBe(0.5);
    expect(desk.contexts.get('a')?.spareMs()).toBeLessThan(0);
    desk.answer.get('a')?.('first');
    await turn();
    expect(desk.begun).toEqual(['a']);
  });

  it('when it is under way, then its stages are seen, and each change is told', async () => {
    const desk = new Desk();
    const workflows = new Workflows({ now: () => 0 });
    let changes = 0;
    workflows.onChange(() => {
      changes += 1;
    });
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b', ['a'])]), {}, never);
    desk.answer.get('a')?.('first');
    await turn();
    const stages = workflows.views.map((view) => view.stages.map(({ label, state }) => `${label} ${state}`));
    expect(stages).toEqual([['the a ended', 'the b submitted']]);
    desk.answer.get('b')?.('second');
    await done;
    expect(changes).toBeGreaterThan(2);
  });
});

describe('workflows that are over', () => {
  it('when one is, then it is told once, as the whole that it was', async () => {
    const told: string[] = [];
    const workflows = new Workflows({
      now: () => 7,
      onSettled: ({ title }, { kind }, atMs) => told.push(`${title}: ${kind} at ${atMs}`),
    });
    const desk = new Desk();
    const done = workflows.run(orderOf([desk.call('a'), desk.call('b', ['a'])]), {}, never);
    desk.answer.get('a')?.('first');
    await turn();
    expect(told).toEqual([]);
    desk.answer.get('b')?.('second');
    await done;
    await workflows.run(orderOf([desk.call('a')], { title: 'Another' }), {}, AbortSignal.abort());
    expect(told).toEqual(['All of it: finished at 7', 'Another: cancelled at 7']);
  });
});

describe('answers in order', () => {
  it('when they come in another order, then each is passed on once all before it have come', () => {
    const passed: string[] = [];
    const inOrder = new InOrder<string>((item, index) => passed.push(`${index} ${item}`));
    inOrder.put(2, 'c');
    inOrder.put(0, 'a');
    expect(passed).toEqual(['0 a']);
    inOrder.put(1, 'b');
    expect(passed).toEqual(['0 a', '1 b', '2 c']);
  });
});
