import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineCommand } from '../../runtime/engine/engine.ts';
import { Rest } from '../../runtime/engine/llama/rest.ts';

const restMs = 1_000;

const load = (id: string): EngineCommand => ({
  kind: 'load',
  spec: { id, file: `${id}.gguf`, sequences: 1, contextTokens: 512, threads: 1 },
});

describe('an engine process without models', () => {
  let ends = 0;
  let rest: Rest;

  beforeEach(() => {
    vi.useFakeTimers();
    ends = 0;
    rest = new Rest(restMs, () => {
      ends += 1;
    });
  });
  afterEach(() => {
    rest.dispose();
    vi.useRealTimers();
  });

  it('when the last of its models has left, then it ends after its time, once', () => {
    for (const id of ['a', 'b']) rest.sent(load(id));
    rest.heard({ kind: 'unloaded', model: 'a' });
    vi.advanceTimersByTime(10 * restMs);
    expect(ends).toBe(0);
    rest.heard({ kind: 'unloaded', model: 'b' });
    vi.advanceTimersByTime(restMs - 1);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(10 * restMs);
    expect(ends).toBe(1);
  });

  it('when a model comes in that time, then it stays', () => {
    rest.sent(load('a'));
    rest.heard({ kind: 'loadFailed', model: 'a', error: { code: 'modelUnavailable', message: 'no' } });
    vi.advanceTimersByTime(restMs - 1);
    rest.sent(load('b'));
    vi.advanceTimersByTime(10 * restMs);
    expect(ends).toBe(0);
  });

  it('when it is asked what computes again and again, then that keeps it no longer than once', () => {
    for (let asked = 0; asked < 4; asked += 1) {
      rest.asked();
      vi.advanceTimersByTime(restMs / 3);
    }
    expect(ends).toBe(1);
  });

  it('when it was lost with its models, then there is nothing to end, and a later one counts anew', () => {
    rest.sent(load('a'));
    rest.heard({ kind: 'lost', reason: 'killed' });
    vi.advanceTimersByTime(10 * restMs);
    expect(ends).toBe(0);
    rest.sent(load('b'));
    rest.heard({ kind: 'unloaded', model: 'b' });
    vi.advanceTimersByTime(restMs);
    expect(ends).toBe(1);
  });
});
