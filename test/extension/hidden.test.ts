import { describe, expect, it } from 'vitest';
import { declarationLinesMax, linesFrom } from '../../extension/declared-text.ts';
import { hiddenGlobs, ignoreText, nestedIgnores } from '../../extension/hidden.ts';
import {
  declarationCharsMax,
  declarationsResultSchema,
  ignoreCharsMax,
  ignoresMax,
  workspaceParamsSchema,
} from '../../runtime/protocol.ts';

describe('what the editor hides', () => {
  it('when globs are on, off or depend on another file, then those that may be on are told', () => {
    const setting = { '**/.git': true, '**/out': false, '**/*.js': { when: '$(basename).ts' }, '': true };
    expect(hiddenGlobs(setting)).toEqual(['**/.git', '**/*.js']);
  });

  it.each([undefined, null, 'text', 7])('when the setting is %s, then it hides nothing', (setting) => {
    expect(hiddenGlobs(setting)).toEqual([]);
  });

  it('when there is more than the wire takes, then what is told is taken', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${n}${'x'.repeat(2 * (n % 400))}`, true]));
    const excluded = [...hiddenGlobs(many), ...hiddenGlobs(many)];
    const ignore = ignoreText('a\n'.repeat(ignoreCharsMax));
    const folders = [{ uri: 'file:///w', name: 'w', ignore, excluded }];
    expect(workspaceParamsSchema.safeParse({ folders }).success).toBe(true);
    expect(ignore).toBe('*');
    expect(ignoreText('dist\n')).toBe('dist\n');
  });
});

describe('.gitignore files in a folder', () => {
  it('when several are found, then each is told with its place, the outermost first', () => {
    const found = [
      { path: 'packages/app/src/.gitignore', text: 'x\n' },
      { path: 'packages/.gitignore', text: 'y\n' },
    ];
    expect(nestedIgnores(found)).toEqual([
      { folder: 'packages', text: 'y\n' },
      { folder: 'packages/app/src', text: 'x\n' },
    ]);
  });

  it('when one cannot be read, or is too long, then its folder is ignored as a whole', () => {
    const found = [
      { path: 'a/.gitignore', text: undefined },
      { path: 'b/.gitignore', text: 'x\n'.repeat(ignoreCharsMax) },
    ];
    expect(nestedIgnores(found)).toEqual([
      { folder: 'a', text: '*' },
      { folder: 'b', text: '*' },
    ]);
  });

  it('when there are many, then what is told is taken and small, and too many are not told at all', () => {
    const many = Array.from({ length: ignoresMax }, (_, n) => ({
      path: `f${n}/.gitignore`,
      text: 'x'.repeat(ignoreCharsMax),
    }));
    const ignores = nestedIgnores(many);
    expect(workspaceParamsSchema.safeParse({ folders: [{ uri: 'file:///w', name: 'w', ignores }] }).success).toBe(true);
    expect(JSON.stringify(ignores).length).toBeLessThan(1024 ** 2);
    expect(ignores?.at(-1)?.text).toBe('*');
    expect(nestedIgnores([...many, { path: 'one/.gitignore', text: '' }])).toBeUndefined();
  });
});

describe('the lines of a declaration', () => {
  it.each([
    ['a\nb\nc\n', 1, 'b\nc\n'],
    ['a\nb', 1, 'b'],
    ['a\r\nb\r\n', 1, 'b\r\n'],
    ['a\n', 1, ''],
    ['a', 5, ''],
    ['', 0, ''],
  ])('when the text is %j, then from line %d on they are %j', (text, line, expected) => {
    expect(linesFrom(text, line)).toBe(expected);
  });

  it('when they are many or long, then as many whole ones come as the wire takes', () => {
    const many = linesFrom('x\n'.repeat(100), 3);
    expect(many.split('\n')).toHaveLength(declarationLinesMax + 1);
    const long = linesFrom(`${'x'.repeat(900)}\n`.repeat(9), 0);
    expect([long.length, long.endsWith('\n')]).toEqual([1_802, true]);
    expect(linesFrom('x'.repeat(declarationCharsMax + 1), 0)).toBe('');
    const declarations = [{ name: 'a', uri: 'file:///w/a.ts', text: long }];
    expect(declarationsResultSchema.safeParse({ declarations }).success).toBe(true);
  });
});
