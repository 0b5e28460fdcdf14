import { describe, expect, it } from 'vitest';
import type { InfillPrompt } from '../../../runtime/core/task.ts';
import { Prompts } from '../../../runtime/features/completion/prompts.ts';

const line = (index: number): string => `    let value${index} = compute(${index}, "a few words");\n`;
const code = Array.from({ length: 200 }, (_, index) => line(index)).join('');
const offset = code.indexOf('let value120');

function textOf({ prefix, suffix, typed = '' }: InfillPrompt): string {
  return prefix + suffix + typed;
}

/** One ms for each character that no prompt before has in common with this one, as an engine that forgets nothing needs. */
class Engine {
  readonly evaluated: string[] = [''];

  readonly forecastMs = (prompt: InfillPrompt): number => {
    const text = textOf(prompt);
    const shared = this.evaluated.map((other) => {
      let index = 0;
      while (index < text.length && text[index] === other[index]) index += 1;
      return index;
    });
    return text.length - Math.max(...shared);
  };

  evaluate(prompt: InfillPrompt): void {
    this.evaluated.push(textOf(prompt));
  }
}

function desk(targetMs: number) {
  const engine = new Engine();
  const prompts = new Prompts();
  const ask = (text: string, at: number) => {
    const chosen = prompts.choose('d', { text, offset: at, targetMs, forecastMs: engine.forecastMs });
    engine.evaluate(chosen.prompt);
    return chosen;
  };
  const warmUp = (text: string, at: number): void => engine.evaluate(prompts.warmUp('d', { text, offset: at }));
  return { engine, prompts, ask, warmUp };
}

const typedAt = (typed: string): readonly [string, number] => [
  code.slice(0, offset) + typed + code.slice(offset),
  offset + typed.length,
];

describe('the prompts of a document', () => {
  it('when somebody types, then each prompt only appends to the one before', () => {
    const { ask } = desk(1e6);
    const typed = 'let answer = 42;\n    answer + 1';
    const prompts = [...typed].map((_, index) => ask(...typedAt(typed.slice(0, index + 1))));
    for (const [index, { prompt, forecastMs }] of prompts.entries()) {
      expect(prompt.typed?.endsWith(`\n    ${typed.slice(0, index + 1)}`)).toBe(true);
      if (index > 0) expect(forecastMs).toBe(1);
    }
  });

  it('when what was typed is deleted and typed anew, then nothing but that is evaluated', () => {
    const { ask } = desk(1e6);
    for (const typed of ['let answer', 'let ans', 'let a', 'let b'])
      expect(ask(...typedAt(typed)).prompt.prefix).toBe(ask(...typedAt('let answer')).prompt.prefix);
  });

  it('when two places are edited in turn, then both keep their prompts', () => {
    const { ask } = desk(1e6);
    const other = code.indexOf('let value20');
    ask(code, offset);
    ask(code, other);
    expect(ask(code, offset).forecastMs).toBe(0);
    expect(ask(code, other).forecastMs).toBe(0);
  });

  it('when there is no time for the whole window, then a smaller one is anchored, until a warm-up brings the whole one', () => {
    const { ask, warmUp } = desk(1_500);
    const small = ask(code, offset);
    expect(small.droppedChars).toBeGreaterThan(500);
    expect(ask(...typedAt('le'))).toMatchObject({ droppedChars: small.droppedChars });
    warmUp(...typedAt('le'));
    expect(ask(...typedAt('let'))).toMatchObject({ droppedChars: 0, forecastMs: 1 });
  });

  it('when much was typed, then a pause makes a new anchor, which is used from then on', () => {
    const { ask, warmUp } = desk(1e6);
    const typed = Array.from({ length: 12 }, (_, index) => line(index)).join('');
    ask(...typedAt(''));
    expect(ask(...typedAt(typed)).isStale).toBe(true);
    warmUp(...typedAt(typed));
    const fresh = ask(...typedAt(`${typed}x`));
    expect(fresh.isStale).toBe(false);
    expect(`${fresh.prompt.prefix}${fresh.prompt.typed}`.endsWith(`${typed}x`)).toBe(true);
    expect(fresh.prompt.typed?.length).toBeLessThan(typed.length);
    expect(fresh.forecastMs).toBeLessThan(10);
  });

  it('when the prompt that is there is good, then a warm-up evaluates that one', () => {
    const { ask, prompts } = desk(1e6);
    const { prompt } = ask(...typedAt('let a'));
    const [text, at] = typedAt('let a');
    expect(prompts.warmUp('d', { text, offset: at })).toEqual(prompt);
  });

  it('when the cursor comes to another place, then less behind it is asked with, and a pause brings the rest to what is held', () => {
    const { ask, warmUp, engine } = desk(1e6);
    const first = ask(code, offset);
    expect(first.isStale).toBe(false);
    const elsewhere = code.indexOf('let value20');
    const near = ask(code, elsewhere);
    expect(near).toMatchObject({ isStale: true, droppedChars: 0 });
    expect(near.prompt.suffix.length).toBeLessThan(0.6 * first.prompt.suffix.length);
    const before = engine.evaluated.length;
    warmUp(code, elsewhere);
    const evaluated = engine.evaluated[before] ?? '';
    expect(evaluated.startsWith(near.prompt.prefix + near.prompt.suffix)).toBe(true);
    const whole = ask(code, elsewhere);
    expect(whole).toMatchObject({ isStale: false, forecastMs: 0 });
    expect(whole.prompt.suffix.startsWith(near.prompt.suffix)).toBe(true);
    expect(whole.prompt.suffix.length).toBeGreaterThan(0.9 * first.prompt.suffix.length);
  });

  it('when a prompt was too long for the model, then the next one is cut shorter', () => {
    const { ask, prompts, engine } = desk(1e6);
    const long = ask(code, offset).prompt;
    const question = { text: code, offset, targetMs: 1e6, forecastMs: engine.forecastMs };
    const { prompt } = prompts.shorten('d', question, { prefixChars: 600, suffixChars: 150 });
    expect(textOf(prompt).length).toBeLessThan(textOf(long).length / 2);
    expect(ask(code, offset).prompt).toEqual(prompt);
  });
});
