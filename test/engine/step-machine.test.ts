/** The step machine with fabricated model answers: no engine, no time. */
import { describe, expect, it } from 'vitest';
import { punctual } from '../../runtime/core/policies/punctual.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import { waitingRequestsMax } from '../../runtime/engine/step-machine.ts';
import {
  cancelled,
  endToken,
  machineWith,
  nextPass,
  prompt,
  request,
  run,
  withoutPass,
} from './step-machine-fixtures.ts';

describe('the step machine', () => {
  it('when a prompt is longer than a chunk, then it is prefilled in chunks and the last one samples', () => {
    const machine = machineWith();
    expect(machine.start(request('a'), prompt(20), 0)).toEqual([
      { kind: 'accepted', id: 'a', promptTokens: 20, reusedTokens: 0 },
    ]);
    const passes = [run(machine), run(machine), run(machine)];
    expect(passes.map(({ pass }) => pass.items[0])).toEqual([
      { id: 'a', slot: 0, keep: 0, tokens: prompt(8), sample: false },
      { id: 'a', slot: 0, keep: 8, tokens: prompt(8, 9), sample: false },
      { id: 'a', slot: 0, keep: 16, tokens: prompt(4, 17), sample: true },
    ]);
    expect(passes[2]?.events).toEqual([
      {
        kind: 'pass',
        pass: { model: 'm', kind: 'prefill', tokens: 4, sequences: 1, contextTokens: 16, wallMs: 3, id: 'a' },
      },
      { kind: 'tokens', id: 'a', tokens: [1], text: 'a' },
    ]);
    expect(nextPass(machine)).toEqual({
      model: 'm',
      kind: 'decode',
      items: [{ id: 'a', slot: 0, keep: 20, tokens: [1], sample: true }],
    });
  });

  it('when a known prompt has grown a little, then one pass is enough for its first token', () => {
    const machine = machineWith();
    machine.start(request('a', { limits: { maxTokens: 1, stop: [] } }), prompt(40), 0);
    while (machine.has('a')) run(machine);
    expect(machine.start(request('b'), prompt(44), 0)).toEqual([
      { kind: 'accepted', id: 'b', promptTokens: 44, reusedTokens: 40, follows: 'a' },
    ]);
    expect(withoutPass(run(machine, 2).events)).toEqual([{ kind: 'tokens', id: 'b', tokens: [2], text: 'b' }]);
  });

  it('when the token limit is reached, then the request ends with it and its last token is not in the cache', () => {
    const machine = machineWith();
    machine.start(request('a', { limits: { maxTokens: 2, stop: [] } }), prompt(3), 0);
    run(machine);
    expect(withoutPass(run(machine, 2).events)).toEqual([
      { kind: 'tokens', id: 'a', tokens: [2], text: 'b' },
      { kind: 'ended', id: 'a', outcome: { kind: 'finished', reason: 'length' } },
    ]);
    expect(machine.next(0)).toBeUndefined();
    expect(machine.kvTokens('m')).toEqual([4, 0]);
  });

  it('when the model ends within what may be a stop text, then the held text comes before the end', () => {
    const machine = machineWith();
    machine.start(request('a', { limits: { maxTokens: 9, stop: ['ab'] } }), prompt(3), 0);
    expect(withoutPass(run(machine, 1).events)).toEqual([{ kind: 'tokens', id: 'a', tokens: [1], text: '' }]);
    expect(withoutPass(run(machine, endToken).events)).toEqual([
      { kind: 'tokens', id: 'a', tokens: [], text: 'a' },
      { kind: 'ended', id: 'a', outcome: { kind: 'finished', reason: 'stop' } },
    ]);
  });

  it('when the limit cuts what may be a stop text, then the held text comes with the last token', () => {
    const machine = machineWith();
    machine.start(request('a', { limits: { maxTokens: 1, stop: ['ab'] } }), prompt(3), 0);
    expect(withoutPass(run(machine, 1).events)[0]).toEqual({ kind: 'tokens', id: 'a', tokens: [1], text: 'a' });
  });

  it('when a resumed answer was cut within a stop text, then the stop text is still found', () => {
    const machine = machineWith();
    machine.start(request('a', { limits: { maxTokens: 9, stop: ['abc'] }, generated: [4, 1, 2] }), prompt(3), 0);
    const { pass, events } = run(machine, 3);
    expect(pass.items[0]?.tokens).toEqual([1, 2, 3, 4, 1, 2]);
    expect(withoutPass(events)).toEqual([
      { kind: 'tokens', id: 'a', tokens: [3], text: '' },
      { kind: 'ended', id: 'a', outcome: { kind: 'finished', reason: 'stop' } },
    ]);
  });

  it.each([
    ['its limit', { limits: { maxTokens: 2, stop: [] }, generated: [1, 2] }, 'length'],
    ['a stop text', { limits: { maxTokens: 9, stop: ['b'] }, generated: [1, 2] }, 'stop'],
  ] as const)('when a resumed answer had reached %s, then it ends without a pass', (_what, overrides, reason) => {
    const machine = machineWith();
    const events = machine.start(request('a', overrides), prompt(3), 0);
    expect(events.map((event) => event.kind)).toEqual(['accepted', 'ended']);
    expect(events[1]).toMatchObject({ outcome: { kind: 'finished', reason } });
    expect(machine.next(0)).toBeUndefined();
  });

  it('when prompt and answer just fit, then the request is taken; with one token more it is refused with the numbers', () => {
    const machine = machineWith();
    expect(machine.start(request('fits'), prompt(95), 0)[0]?.kind).toBe('accepted');
    const [refused] = machine.start(request('not'), prompt(96), 0);
    const error = { code: 'promptTooLong', promptTokens: 96, promptTokensMax: 95 };
    expect(refused).toMatchObject({ kind: 'ended', id: 'not', outcome: { kind: 'failed', error } });
    expect(machine.start(request('empty'), [], 0)[0]).toMatchObject({ kind: 'ended', outcome: { kind: 'failed' } });
  });

  it('when all slots are busy, then requests wait in order of deadline, up to a limit', () => {
    const machine = machineWith({ sequences: 1 });
    machine.start(request('running'), prompt(3), 0);
    for (let index = 0; index < waitingRequestsMax; index += 1) {
      expect(
        machine.start(request(`w${index}`, { sla: { kind: 'e2e', targetMs: 1_000 - index } }), prompt(3), 0),
      ).toEqual([]);
    }
    const [refused] = machine.start(request('one too many'), prompt(3), 0);
    expect(refused).toMatchObject({ kind: 'ended', outcome: { kind: 'failed', error: { code: 'queueFull' } } });
    const events = machine.stop('running');
    expect(events[0]).toEqual(cancelled('running'));
    expect(events[1]).toMatchObject({ kind: 'accepted', id: `w${waitingRequestsMax - 1}` });
  });

  it('when a request arrives late with a short slack, then its deadline counts from its receipt', () => {
    const machine = machineWith({ sequences: 1 });
    machine.start(request('running'), prompt(3), 0);
    machine.start(request('early', { sla: { kind: 'e2e', targetMs: 500 } }), prompt(3), 100);
    machine.start(request('late', { sla: { kind: 'e2e', targetMs: 300 } }), prompt(3), 400);
    expect(machine.stop('running')[1]).toMatchObject({ kind: 'accepted', id: 'early' });
  });

  it('when a stop comes while its pass is in flight, then it takes effect after it and the tokens stay reusable', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(20), 0);
    const pass = nextPass(machine);
    expect(machine.stop('a')).toEqual([]);
    expect(machine.stop('a')).toEqual([]);
    expect(withoutPass(machine.complete(pass, { items: [{ kind: 'done' }], wallMs: 1 }))).toEqual([cancelled('a')]);
    expect(machine.next(0)).toBeUndefined();
    expect(machine.start(request('b'), prompt(20), 0)[0]).toMatchObject({ reusedTokens: 8 });
  });

  it('when a stop comes while the pass of another is in flight, then it takes effect at once, but its slot is given only after it', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(20), 0);
    machine.start(request('b', { sla: { kind: 'e2e', targetMs: 2_000 } }), prompt(5, 50), 0);
    const pass = nextPass(machine);
    expect(pass.items.map((item) => item.id)).toEqual(['a']);
    expect(machine.start(request('c'), prompt(5, 60), 0)).toEqual([]);
    expect(machine.stop('b')).toEqual([cancelled('b')]);
    const events = machine.complete(pass, { items: [{ kind: 'done' }], wallMs: 1 });
    expect(withoutPass(events)).toMatchObject([{ kind: 'accepted', id: 'c' }]);
  });

  it('when a model can only append, then a slot is reused whole or not at all', () => {
    const machine = machineWith({ appendOnly: true, sequences: 1 });
    const finish = (id: string, tokens: readonly number[]): EngineEvent[] => {
      const events = machine.start(request(id, { limits: { maxTokens: 1, stop: [] } }), tokens, 0);
      while (machine.has(id)) run(machine);
      return events;
    };
    finish('a', prompt(10));
    expect(finish('grown', prompt(15))[0]).toMatchObject({ reusedTokens: 10 });
    expect(finish('changed', [...prompt(12), 80, 81])[0]).toMatchObject({ reusedTokens: 0 });
  });

  it('when only a first marker is common, then the least recently used slot is taken and the warm one stays', () => {
    const machine = machineWith();
    const once = { limits: { maxTokens: 1, stop: [] } };
    machine.start(request('a', once), prompt(30), 0);
    while (machine.has('a')) run(machine);
    machine.start(request('b', once), [1, ...prompt(30, 50)], 0);
    while (machine.has('b')) run(machine);
    expect(machine.kvTokens('m')).toEqual([30, 31]);
    expect(machine.start(request('c', once), prompt(31), 0)[0]).toMatchObject({ reusedTokens: 30 });
  });

  it('when a request is relegated, then it gives way from the next pass on; unknown ids are ignored', () => {
    const machine = machineWith({}, punctual);
    machine.start(request('first', { sla: { kind: 'e2e', targetMs: 1_000 } }), prompt(16), 0);
    machine.start(request('second', { sla: { kind: 'e2e', targetMs: 2_000 } }), prompt(16, 30), 0);
    expect(run(machine).pass.items.map(({ id }) => id)).toEqual(['first']);
    machine.relegate('first');
    machine.relegate('nobody');
    expect(run(machine).pass.items.map(({ id }) => id)).toEqual(['second']);
  });

  it('when a request is stopped to come back, then its cells are parked for it, and it goes on where it was', () => {
    const machine = machineWith({ sequences: 1, shelfTokensMax: 1_000 });
    machine.start(request('a'), prompt(70), 0);
    while (!run(machine, 5).events.some(({ kind }) => kind === 'tokens'));
    expect(machine.stop('a', true)).toEqual([cancelled('a')]);
    machine.start(request('b', { limits: { maxTokens: 1, stop: [] } }), prompt(80, 100), 0);
    while (machine.has('b')) run(machine);
    expect(machine.start(request('a', { generated: [5] }), prompt(70), 0)).toMatchObject([
      { kind: 'accepted', id: 'a', reusedTokens: 70 },
    ]);
    const { pass, events } = run(machine, 6);
    expect(pass.items[0]).toMatchObject({ keep: 70, tokens: [5], moves: { restore: 1 } });
    expect(withoutPass(events)).toEqual([{ kind: 'tokens', id: 'a', tokens: [6], text: 'f' }]);
  });

  it('when a request is stopped for good, then nothing is kept for it', () => {
    const machine = machineWith({ sequences: 1, shelfTokensMax: 1_000 });
    machine.start(request('a'), prompt(70), 0);
    while (!run(machine, 5).events.some(({ kind }) => kind === 'tokens'));
    machine.stop('a');
    machine.start(request('b', { limits: { maxTokens: 1, stop: [] } }), prompt(80, 100), 0);
    while (machine.has('b')) run(machine);
    expect(machine.start(request('a', { generated: [5] }), prompt(70), 0)).toMatchObject([{ reusedTokens: 0 }]);
  });

  it('when a request that was to come back will not, then nothing is kept for it any more', () => {
    const machine = machineWith({ sequences: 1, shelfTokensMax: 1_000 });
    machine.start(request('a'), prompt(70), 0);
    while (!run(machine, 5).events.some(({ kind }) => kind === 'tokens'));
    machine.stop('a', true);
    expect(machine.stop('a')).toEqual([]);
    machine.start(request('b', { limits: { maxTokens: 1, stop: [] } }), prompt(80, 100), 0);
    expect(nextPass(machine).items[0]?.moves).toBeUndefined();
  });

  it('when a request was to come back and is stopped for good within the same pass, then nothing is kept for it', () => {
    const machine = machineWith({ sequences: 1, shelfTokensMax: 1_000 });
    machine.start(request('a'), prompt(80), 0);
    for (let passes = 0; passes < 9; passes += 1) run(machine);
    const pass = nextPass(machine);
    expect([machine.stop('a', true), machine.stop('a')]).toEqual([[], []]);
    expect(withoutPass(machine.complete(pass, { items: [{ kind: 'done', token: 1 }], wallMs: 1 }))).toEqual([
      cancelled('a'),
    ]);
    machine.start(request('b', { limits: { maxTokens: 1, stop: [] } }), prompt(80, 100), 0);
    expect(nextPass(machine).items[0]?.moves).toBeUndefined();
  });

  it('when a request that is gone had cells on the shelf, then they make room before those that are wanted', () => {
    const machine = machineWith({ sequences: 1, shelfTokensMax: 160 });
    const once = { limits: { maxTokens: 1, stop: [] } };
    machine.start(request('wanted', { ...once, document: 'wanted' }), prompt(80, 300), 0);
    while (machine.has('wanted')) run(machine);
    machine.start(request('gone'), prompt(70), 0);
    while (!run(machine, 5).events.some(({ kind }) => kind === 'tokens'));
    machine.stop('gone', true);
    machine.start(request('other', { ...once, document: 'other' }), prompt(80, 100), 0);
    while (machine.has('other')) run(machine);
    machine.stop('gone');
    // Both are parked; for the next one there is no room.
    machine.start(request('next', once), prompt(80, 200), 0);
    expect(nextPass(machine).items[0]?.moves).toMatchObject({ drop: [2] });
  });
});
