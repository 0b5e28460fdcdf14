/** The step machine with a small device that really keeps tokens, and checks on every pass and event: for its property tests. */
import { expect } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import type { Pass, PassItem, PassItemResult } from '../../runtime/engine/pass.ts';
import type { MachineModel } from '../../runtime/engine/sequence.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { plainCosts } from '../core/fixtures.ts';

const endToken = 9;
const contextTokens = 200;
export const models = ['m', 'n'] as const;
const slotsEach = 2;

/** The next token is a function of all tokens before it: wrong bookkeeping gives another answer. */
function sample(tokens: readonly number[]): number {
  return 1 + (tokens.reduce((sum, token, index) => (sum * 7 + token * (index + 3)) % 1_009, 5) % 9);
}

export function answerAlone(prompt: readonly number[], maxTokens: number): number[] {
  const tokens = [...prompt];
  while (tokens.length < prompt.length + maxTokens) {
    const token = sample(tokens);
    if (token === endToken) break;
    tokens.push(token);
  }
  return tokens.slice(prompt.length);
}

/** As many tokens of a document, then the rest. */
export interface AnyPrompt {
  readonly document: number;
  readonly length: number;
  readonly rest: readonly number[];
}

interface Started {
  readonly model: string;
  readonly document: number;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly targetMs: number;
  readonly answer: number[];
  isAccepted: boolean;
  /** Stopped to go on later. */
  isPaused: boolean;
  outcome: string | undefined;
}

function machineModel(id: string, sequences: number): MachineModel {
  return {
    id,
    sequences,
    contextTokens,
    chunkTokens: 30,
    costs: () => plainCosts,
    appendOnly: id === 'n',
    shelfTokensMax: id === 'm' ? 1_000 : 0,
    isEnd: (token) => token === endToken,
    detokenizer: () => ({ push: (token) => `${token}` }),
  };
}

export class StepMachineWorld {
  readonly machine: StepMachine;
  #nowMs = 0;
  readonly requests = new Map<string, Started>();
  readonly #kv = new Map<string, number[]>();
  readonly #shelf = new Map<string, number[]>();
  #pass: Pass | undefined;
  readonly #changed = new Set<string>();

  constructor(policy: Policy) {
    this.machine = new StepMachine(policy.planStep);
    for (const id of models) this.machine.addModel(machineModel(id, slotsEach));
  }

  start(model: string, { document, length, rest }: AnyPrompt, maxTokens: number, targetMs: number): void {
    const prompt = [...Array.from({ length }, () => 3 + document), ...rest];
    const id = `r${this.requests.size}`;
    const started = { model, document, prompt, maxTokens, targetMs, answer: [] };
    this.requests.set(id, { ...started, isAccepted: false, isPaused: false, outcome: undefined });
    this.#start(id);
  }

  #start(id: string): void {
    const { model, document, prompt, maxTokens, targetMs, answer } = this.#of(id);
    const number = Number(id.slice(1));
    const request = {
      id,
      class: 'summarize',
      model,
      document: `document ${document}`,
      prompt: { kind: 'chat', user: '' },
      limits: { maxTokens, stop: [] },
      sla: { kind: number % 2 ? 'ttft' : 'e2e', targetMs },
      ageMs: 0,
      answerTokens: certainLength(5),
      relegated: number % 7 === 6,
      generated: [...answer],
    } as const;
    this.#hear(this.machine.start(request, prompt, this.#nowMs));
  }

  stop(index: number): void {
    this.#hear(this.machine.stop(`r${index}`));
  }

  relegate(index: number): void {
    this.machine.relegate(`r${index}`);
  }

  /** Once it has ended as cancelled, it comes back with {@link resume}. */
  pause(index: number): void {
    const request = this.requests.get(`r${index}`);
    if (request === undefined || request.outcome !== undefined) return;
    request.isPaused = true;
    this.#hear(this.machine.stop(`r${index}`, true));
  }

  resume(): void {
    for (const [id, request] of this.requests) {
      if (!request.isPaused || request.outcome === undefined) continue;
      request.isPaused = false;
      if (request.outcome !== 'cancelled') continue;
      Object.assign(request, { outcome: undefined, isAccepted: false });
      this.#start(id);
    }
  }

  /** The model gets so many other slots, or leaves and comes back: its requests go on, or end. Not while a pass of it runs. */
  change(model: string, slots: number, leaves: boolean): void {
    if (this.#pass?.model === model) return;
    this.#changed.add(model);
    this.machine.suspendModel(model);
    const leftovers = this.machine.leftovers(model, !leaves);
    const saved = leftovers.map(({ key, slot, tokens }): [string, number[]] => {
      const cells = slot === undefined ? this.#shelf.get(`${model}/${key}`) : this.#kv.get(`${model}/${slot}`);
      expect(cells?.slice(0, tokens.length)).toEqual(tokens);
      return [`${model}/${key}`, [...tokens]];
    });
    for (const held of [this.#kv, this.#shelf]) {
      for (const key of [...held.keys()]) if (key.startsWith(`${model}/`)) held.delete(key);
    }
    for (const [key, tokens] of saved) this.#shelf.set(key, tokens);
    if (leaves) {
      this.#hear(this.machine.removeModel(model));
      this.machine.addModel(machineModel(model, slots), leftovers);
    } else this.#hear(this.machine.replaceModel(machineModel(model, slots), leftovers));
  }

  /** Begins a pass when none runs, and ends it when one does. False when there is nothing to do. */
  advance(fault: 'none' | 'failed' | 'keptLess'): boolean {
    const pass = this.#pass;
    if (pass === undefined) {
      this.#pass = this.machine.next(this.#nowMs);
      if (this.#pass !== undefined) {
        this.#move(this.#pass);
        this.#checkPass(this.#pass);
      }
      return this.#pass !== undefined;
    }
    this.#pass = undefined;
    this.#nowMs += 10;
    const items = pass.items.map((item, index) => this.#compute(pass, item, index === 0 ? fault : 'none'));
    this.#hear(this.machine.complete(pass, { items, wallMs: 1 }));
    return true;
  }

  drain(): void {
    for (let steps = 0; this.advance('none'); steps += 1) expect(steps).toBeLessThan(10_000);
  }

  /** Only what was saved can be restored, and what is restored or dropped is gone. */
  #move({ model, items }: Pass): void {
    for (const { slot, moves } of items) {
      if (moves === undefined) continue;
      const take = (key: number): number[] => {
        const cells = this.#shelf.get(`${model}/${key}`);
        if (cells === undefined) throw new Error(`Nothing is parked under ${key}.`);
        this.#shelf.delete(`${model}/${key}`);
        return cells;
      };
      if (moves.park !== undefined) {
        this.#shelf.set(`${model}/${moves.park}`, this.#kv.get(`${model}/${slot}`) ?? []);
      }
      if (moves.restore !== undefined) this.#kv.set(`${model}/${slot}`, take(moves.restore));
      moves.drop.forEach(take);
    }
  }

  #checkPass(pass: Pass): void {
    expect(new Set(pass.items.map((item) => item.slot)).size).toBe(pass.items.length);
    expect(pass.kind === 'decode' || pass.items.length === 1).toBe(true);
    for (const item of pass.items) {
      const request = this.requests.get(item.id);
      expect(request?.model).toBe(pass.model);
      expect(request?.isAccepted).toBe(true);
      const all = [...(request?.prompt ?? []), ...(request?.answer ?? [])];
      expect(item.tokens).toEqual(all.slice(item.keep, item.keep + item.tokens.length));
      expect(this.#slot(pass, item).slice(0, item.keep)).toEqual(all.slice(0, item.keep));
    }
  }

  #slot(pass: Pass, item: PassItem): number[] {
    return this.#kv.get(`${pass.model}/${item.slot}`) ?? [];
  }

  #compute(pass: Pass, item: PassItem, fault: 'none' | 'failed' | 'keptLess'): PassItemResult {
    const key = `${pass.model}/${item.slot}`;
    if (fault === 'failed') {
      this.#kv.delete(key);
      return { kind: 'failed', message: 'Broken.' };
    }
    if (fault === 'keptLess') {
      const tokens = Math.floor(item.keep / 2);
      this.#kv.set(key, this.#slot(pass, item).slice(0, tokens));
      return { kind: 'keptLess', tokens };
    }
    const held = [...this.#slot(pass, item).slice(0, item.keep), ...item.tokens];
    expect(held.length).toBeLessThan(contextTokens);
    this.#kv.set(key, held);
    return item.sample ? { kind: 'done', token: sample(held) } : { kind: 'done' };
  }

  #hear(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'accepted' && event.kind !== 'tokens' && event.kind !== 'ended') continue;
      const request = this.#of(event.id);
      expect(request.outcome).toBeUndefined();
      if (event.kind === 'accepted') request.isAccepted = true;
      if (event.kind === 'tokens') request.answer.push(...event.tokens);
      if (event.kind === 'ended') request.outcome = event.outcome.kind;
      this.#checkSlots();
    }
  }

  #of(id: string): Started {
    const started = this.requests.get(id);
    if (started === undefined) throw new Error(`${id} was never started.`);
    return started;
  }

  #checkSlots(): void {
    for (const model of models) {
      // Who had a slot before its model was changed may wait for one again.
      if (this.#changed.has(model)) continue;
      const running = [...this.requests.values()].filter(
        (each) => each.model === model && each.isAccepted && !each.outcome,
      );
      expect(running.length).toBeLessThanOrEqual(slotsEach);
    }
  }
}
