/** Calls of a workflow in the loop: parts of one promise, which is the workflow's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { House } from '../loop-world.ts';

let house: House;
beforeEach(() => {
  house = new House();
});
afterEach(() => house.loop.close());

const rest = { workflow: 'w1', deadlineMs: 90_000, prefillTokens: 0, decodeTokens: 0, leastTokens: 0, sideBySide: 1 };

describe('a call of a workflow', () => {
  it('when it is answered, then it counts neither for nor against its class, and status names the promise of the whole', async () => {
    const call = house.translate({ sla: { kind: 'e2e', targetMs: 30_000 }, arrivalMs: 0, rest });
    house.clock.run();
    await call.handle.done;
    const ofClass = () => house.loop.status().classes.find((one) => one.class === 'translate');
    expect(ofClass()).toMatchObject({ finished: 0, decided: 0, sla: { kind: 'e2e', targetMs: 90_000 } });
    const alone = house.translate();
    house.clock.run();
    await alone.handle.done;
    expect(ofClass()).toMatchObject({ finished: 1, decided: 1, sla: { kind: 'e2e', targetMs: 60_000 } });
  });
});
