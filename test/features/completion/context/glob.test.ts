import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Glob,
  globCharsMax,
  matchesGlob,
  parseGlob,
} from '../../../../runtime/features/completion/context/glob.ts';

const matches = (glob: string, path: string): boolean =>
  matchesGlob(parseGlob(glob) ?? [], path.toLowerCase().split('/'));

describe('a glob', () => {
  it.each([
    ['*.sql', 'dump.sql', true],
    ['*.sql', 'a/b/dump.sql', true],
    ['*.sql', 'dump.sql.ts', false],
    ['a/*.sql', 'a/x.sql', true],
    ['a/*.sql', 'b/a/x.sql', false],
    ['a/*.sql', 'a/b/x.sql', false],
    ['**/private/**', 'a/private/b.ts', true],
    ['**/private/**', 'private/b.ts', true],
    ['**/private/**', 'privately/b.ts', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/b/c/z/y', false],
    ['id_?sa', 'id_rsa', true],
    ['id_?sa', 'id_sa', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[ab', '[ab', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['{a,b}.ts', 'b.ts', true],
    ['x.{p{em,12},key}', 'x.p12', true],
    ['x.{p{em,12},key}', 'x.p{em', false],
    ['SECRET.*', 'secret.TXT', true],
    ['/top', 'top', true],
    ['/top', 'a/top', false],
    ['./a/b', 'a/b', true],
    ['folder/', 'a/folder', true],
    ['*', 'anything', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'a1b2', false],
    ['größe', 'GRÖSSE', false],
    ['größe', 'Größe', true],
  ])('when %s is put to %s, then it says %s', (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it('when it is too long or has too many alternatives, then it is none', () => {
    expect(parseGlob('a'.repeat(globCharsMax))).toBeDefined();
    expect(parseGlob('a'.repeat(globCharsMax + 1))).toBeUndefined();
    expect(parseGlob('{a,b}'.repeat(6))).toHaveLength(64);
    expect(parseGlob('{a,b}'.repeat(7))).toBeUndefined();
    expect(parseGlob('{a,b}'.repeat(100))).toBeUndefined();
  });

  it('when braces mean themselves, then they are signs like any other', () => {
    const glob: Glob = parseGlob('{a,b}', false) ?? [];
    expect(matchesGlob(glob, ['{a,b}'])).toBe(true);
    expect(matchesGlob(glob, ['a'])).toBe(false);
  });

  it('when it is written to be slow, then it is answered in steps that are counted in products', () => {
    const path = 'a'.repeat(4_000);
    expect(matches(`${'a*'.repeat(200)}b`, path)).toBe(false);
    const deep = Array.from({ length: 400 }, () => 'a').join('/');
    expect(matches(`${'**/a/'.repeat(80)}b`, deep)).toBe(false);
  });

  it('when a path is written as a glob, then it means itself, and with stars for any part of it still', () => {
    const name = fc.stringMatching(/^[a-z0-9_.-]{1,8}$/).filter((text) => text !== '.' && text !== '..');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(), (names, first, second) => {
        const path = names.join('/');
        expect(matches(`/${path}`, path)).toBe(true);
        const at = first % names.length;
        const starred = names.with(at, '*');
        expect(matches(`/${starred.join('/')}`, path)).toBe(true);
        const end = at + (second % (names.length - at + 1));
        expect(matches(`/${[...names.slice(0, at), '**', ...names.slice(end)].join('/')}`, path)).toBe(true);
      }),
    );
  });

  const signs = fc.constantFrom('a', 'B', '.', '/', '*', '?', '[', ']', '!', '-', '{', '}', ',', '\\', '𝒳', '\ud800');

  it('when anything is written, then it is read without an error', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40, unit: signs }),
        fc.string({ maxLength: 40, unit: signs }),
        (glob, path) => {
          expect(typeof matches(glob, path)).toBe('boolean');
        },
      ),
    );
  });
});
