/**
 * Starts, stops, pauses, passes, failures and models that change or leave, in any order, against a small device that really keeps tokens: whatever happens, every request
 * ends exactly once, and an answer is the one that its tokens alone would give.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../core/fixtures.ts';
import { answerAlone, models, StepMachineWorld } from './step-machine-world.ts';

/** Long enough to be parked, or not. */
const anyPrompt = fc.record({
  document: fc.nat({ max: 3 }),
  length: fc.constantFrom(0, 5, 80),
  rest: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 20 }),
});

const action = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      model: fc.constantFrom(...models),
      prompt: anyPrompt,
      maxTokens: fc.integer({ min: 1, max: 20 }),
      targetMs: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'stop' as const,
        'pause' as const,
        'pause' as const,
        'relegate' as const,
        'resume' as const,
      ),
      index: fc.nat({ max: 15 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      model: fc.constantFrom(...models),
      slots: fc.integer({ min: 1, max: 3 }),
      leaves: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      fault: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'failed' as const, 'keptLess' as const),
    }),
  },
);

describe('the step machine, whatever happens', () => {
  it.each(['punctual', 'edf', 'fcfs'])(
    '%s: when starts, stops, pauses, passes, failures and changes of models come in any order, then each request ends once and with its own answer',
    (name) => {
      const policy = policyOf(name);
      fc.assert(
        fc.property(fc.array(action, { maxLength: 120, size: 'max' }), (actions) => {
          const world = new StepMachineWorld(policy);
          for (const each of actions) {
            if (each.kind === 'start') world.start(each.model, each.prompt, each.maxTokens, each.targetMs);
            else if (each.kind === 'advance') world.advance(each.fault);
            else if (each.kind === 'change') world.change(each.model, each.slots, each.leaves);
            else if (each.kind === 'resume') world.resume();
            else world[each.kind](each.index);
          }
          world.drain();
          world.resume();
          world.drain();
          for (const [id, { prompt, maxTokens, answer, outcome }] of world.requests) {
            const alone = answerAlone(prompt, maxTokens);
            expect(outcome, id).toBeDefined();
            if (outcome === 'finished') expect(answer).toEqual(alone);
            else expect(answer).toEqual(alone.slice(0, answer.length));
            expect(world.machine.has(id)).toBe(false);
          }
        }),
        { numRuns: 30 },
      );
    },
  );
});
