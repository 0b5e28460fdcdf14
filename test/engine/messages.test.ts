/** What crosses the pipe between the runtime and its engine process. */
import { describe, expect, it } from 'vitest';
import { taskErrorCodes } from '../../runtime/core/task.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import { eventsSchema } from '../../runtime/engine/llama/messages.ts';

describe('an event of the engine process', () => {
  it.each(taskErrorCodes)('when a task failed with %s, then the runtime hears of it as it was said', (code) => {
    const error = { code, message: 'It did not work.' };
    const event: EngineEvent = { kind: 'ended', id: 't1', outcome: { kind: 'failed', error } };
    expect(eventsSchema.parse([event])).toEqual([event]);
  });

  it('when an error has a code that nobody knows, then it is refused', () => {
    const error = { code: 'surprise', message: 'It did not work.' };
    const event = { kind: 'ended', id: 't1', outcome: { kind: 'failed', error } };
    expect(eventsSchema.safeParse([event]).success).toBe(false);
  });
});
