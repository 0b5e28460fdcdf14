/** What the golden logs are recorded from: a few seconds each, in which every kind of event and effect occurs. */
import { countedHoldings } from '../../runtime/core/residency/holdings.ts';
import type { Task } from '../../runtime/core/task.ts';
import { costsOf, halfBillionModel } from '../../runtime/engine/simulated-model.ts';
import { atOnce, plainKnowledge, task } from './fixtures.ts';
import { Scheduled } from './scheduled.ts';

const costs = costsOf(halfBillionModel.costs);

/** Completions come twice a second; prompts and answers are as long as they look. */
export const goldenKnowledge = plainKnowledge({
  demand: {
    ratePerSecond: (taskClass) => (taskClass === 'completion' ? 2 : 0),
    prefillTokens: () => 20,
    decodeTokens: () => 8,
  },
  costs: () => costs,
  prefillTokens: ({ prompt }) => Math.ceil((prompt.kind === 'chat' ? prompt.user : prompt.prefix).length / 4),
});

function newWorld(sequences: number): Scheduled {
  return new Scheduled({
    sequences,
    scheduler: { knowledge: goldenKnowledge, holdings: countedHoldings(2), residency: atOnce },
    records: true,
  });
}

function summary(id: string, arrivalMs: number, targetMs: number, overrides: Partial<Task> = {}): Task {
  return task(id, {
    class: 'summarize',
    sla: { kind: 'e2e', targetMs },
    arrivalMs,
    prompt: { kind: 'chat', user: `${id}: `.padEnd(160, 'all that is to be said. ') },
    limits: { maxTokens: 24, stop: [] },
    ...overrides,
  });
}

function typed(world: Scheduled, count: number, everyMs: number, overrides: Partial<Task> = {}): void {
  const prefix = `const ${'x'.repeat(80)}`;
  for (let index = 1; index <= count; index += 1) {
    const arrivalMs = world.clock.now();
    const prompt = { kind: 'infill', prefix: prefix.slice(0, 60 + index), suffix: '' } as const;
    world.submit(task(`c${index}`, { arrivalMs, prompt, supersedeKey: 'a.ts', ...overrides }));
    world.clock.runTo(arrivalMs + everyMs);
  }
}

/** Somebody types beside a summary that has time, on two sequences. */
function typing(): Scheduled {
  const world = newWorld(2);
  world.submit(summary('long', 0, 20_000));
  world.clock.runTo(1_000);
  typed(world, 8, 120);
  world.clock.run();
  return world;
}

/** More summaries than can be on time, on three sequences; then completions take the place of what is late. */
function overload(): Scheduled {
  const world = newWorld(3);
  for (const [index, targetMs] of [4_000, 2_500, 3_000, 700, 6_000].entries()) {
    world.submit(summary(`s${index}`, world.clock.now(), targetMs, { limits: { maxTokens: 60, stop: [] } }));
    world.clock.runTo(world.clock.now() + 300);
  }
  world.cancel('s4');
  world.clock.runTo(3_200);
  for (const document of ['a.ts', 'b.ts', 'c.ts']) {
    world.submit(task(`in ${document}`, { arrivalMs: world.clock.now(), supersedeKey: document }));
  }
  world.clock.run();
  return world;
}

/** Three models of which two fit, a load that fails, and an engine that dies. */
function models(): Scheduled {
  const world = newWorld(2);
  world.failLoad('broken');
  for (const model of ['m', 'broken', 'n']) world.submit(summary(`on ${model}`, 0, 9_000, { model }));
  world.clock.runTo(2_500);
  world.submit(task('dies', { arrivalMs: 2_500, model: 'n' }));
  world.submit(summary('nonsense', 2_500, -1));
  world.die();
  world.clock.runTo(6_000);
  world.submit(task('third', { arrivalMs: 6_000, model: 'o' }));
  world.clock.runTo(20_000);
  world.submit(task('fourth', { arrivalMs: 20_000, model: 'm' }));
  world.clock.run();
  return world;
}

export const scenarios = { typing, overload, models } as const;
