/**
 * Tasks that give up their sequence and go on later, through the scheduler and the simulated engine: whatever happens, an answer is the
 * one that the task would have given alone, it is given once, and what was evaluated is not evaluated again while its cells are kept.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceAgedMs } from '../../runtime/core/policies/punctual.ts';
import type { Task } from '../../runtime/core/task.ts';
import { costsOf, halfBillionModel } from '../../runtime/engine/simulated-model.ts';
import { plainKnowledge, task } from './fixtures.ts';
import { type Heard, Scheduled, type ScheduledOptions } from './scheduled.ts';

const costs = costsOf(halfBillionModel.costs);

/** Long enough that its cells are worth parking: 4 characters are a token. */
const prompt = (id: string, tokens: number): string => `${id} `.padEnd(4 * tokens, 'abcd ');

function summary(id: string, arrivalMs: number, targetMs: number, maxTokens = 200, promptTokens = 150): Task {
  return task(id, {
    class: 'summarize',
    sla: { kind: 'e2e', targetMs },
    arrivalMs,
    prompt: { kind: 'chat', user: prompt(id, promptTokens) },
    limits: { maxTokens, stop: [] },
  });
}

function completion(id: string, arrivalMs: number, document?: string): Task {
  return task(id, {
    arrivalMs,
    sla: { kind: 'ttft', targetMs: 1_000 },
    prompt: { kind: 'infill', prefix: prompt(id, 40), suffix: '' },
    ...(document !== undefined && { supersedeKey: document }),
  });
}

function newWorld(sequences: number, overrides: Partial<ScheduledOptions> = {}): Scheduled {
  const knowledge = plainKnowledge({
    costs: () => costs,
    prefillTokens: ({ prompt: asked }) => (asked.kind === 'chat' ? asked.user : asked.prefix).length / 4,
  });
  return new Scheduled({ sequences, scheduler: { knowledge }, ...overrides });
}

/** The same task, when nobody else asks. */
function textAlone(asked: Task): string {
  const world = newWorld(1);
  const heard = world.submit({ ...asked, arrivalMs: world.clock.now() });
  world.clock.run();
  expect(heard.pausedTimes).toBe(0);
  return heard.text;
}

/** A summary that is late runs, and a completion finds no sequence. */
function pausedOnce(shelfTokensMax: number): { world: Scheduled; late: Heard } {
  const world = newWorld(2, { engine: { models: { m: { shelfTokensMax } } } });
  const late = world.submit(summary('late', 0, 1_000));
  world.clock.runUntil(() => late.tokens >= 20);
  for (const id of ['first', 'second']) world.submit(completion(id, world.clock.now()));
  return { world, late };
}

describe('a task that gives up its sequence', () => {
  it('when completions find no sequence, then it waits, goes on with what it generated, and is told once that it is late', () => {
    const { world, late } = pausedOnce(16_384);
    expect(late).toMatchObject({ pausedTimes: 1, startedTimes: 1, outcome: undefined });
    world.clock.run();
    expect(late).toMatchObject({ startedTimes: 2, relegatedTimes: 1, outcome: { kind: 'finished' } });
    expect(late.text).toBe(textAlone(late.task));
  });

  it('when it goes on, then neither its prompt nor its answer is evaluated again', () => {
    const { world, late } = pausedOnce(16_384);
    world.clock.run();
    const [first, again] = late.reusedTokens;
    expect(first).toBe(0);
    expect(again).toBeGreaterThan(150);
  });

  it('when its cells were lost meanwhile, then its answer is the same all the same', () => {
    const { world, late } = pausedOnce(0);
    world.clock.run();
    expect(late.reusedTokens[1]).toBeLessThan(20);
    expect(late.text).toBe(textAlone(late.task));
  });

  it('when it is cancelled before the engine has let it go, then it is answered at once and does not come back', () => {
    const { world, late } = pausedOnce(16_384);
    world.cancel('late');
    expect(late.outcome).toEqual({ kind: 'cancelled', by: 'client' });
    world.clock.run();
    expect(late.startedTimes).toBe(1);
  });

  it('when it is late for so long that it is aged, then it keeps the only sequence until it ends', () => {
    const world = newWorld(1);
    const late = world.submit(summary('late', 0, 1_000, 40));
    let count = 0;
    const type = (): void => {
      count += 1;
      if (late.outcome !== undefined || world.clock.now() > 2 * sequenceAgedMs) return;
      world.submit(completion(`c${count}`, world.clock.now(), 'document'));
      world.clock.at(world.clock.now() + 150, type);
    };
    type();
    world.clock.run();
    const { startedTimes, pausedTimes } = late;
    expect(late.outcome).toMatchObject({ kind: 'finished' });
    expect(late.endMs).toBeGreaterThan(1_000 + sequenceAgedMs);
    expect(startedTimes).toBe(pausedTimes + 1);
  });
});

const anyAsk = fc.record({
  what: fc.constantFrom('completion' as const, 'completion' as const, 'summary' as const, 'cancel' as const),
  waitMs: fc.nat(800),
  targetMs: fc.constantFrom(300, 2_000, 8_000, 60_000),
  promptTokens: fc.constantFrom(10, 60, 200),
  maxTokens: fc.integer({ min: 1, max: 120 }),
  pick: fc.nat(100),
});

describe('tasks that come, pause and go on, whatever happens', () => {
  it('when they are superseded and cancelled too, then each is answered once, as it would be alone, and none runs twice at a time', () => {
    const shelves = fc.constantFrom(0, 300, 16_384);
    let pauses = 0;
    fc.assert(
      fc.property(
        fc.array(anyAsk, { minLength: 4, maxLength: 25, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        shelves,
        (asks, sequences, shelfTokensMax) => {
          const world = newWorld(sequences, { engine: { models: { m: { shelfTokensMax } } } });
          for (const [index, { what, waitMs, targetMs, promptTokens, maxTokens, pick }] of asks.entries()) {
            world.clock.runTo(world.clock.now() + waitMs);
            const nowMs = world.clock.now();
            if (what === 'cancel') world.cancel([...world.heard.keys()][pick % Math.max(1, world.heard.size)] ?? 'x');
            else if (what === 'completion')
              world.submit(completion(`c${index}`, nowMs, pick % 3 ? `d${pick % 2}` : undefined));
            else world.submit(summary(`s${index}`, nowMs, targetMs, maxTokens, promptTokens));
          }
          world.clock.run();
          for (const { task: asked, outcome, text, pausedTimes, relegatedTimes } of world.heard.values()) {
            pauses += pausedTimes;
            expect(outcome, asked.id).toBeDefined();
            expect(relegatedTimes).toBeLessThanOrEqual(1);
            const alone = textAlone(asked);
            if (outcome?.kind === 'finished') expect(text).toBe(alone);
            else expect(alone.startsWith(text)).toBe(true);
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(pauses, 'somebody paused at all').toBeGreaterThan(0);
  });
});
