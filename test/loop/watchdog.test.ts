/** An engine that no longer answers: on a manual clock, and once with the real process stopped in its tracks. */
import { afterEach, describe, expect, it } from 'vitest';
import { countedHoldings } from '../../runtime/core/residency/holdings.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import type { TaskResult, TaskSpec } from '../../runtime/features/tasks.ts';
import { loadSilenceMsMax, passesMax, silenceMsMin, tickMs } from '../../runtime/loop/watchdog.ts';
import { Loop, type LoopOptions } from '../../runtime/loop.ts';
import { atOnce } from '../core/fixtures.ts';
import { embeddedModel, engineProgram } from '../engine/models.ts';
import { ManualTimer } from '../server/manual-timer.ts';
import { FakeEngine, info } from './fake-engine.ts';

const translation: TaskSpec = {
  class: 'translate',
  sla: { kind: 'e2e', targetMs: 3_000_000 },
  arrivalMs: 0,
  model: 'm',
  prompt: { kind: 'chat', user: 'Translate this.' },
  limits: { maxTokens: 8, stop: [] },
};

const specOf = (id: string): ModelSpec => ({ id, file: embeddedModel, sequences: 2, contextTokens: 512, threads: 1 });

/** A pass that takes this long, of each kind. */
const passes = (wallMs: number) =>
  [
    { kind: 'prefill', tokens: 64, sequences: 1 },
    { kind: 'decode', tokens: 1, sequences: 1 },
  ].map((shape) => ({
    kind: 'pass' as const,
    pass: { ...shape, kind: shape.kind as 'prefill' | 'decode', model: 'm', contextTokens: 0, wallMs },
  }));

class Desk {
  readonly timer = new ManualTimer();
  readonly engine = new FakeEngine();
  readonly lines: string[] = [];
  readonly loop: Loop;

  constructor(options: Partial<LoopOptions> = {}) {
    this.loop = new Loop(this.engine, {
      now: () => this.timer.nowMs,
      timer: this.timer.start,
      specOf,
      log: (line) => this.lines.push(line),
      ...options,
    });
  }

  /** A loaded model whose passes take `wallMs`, and one translation inside the engine. */
  run(wallMs?: number): Promise<TaskResult> {
    const { done } = this.loop.submit(translation);
    this.engine.say({ kind: 'loaded', model: 'm', info });
    if (wallMs !== undefined) for (const pass of passes(wallMs)) this.engine.say(pass);
    return done;
  }
}

describe('an engine that says nothing', () => {
  it('when a task is inside, then it is ended, loaded again, and the task goes on; and twice is enough', async () => {
    const desk = new Desk();
    const done = desk.run(20);
    desk.timer.advance(silenceMsMin - tickMs);
    expect(desk.engine.kills).toBe(0);
    desk.timer.advance(tickMs);
    expect(desk.engine.kills).toBe(1);
    expect(desk.lines).toContain('the engine is ended: it has said nothing for 10 s with 1 requests inside');
    expect(desk.engine.sent('load')).toHaveLength(2);
    desk.engine.say({ kind: 'loaded', model: 'm', info });
    expect(desk.engine.sent('start')).toHaveLength(2);
    desk.timer.advance(silenceMsMin);
    expect(desk.engine.kills).toBe(2);
    expect((await done).outcome).toMatchObject({ kind: 'failed', error: { code: 'engineFailed' } });
    expect(desk.loop.status().engineRestarts).toBe(2);
    expect(desk.timer.pending).toBe(0);
  });

  it('when it says anything, then the time begins anew', () => {
    const desk = new Desk();
    void desk.run(20);
    for (let round = 0; round < 5; round += 1) {
      desk.timer.advance(silenceMsMin - tickMs);
      for (const pass of passes(20)) desk.engine.say(pass);
    }
    expect(desk.engine.kills).toBe(0);
    desk.timer.advance(silenceMsMin);
    expect(desk.engine.kills).toBe(1);
  });

  it('when its passes are long, then it has as much time as many of them take', () => {
    const desk = new Desk();
    void desk.run(3_000);
    // The longest pass is longer than those seen: both kinds with a full context.
    desk.timer.advance(passesMax * 3_000);
    expect(desk.engine.kills).toBe(0);
    desk.timer.advance(passesMax * 3_000 * 100);
    expect(desk.engine.kills).toBeGreaterThan(0);
  });

  it('when no pass of the model was ever measured, then a slow first one is waited for', () => {
    const desk = new Desk();
    void desk.run();
    desk.timer.advance(loadSilenceMsMax - tickMs);
    expect(desk.engine.kills).toBe(0);
    desk.timer.advance(tickMs);
    expect(desk.engine.kills).toBe(1);
  });

  it('when nothing is inside, then nobody waits and no timer runs', () => {
    const desk = new Desk();
    void desk.run(20);
    desk.engine.say({ kind: 'ended', id: 't1', outcome: { kind: 'finished', reason: 'stop' } });
    expect(desk.timer.pending).toBe(0);
    desk.timer.advance(10 * loadSilenceMsMax);
    expect(desk.engine.kills).toBe(0);
  });

  it('when a load makes no progress, then it is ended and who waits is told; progress gives it time', async () => {
    const desk = new Desk();
    const { done } = desk.loop.submit(translation);
    for (let round = 0; round < 3; round += 1) {
      desk.timer.advance(loadSilenceMsMax - tickMs);
      desk.engine.say({ kind: 'loading', model: 'm', fraction: round / 10 });
    }
    expect(desk.engine.kills).toBe(0);
    desk.timer.advance(loadSilenceMsMax);
    expect(desk.engine.kills).toBe(1);
    // It is tried twice more (core/models.ts).
    for (const kills of [2, 3]) {
      desk.timer.advance(loadSilenceMsMax);
      expect(desk.engine.kills).toBe(kills);
    }
    expect((await done).outcome).toMatchObject({ kind: 'failed', error: { code: 'modelUnavailable' } });
  });

  it('when a model does not leave, then that is noticed, too', () => {
    const desk = new Desk({ scheduler: { holdings: countedHoldings(1), residency: atOnce } });
    void desk.run(20);
    desk.engine.say({ kind: 'ended', id: 't1', outcome: { kind: 'finished', reason: 'stop' } });
    void desk.loop.submit({ ...translation, model: 'other' });
    expect(desk.engine.sent('unload')).toHaveLength(1);
    desk.timer.advance(loadSilenceMsMax);
    expect(desk.engine.kills).toBe(1);
  });

  it('when the machine slept, then that is no silence of the engine', () => {
    let sleptMs = 0;
    const timer = new ManualTimer();
    const desk = new Desk({ now: () => timer.nowMs + sleptMs, timer: timer.start });
    void desk.run(20);
    timer.advance(tickMs / 2);
    sleptMs = 8 * 3_600_000;
    timer.advance(tickMs);
    expect(desk.engine.kills).toBe(0);
    sleptMs = -1_000_000;
    timer.advance(tickMs);
    expect(desk.engine.kills).toBe(0);
    timer.advance(2 * silenceMsMin);
    expect(desk.engine.kills).toBe(1);
  });

  it('when the loop is closed, then no timer is left', async () => {
    const desk = new Desk();
    void desk.run(20);
    await desk.loop.close();
    expect(desk.timer.pending).toBe(0);
  });
});

// Windows has no such signal.
describe.runIf(process.platform !== 'win32')('the real engine', () => {
  let loop: Loop | undefined;
  afterEach(() => loop?.close());

  it('when its process is stopped, then it is ended, and the task is answered by the next one', async () => {
    const timer = new ManualTimer();
    const engine = new LlamaEngine({ program: engineProgram, env: process.env });
    const pids = new Set<number>();
    loop = new Loop(engine, { now: () => timer.nowMs, timer: timer.start, specOf });
    const pieces: string[] = [];
    const spec = {
      ...translation,
      prompt: { kind: 'infill', prefix: 'for (', suffix: '' },
      limits: { maxTokens: 60, stop: [] },
    } as const;
    const lost = new Promise<void>((resolve) => {
      loop?.onChange(() => {
        if (loop?.status().engineRestarts === 1) resolve();
      });
    });
    const onText = (text: string): void => {
      const { pid } = engine;
      if (pid !== undefined && pids.size === 0) {
        process.kill(pid, 'SIGSTOP');
        // What it has sent already still arrives; then there is silence, for as long as the manual clock says.
        setImmediate(() => timer.advance(2 * loadSilenceMsMax));
      }
      if (pid !== undefined) pids.add(pid);
      pieces.push(text);
    };
    const handle = loop.submit(spec, { onText });
    await lost;
    const result = await handle.done;
    expect(result.outcome.kind).toBe('finished');
    expect(result.text).toBe(pieces.join(''));
    expect(pids.size).toBe(2);
    const again = loop.submit(spec);
    expect((await again.done).text).toBe(result.text);
    // Two starts of the engine, which may take a while on a busy machine.
  }, 120_000);
});
