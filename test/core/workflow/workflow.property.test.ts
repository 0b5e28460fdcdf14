import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Workflow, type WorkflowEffect, type WorkflowEvent } from '../../../runtime/core/workflow.ts';
import { call, device, plans } from './plans.ts';

/** What a runtime may do with the calls that are outstanding, as drawn numbers: whose turn it is, how long it took, how it ended. */
interface Turn {
  readonly pick: number;
  readonly tookMs: number;
  readonly answerTokens: number;
  readonly fails: boolean;
}

const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    pick: fc.nat(),
    tookMs: fc.integer({ min: 0, max: 8_000 }),
    answerTokens: fc.integer({ min: 1, max: 400 }),
    fails: fc.nat({ max: 9 }).map((number) => number === 0),
  }),
  { minLength: 40, maxLength: 40 },
);

const lost = { code: 'engineFailed', message: 'The engine failed.' } as const;

interface Run {
  readonly workflow: Workflow;
  /** Effects of each event, and its time. */
  readonly steps: readonly { readonly nowMs: number; readonly effects: readonly WorkflowEffect[] }[];
}

/** Calls end in any order until the workflow is over; it is cancelled before turn `cancelAt`. */
function played(plan: Parameters<typeof workflowOf>[0], all: readonly Turn[], stretch: number, cancelAt = -1): Run {
  return playedOn(workflowOf(plan, stretch), plan.arrivalMs, all, cancelAt);
}

function playedOn(workflow: Workflow, arrivalMs: number, all: readonly Turn[], cancelAt = -1): Run {
  let nowMs = arrivalMs;
  const steps: { nowMs: number; effects: WorkflowEffect[] }[] = [];
  const outstanding: string[] = [];
  const tell = (event: WorkflowEvent): void => {
    const effects = workflow.on(event, nowMs);
    steps.push({ nowMs, effects });
    for (const effect of effects) {
      if (effect.kind === 'submit') outstanding.push(effect.call);
      if (effect.kind !== 'takeBack') continue;
      expect(outstanding).toContain(effect.call);
      outstanding.splice(outstanding.indexOf(effect.call), 1);
    }
  };
  tell({ kind: 'start' });
  for (const [index, { pick, tookMs, answerTokens, fails }] of all.entries()) {
    nowMs += tookMs;
    if (index === cancelAt) tell({ kind: 'cancel' });
    const [call] = outstanding.splice(pick % Math.max(1, outstanding.length), 1);
    if (call === undefined) continue;
    tell(fails ? { kind: 'failed', call, error: lost } : { kind: 'ended', call, answerTokens });
  }
  expect(outstanding).toEqual([]);
  return { workflow, steps };
}

function workflowOf(plan: ConstructorParameters<typeof Workflow>[0], stretch: number): Workflow {
  return new Workflow(plan, { device: () => device, stretch: () => stretch });
}

const stretches = fc.double({ min: 0.2, max: 4, noNaN: true });

describe('a workflow, whatever its plan and however its calls end', () => {
  it('when nothing fails, then each call is submitted once, or stands among what was left out, and it settles once as finished', () => {
    fc.assert(
      fc.property(plans, turns, stretches, (plan, all, stretch) => {
        const run = played(
          plan,
          all.map((turn) => ({ ...turn, fails: false })),
          stretch,
        );
        const effects = run.steps.flatMap((step) => step.effects);
        const submitted = effects.flatMap((effect) => (effect.kind === 'submit' ? [effect.call] : []));
        const skipped = run.workflow.degraded.flatMap((step) => (step.kind === 'skipped' ? [step.call] : []));
        expect([...submitted, ...skipped].sort()).toEqual(plan.calls.map(({ id }) => id).sort());
        const settled = effects.filter(({ kind }) => kind === 'settle');
        expect(settled).toHaveLength(1);
        expect(effects[effects.length - 1]).toEqual(settled[0]);
        expect(run.workflow.outcome?.kind).toBe('finished');
      }),
    );
  });

  it('when calls end in any order, then none is submitted before what it waits for has ended, nor more than may be outstanding', () => {
    fc.assert(
      fc.property(plans, turns, stretches, (plan, all, stretch) => {
        const workflow = workflowOf(plan, stretch);
        const over = new Set<string>();
        const outstanding: string[] = [];
        const take = (effects: readonly WorkflowEffect[]): void => {
          for (const effect of effects) {
            if (effect.kind === 'degrade' && effect.step.kind === 'skipped') over.add(effect.step.call);
            if (effect.kind !== 'submit') continue;
            const call = plan.calls.find(({ id }) => id === effect.call);
            expect(call?.after.filter((id) => !over.has(id))).toEqual([]);
            outstanding.push(effect.call);
            expect(outstanding.length).toBeLessThanOrEqual(plan.outstandingMax ?? 0);
          }
        };
        let nowMs = plan.arrivalMs;
        take(workflow.on({ kind: 'start' }, nowMs));
        for (const { pick, tookMs, answerTokens } of all) {
          nowMs += tookMs;
          const [id] = outstanding.splice(pick % Math.max(1, outstanding.length), 1);
          if (id === undefined) break;
          over.add(id);
          take(workflow.on({ kind: 'ended', call: id, answerTokens }, nowMs));
        }
      }),
    );
  });

  it('when a call is submitted, then its deadline is never later than that of the workflow, nor earlier than now while there is time', () => {
    fc.assert(
      fc.property(plans, turns, stretches, (plan, all, stretch) => {
        const deadlineMs = plan.arrivalMs + plan.targetMs;
        for (const { nowMs, effects } of played(plan, all, stretch).steps) {
          for (const effect of effects) {
            if (effect.kind !== 'submit') continue;
            const { arrivalMs, sla, rest } = effect.promise;
            expect(rest.deadlineMs).toBe(deadlineMs);
            expect(arrivalMs + sla.targetMs).toBeLessThanOrEqual(deadlineMs);
            expect(sla.targetMs).toBeGreaterThan(0);
            expect(arrivalMs + sla.targetMs).toBeGreaterThanOrEqual(Math.min(nowMs, deadlineMs));
          }
        }
      }),
    );
  });

  it('when a call goes to a smaller model, then that would end all of it on time, and after each failure one step fewer is left', () => {
    const smaller = fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 3 })
      .map((percents) => percents.map((percent) => percent / 100).sort((a, b) => b - a));
    fc.assert(
      fc.property(
        plans,
        smaller,
        turns,
        stretches,
        fc.nat({ max: 5_000 }),
        (drawn, shares, all, stretch, readyInMs) => {
          const steps = shares.map((share) => ({ kind: 'smaller', model: `${share}`, share }) as const);
          const plan = { ...drawn, degradations: [...(drawn.degradations ?? []), ...steps] };
          const deadlineMs = plan.arrivalMs + plan.targetMs;
          const workflow = new Workflow(plan, {
            device: () => device,
            stretch: () => stretch,
            readyInMs: () => readyInMs,
          });
          const { steps: heard } = playedOn(workflow, plan.arrivalMs, all);
          const taken = new Set<string>();
          for (const { nowMs, effects } of heard) {
            for (const effect of effects) {
              if (effect.kind === 'degrade' && effect.step.kind === 'smaller') {
                expect(effect.why).toMatchObject({ kind: 'late' });
                expect(nowMs + readyInMs).toBeLessThanOrEqual(deadlineMs);
                expect(taken.has(effect.step.model)).toBe(false);
                taken.add(effect.step.model);
              }
              if (effect.kind === 'submit' && effect.model !== undefined) expect(taken).toContain(effect.model);
            }
          }
          expect(workflow.outcome).toBeDefined();
        },
      ),
    );
  });

  it('when it is cancelled or fails, then all that is outstanding is taken back in the same turn and nothing comes after', () => {
    fc.assert(
      fc.property(plans, turns, stretches, fc.nat({ max: 10 }), (plan, all, stretch, cancelAt) => {
        const { workflow, steps } = played(plan, all, stretch, cancelAt);
        const end = steps.findIndex(({ effects }) => effects.some(({ kind }) => kind === 'settle'));
        expect(end).toBeGreaterThanOrEqual(0);
        expect(steps.slice(end + 1).flatMap(({ effects }) => effects)).toEqual([]);
        expect(workflow.calls.filter(({ state }) => state === 'submitted')).toEqual([]);
      }),
    );
  });

  it('when nothing follows what is submitted, then it has all the time that is left: slack is handed on and never lost', () => {
    fc.assert(
      fc.property(plans, turns, stretches, (plan, all, stretch) => {
        const deadlineMs = plan.arrivalMs + plan.targetMs;
        for (const { effects } of played(plan, all, stretch).steps) {
          for (const effect of effects) {
            if (effect.kind !== 'submit' || effect.promise.rest.decodeTokens > 0) continue;
            expect(effect.promise.arrivalMs + effect.promise.sla.targetMs).toBeCloseTo(deadlineMs, 6);
          }
        }
      }),
    );
  });

  it('when every call of a chain takes its whole deadline, then the last one ends with the workflow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1_000, max: 60_000 }), (length, targetMs) => {
        const calls = Array.from({ length }, (_, place) =>
          call(`${place}`, place === 0 ? [] : [`${place - 1}`], { ownTokens: 50 + 30 * place }),
        );
        const workflow = workflowOf({ id: 'w', arrivalMs: 0, targetMs, calls }, 1);
        let nowMs = 0;
        let effects = workflow.on({ kind: 'start' }, nowMs);
        for (let [next] = effects; next?.kind === 'submit'; [next] = effects) {
          nowMs = next.promise.sla.targetMs;
          effects = workflow.on({ kind: 'ended', call: next.call, answerTokens: 20 }, nowMs);
        }
        expect(nowMs).toBeCloseTo(targetMs, 6);
        expect(workflow.outcome?.kind).toBe('finished');
      }),
    );
  });
});
