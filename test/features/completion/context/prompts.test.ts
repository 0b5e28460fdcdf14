/** What other files say, as it comes into prompts: where a window is cut, and nowhere else. */
import { describe, expect, it } from 'vitest';
import type { InfillPrompt } from '../../../../runtime/core/task.ts';
import type { OfferedContext } from '../../../../runtime/features/completion/context/index.ts';
import {
  assembled,
  budgetDefault,
  type CompletionContext,
} from '../../../../runtime/features/completion/context/pieces.ts';
import { Prompts } from '../../../../runtime/features/completion/prompts.ts';

const line = (index: number): string => `    let value${index} = compute(${index}, "a few words");\n`;
const code = Array.from({ length: 200 }, (_, index) => line(index)).join('');
const offset = code.indexOf('let value120');
const targetMs = 1_000;
const permit = {};

function contextOf(name: string, rules: object = permit, before?: CompletionContext): CompletionContext {
  const text = `export function ${name}(${'x'.repeat(400)}): void`;
  const snippet = { source: 'similar', uri: `file:///w/${name}.ts`, path: `${name}.ts`, text, worth: 0.5 } as const;
  const here = { repository: 'w', path: 'here.ts', languageId: 'typescript', around: '', permit: rules };
  const context = assembled([snippet], here, budgetDefault, before);
  if (context === undefined) throw new Error('There is a piece that says something.');
  return context;
}

const offer = (context: CompletionContext): OfferedContext => ({ context, charsMax: 10_000 });

function textOf({ prefix, suffix, typed = '', context }: InfillPrompt): string {
  return (context?.pieces ?? []).map(({ comments }) => comments).join('') + prefix + suffix + typed;
}

/** As many characters in a ms as it is said, of those that no prompt before has in common with this one. */
function desk(charsPerMs: number) {
  const evaluated: string[] = [''];
  const prompts = new Prompts();
  const forecastMs = (prompt: InfillPrompt): number => {
    const text = textOf(prompt);
    const shared = evaluated.map((other) => {
      let index = 0;
      while (index < text.length && text[index] === other[index]) index += 1;
      return index;
    });
    return (text.length - Math.max(...shared)) / charsPerMs;
  };
  const place = (typed: string) => ({
    text: code.slice(0, offset) + typed + code.slice(offset),
    offset: offset + typed.length,
  });
  const ask = (typed: string, offered?: OfferedContext) => {
    const chosen = prompts.choose('d', { ...place(typed), offered, targetMs, forecastMs });
    evaluated.push(textOf(chosen.prompt));
    return chosen;
  };
  const warmUp = (typed: string, offered?: OfferedContext): InfillPrompt => {
    const prompt = prompts.warmUp('d', { ...place(typed), offered });
    evaluated.push(textOf(prompt));
    return prompt;
  };
  return { prompts, ask, warmUp, forecastMs, place };
}

const saidBy = ({ context }: InfillPrompt): string | undefined => context?.pieces[0]?.path;

describe('the context in prompts', () => {
  it('when there is time, then a prompt begins with it, and while somebody types it stays as it was', () => {
    const { ask } = desk(1_000);
    const first = ask('a', offer(contextOf('one')));
    expect(saidBy(first.prompt)).toBe('one.ts');
    // Another one was made meanwhile: not for what is typed on.
    const second = ask('ab', offer(contextOf('two')));
    expect(second.prompt.context).toBe(first.prompt.context);
    expect(second.forecastMs).toBeCloseTo(1 / 1_000);
  });

  it('when there is no time, then it is left out, and comes in through a warm-up', () => {
    const { ask, warmUp } = desk(4);
    const offered = offer(contextOf('one'));
    expect(saidBy(ask('a', offered).prompt)).toBeUndefined();
    expect(saidBy(warmUp('a', offered))).toBe('one.ts');
    const next = ask('ab', offered);
    expect([saidBy(next.prompt), next.droppedChars]).toEqual(['one.ts', 0]);
    expect(next.forecastMs).toBeLessThan(5);
  });

  it('when there is no time for another one, then the one that is held stays, as it costs nothing', () => {
    const { warmUp, prompts, forecastMs } = desk(1.5);
    warmUp('a', offer(contextOf('one')));
    const far = { text: code, offset: code.indexOf('let value60') };
    const chosen = prompts.choose('d', { ...far, offered: offer(contextOf('two')), targetMs, forecastMs });
    expect(saidBy(chosen.prompt)).toBe('one.ts');
  });

  it('when nothing has changed, then a warm-up evaluates nothing anew; when the context has, then that', () => {
    const { warmUp, forecastMs } = desk(1);
    const one = contextOf('one');
    const first = warmUp('a', offer(one));
    expect(forecastMs(warmUp('a', offer(one)))).toBe(0);
    const second = warmUp('a', offer(contextOf('two')));
    expect([saidBy(first), saidBy(second)]).toEqual(['one.ts', 'two.ts']);
    expect(second.prefix).toBe(first.prefix);
  });

  it('when other rules say what may be read, then no prompt that was made by the former ones is asked with', () => {
    const { ask, warmUp } = desk(1_000);
    ask('a', offer(contextOf('one')));
    warmUp('a', offer(contextOf('one')));
    expect(saidBy(ask('ab', offer(contextOf('two', {}))).prompt)).toBe('two.ts');
    expect(saidBy(ask('abc').prompt)).toBeUndefined();
  });

  it('when nothing is offered, then prompts are as they are without', () => {
    const { ask } = desk(1_000);
    expect(ask('a').prompt).not.toHaveProperty('context');
  });

  it('when a prompt was too long for the model, then the context is the first to go', () => {
    const { ask, prompts, place, forecastMs } = desk(1_000);
    const offered = offer(contextOf('one'));
    ask('a', offered);
    const question = { ...place('a'), offered, targetMs, forecastMs };
    const shorter = prompts.shorten('d', question, { prefixChars: 1_000, suffixChars: 100 });
    expect(saidBy(shorter.prompt)).toBeUndefined();
  });
});
