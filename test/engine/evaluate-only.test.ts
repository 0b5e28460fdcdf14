/** Requests for no tokens: their prompt is evaluated for whoever asks later. */
import { describe, expect, it } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { EngineEvent, EngineRequest } from '../../runtime/engine/engine.ts';
import type { PassItemResult } from '../../runtime/engine/pass.ts';
import type { MachineModel } from '../../runtime/engine/sequence.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { policyOf } from '../core/fixtures.ts';
import { engineRequest } from './request.ts';

const model: MachineModel = {
  id: 'm',
  sequences: 2,
  contextTokens: 100,
  chunkTokens: 8,
  costs: () => ({ prefillMs: (tokens) => tokens, decodeMs: () => 1 }),
  appendOnly: false,
  shelfTokensMax: 0,
  isEnd: () => false,
  detokenizer: () => ({ push: (token) => String.fromCharCode(96 + token) }),
};

function request(id: string, maxTokens: number): EngineRequest {
  return engineRequest({
    id,
    document: 'd',
    prompt: { kind: 'infill', prefix: '', suffix: '' },
    limits: { maxTokens, stop: [] },
    sla: { kind: 'ttft', targetMs: 1_000 },
    answerTokens: certainLength(1),
    relegated: maxTokens === 0,
  });
}

const prompt = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

/** Runs one pass in which everything succeeds; what it evaluated and what was sampled from it. */
function run(machine: StepMachine): { evaluated: number; samples: number; events: EngineEvent[] } {
  const pass = machine.next(0);
  if (pass === undefined) throw new Error('The machine has no pass.');
  const items = pass.items.map(({ sample }): PassItemResult => ({ kind: 'done', ...(sample && { token: 1 }) }));
  const evaluated = pass.items.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const samples = pass.items.filter(({ sample }) => sample).length;
  return { evaluated, samples, events: machine.complete(pass, { items, wallMs: 1 }) };
}

describe.each(['punctual', 'fcfs', 'edf', 'saber', 'static:2'])('a request for no tokens under %s', (name) => {
  const machineOf = (): StepMachine => {
    const machine = new StepMachine(policyOf(name).planStep);
    machine.addModel(model);
    return machine;
  };
  const evaluatedEnd = { kind: 'ended', id: 'warm', outcome: { kind: 'finished', reason: 'length' } };

  it('when it runs, then its prompt is evaluated, nothing is sampled, and the next request evaluates only what is new', () => {
    const machine = machineOf();
    machine.start(request('warm', 0), prompt(20), 0);
    const seen: EngineEvent[] = [];
    let samples = 0;
    while (machine.has('warm')) {
      const pass = run(machine);
      seen.push(...pass.events);
      samples += pass.samples;
    }
    expect(samples).toBe(0);
    expect(seen.filter(({ kind }) => kind !== 'pass')).toEqual([evaluatedEnd]);
    expect(machine.start(request('next', 1), prompt(23), 0)).toMatchObject([
      { kind: 'accepted', promptTokens: 23, follows: 'warm' },
    ]);
    expect(run(machine).evaluated).toBeLessThanOrEqual(4);
  });

  it('when its prompt is there already, then it ends without a pass', () => {
    const machine = machineOf();
    machine.start(request('warm', 0), prompt(20), 0);
    while (machine.has('warm')) run(machine);
    expect(machine.start(request('warm', 0), prompt(20), 0)).toMatchObject([{ kind: 'accepted' }, evaluatedEnd]);
    expect(machine.next(0)).toBeUndefined();
  });

  it('when it is stopped half-way and another document-mate comes, then that starts after the pass in flight on what was evaluated', () => {
    const machine = machineOf();
    machine.start(request('warm', 0), prompt(40), 0);
    const { evaluated } = run(machine);
    const pass = machine.next(0);
    if (pass === undefined) throw new Error('The machine has no pass.');
    const inFlight = pass.items[0]?.tokens.length ?? 0;
    expect([...machine.stop('warm'), ...machine.start(request('next', 1), prompt(40), 0)]).toEqual([]);
    const events = machine.complete(pass, { items: [{ kind: 'done' }], wallMs: 1 });
    expect(events.filter(({ kind }) => kind !== 'pass')).toEqual([
      { kind: 'ended', id: 'warm', outcome: { kind: 'cancelled', by: 'client' } },
      { kind: 'accepted', id: 'next', promptTokens: 40, reusedTokens: evaluated + inFlight, follows: 'warm' },
    ]);
  });
});
