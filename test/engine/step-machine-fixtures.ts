/** A model whose answers the test makes up, and requests to it: for the tests of the step machine. */
import { edf } from '../../runtime/core/policies/edf.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import type { EngineEvent, EngineRequest } from '../../runtime/engine/engine.ts';
import type { Pass, PassItemResult } from '../../runtime/engine/pass.ts';
import type { MachineModel } from '../../runtime/engine/sequence.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { engineRequest } from './request.ts';

export const endToken = 99;

/** Tokens are written as letters: 1 is a, 2 is b. */
export const model: MachineModel = {
  id: 'm',
  sequences: 2,
  contextTokens: 100,
  chunkTokens: 8,
  costs: () => ({ prefillMs: (tokens) => tokens, decodeMs: () => 1 }),
  appendOnly: false,
  shelfTokensMax: 0,
  isEnd: (token) => token === endToken,
  detokenizer: () => ({ push: (token) => String.fromCharCode(96 + token) }),
};

export function request(id: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return engineRequest({ id, class: 'summarize', limits: { maxTokens: 5, stop: [] }, ...overrides });
}

export function machineWith(overrides: Partial<MachineModel> = {}, policy: Policy = edf): StepMachine {
  const machine = new StepMachine(policy.planStep);
  machine.addModel({ ...model, ...overrides });
  return machine;
}

export function prompt(length: number, first = 1): number[] {
  return Array.from({ length }, (_, index) => first + index);
}

export function nextPass(machine: StepMachine): Pass {
  const pass = machine.next(0);
  if (pass === undefined) throw new Error('The machine has no pass.');
  return pass;
}

/** Runs the next pass; every item succeeds and samples `token` where it is asked to. */
export function run(
  machine: StepMachine,
  token = 1,
  override?: PassItemResult,
): { readonly pass: Pass; readonly events: EngineEvent[] } {
  const pass = nextPass(machine);
  const items = pass.items.map(
    (item): PassItemResult => override ?? (item.sample ? { kind: 'done', token } : { kind: 'done' }),
  );
  return { pass, events: machine.complete(pass, { items, wallMs: 3 }) };
}

export function withoutPass(events: readonly EngineEvent[]): EngineEvent[] {
  return events.filter((event) => event.kind !== 'pass');
}

export const cancelled = (id: string): EngineEvent => ({
  kind: 'ended',
  id,
  outcome: { kind: 'cancelled', by: 'client' },
});
