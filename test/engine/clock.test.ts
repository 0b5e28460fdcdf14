import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/engine/clock.ts';

describe('the virtual clock', () => {
  it('when calls are made for any times in any order, then they run by time, and by order of making within one time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (times) => {
        const clock = new VirtualClock();
        const ran: { readonly at: number; readonly index: number }[] = [];
        times.forEach((at, index) => {
          clock.at(at, () => ran.push({ at: clock.now(), index }));
        });
        clock.run();
        const expected = times.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('when a call is taken back, then it does not run and takes no time', () => {
    const clock = new VirtualClock();
    const cancel = clock.at(50, () => expect.unreachable());
    clock.at(10, () => undefined);
    cancel();
    clock.run();
    expect(clock.now()).toBe(10);
  });

  it('when a call is made for a past time, then it runs now and after those that wait already', () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.at(10, () => {
      clock.at(10, () => order.push('waits already'));
      clock.at(3, () => order.push('past'));
      order.push('first');
    });
    clock.run();
    expect(order).toEqual(['first', 'waits already', 'past']);
    expect(clock.now()).toBe(10);
  });

  it('when it runs to a time, then what is later stays and the time is reached', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.at(5, () => ran.push(5));
    clock.at(15, () => ran.push(15));
    clock.runTo(10);
    expect([ran, clock.now()]).toEqual([[5], 10]);
  });
});
