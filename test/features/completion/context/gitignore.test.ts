import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isIgnored, parseIgnore } from '../../../../runtime/features/completion/context/gitignore.ts';

const ignored = (text: string, path: string): boolean => isIgnored([parseIgnore(text)], path.toLowerCase().split('/'));

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
    // A name with a slash behind it means folders only.
    ['build/', 'build', false],
    ['*\n!*/\n!*.ts', 'a/secret.txt', true],
    ['*\n!*/\n!*.ts', 'a/b.ts', false],
    ['out/**\n!out/keep.ts', 'out/keep.ts', false],
    ['out/**\n!out/keep.ts', 'out/drop.ts', true],
  ])('when it says %j, then of %s it says %s', (text, path, expected) => {
    expect(ignored(text, path)).toBe(expected);
  });
});

describe('.gitignore files in folders', () => {
  const files = {
    '': 'dist\n*.log\n!keep.log\nvendor/**\n!vendor/own.ts\n',
    'packages/app': '/local.ts\n*.gen.ts\n!*.log\ncache/\n',
    'packages/app/src': '!wanted.gen.ts\n*.tmp.ts\n**/deep/x.ts\nsub/y.ts\n',
    'packages/closed': '*\n!.gitignore\n',
    'packages/half': '*\n!*/\n!*.ts\n',
    'packages/app/dist': '!*\n',
  };
  const paths = [
    ...['dist/a.ts', 'a.log', 'keep.log', 'vendor/a.ts', 'vendor/own.ts', 'local.ts', 'a.gen.ts', 'deep/x.ts'],
    ...['packages/app/local.ts', 'packages/app/src/local.ts', 'packages/app/b.gen.ts', 'packages/app/b.log'],
    ...['packages/app/src/wanted.gen.ts', 'packages/app/src/other.gen.ts', 'packages/app/src/a.tmp.ts'],
    ...['packages/app/src/deep/x.ts', 'packages/app/src/sub/y.ts', 'packages/app/src/z/sub/y.ts', 'sub/y.ts'],
    ...['packages/app/cache/a.ts', 'packages/app/cache', 'packages/app/a.tmp.ts', 'packages/app/dist/a.ts'],
    ...['packages/closed/a.ts', 'packages/closed/in/a.ts', 'packages/half/a.ts', 'packages/half/in/a.txt'],
    ...['packages/half/in/a.ts', 'packages/application/local.ts', 'packages/other.ts'],
  ];
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'punctual-ignore-'));
    execFileSync('git', ['init', '--quiet', folder]);
    for (const [place, text] of Object.entries(files)) {
      mkdirSync(path.join(folder, place), { recursive: true });
      writeFileSync(path.join(folder, place, '.gitignore'), text);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Those that git ignores. */
  const byGit = (): string[] => {
    // None of them exists, so that none is a folder but by what lies in it.
    const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    const options = { cwd: folder, input: paths.join('\n'), env, encoding: 'utf8' } as const;
    return execFileSync('git', ['check-ignore', '--no-index', '--stdin'], options).trim().split('\n');
  };

  it('when several mean a path, then what is ignored is what git ignores, in whatever order they are told', () => {
    const told = Object.entries(files).map(([place, text]) => parseIgnore(text, place));
    const by = (order: typeof told): string[] => paths.filter((one) => isIgnored(order, one.split('/')));
    expect(by(told)).toEqual(byGit());
    expect(by(told.toReversed())).toEqual(byGit());
    expect(byGit().length).toBeGreaterThan(10);
  });
});
