import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SuggestionCache } from '../../../runtime/features/completion/cache.ts';

const here = { before: 'let a', after: '\n' };

function cacheWith(text = ' = 1;'): SuggestionCache {
  const cache = new SuggestionCache(4);
  cache.put('m', here, text);
  return cache;
}

describe('the cache of suggestions', () => {
  it('when the cursor is back where one was made, or has typed on as it says, then it is found', () => {
    const cache = cacheWith();
    expect(cache.get('m', here)).toBe(' = 1;');
    expect(cache.get('m', { ...here, before: 'let a = ' })).toBe('1;');
  });

  it.each([
    ['another model asks', 'n', here],
    ['other text stands behind the cursor', 'm', { ...here, after: ';\n' }],
    ['something else was typed', 'm', { ...here, before: 'let a +' }],
    ['it was typed to its end', 'm', { ...here, before: 'let a = 1;' }],
    ['the text before it is another', 'm', { ...here, before: 'set a' }],
  ])('when %s, then it is not', (_, scope, sides) => {
    expect(cacheWith().get(scope, sides)).toBeUndefined();
  });

  it('when it is full, then what was not asked for the longest is forgotten', () => {
    const cache = cacheWith();
    for (const name of ['b', 'c', 'd']) cache.put('m', { before: name, after: '' }, name);
    expect(cache.get('m', here)).toBe(' = 1;');
    cache.put('m', { before: 'e', after: '' }, 'e');
    expect(cache.get('m', { before: 'b', after: '' })).toBeUndefined();
    expect(cache.get('m', here)).toBe(' = 1;');
  });

  it('when it answers, then what was put and what was typed agree with the answer and with the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 6 });
    const put = fc.record({ before: text, after: text, text });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 8 }), text, text, (puts, before, after) => {
        const cache = new SuggestionCache(16);
        for (const one of puts) cache.put('m', one, one.text);
        const found = cache.get('m', { before, after });
        const isRight = (one: (typeof puts)[number]): boolean =>
          one.after === after && before.startsWith(one.before) && before + found === one.before + one.text;
        if (found === undefined) return;
        expect(found).not.toBe('');
        expect(puts.some(isRight)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('when it has an answer, then it gives it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, text, text, fc.nat(5), (before, after, suggestion, typed) => {
        fc.pre(typed < suggestion.length);
        const cache = new SuggestionCache(1);
        cache.put('m', { before, after }, suggestion);
        expect(cache.get('m', { before: before + suggestion.slice(0, typed), after })).toBe(suggestion.slice(typed));
      }),
    );
  });
});
