/** What residency stands on reaches the scheduler as events, before what may lead to a decision on it. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { Holding } from '../../runtime/core/residency/holdings.ts';
import { countedHoldings, ToldHoldings } from '../../runtime/core/residency/holdings.ts';
import { Told } from '../../runtime/loop/told.ts';
import { task } from '../core/fixtures.ts';

const assumed = countedHoldings(2);
const wake: Event = { kind: 'wake' };
const tokens: Event = { kind: 'tokens', id: 't1', tokens: [1], text: 'x' };
const submit = (model: string): Event => ({ kind: 'submit', task: task('t1', { model }) });

class Machine {
  bytes = 7;
  classes: Holding['classes'] = ['translate'];
  budgetBytes = 100;
  readonly told = new Told({
    of: (id) => ({ ...assumed.of(id), classes: [...this.classes], bytesFull: this.bytes }),
    memory: () => ({ ...assumed.memory(), budgetBytes: this.budgetBytes }),
    wholeBytes: 100,
  });

  /** What is told before the event: the models, and the budget if it is among it. */
  before(event: Event, nowMs = 0): readonly unknown[] | undefined {
    const news = this.told.before(event, nowMs);
    return news && [...news.models.map(({ id, bytesFull }) => [id, bytesFull]), news.memory?.budgetBytes];
  }
}

describe('what the scheduler is told of the machine', () => {
  it('when a model is named for the first time, then it is told of before that, and not again', () => {
    const machine = new Machine();
    expect(machine.before(submit('a'))).toEqual([['a', 7], 100]);
    expect(machine.before(submit('a'))).toBeUndefined();
    expect(machine.before({ kind: 'wanted', model: 'b' })).toEqual([['b', 7], undefined]);
  });

  it('when something has changed, then that alone is told, before the next event that may decide on it', () => {
    const machine = new Machine();
    machine.before(submit('a'));
    machine.bytes = 8;
    expect(machine.before(wake)).toEqual([['a', 8], undefined]);
    machine.budgetBytes = 50;
    expect(machine.before(wake)).toEqual([50]);
    machine.classes = ['summarize'];
    expect(machine.before(wake)).toEqual([['a', 8], undefined]);
    expect(machine.before(wake)).toBeUndefined();
  });

  it('when there are only tokens and passes, then the machine is looked at once a second', () => {
    const machine = new Machine();
    machine.before(submit('a'));
    machine.bytes = 8;
    expect(machine.before(tokens, 999)).toBeUndefined();
    expect(machine.before(tokens, 1_000)).toEqual([['a', 8], undefined]);
  });
});

describe('what the scheduler knows of the machine', () => {
  it('when nothing was told of it, then what is assumed holds; then what was told last', () => {
    const holdings = new ToldHoldings(assumed);
    expect([holdings.of('a').bytesFull, holdings.memory().budgetBytes, holdings.wholeBytes]).toEqual([1, 2, 2]);
    const memory = { ...assumed.memory(), budgetBytes: 50, wholeBytes: 100 };
    holdings.note({ models: [{ ...assumed.of('a'), id: 'a', bytesFull: 7 }], memory });
    holdings.note({ models: [{ ...assumed.of('b'), id: 'b', bytesFull: 8 }] });
    expect(['a', 'b', 'c'].map((id) => holdings.of(id).bytesFull)).toEqual([7, 8, 1]);
    expect([holdings.memory().budgetBytes, holdings.wholeBytes]).toEqual([50, 100]);
  });
});
