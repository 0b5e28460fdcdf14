import { describe, expect, it } from 'vitest';
import type { LoopStatus } from '../../runtime/loop/status.ts';
import { statusSchema } from '../../runtime/protocol.ts';
import { Lifetime } from '../../runtime/server/lifetime.ts';
import { Throttle, toStatus } from '../../runtime/server/status.ts';
import { ManualTimer } from './manual-timer.ts';

describe('the throttle', () => {
  function throttled() {
    const timer = new ManualTimer();
    let state = 0;
    const told: (readonly [atMs: number, state: number])[] = [];
    const throttle = new Throttle(
      () => told.push([timer.nowMs, state]),
      () => 250,
      timer.start,
    );
    const change = (): void => {
      state++;
      throttle.change();
    };
    return { timer, told, change, throttle };
  }

  it('when something changes after a quiet time, then it is told at once', () => {
    const { timer, told, change } = throttled();
    change();
    expect(told).toEqual([[0, 1]]);
    timer.advance(10_000);
    change();
    expect(told).toEqual([
      [0, 1],
      [10_000, 2],
    ]);
  });

  it('when much changes, then it is told at most four times a second, and the last change always', () => {
    const { timer, told, change } = throttled();
    for (let ms = 0; ms < 1_000; ms++) {
      change();
      timer.advance(1);
    }
    timer.advance(250);
    expect(told.map(([atMs]) => atMs)).toEqual([0, 250, 500, 750, 1_000]);
    expect(told.at(-1)).toEqual([1_000, 1_000]);
    expect(timer.pending).toBe(0);
  });

  it('when nothing changes, then nothing is told again', () => {
    const { timer, told, change } = throttled();
    change();
    timer.advance(60_000);
    expect(told).toHaveLength(1);
    expect(timer.pending).toBe(0);
  });

  it('when it is disposed, then it says no more and leaves no timer behind', () => {
    const { timer, told, change, throttle } = throttled();
    change();
    change();
    throttle.dispose();
    change();
    timer.advance(10_000);
    change();
    expect(told).toHaveLength(1);
    expect(timer.pending).toBe(0);
  });
});

describe('the lifetime', () => {
  function lived(idleMs: number) {
    const timer = new ManualTimer();
    const ends: number[] = [];
    return { timer, ends, lifetime: new Lifetime(idleMs, timer.start, () => ends.push(timer.nowMs)) };
  }

  it('when no client ever comes, then it ends after the idle time', () => {
    const { timer, ends } = lived(60_000);
    timer.advance(59_999);
    expect(ends).toEqual([]);
    timer.advance(1);
    expect(ends).toEqual([60_000]);
  });

  it('when one of two clients leaves, then it stays; when the last one has left, then the time begins anew', () => {
    const { timer, ends, lifetime } = lived(1_000);
    timer.advance(900);
    lifetime.clientCame();
    lifetime.clientCame();
    lifetime.clientLeft();
    timer.advance(100_000);
    expect(ends).toEqual([]);
    lifetime.clientLeft();
    timer.advance(999);
    lifetime.clientCame();
    timer.advance(100_000);
    expect(ends).toEqual([]);
    lifetime.clientLeft();
    timer.advance(1_000);
    expect(ends).toEqual([202_899]);
  });

  it('when the idle time is 0, then it never ends by itself', () => {
    const { timer, ends, lifetime } = lived(0);
    lifetime.clientCame();
    lifetime.clientLeft();
    timer.advance(2 ** 31);
    expect(ends).toEqual([]);
    expect(timer.pending).toBe(0);
  });

  it('when it is disposed, then no timer is left', () => {
    const { timer, lifetime } = lived(1_000);
    lifetime.dispose();
    expect(timer.pending).toBe(0);
  });
});

describe('the status as clients see it', () => {
  const counts = { running: 0, waiting: 0, superseded: 0, cancelled: 0, failed: 0, refused: 0 };
  const nothing = { finished: 0, kept: 0, decided: 0, ...counts };
  const info = {
    sequences: 4,
    contextTokens: 2_048,
    chunkTokens: 64,
    infill: true,
    chat: true,
    memoryBytes: 5_000_000,
    loadMs: 12,
    device: 'a processor',
  };
  const speed = { prefillTokensPerSecond: 3_400, decodeTokensPerSecond: 210 };
  const loop: LoopStatus = {
    windowMs: 300_000,
    engineRestarts: 1,
    enginePid: 99,
    classes: [
      {
        class: 'completion',
        ...nothing,
        finished: 2,
        kept: 1,
        running: 1,
        sla: { kind: 'ttft', targetMs: 250 },
        ttftMs: { p50: 10, p95: 20 },
      },
      { class: 'summarize', ...nothing },
      { class: 'translate', ...nothing, waiting: 3 },
    ],
    models: [
      { id: 'a', state: 'ready', info, speed },
      { id: 'b', state: 'loading', progress: 0.5, info, speed },
      { id: 'c', state: 'failed', error: { code: 'modelUnavailable', message: 'The file is gone.' } },
      { id: 'd', state: 'unloading', info },
    ],
  };
  const sources = {
    loop: () => loop,
    describe: (id: string) => ({ name: `Model ${id}`, demo: id === 'a' }),
    clients: () => 2,
    version: '1.2.3',
    pid: 42,
    uptimeMs: () => 1_000,
  };

  it('when it is put together, then it passes the check of the clients unchanged', () => {
    const status = toStatus(sources);
    expect(statusSchema.parse(JSON.parse(JSON.stringify(status)))).toEqual(status);
    expect(status).toMatchObject({ version: '1.2.3', pid: 42, enginePid: 99, engineRestarts: 1, clients: 2 });
  });

  it('when no task of a class has come yet, then what is promised is the default', () => {
    expect(toStatus(sources).classes.map(({ sla }) => sla)).toEqual([
      { kind: 'ttft', targetMs: 250 },
      { kind: 'e2e', targetMs: 10_000 },
      { kind: 'e2e', targetMs: 20_000 },
    ]);
  });

  it('when models are in different states, then each says what matters in its state', () => {
    const facts = { memoryBytes: 5_000_000, contextTokens: 2_048, sequences: 4, device: 'a processor' };
    expect(toStatus(sources).models).toEqual([
      { id: 'a', name: 'Model a', demo: true, state: 'ready', ...facts, speed },
      { id: 'b', name: 'Model b', demo: false, state: 'loading', progress: 0.5 },
      { id: 'c', name: 'Model c', demo: false, state: 'failed', error: 'The file is gone.' },
      { id: 'd', name: 'Model d', demo: false, state: 'unloaded' },
    ]);
  });

  it('when predictions could be compared, then their errors are in it, and pass the check of the clients', () => {
    const errors = { p50: 0.1, p90: 0.3, samples: 12 };
    const { classes, models } = toStatus({
      ...sources,
      loop: () => ({
        ...loop,
        classes: loop.classes.map((entry) => ({ ...entry, ttftError: errors, e2eError: errors })),
        models: loop.models.map((model) => ({ ...model, prefillError: errors, decodeError: errors })),
      }),
    });
    expect(statusSchema.shape.classes.parse(classes)[0]).toMatchObject({ ttftError: errors, e2eError: errors });
    expect(statusSchema.shape.models.parse(models)[0]).toMatchObject({ prefillError: errors, decodeError: errors });
  });

  it('when there is no engine process, then there is no pid of one', () => {
    const { enginePid: _, ...without } = loop;
    expect(toStatus({ ...sources, loop: () => without })).not.toHaveProperty('enginePid');
  });

  it('when answers take several calls, then it is told where each call is; when none does, nothing is', () => {
    const states = ['ended', 'submitted', 'blocked', 'skipped', 'failed'] as const;
    const stages = states.map((state) => ({ label: `the ${state}`, state }));
    const view = {
      class: 'translate',
      title: 'Translating a.ts to Go',
      arrivalMs: 400,
      targetMs: 9_000,
      stages,
    } as const;
    const { workflows } = statusSchema.parse(
      toStatus({ ...sources, workflows: () => ({ views: [view], nowMs: 1_000 }) }),
    );
    expect(workflows).toMatchObject([{ title: 'Translating a.ts to Go', elapsedMs: 600, targetMs: 9_000 }]);
    expect(workflows?.[0]?.stages.map(({ state }) => state)).toEqual([
      'done',
      'running',
      'waiting',
      'left out',
      'failed',
    ]);
    expect(toStatus({ ...sources, workflows: () => ({ views: [], nowMs: 1_000 }) })).not.toHaveProperty('workflows');
  });

  it('when a model is pinned, then why is told; when nothing was done ahead, then nothing is told of that', () => {
    const describe = (id: string) => ({ name: id, demo: false, pinned: 'user' as const });
    const nothing = {
      loads: { begun: 0, used: 0, wasted: 0, wastedMs: 0 },
      reads: { bytesRead: 0, bytesUsed: 0, cpuMs: 0 },
    };
    const idle = statusSchema.parse(toStatus({ ...sources, describe, ahead: () => nothing }));
    expect(idle.models[0]?.pinned).toBe('user');
    expect(idle).not.toHaveProperty('ahead');
    const ahead = {
      loads: { begun: 3, used: 2, wasted: 1, wastedMs: 900 },
      reads: { bytesRead: 5e9, bytesUsed: 4e9, cpuMs: 80 },
    };
    expect(statusSchema.parse(toStatus({ ...sources, ahead: () => ahead })).ahead).toEqual(ahead);
  });

  it('when the environment could not be followed, then that is told, and nothing when it could', () => {
    const problems = ["PUNCTUAL_GPU is 'nvidia', which is none."];
    expect(statusSchema.parse(toStatus({ ...sources, problems })).problems).toEqual(problems);
    expect(toStatus({ ...sources, problems: [] })).not.toHaveProperty('problems');
  });
});
