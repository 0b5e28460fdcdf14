/** Both arms on the embedded model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Vocabulary } from '../../runtime/bench/vocabulary.ts';
import { Arms, insertedText, rawWindow } from '../../runtime/eval/arms.ts';
import type { CompletionCase } from '../../runtime/eval/cases.ts';
import { embeddedModel, engineProgram } from '../engine/models.ts';

const one: CompletionCase = {
  id: 'p/a.ts:1',
  split: 'tuning',
  package: 'p',
  path: 'a.ts',
  language: 'typescript',
  kind: 'single',
  shape: 'call',
  before: 'export function sum(values: number[]): number {\n  let total = 0;\n  for (let i = 0; i < ',
  after: '\n    total += values[i];\n  }\n  return total;\n}\n',
  expected: 'values.length; i++) {',
};

let arms: Arms;
let vocabulary: Vocabulary;

beforeAll(async () => {
  vocabulary = await Vocabulary.open(embeddedModel);
  arms = await Arms.open({ model: embeddedModel, demo: true, threads: 1, engineProgram, log: () => undefined });
});
afterAll(async () => {
  await arms.close();
  await vocabulary.close();
});

describe('the window of a plain call', () => {
  it('when the text is short, then it is all of it', () => {
    expect(arms.windowOf(one)).toEqual({ prefix: one.before, suffix: one.after });
  });

  it('when the text is long, then it is the last 1,024 tokens before the cursor and the first 256 behind it', () => {
    const before = Array.from({ length: 900 }, (_, index) => `const value${index} = compute(${index});\n`).join('');
    const { prefix, suffix } = arms.windowOf({ before, after: before });
    expect(before.endsWith(prefix) && before.startsWith(suffix)).toBe(true);
    expect(vocabulary.count(prefix)).toBeLessThanOrEqual(rawWindow.prefixTokens);
    expect(vocabulary.count(prefix)).toBeGreaterThan(rawWindow.prefixTokens - 4);
    expect(vocabulary.count(suffix)).toBeLessThanOrEqual(rawWindow.suffixTokens);
    expect(vocabulary.count(suffix)).toBeGreaterThan(rawWindow.suffixTokens - 4);
  });

  it('when an edge would cut a character in two, then it lies beside it', () => {
    const before = '日本語の文字列。'.repeat(600);
    const { prefix, suffix } = arms.windowOf({ before, after: before });
    expect(before.endsWith(prefix) && before.startsWith(suffix)).toBe(true);
    expect([prefix.length > 50, suffix.length > 10]).toEqual([true, true]);
    expect(prefix + suffix).not.toContain('\uFFFD');
  });
});

describe('the arms', () => {
  it('when a single line is asked for, then both answer, raw with one line, and the same again the second time', async () => {
    const [raw, punctual] = [await arms.raw(one), await arms.punctual(one)];
    expect(raw).not.toContain('\n');
    expect(punctual.trim()).not.toBe('');
    expect([await arms.raw(one), await arms.punctual(one)]).toEqual([raw, punctual]);
  });

  it('when a block is asked for, then raw goes on behind the line', async () => {
    const block = {
      ...one,
      kind: 'multi' as const,
      before: one.before.replace(/ {2}for.*/, ''),
      shape: 'body' as const,
    };
    expect(await arms.raw(block)).toContain('\n');
  });

  it('when a model cannot be loaded, then opening fails', async () => {
    const options = { model: engineProgram, demo: false, threads: 1, engineProgram, log: () => undefined };
    await expect(Arms.open(options)).rejects.toThrow();
  });
});

describe('what an item shows', () => {
  const document = TextDocument.create('file:///a.ts', 'typescript', 1, 'foo(bar)\n');
  const at = (character: number) => ({ line: 0, character });
  const shown = (insertText: string, from?: number, to?: number): string => {
    const range = from === undefined || to === undefined ? {} : { range: { start: at(from), end: at(to) } };
    return insertedText({ items: [{ insertText, ...range }], punctual: { reason: 'answered' } }, document, 4);
  };

  it('when it stands at the cursor or replaces what stays, then only what appears is taken', () => {
    expect(shown('x, ')).toBe('x, ');
    expect(shown('x, ', 4, 4)).toBe('x, ');
    expect(shown('foo(x, ', 0, 4)).toBe('x, ');
    expect(shown('x, bar)', 4, 8)).toBe('x, ');
    expect(insertedText({ items: [], punctual: { reason: 'empty' } }, document, 4)).toBe('');
  });
});
