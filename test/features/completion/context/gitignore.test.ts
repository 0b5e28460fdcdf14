import { describe, expect, it } from 'vitest';
import { isIgnored, parseIgnore } from '../../../../runtime/features/completion/context/gitignore.ts';

const ignored = (text: string, path: string): boolean => isIgnored(parseIgnore(text), path.toLowerCase().split('/'));

describe('a .gitignore', () => {
  it.each([
    ['node_modules', 'node_modules/a/b.js', true],
    ['node_modules/', 'x/node_modules/b.js', true],
    ['/build', 'build/a.js', true],
    ['/build', 'src/build/a.js', false],
    ['docs/*.html', 'docs/a.html', true],
    ['docs/*.html', 'docs/b/a.html', false],
    ['*.log\n!keep.log', 'keep.log', false],
    ['*.log\n!keep.log', 'drop.log', true],
    ['!keep.log\n*.log', 'keep.log', true],
    // What lies in an ignored folder cannot be taken back.
    ['logs\n!logs/keep.log', 'logs/keep.log', true],
    ['# a comment\n\n  \nout', 'out/x', true],
    ['# a comment', '# a comment', false],
    ['\\#named', '#named', true],
    ['\\!named', '!named', true],
    ['out   \r\nx', 'out', true],
    ['**/gen/**', 'a/gen/b.ts', true],
    ['{a,b}', 'a', false],
    ['', 'a', false],
    ['*', 'a/b', true],
  ])('when it says %j, then of %s it says %s', (text, path, expected) => {
    expect(ignored(text, path)).toBe(expected);
  });
});
