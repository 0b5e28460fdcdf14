import { describe, expect, it } from 'vitest';
import { lineBefore, restOfLine, situationAt } from '../../../runtime/features/completion/situation.ts';

/** The cursor is marked by `|` in the text. */
function at(marked: string): string {
  const [before = '', after = ''] = marked.split('|');
  const { before: left, behind } = situationAt({ before, after });
  return `${left} ${behind}`;
}

describe('what stands around a cursor', () => {
  it.each([
    ['|', 'line nothing'],
    ['let a = 1;\n  |\nnext', 'line nothing'],
    ['let tot|', 'word nothing'],
    ['naïve|', 'word nothing'],
    ['let |', 'space nothing'],
    ['call(|)', 'opener closers'],
    ['call(a,|)', 'comma closers'],
    ['a.|', 'dot nothing'],
    ['std::|', 'dot nothing'],
    ['p->|', 'dot nothing'],
    ['a = 1;|', 'end nothing'],
    ['if x:|', 'end nothing'],
    ['a =|', 'operator nothing'],
    ["'|'", 'quote closers'],
    ['#|', 'other nothing'],
    ['fo|o', 'word word'],
    ['a = |b', 'space word'],
    ['a = | + b', 'space text'],
    ['f(x|); // why', 'word text'],
  ])('when the text is %s, then it is: %s', (marked, expected) => {
    expect(at(marked)).toBe(expected);
  });

  it('when a line is very long, then only what is near the cursor is read', () => {
    const text = 'x'.repeat(1_000_000);
    expect(lineBefore(text)).toHaveLength(1_000);
    expect(restOfLine(text)).toHaveLength(1_000);
    expect(restOfLine(`ab\n${text}`)).toBe('ab');
  });
});
