import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { possiblyTyped, type Sides, typedSince } from '../../../runtime/features/completion/since.ts';

/** The cursor is marked by `|`. */
function sides(marked: string): Sides {
  const [before = '', after = ''] = marked.split('|');
  return { before, after };
}

describe('what was typed since', () => {
  it.each([
    ['nothing', 'let a|;', 'let a|;', ''],
    ['letters', 'let a|;', 'let abc|;', 'bc'],
    ['a line end', 'a|\n}', 'a\n  |\n}', '\n  '],
    ['a bracket that the editor closed', 'f|;', 'f(|);', '('],
    ['two brackets that the editor closed', 'f|;', 'f([|]);', '(['],
    ['a quote that the editor closed', 'f(|)', "f('|')", "'"],
  ])('when it is %s, then that is the answer', (_, then, now, typed) => {
    expect(typedSince(sides(then), sides(now))).toBe(typed);
  });

  it.each([
    ['something was deleted', 'let ab|;', 'let a|;'],
    ['something else was typed before it', 'let a|;', 'const a|;'],
    ['text was put behind the cursor', 'let a|;', 'let ab|c;'],
    ['more was closed than was opened', 'f|;', 'f(|));'],
    ['the text behind the cursor is another', 'f|;', 'f(|),'],
  ])('when %s, then there is no answer', (_, then, now) => {
    expect(typedSince(sides(then), sides(now))).toBeUndefined();
  });

  it('when a text has grown at the cursor, then what was typed is among what may have been', () => {
    const closers = fc.constantFrom('', ')', '])', "'");
    const parts = fc.record({ before: fc.string(), after: fc.string(), typed: fc.string(), closers });
    fc.assert(
      fc.property(parts, ({ before, after, typed, closers: closed }) => {
        fc.pre(closed.length <= typed.length);
        const now = { before: before + typed, after: closed + after };
        expect(typedSince({ before, after }, now)).toBe(typed);
        expect(possiblyTyped({ before, after }, now.before + now.after)).toContain(typed);
      }),
    );
  });

  it('when a text has changed elsewhere, then nothing can have been typed', () => {
    expect(possiblyTyped(sides('ab|cd'), 'abxd')).toEqual([]);
    expect(possiblyTyped(sides('ab|cd'), 'ab')).toEqual([]);
    expect(possiblyTyped(sides('aa|aa'), 'aaa')).toEqual([]);
  });
});
