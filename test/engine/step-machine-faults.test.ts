/** The step machine when passes fail, models leave in mid-pass, or its caller is wrong. */
import { describe, expect, it } from 'vitest';
import type { PassItemResult } from '../../runtime/engine/pass.ts';
import { machineWith, model, nextPass, prompt, request, run, withoutPass } from './step-machine-fixtures.ts';

describe('the step machine in trouble', () => {
  it('when one sequence of a pass fails, then it alone ends, its slot is empty, and the other gets its token', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    machine.start(request('b'), prompt(4, 30), 0);
    run(machine);
    run(machine);
    let pass = nextPass(machine);
    while (pass.items.length < 2) {
      machine.complete(pass, { items: pass.items.map(() => ({ kind: 'done', token: 1 })), wallMs: 1 });
      pass = nextPass(machine);
    }
    const items = pass.items.map(
      (item): PassItemResult => (item.id === 'a' ? { kind: 'failed', message: 'Broken.' } : { kind: 'done', token: 2 }),
    );
    const events = machine.complete(pass, { items, wallMs: 1 });
    expect(events[0]).toMatchObject({ kind: 'pass', pass: { tokens: 1, sequences: 1 } });
    expect(events).toContainEqual({
      kind: 'ended',
      id: 'a',
      outcome: { kind: 'failed', error: { code: 'engineFailed', message: 'Broken.' } },
    });
    expect(events).toContainEqual({ kind: 'tokens', id: 'b', tokens: [2], text: 'b' });
    expect(machine.kvTokens('m')[0]).toBe(0);
  });

  it('when everything in a pass failed, then no report teaches the cost model', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    expect(run(machine, 1, { kind: 'failed', message: 'Broken.' }).events.map((event) => event.kind)).toEqual([
      'ended',
    ]);
  });

  it('when the device kept fewer tokens than asked, then the rest is prefilled again, in the middle of an answer too', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    run(machine, 7);
    expect(run(machine, 1, { kind: 'keptLess', tokens: 0 }).events).toEqual([]);
    const { pass, events } = run(machine, 8);
    expect(pass).toMatchObject({ kind: 'prefill', items: [{ keep: 0, tokens: [1, 2, 3, 7], sample: true }] });
    expect(withoutPass(events)).toEqual([{ kind: 'tokens', id: 'a', tokens: [8], text: 'h' }]);
  });

  it('when a model is removed during its pass, then its requests end once and the result is ignored', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    const pass = nextPass(machine);
    expect(machine.removeModel('m')).toMatchObject([{ kind: 'ended', id: 'a', outcome: { kind: 'failed' } }]);
    expect(withoutPass(machine.complete(pass, { items: [{ kind: 'done', token: 1 }], wallMs: 1 }))).toEqual([]);
    expect(machine.start(request('b'), prompt(3), 0)[0]).toMatchObject({
      outcome: { error: { code: 'modelUnavailable' } },
    });
  });

  it('when a removed model is there again before its last pass is complete, then that pass changes nothing in the new one', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    const pass = nextPass(machine);
    machine.removeModel('m');
    machine.addModel(model);
    machine.start(request('a'), prompt(5), 0);
    const events = machine.complete(pass, { items: [{ kind: 'done', token: 1 }], wallMs: 1 });
    expect(withoutPass(events)).toMatchObject([{ kind: 'accepted', id: 'a', promptTokens: 5 }]);
    expect(machine.kvTokens('m')).toEqual([0, 0]);
  });

  it('when it is used wrongly, then it says so', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(3), 0);
    expect(() => machine.start(request('a'), prompt(3), 0)).toThrow('already running');
    expect(() => machine.addModel(model)).toThrow('already there');
    const pass = nextPass(machine);
    expect(() => machine.next(0)).toThrow('not complete');
    expect(() => machine.complete({ ...pass }, { items: [], wallMs: 0 })).toThrow('not the one in flight');
  });
});
