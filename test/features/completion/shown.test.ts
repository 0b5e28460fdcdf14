import { describe, expect, it } from 'vitest';
import { LastShown, restOfShown } from '../../../runtime/features/completion/shown.ts';

const shown = { before: 'let a', after: '\n', text: ' = 1;' };

describe('the last suggestion', () => {
  it.each([
    ['let a', ' = 1;'],
    ['let a =', ' 1;'],
    ['let a = 1', ';'],
  ])('when the text before the cursor is %j, then the rest of it is %j', (before, rest) => {
    expect(restOfShown(shown, { before, after: '\n' })).toEqual({ text: rest, isAsShown: true });
  });

  it.each([
    ['it was typed to its end', 'let a = 1;'],
    ['something else was typed', 'let a.'],
    ['something before it was deleted', 'let '],
  ])('when %s, then nothing is left of it', (_, before) => {
    expect(restOfShown(shown, { before, after: '\n' })).toBeUndefined();
  });

  it('when the editor has closed a bracket behind the cursor, then the rest is not as it was shown', () => {
    const rest = restOfShown({ ...shown, text: ' = f(x);' }, { before: 'let a = f(', after: ')\n' });
    expect(rest).toEqual({ text: 'x);', isAsShown: false });
  });

  it('when too many documents have one, then the oldest is forgotten', () => {
    const last = new LastShown(2);
    for (const name of ['a', 'b', 'a', 'c']) last.put(name, shown);
    expect(['a', 'b', 'c'].map((name) => last.restAt(name, shown)?.text)).toEqual([' = 1;', undefined, ' = 1;']);
  });
});
