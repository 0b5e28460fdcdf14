/**
 * Guessing changes how many passes an answer takes, never the answer: texts that repeat themselves more or less, with faults, stops
 * and stop texts, against a device that really keeps tokens and samples each next one from all before it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Costs } from '../../runtime/core/estimate.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import { alternate, byArrival, type StepView } from '../../runtime/core/step.ts';
import type { EngineEvent, EngineRequest } from '../../runtime/engine/engine.ts';
import type { PassItem, PassItemResult } from '../../runtime/engine/pass.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { engineRequest } from './request.ts';

const endToken = 0;

/** Tokens are letters. Now and then the next one depends on all before it; else on the last two, so that the text runs in circles. */
function nextToken(tokens: readonly number[], noise: number): number {
  const hash = tokens.reduce((sum, token, index) => (sum * 31 + token * (index + 7)) % 10_007, 5);
  if (hash % 100 < noise) return hash % 8;
  return 1 + (((tokens.at(-1) ?? 0) * 3 + (tokens.at(-2) ?? 0) * 5) % 7);
}

interface Case {
  readonly prompts: readonly (readonly number[])[];
  readonly maxTokens: number;
  readonly stop: string;
  /** How many of 100 tokens are unforeseeable. */
  readonly noise: number;
  /** What happens to the first item of each pass, in turn; then nothing any more. */
  readonly faults: readonly ('none' | 'failed' | 'keptLess')[];
  /** The first request is taken back after so many passes. */
  readonly stopAfter: number;
}

interface Outcome {
  readonly texts: readonly string[];
  readonly ends: readonly string[];
  readonly passes: number;
  readonly accepted: number;
}

/** As cheap as verification can be: every guess that is not hopeless is made. */
const costs: Costs = { prefillMs: () => 10, decodeMs: () => 10 };

function planOne(view: StepView) {
  const plan = alternate(view, byArrival);
  return plan?.kind === 'decode' ? { ...plan, ids: plan.ids.slice(0, 1) } : plan;
}

/** Holds the tokens of each slot, as a real one holds their keys and values. */
class Device {
  readonly #kv = new Map<number, number[]>();
  readonly #noise: number;
  readonly #contextTokens: number;
  accepted = 0;

  constructor(noise: number, contextTokens: number) {
    this.#noise = noise;
    this.#contextTokens = contextTokens;
  }

  compute(item: PassItem, fault: Case['faults'][number]): PassItemResult {
    const before = (this.#kv.get(item.slot) ?? []).slice(0, item.keep);
    expect(before.length).toBe(item.keep);
    if (fault === 'failed') {
      this.#kv.delete(item.slot);
      return { kind: 'failed', message: 'Broken.' };
    }
    if (fault === 'keptLess') {
      this.#kv.set(item.slot, before.slice(0, item.keep >> 1));
      return { kind: 'keptLess', tokens: item.keep >> 1 };
    }
    const draft = item.draft ?? [];
    const held = [...before, ...item.tokens, ...draft];
    expect(held.length).toBeLessThan(this.#contextTokens);
    this.#kv.set(item.slot, held);
    if (!item.sample) return { kind: 'done' };
    const start = before.length + item.tokens.length;
    const sampled = (place: number): number => nextToken(held.slice(0, start + place), this.#noise);
    const wrong = draft.findIndex((guess, place) => sampled(place) !== guess);
    const accepted = wrong < 0 ? draft.length : wrong;
    this.accepted += accepted;
    return { kind: 'done', token: sampled(accepted), accepted };
  }
}

function machineFor(contextTokens: number, speculates: boolean): StepMachine {
  const machine = new StepMachine(planOne, speculates);
  machine.addModel({
    id: 'm',
    sequences: 2,
    contextTokens,
    chunkTokens: 8,
    costs: () => costs,
    appendOnly: false,
    shelfTokensMax: 0,
    isEnd: (token) => token === endToken,
    detokenizer: () => ({ push: (token) => String.fromCharCode(96 + token) }),
  });
  return machine;
}

function run({ prompts, maxTokens, stop, noise, faults, stopAfter }: Case, speculates: boolean): Outcome {
  const machine = machineFor(30 + maxTokens, speculates);
  const device = new Device(noise, 30 + maxTokens);
  const texts = prompts.map(() => '');
  const ends = prompts.map(() => '');
  const hear = (events: readonly EngineEvent[]): void => {
    for (const event of events) {
      if (event.kind !== 'tokens' && event.kind !== 'ended') continue;
      const index = Number(event.id);
      expect(ends[index]).toBe('');
      if (event.kind === 'tokens') texts[index] += event.text;
      else ends[index] = event.outcome.kind === 'finished' ? event.outcome.reason : event.outcome.kind;
    }
  };
  for (const [index, prompt] of prompts.entries()) hear(machine.start(request(`${index}`, maxTokens, stop), prompt, 0));
  let passes = 0;
  for (let pass = machine.next(0); pass !== undefined; pass = machine.next(passes * 10)) {
    if (passes === stopAfter) hear(machine.stop('0'));
    const fault = faults[passes] ?? 'none';
    const items = pass.items.map((item, index) => device.compute(item, index === 0 ? fault : 'none'));
    hear(machine.complete(pass, { items, wallMs: 10 }));
    passes += 1;
  }
  return { texts, ends, passes, accepted: device.accepted };
}

function request(id: string, maxTokens: number, stop: string): EngineRequest {
  return engineRequest({
    id,
    class: 'translate',
    limits: { maxTokens, stop: [stop] },
    sla: { kind: 'e2e', targetMs: 1e6 },
    answerTokens: certainLength(maxTokens),
  });
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  prompts: fc.array(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 }), {
    minLength: 1,
    maxLength: 4,
  }),
  maxTokens: fc.integer({ min: 1, max: 80 }),
  stop: fc.constantFrom('', 'abc', 'gg', 'dcba'),
  noise: fc.constantFrom(0, 3, 10, 50, 100),
  faults: fc.constant([]),
  stopAfter: fc.constant(-1),
});

describe('an engine that guesses', () => {
  it('when texts repeat themselves or not, then the answers are those without guesses, in no more passes', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyCase, (each) => {
        const [plain, guessed] = [run(each, false), run(each, true)];
        expect(guessed.texts).toEqual(plain.texts);
        expect(guessed.ends).toEqual(plain.ends);
        expect(guessed.passes).toBeLessThanOrEqual(plain.passes);
        expect(plain.accepted).toBe(0);
        accepted += guessed.accepted;
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });

  it('when passes fail, cells are lost and a request is taken back, then no answer is wrong as far as it came', () => {
    const withFaults = fc.record({
      each: anyCase,
      faults: fc.array(fc.constantFrom('none' as const, 'none' as const, 'failed' as const, 'keptLess' as const), {
        maxLength: 60,
      }),
      stopAfter: fc.nat({ max: 30 }),
    });
    fc.assert(
      fc.property(withFaults, ({ each, faults, stopAfter }) => {
        const whole = run(each, false);
        const guessed = run({ ...each, faults, stopAfter }, true);
        guessed.ends.forEach((end, index) => {
          if (end === 'stop' || end === 'length') expect(guessed.texts[index]).toBe(whole.texts[index]);
          else expect(whole.texts[index]?.startsWith(guessed.texts[index] ?? '')).toBe(true);
          expect(['stop', 'length', 'failed', 'cancelled']).toContain(end);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('when a text runs in circles, then it takes a fraction of the passes', () => {
    const circle: Case = { prompts: [[1, 2]], maxTokens: 80, stop: '', noise: 0, faults: [], stopAfter: -1 };
    expect(run(circle, false).passes).toBeGreaterThanOrEqual(80);
    expect(run(circle, true).passes).toBeLessThan(40);
  });
});
