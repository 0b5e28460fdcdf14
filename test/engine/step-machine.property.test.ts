/**
 * Starts, stops, pauses, passes and failures in any order, against a small device that really keeps tokens: whatever happens, every request
 * ends exactly once, and an answer is the one that its tokens alone would give.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import type { Pass, PassItem, PassItemResult } from '../../runtime/engine/pass.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { plainCosts, policyOf } from '../core/fixtures.ts';

const endToken = 9;
const contextTokens = 200;
const models = ['m', 'n'] as const;
const slotsEach = 2;

/** The next token is a function of all tokens before it: wrong bookkeeping gives another answer. */
function sample(tokens: readonly number[]): number {
  return 1 + (tokens.reduce((sum, token, index) => (sum * 7 + token * (index + 3)) % 1_009, 5) % 9);
}

function answerAlone(prompt: readonly number[], maxTokens: number): number[] {
  const tokens = [...prompt];
  while (tokens.length < prompt.length + maxTokens) {
    const token = sample(tokens);
    if (token === endToken) break;
    tokens.push(token);
  }
  return tokens.slice(prompt.length);
}

/** As many tokens of a document, then the rest. */
interface AnyPrompt {
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

class World {
  readonly machine: StepMachine;
  #nowMs = 0;
  readonly requests = new Map<string, Started>();
  readonly #kv = new Map<string, number[]>();
  readonly #shelf = new Map<string, number[]>();
  #pass: Pass | undefined;

  constructor(policy: Policy) {
    this.machine = new StepMachine(policy.planStep);
    for (const id of models) {
      this.machine.addModel({
        id,
        sequences: slotsEach,
        contextTokens,
        chunkTokens: 30,
        costs: () => plainCosts,
        appendOnly: id === 'n',
        shelfTokensMax: id === 'm' ? 1_000 : 0,
        isEnd: (token) => token === endToken,
        detokenizer: () => ({ push: (token) => `${token}` }),
      });
    }
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
      const running = [...this.requests.values()].filter(
        (each) => each.model === model && each.isAccepted && !each.outcome,
      );
      expect(running.length).toBeLessThanOrEqual(slotsEach);
    }
  }
}

/** Long enough to be parked, or not. */
const anyPrompt = fc.record({
  document: fc.nat({ max: 3 }),
  length: fc.constantFrom(0, 5, 80),
  rest: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 20 }),
});

const action = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      model: fc.constantFrom(...models),
      prompt: anyPrompt,
      maxTokens: fc.integer({ min: 1, max: 20 }),
      targetMs: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'stop' as const,
        'pause' as const,
        'pause' as const,
        'relegate' as const,
        'resume' as const,
      ),
      index: fc.nat({ max: 15 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      fault: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'failed' as const, 'keptLess' as const),
    }),
  },
);

describe('the step machine, whatever happens', () => {
  it.each(['punctual', 'edf', 'fcfs'])(
    '%s: when starts, stops, pauses, passes and failures come in any order, then each request ends once and with its own answer',
    (name) => {
      const policy = policyOf(name);
      fc.assert(
        fc.property(fc.array(action, { maxLength: 120, size: 'max' }), (actions) => {
          const world = new World(policy);
          for (const each of actions) {
            if (each.kind === 'start') world.start(each.model, each.prompt, each.maxTokens, each.targetMs);
            else if (each.kind === 'advance') world.advance(each.fault);
            else if (each.kind === 'resume') world.resume();
            else world[each.kind](each.index);
          }
          world.drain();
          world.resume();
          world.drain();
          for (const [id, { prompt, maxTokens, answer, outcome }] of world.requests) {
            const alone = answerAlone(prompt, maxTokens);
            expect(outcome, id).toBeDefined();
            if (outcome === 'finished') expect(answer).toEqual(alone);
            else expect(answer).toEqual(alone.slice(0, answer.length));
            expect(world.machine.has(id)).toBe(false);
          }
        }),
        { numRuns: 30 },
      );
    },
  );
});
