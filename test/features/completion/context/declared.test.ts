import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredCharsMax, shortDeclaration } from '../../../../runtime/features/completion/context/declared.ts';

describe('a declaration as an editor shows it', () => {
  it.each([
    [
      'a function',
      'export function add(a: number, b: number): number {\n  return a + b;\n}\n',
      'export function add(a: number, b: number): number {',
    ],
    [
      'a function over several lines',
      'def pay(\n    cart: Cart,\n    card: Card,\n) -> Receipt:\n    total = 0\n',
      'def pay(\n    cart: Cart,\n    card: Card,\n) -> Receipt:',
    ],
    ['a method, indented', '  total(): Money {\n    return 1;\n  }\n', 'total(): Money {'],
    ['a constant', 'const limit = 3;\nconst other = 4;\n', 'const limit = 3;'],
    [
      'an interface',
      'export interface Item {\n  name: string;\n  price: Money;\n}\n\nconst x = 1;\n',
      'export interface Item {\n  name: string;\n  price: Money;\n}',
    ],
    [
      'a class of Python',
      'class Item:\n    name: str\n\n    price: int\n\nx = 1\n',
      'class Item:\n    name: str\n\n    price: int',
    ],
    ['a type on one line', 'type Id = string;\nconst x = 1;\n', 'type Id = string;'],
    ['nothing', '', ''],
  ])('when it is %s, then what it says to others is told', (_, text, expected) => {
    expect(shortDeclaration(text)).toBe(expected);
  });

  it('when it is of any text, then it is short, and lines of it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 120 }), { maxLength: 40 }), (lines) => {
        const text = lines.join('\n');
        const short = shortDeclaration(text);
        expect(short.length).toBeLessThanOrEqual(declaredCharsMax);
        const own = text.split('\n').map((line) => line.trim());
        for (const line of short.split('\n')) expect(own).toContain(line.trim());
      }),
    );
  });
});
