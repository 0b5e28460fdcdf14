/** Models that differ in size, on a machine whose memory is known: what the scheduler makes of the residency policy's decisions. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../runtime/core/event.ts';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import { info, gone as noFile, task, translation, words } from './fixtures.ts';
import { scheduler } from './machine.ts';
import { ended, loaded, submit } from './scheduler-steps.ts';

const whys = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => ('why' in effect ? [effect.why] : []));

describe('models on a machine with so much memory', () => {
  it('when a third model fits beside two, then nobody leaves; when it does not, then as few as suffice', () => {
    const roomy = scheduler({ gigabytes: { A: 1, B: 4, C: 4 }, budget: 9 });
    const tight = scheduler({ gigabytes: { A: 1, B: 4, C: 4 }, budget: 8 });
    for (const machine of [roomy, tight]) {
      machine.on(submit(translation('a', { model: 'A' })), 0);
      machine.on(loaded('A'), 1);
      machine.on(ended('a'), 2);
      machine.on(submit(translation('b', { model: 'B' })), 3);
      machine.on(loaded('B'), 4);
      machine.on(ended('b'), 5);
    }
    expect(words(roomy.on(submit(translation('c', { model: 'C' })), 6))).toEqual(['load C']);
    const effects = tight.on(submit(translation('c', { model: 'C' })), 6);
    expect(words(effects)).toEqual(['unload A']);
    expect(whys(effects)[0]).toContain("'A'");
    expect(words(tight.on({ kind: 'unloaded', model: 'A' }, 7))).toEqual(['load C']);
  });

  it('when the completion model is pinned, then others leave for others, and it stays', () => {
    const machine = scheduler({ gigabytes: { P: 1, A: 4, B: 4 }, budget: 6, pinned: 'P' });
    machine.on(submit(task('p', { model: 'P' })), 0);
    machine.on(loaded('P'), 1);
    machine.on(ended('p'), 2);
    machine.on(submit(translation('a', { model: 'A' })), 3);
    machine.on(loaded('A'), 4);
    machine.on(ended('a'), 5);
    expect(words(machine.on(submit(translation('b', { model: 'B' })), 6))).toEqual(['unload A']);
  });

  it('when a model is larger than all memory, then who asks is told at once what to do, and nobody leaves for it', () => {
    const machine = scheduler({ gigabytes: { A: 1, L: 20 }, budget: 8 });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    const effects = machine.on(submit(translation('l', { model: 'L' })), 3);
    expect(words(effects)).toEqual(['settle l failed modelUnavailable']);
    expect(effects[0]).toMatchObject({ outcome: { error: { message: expect.stringContaining("'punctual.memory'") } } });
  });

  it('when a model would fit but for one that the user keeps, then who asks is told that, and it stays', () => {
    const machine = scheduler({ gigabytes: { A: 4, L: 6 }, budget: 8, kept: 'A' });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    const effects = machine.on(submit(translation('l', { model: 'L' })), 3);
    expect(words(effects)).toEqual(['settle l failed modelUnavailable']);
    const message = expect.stringMatching(/beside those that are pinned: .* pin fewer \('punctual\.residency'\)/);
    expect(effects[0]).toMatchObject({ outcome: { error: { message } } });
    expect(words(machine.on({ kind: 'wake' }, 100_000))).toEqual([]);
  });

  it('when fewer sequences make room, then a model becomes smaller instead of leaving, and larger again later', () => {
    const machine = scheduler({ gigabytes: { A: 5.5, B: 4 }, budget: 8, small: 0.7 });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    const told = words(machine.on(submit(translation('b', { model: 'B' })), 3));
    expect(told).toContain('resize A small');
    expect(told).not.toContain('unload A');
    // While its context is made anew nothing of it starts.
    expect(words(machine.on(submit(translation('again', { model: 'A' })), 4))).toEqual([]);
    const after = words(machine.on({ kind: 'resized', model: 'A', info }, 5));
    expect(after).toContain('start again');
    expect(after).toContain('load B');
  });

  it('when one gets smaller for another, then nobody leaves while that takes its time', () => {
    const machine = scheduler({ gigabytes: { C: 1, A: 5.5, B: 4 }, budget: 9, small: 0.7 });
    for (const id of ['C', 'A']) {
      machine.on(submit(translation(`of ${id}`, { model: id })), 0);
      machine.on(loaded(id), 1);
      machine.on(ended(`of ${id}`), 2);
    }
    expect(words(machine.on(submit(translation('b', { model: 'B', arrivalMs: 3 })), 3))).toEqual(['resize A small']);
    expect(words(machine.on({ kind: 'wake' }, 2_000))).toEqual([]);
    expect(words(machine.on({ kind: 'resized', model: 'A', info }, 2_500))).toEqual(['load B']);
  });

  it('when a resize fails, then the model is there as before', () => {
    const machine = scheduler({ gigabytes: { A: 5.5, B: 4 }, budget: 8, small: 0.7 });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    machine.on(submit(translation('b', { model: 'B' })), 3);
    machine.on(submit(translation('again', { model: 'A' })), 4);
    expect(words(machine.on({ kind: 'resizeFailed', model: 'A' }, 5))).toContain('start again');
  });
});

describe('a model whose file is gone', () => {
  const gone = new Set<string>();
  const machineWith = (pinned?: string): Scheduler => {
    gone.clear();
    const residency = { residenceMsMin: 1_000_000 };
    return scheduler({ gigabytes: { A: 1, B: 1 }, budget: 8, gone, residency, ...(pinned && { pinned }) });
  };

  it('when nobody uses it, then it leaves at once, pinned and new as it may be, and does not come back by itself', () => {
    const machine = machineWith('A');
    machine.on(submit(task('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    gone.add('A');
    const effects = machine.on({ kind: 'wake' }, 3);
    expect(words(effects)).toEqual(['unload A']);
    expect(whys(effects)[0]).toContain('gone');
    expect(words(machine.on({ kind: 'unloaded', model: 'A' }, 4))).toEqual([]);
    expect(words(machine.on({ kind: 'wake' }, 5_000))).toEqual([]);
    gone.clear();
    expect(words(machine.on({ kind: 'wake' }, 10_000))).toEqual(['load A']);
  });

  it('when it loads, runs, or is waited for, then it leaves after that', () => {
    const machine = machineWith();
    machine.on(submit(translation('a', { model: 'A' })), 0);
    gone.add('A');
    expect(words(machine.on({ kind: 'wake' }, 1))).toEqual([]);
    expect(words(machine.on(loaded('A', 1), 2))).toEqual(['start a']);
    expect(words(machine.on(submit(translation('next', { model: 'A' })), 3))).toEqual([]);
    expect(words(machine.on({ kind: 'wake' }, 2_000))).toEqual([]);
    expect(words(machine.on(ended('a'), 2_001))).toEqual(['settle a finished', 'start next']);
    expect(words(machine.on(ended('next'), 2_002))).toEqual(['settle next finished', 'unload A']);
  });
});

describe('a model that comes in although nobody waits for it', () => {
  const swapped = (): Scheduler => {
    const machine = scheduler({ gigabytes: { A: 4, B: 4 }, budget: 6 });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    machine.on(submit(translation('b', { model: 'B', arrivalMs: 3 })), 3);
    expect(words(machine.on({ kind: 'unloaded', model: 'A' }, 4))).toEqual(['load B']);
    return machine;
  };

  it('when a load has failed, then who had left for it comes back; when it has not, then not', () => {
    const failed = swapped().on({ kind: 'loadFailed', model: 'B', error: noFile }, 5);
    expect(words(failed)).toEqual(['settle b failed modelUnavailable', 'load A']);
    expect(words(swapped().on(loaded('B'), 5))).toEqual(['start b']);
  });

  it('when a load has failed and somebody waits for another model, then that one comes', () => {
    const machine = swapped();
    machine.on(submit(translation('c', { model: 'C', arrivalMs: 5 })), 5);
    const failed = machine.on({ kind: 'loadFailed', model: 'B', error: noFile }, 6);
    expect(words(failed)).toEqual(['settle b failed modelUnavailable', 'load C']);
  });

  it('when somebody is back at the editor, then the completion model that was released comes in, if there is room', () => {
    const machine = scheduler({ gigabytes: { P: 1, A: 4 }, budget: 6, pinned: 'P' });
    const signal = { kind: 'signal', signal: { kind: 'documentActive', language: 'java' } } as const;
    machine.on({ kind: 'conditions', changes: { releaseAfterMs: 60_000, releasePinnedAfterMs: 120_000 } }, 0);
    machine.on(submit(task('p', { model: 'P' })), 0);
    machine.on(loaded('P'), 1);
    machine.on(ended('p'), 2);
    expect(words(machine.on({ kind: 'wake' }, 200_000))).toEqual(['unload P']);
    expect(words(machine.on(signal, 200_001)), 'its memory is not back').toEqual([]);
    machine.on({ kind: 'unloaded', model: 'P' }, 200_002);
    expect(words(machine.on({ kind: 'wake' }, 300_000))).toEqual([]);
    expect(words(machine.on(signal, 300_001))).toEqual(['load P']);
  });

  it('when one is wanted while another loads, then it waits for its turn', () => {
    const machine = scheduler({ gigabytes: { P: 1, A: 4 }, budget: 6, pinned: 'P' });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    expect(words(machine.on({ kind: 'wanted', model: 'P' }, 1))).toEqual([]);
    machine.on(loaded('A'), 2);
    expect(words(machine.on({ kind: 'wake' }, 2_000))).toEqual(['load P']);
  });
});

describe('a model that nobody uses', () => {
  it('when nothing happens but that time goes by, then it leaves after as long as was said', () => {
    const machine = scheduler({ gigabytes: { A: 1 }, budget: 8 });
    machine.on({ kind: 'conditions', changes: { releaseAfterMs: 300_000 } }, 0);
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1);
    machine.on(ended('a'), 2);
    expect(words(machine.on({ kind: 'wake' }, 299_000))).toEqual([]);
    const effects = machine.on({ kind: 'wake' }, 301_000);
    expect(words(effects)).toEqual(['unload A']);
    expect(whys(effects)[0]).toContain('nobody has used');
  });
});

describe('waiting for a swap', () => {
  it('when the victim has only just come, then the swap waits, and the scheduler asks to be woken then', () => {
    const machine = scheduler({ gigabytes: { A: 4, B: 4 }, budget: 6, residency: { residenceMsMin: 5_000 } });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1_000);
    machine.on(ended('a'), 1_500);
    const effects = machine.on(submit(translation('b', { model: 'B', arrivalMs: 2_000 })), 2_000);
    const [wake] = effects.filter((effect) => effect.kind === 'wakeAt');
    expect(words(effects)).toEqual([]);
    const last = { ms: wake?.atMs ?? Number.NaN };
    for (let looks = 0; looks < 20; looks += 1) {
      const now = machine.on({ kind: 'wake' }, last.ms);
      if (words(now).includes('unload A')) break;
      last.ms = now.find((effect) => effect.kind === 'wakeAt')?.atMs ?? Number.NaN;
    }
    expect(last.ms).toBe(6_000);
  });

  it('when several models wait, then it asks to be woken once, at the first of their times', () => {
    const machine = scheduler({ gigabytes: { A: 4, B: 4, C: 4 }, budget: 6, residency: { residenceMsMin: 1_500 } });
    machine.on(submit(translation('a', { model: 'A' })), 0);
    machine.on(loaded('A'), 1_000);
    machine.on(ended('a'), 1_100);
    machine.on(submit(translation('b', { model: 'B', arrivalMs: 1_600 })), 1_600);
    const effects = machine.on(submit(translation('c', { model: 'C', arrivalMs: 1_700 })), 1_700);
    expect(effects).toEqual([{ kind: 'wakeAt', atMs: 2_500 }]);
  });

  it('when a model is never idle, then after a while it takes no further task, gives its room, and comes back', () => {
    const machine = scheduler({ gigabytes: { A: 4, B: 4 }, budget: 6, residency: { drainAfterMs: 30_000 } });
    machine.on(submit(translation('a', { model: 'A', sla: { kind: 'e2e', targetMs: 600_000 } })), 0);
    machine.on(loaded('A'), 1);
    machine.on(submit(translation('b', { model: 'B', arrivalMs: 2, sla: { kind: 'e2e', targetMs: 600_000 } })), 2);
    const late = { arrivalMs: 31_000, sla: { kind: 'e2e', targetMs: 600_000 } } as const;
    const drained = whys(machine.on({ kind: 'wake' }, 30_900));
    expect(drained).toEqual([expect.stringContaining("'A' takes no further task: a task has waited 30.9 s for 'B'")]);
    expect(words(machine.on(submit(translation('more', { model: 'A', ...late })), 31_000))).toEqual([]);
    expect(words(machine.on(ended('a'), 32_000))).toEqual(['settle a finished', 'unload A']);
    expect(words(machine.on({ kind: 'unloaded', model: 'A' }, 32_100))).toEqual(['load B']);
    expect(words(machine.on(loaded('B'), 32_200))).toEqual(['start b']);
    expect(words(machine.on(ended('b'), 33_000))).toEqual(['settle b finished', 'unload B']);
    expect(words(machine.on({ kind: 'unloaded', model: 'B' }, 33_100))).toEqual(['load A']);
    expect(words(machine.on(loaded('A'), 33_200))).toEqual(['start more']);
  });
});
