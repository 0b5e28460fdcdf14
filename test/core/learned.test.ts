/** How much of a prompt is expected to be in a sequence already. */
import { describe, expect, it } from 'vitest';
import { Learned } from '../../runtime/core/learned.ts';
import type { InfillPrompt, Task } from '../../runtime/core/task.ts';
import { info, task } from './fixtures.ts';

const charsPerToken = 3.5;
const prefix = 'p'.repeat(700);
const suffix = 's'.repeat(350);

function completion(id: string, prompt: Partial<InfillPrompt>, more: Partial<Task> = {}): Task {
  return task(id, { supersedeKey: 'd', prompt: { kind: 'infill', prefix, suffix, ...prompt }, ...more });
}

/** All that the task asks for is evaluated. */
function evaluate(
  learned: Learned,
  asked: Task,
  { reused = 0, follows }: { reused?: number; follows?: string } = {},
): void {
  const promptTokens = 300;
  learned.learn({ kind: 'submit', task: asked }, 0);
  const accepted = { kind: 'accepted', id: asked.id, promptTokens, reusedTokens: reused } as const;
  learned.learn({ ...accepted, ...(follows !== undefined && { follows }) }, 0);
  const pass = {
    model: 'm',
    kind: 'prefill',
    tokens: promptTokens - reused,
    sequences: 1,
    contextTokens: 0,
    wallMs: 1,
  } as const;
  learned.learn({ kind: 'pass', pass: { ...pass, id: asked.id } }, 0);
}

describe('what is left of a prompt to evaluate', () => {
  it('when only what was typed since differs, then that is all, however the model reads', () => {
    for (const suffixFirst of [false, true]) {
      const learned = new Learned();
      learned.learn({ kind: 'loaded', model: 'm', info: { ...info, suffixFirst } }, 0);
      evaluate(learned, completion('a', { typed: 'let ' }));
      expect(learned.prefillTokens(completion('b', { typed: 'let a = 1' }))).toBeLessThanOrEqual(2);
    }
  });

  it('when the text behind the cursor differs, then a model that reads it first evaluates all, another one from there on', () => {
    const left = (suffixFirst: boolean): number => {
      const learned = new Learned();
      learned.learn({ kind: 'loaded', model: 'm', info: { ...info, suffixFirst } }, 0);
      evaluate(learned, completion('a', {}));
      return learned.prefillTokens(completion('b', { suffix: 'x'.repeat(350) }));
    };
    expect(left(true)).toBeCloseTo(1_050 / charsPerToken, -1);
    expect(left(false)).toBeCloseTo(350 / charsPerToken, -1);
  });

  it('when a warm-up takes the sequence of the last prompt, then of that one only what both share is left', () => {
    const learned = new Learned();
    const last = completion('a', {});
    const warm = completion('w', { suffix: 'x'.repeat(350) }, { idle: true });
    evaluate(learned, last);
    expect(learned.prefillTokens(last)).toBe(1);
    evaluate(learned, warm, { reused: 200, follows: 'a' });
    expect(learned.prefillTokens(last)).toBeCloseTo(350 / charsPerToken, -1);
    expect(learned.prefillTokens({ ...warm, id: 'b' })).toBe(1);
  });

  it('when another document takes the sequence, then nothing is lost, as the engine parks it', () => {
    const learned = new Learned();
    evaluate(learned, completion('a', {}));
    evaluate(learned, completion('b', { prefix: 'x' }, { supersedeKey: 'e' }), { follows: 'a' });
    expect(learned.prefillTokens(completion('c', {}))).toBe(1);
  });

  it('when the warm-up has a sequence of its own, then both are there', () => {
    const learned = new Learned();
    evaluate(learned, completion('a', {}));
    evaluate(learned, completion('w', { suffix: 'x'.repeat(350) }, { idle: true }), { follows: 'other' });
    expect(learned.prefillTokens(completion('b', {}))).toBe(1);
  });

  it('when what other files say is another one, then all behind it is evaluated anew; when there is more of it, from there on', () => {
    const context = (...names: string[]) => ({
      repository: 'r',
      path: 'here.ts',
      pieces: names.map((name) => ({ path: name, text: name, comments: name.repeat(350) })),
    });
    const learned = new Learned();
    evaluate(learned, completion('a', { context: context('x') }));
    expect(learned.prefillTokens(completion('b', { context: context('x') }))).toBe(1);
    expect(learned.prefillTokens(completion('b', { context: context('y') }))).toBeCloseTo(1_400 / charsPerToken, -2);
    const more = learned.prefillTokens(completion('b', { context: context('x', 'y') }));
    expect(more).toBeLessThan(learned.prefillTokens(completion('b', { context: context('y', 'x') })));
  });
});
