/** What a person is told who waits for an answer. */
import { describe, expect, it } from 'vitest';
import { silenceMs, tellWaiting } from '../../runtime/cli/waiting.ts';
import type { Status } from '../../runtime/protocol.ts';
import { ManualTimer } from '../server/manual-timer.ts';

const status: Status = {
  version: '1.2.3',
  pid: 42,
  engineRestarts: 0,
  uptimeMs: 0,
  clients: 1,
  windowMs: 0,
  classes: [],
  models: [{ id: 'm', name: 'Tiny', demo: true, state: 'loading', progress: 0.3 }],
};
const ready: Status = { ...status, models: [{ id: 'm', name: 'Tiny', demo: true, state: 'ready' }] };

function waiter() {
  const timer = new ManualTimer();
  const said: string[] = [];
  return { timer, said, waiting: tellWaiting((line) => said.push(line), timer.start) };
}

describe('waiting for an answer', () => {
  it('when the answer comes within a second, then nothing is said and no timer is left', () => {
    const { timer, said, waiting } = waiter();
    waiting.heard(status);
    timer.advance(silenceMs - 1);
    waiting.end();
    waiting.heard(status);
    timer.advance(silenceMs);
    expect(said).toEqual([]);
    expect(timer.pending).toBe(0);
  });

  it('when a second has passed, then the model that loads is named with its progress, once', () => {
    const { timer, said, waiting } = waiter();
    waiting.heard(status);
    timer.advance(silenceMs);
    expect(said).toEqual(['loading Tiny… 30 %']);
    waiting.heard({ ...status, models: status.models.map((model) => ({ ...model, progress: 0.7 })) });
    waiting.heard(ready);
    expect(said).toHaveLength(1);
  });

  it('when no runtime has answered yet, then it is being started; what it does next is told as it comes', () => {
    const { timer, said, waiting } = waiter();
    timer.advance(silenceMs);
    waiting.heard(ready);
    waiting.heard(status);
    expect(said).toEqual(['starting the runtime…', 'loading Tiny… 30 %']);
  });

  it('when the engine is started again meanwhile, then that is said, but not of what was before', () => {
    const { timer, said, waiting } = waiter();
    waiting.heard({ ...ready, engineRestarts: 3 });
    timer.advance(silenceMs);
    expect(said).toEqual([]);
    waiting.heard({ ...status, engineRestarts: 4 });
    expect(said).toEqual(['the engine ended unexpectedly and was started again', 'loading Tiny… 30 %']);
  });

  it('when the answer has begun, then nothing more is said', () => {
    const { timer, said, waiting } = waiter();
    waiting.heard(status);
    timer.advance(silenceMs);
    waiting.end();
    waiting.heard({ ...ready, engineRestarts: 1 });
    expect(said).toEqual(['loading Tiny… 30 %']);
  });
});
