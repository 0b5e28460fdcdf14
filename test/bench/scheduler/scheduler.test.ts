import { describe, expect, it } from 'vitest';
import { newRandom } from '../../../runtime/bench/random.ts';
import { busyText } from '../../../runtime/bench/scheduler/bench.ts';
import { replayTasks, told } from '../../../runtime/bench/scheduler/replay.ts';
import { Pool } from '../../../runtime/bench/scheduler/stand-in.ts';
import { stepTimesUs, stepView } from '../../../runtime/bench/scheduler/steps.ts';
import { SteadyState, turnKinds } from '../../../runtime/bench/scheduler/turns.ts';
import { Learned } from '../../../runtime/core/learned.ts';
import { fcfs } from '../../../runtime/core/policies/fcfs.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';

describe('the cost of deciding', () => {
  it.each([punctual, fcfs])('when tasks are replayed under $name, then each is settled once', (policy) => {
    for (const knowledge of [new Learned(), told]) {
      const { settled, events } = replayTasks({ policy, knowledge, tasks: 300, seed: 1 });
      expect(settled.finished + settled.cancelled + settled.failed).toBe(300);
      expect(settled.finished).toBeGreaterThan(200);
      // At the least: submit, accepted, a pass, tokens, ended, for all that finished.
      expect(events).toBeGreaterThan(5 * settled.finished);
    }
  });

  it('when tasks are replayed twice, then the same happens', () => {
    const run = () => replayTasks({ policy: punctual, knowledge: new Learned(), tasks: 200, seed: 2 });
    expect(run()).toEqual(run());
  });

  it.each([1, 40])('when rounds go by, then %d wait and every kind of event came', (waiting) => {
    const state = new SteadyState(punctual, 'mixed', waiting, 1);
    for (let round = 0; round < 20; round += 1) {
      const kinds = [...state.round()].map(({ kind }) => kind);
      if (round > 3) expect(kinds).toEqual(turnKinds);
      expect(state.waiting).toBe(waiting);
    }
    expect(state.running).toBeGreaterThan(0);
  });

  it('when only last tokens are promised, then nothing is superseded', () => {
    const state = new SteadyState(punctual, 'background', 10, 1);
    const kinds = Array.from({ length: 10 }, () => [...state.round()]).flatMap((turns) =>
      turns.map(({ kind }) => kind),
    );
    expect(kinds).not.toContain('supersede');
    expect(kinds).toContain('ended');
  });

  it('when a step is looked at, then 16 run in all phases and with both promises', () => {
    const { sequences } = stepView(newRandom(1), 1);
    expect(sequences).toHaveLength(16);
    expect(new Set(sequences.map(({ promise }) => promise))).toEqual(new Set(['ttft', 'e2e']));
    expect(new Set(sequences.map(({ decoding }) => decoding))).toEqual(new Set([true, false]));
    expect(stepTimesUs(fcfs, 5, 1)).toHaveLength(5);
  });

  it('when ids leave a pool, then only the others are drawn', () => {
    const pool = new Pool();
    for (const id of ['a', 'b', 'c']) pool.add(id);
    pool.delete('a');
    expect(pool.size).toBe(2);
    expect(new Set([0, 0.4, 0.6, 0.99].map((share) => pool.any(() => share)))).toEqual(new Set(['b', 'c']));
    expect(() => pool.delete('a')).toThrow("There is no 'a'");
    pool.delete('c');
    pool.delete('b');
    expect(pool.any(() => 0)).toBeUndefined();
  });
});

describe('a busy machine', () => {
  it('when more wants to run than there are cores, then the reader is warned of absolute times', () => {
    expect(busyText(7.53, 2)).toContain('busy (load 7.5 on 2 cores)');
    expect(busyText(2, 2)).toBeUndefined();
  });
});
