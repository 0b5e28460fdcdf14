import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import type { Task } from '../../runtime/core/task.ts';
import { gone, info, task, translation, words } from './fixtures.ts';

const submit = (submitted: Task): Event => ({ kind: 'submit', task: submitted });
const loaded = (model: string): Event => ({ kind: 'loaded', model, info });
const ended = (id: string): Event => ({ kind: 'ended', id, outcome: { kind: 'finished', reason: 'stop' } });

describe('any order of events', () => {
  /** A tiny engine whose answers the test chooses: enough to drive the scheduler through every state. */
  function run(choices: readonly (readonly [number, number])[]): { settled: Map<string, number>; trace: string[] } {
    const scheduler = new Scheduler({ waitingMax: 6, modelsMax: 2, loadRetryMs: 3 });
    const inside = new Set<string>();
    const models = new Map<string, 'loading' | 'ready' | 'unloading'>();
    const settled = new Map<string, number>();
    const trace: string[] = [];
    let count = 0;
    const on = (event: Event, now: number): void => {
      const effects = scheduler.on(event, now);
      trace.push(...words(effects));
      for (const effect of effects) {
        if (effect.kind === 'settle') settled.set(effect.id, (settled.get(effect.id) ?? 0) + 1);
        if (effect.kind === 'load') models.set(effect.model, 'loading');
        if (effect.kind === 'unload') models.set(effect.model, 'unloading');
        if (effect.kind === 'start') {
          expect(models.get(effect.task.model), 'a task starts on a ready model only').toBe('ready');
          expect(settled.get(effect.task.id) ?? 0, 'a settled task never starts').toBe(0);
          inside.add(effect.task.id);
        }
      }
    };
    choices.forEach(([kind, pick], now) => {
      const some = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)];
      switch (kind) {
        case 0: {
          const id = `t${count++}`;
          const model = `m${pick % 3}`;
          settled.set(id, 0);
          on(
            submit(
              pick % 2
                ? task(id, { model, arrivalMs: now, supersedeKey: `k${pick % 4}` })
                : translation(id, { model, arrivalMs: now }),
            ),
            now,
          );
          break;
        }
        case 1:
          on({ kind: 'cancel', id: `t${pick % Math.max(1, count)}` }, now);
          break;
        case 2: {
          const id = some([...inside]);
          if (id !== undefined) {
            inside.delete(id);
            on(ended(id), now);
          }
          break;
        }
        case 3: {
          const model = some([...models].filter(([, state]) => state === 'loading'))?.[0];
          if (model !== undefined) {
            models.set(model, 'ready');
            on(loaded(model), now);
          }
          break;
        }
        case 4: {
          const model = some([...models].filter(([, state]) => state !== 'ready'));
          if (model !== undefined) {
            models.delete(model[0]);
            on(
              model[1] === 'loading'
                ? { kind: 'loadFailed', model: model[0], error: gone }
                : { kind: 'unloaded', model: model[0] },
              now,
            );
          }
          break;
        }
        case 6:
          on({ kind: 'wanted', model: `m${pick % 3}` }, now);
          break;
        default:
          inside.clear();
          models.clear();
          on({ kind: 'engineLost', reason: 'test' }, now);
      }
      expect(models.size, 'no more models than allowed are resident').toBeLessThanOrEqual(2);
    });
    // Let everything end: whatever is still waiting or running must be settled by then.
    for (let now = choices.length; now < choices.length + 200; now++) {
      for (const [model, state] of [...models]) {
        if (state === 'unloading') {
          models.delete(model);
          on({ kind: 'unloaded', model }, now);
        } else if (state === 'loading') {
          models.set(model, 'ready');
          on(loaded(model), now);
        }
      }
      for (const id of [...inside]) {
        inside.delete(id);
        on(ended(id), now);
      }
    }
    return { settled, trace };
  }

  const choices = fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 1, 2, 3, 3, 4, 5, 6), fc.nat(1000)), { maxLength: 120 });

  it('when events come in any order, then every task is settled exactly once', () => {
    fc.assert(
      fc.property(choices, (list) => {
        expect([...run(list).settled.values()].every((times) => times === 1)).toBe(true);
      }),
    );
  });

  it('when the same events come again, then the same effects follow', () => {
    fc.assert(
      fc.property(choices, (list) => {
        expect(run(list).trace).toEqual(run(list).trace);
      }),
    );
  });
});
