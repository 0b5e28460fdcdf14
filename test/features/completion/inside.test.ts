import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InsideReader, insideAt } from '../../../runtime/features/completion/inside.ts';

const line = 'const total = count + "a // b" /* no */ + 1;\n';

describe('what the cursor is in', () => {
  it.each([
    ['const a = 1;\n// it is ', 'typescript', 'comment'],
    ['/* one\ntwo ', 'typescript', 'comment'],
    ["const a = 'b", 'typescript', 'string'],
    ['const a = `b${', 'typescript', 'code'],
    ['const a = `b\nc', 'typescript', 'string'],
    ['x = """a\nb', 'python', 'string'],
    ['return 1', 'typescript', 'code'],
  ] as const)('when %j stands before it in %s, then it is %s', (before, languageId, inside) => {
    expect(insideAt(before, languageId)).toBe(inside);
  });

  it('when a comment began long before, then that is known as long as it is read', () => {
    expect(insideAt(`/* ${'x\n'.repeat(20_000)}`, 'typescript')).toBe('comment');
    expect(insideAt(`/* ${'x\n'.repeat(60_000)}`, 'typescript'), 'more than is read').toBe('code');
  });

  it('when somebody types, deletes and goes elsewhere, then it is what reading from the beginning says', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '"',
      "'",
      '`',
      '${',
      '}',
      '{',
      '(',
      ')',
      '//',
      '/*',
      '*/',
      '/',
      '\\',
      line,
      line.repeat(40),
    );
    const step = fc.record({
      deletes: fc.nat({ max: 900 }),
      jumps: fc.double({ min: 0, max: 1, noNaN: true }),
      types: fc.array(piece, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const reader = new InsideReader();
        let text = line.repeat(100);
        for (const { deletes, jumps, types } of steps) {
          if (jumps > 0.9) text = text.slice(0, Math.floor(text.length * (1 - jumps) * 10));
          text = text.slice(0, Math.max(0, text.length - deletes)) + types.join('');
          expect(reader.at('a', text, 'typescript')).toBe(insideAt(text, 'typescript'));
        }
      }),
    );
  });

  it('when the text before is the same in another language or document, then it is read for that one', () => {
    const reader = new InsideReader();
    const before = `${line.repeat(200)}# `;
    expect(reader.at('a', before, 'typescript')).toBe('code');
    expect(reader.at('a', before, 'python')).toBe('comment');
    expect(reader.at('b', '/*', 'typescript')).toBe('comment');
    expect(reader.at('a', `${before}a`, 'python')).toBe('comment');
  });
});
