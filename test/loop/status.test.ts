/** When the loop tells that something may have changed, on a virtual clock. */
import { describe, expect, it } from 'vitest';
import { House } from '../loop-world.ts';

describe('whoever shows the status', () => {
  it('when time goes by and nothing comes of it, then nobody is told; when a model leaves by it, then he is', () => {
    const house = new House();
    house.submit();
    house.clock.run();
    let changes = 0;
    house.loop.onChange(() => {
      changes += 1;
    });
    house.clock.runTo(house.clock.now() + 10_000);
    house.loop.tell({ kind: 'wake' });
    expect(changes).toBe(0);
    house.loop.tell({ kind: 'conditions', changes: { releaseAfterMs: 5_000 } });
    house.clock.runTo(house.clock.now() + 10_000);
    changes = 0;
    house.loop.tell({ kind: 'wake' });
    house.clock.run();
    expect(changes).toBeGreaterThan(0);
    expect(house.loop.status().models).toMatchObject([{ id: 'm', state: 'unloaded' }]);
  });
});
