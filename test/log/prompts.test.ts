/** Prompts without their text tell predictions what the text tells them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../runtime/core/event.ts';
import { Learned } from '../../runtime/core/learned.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import { charsOf, partsOf, sharedChars } from '../../runtime/core/prompt-parts.ts';
import type { Prompt, Task } from '../../runtime/core/task.ts';
import { PromptShapes, ShapedPrompts } from '../../runtime/log/prompts.ts';
import { task } from '../core/fixtures.ts';

/** Of two letters, so that they begin alike often. */
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
const infill = fc
  .record({ prefix: text, suffix: text, typed: text, comments: text })
  .map(({ prefix, suffix, typed, comments }): Prompt => {
    const pieces = [{ path: 'p', text: 't', comments }];
    return { kind: 'infill', prefix, suffix, typed, context: { repository: 'r', path: 'p', pieces } };
  });
const chat = text.map((user): Prompt => ({ kind: 'chat', user }));
const prompts = fc.array(fc.oneof({ weight: 4, arbitrary: infill }, chat), { minLength: 2, maxLength: 8 });

const key = { supersedeKey: 'd' } as const;

function start(started: Task): Effect {
  return { kind: 'start', task: started, ageMs: 0, answerTokens: certainLength(8), relegated: false, generated: [] };
}

describe('prompts without their text', () => {
  it('when any of them are compared, then they share as many characters as the prompts did, and are as long', () => {
    fc.assert(
      fc.property(prompts, (originals) => {
        const shapes = new PromptShapes();
        const shaped = new ShapedPrompts();
        const made = originals.map((prompt, index) => {
          const shape = shapes.shapeOf(task(`t${index}`, { ...key, prompt }));
          return partsOf(shaped.promptOf(`t${index}`, shape));
        });
        const parts = originals.map(partsOf);
        for (const [a, one] of parts.entries()) {
          expect(charsOf(made[a] ?? one)).toBe(charsOf(one));
          for (const [b, other] of parts.entries())
            for (const suffixFirst of [false, true])
              expect(sharedChars(made[a] ?? one, made[b] ?? other, suffixFirst)).toBe(
                sharedChars(one, other, suffixFirst),
              );
        }
      }),
    );
  });

  it('when a prompt goes on where the last one ended, then predictions differ from those of two that have nothing in common', () => {
    const first = task('t1', { ...key, prompt: { kind: 'chat', user: 'x'.repeat(700) } });
    const second = task('t2', { ...key, prompt: { kind: 'chat', user: 'x'.repeat(770) } });
    const shapes = new PromptShapes();
    const logged = [first, second].map((each) => shapes.shapeOf(each));
    expect(logged[1]).toEqual({ kind: 'chat', user: { chars: 770, like: 't1', same: 700 } });
    const predicted = (tasks: readonly Task[]): number => {
      const learned = new Learned();
      const [one = first, other = second] = tasks;
      learned.learn({ kind: 'submit', task: one }, 0);
      learned.learn({ kind: 'accepted', id: 't1', promptTokens: 200, reusedTokens: 200 }, 0);
      return learned.prefillTokens(other);
    };
    const shaped = new ShapedPrompts();
    const again = [first, second].map((each, index) => ({
      ...each,
      prompt: shaped.promptOf(each.id, logged[index] ?? { kind: 'chat' }),
    }));
    expect(predicted(again)).toBe(predicted([first, second]));
    expect(predicted([first, { ...second, prompt: { kind: 'chat', user: 'y'.repeat(770) } }])).toBeGreaterThan(
      predicted(again),
    );
  });

  it('when tasks are gone, then only the last prompts of their documents are held on to', () => {
    const shapes = new PromptShapes();
    const one = task('t1', { ...key, prompt: { kind: 'chat', user: 'abc' } });
    const refused = task('t2', { ...key, prompt: { kind: 'chat', user: 'abcd' } });
    shapes.shapeOf(one);
    shapes.note({ kind: 'submit', task: one }, [start(one)]);
    shapes.note({ kind: 'accepted', id: 't1', promptTokens: 1, reusedTokens: 0 }, []);
    const outcome = { kind: 'finished', reason: 'stop' } as const;
    shapes.note({ kind: 'ended', id: 't1', outcome }, [{ kind: 'settle', id: 't1', outcome }]);
    shapes.shapeOf(refused);
    shapes.note({ kind: 'submit', task: refused }, [{ kind: 'settle', id: 't2', outcome }]);
    const shape = shapes.shapeOf(task('t3', { ...key, prompt: { kind: 'chat', user: 'abcde' } }));
    expect(shape.user).toEqual({ chars: 5, like: 't1', same: 3 });
  });

  it('when a shape refers to a prompt that is not there, then it is refused', () => {
    const shaped = new ShapedPrompts();
    expect(() => shaped.promptOf('t1', { kind: 'chat', user: { chars: 5, like: 't0', same: 3 } })).toThrow(RangeError);
    expect(() => shaped.promptOf('t1', { kind: 'chat', user: { chars: 2, same: 3 } })).toThrow(RangeError);
  });
});
