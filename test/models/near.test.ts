import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../runtime/models/catalog/catalog.ts';
import { didYouMean, nearNames } from '../../runtime/models/near.ts';

const { models } = builtinCatalog();
const names = models.map(({ name }) => name);

describe('near names', () => {
  it.each([
    ['qwen2.5-coder-15b', 'qwen2.5-coder-1.5b'],
    ['Qwen2.5-Coder-7B', 'qwen2.5-coder-7b'],
    ['melum-4b', 'mellum-4b'],
    ['granite-4.1', 'granite-4.1-3b'],
    ['qwen coder 7b', 'qwen2.5-coder-7b'],
    ['gemma', 'gemma-4-12b-it'],
  ])('when %s is typed, then %s is meant', (typed, meant) => {
    expect(nearNames(typed, names)[0]).toBe(meant);
  });

  it.each(['', 'x', 'llama', 'a'.repeat(10_000)])('when %j is typed, then nothing is near', (typed) => {
    expect(didYouMean(typed, models)).toBe('');
  });
});
