import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed, shownDiff } from '../../../runtime/features/summarize/diff.ts';

function fileDiff(path: string, lines: readonly string[], head: readonly string[] = []): string {
  return [
    ...[`diff --git a/${path} b/${path}`, ...head, 'index 1..2 100644', `--- a/${path}`, `+++ b/${path}`],
    ...['@@ -1 +1 @@', ...lines, ''],
  ].join('\n');
}

const textOf = (diff: string): string => (shownDiff(diff)?.files ?? []).map(({ text }) => text).join('\n');
const pathsOf = (diff: string): string[] => (shownDiff(diff)?.files ?? []).map(({ path }) => path);
const notesOf = (diff: string): readonly string[] => (shownDiff(diff)?.notes ?? []).map(String);

describe('what is shown of a change', () => {
  it('when files of source changed, then all of it, and there is nothing to say', () => {
    const diff = fileDiff('src/a.ts', ['-a', '+b']) + fileDiff('src/b.ts', ['+c']);
    expect(pathsOf(diff)).toEqual(['src/a.ts', 'src/b.ts']);
    expect(textOf(diff)).toBe(diff.trimEnd());
    expect(notesOf(diff)).toEqual([]);
  });

  it('when it is no diff of git, then nothing is known of it', () => {
    expect(shownDiff('Index: a.c\n--- a.c\n+++ a.c\n+x\n')).toBeUndefined();
    expect(shownDiff('')).toBeUndefined();
  });

  it.each([
    '.env',
    'config/.env.local',
    'deploy/id_rsa',
    'certs/server.pem',
    'a/credentials.json',
    '.aws/config',
    'SECRETS.yaml',
  ])('when a file that usually holds secrets changed, then it is named and nothing of it is shown: %s', (path) => {
    const diff = fileDiff('a.ts', ['+let a']) + fileDiff(path, ['-TOKEN=old-hush', '+TOKEN=new-hush']);
    expect(textOf(diff)).not.toContain('hush');
    expect(textOf(diff)).toContain(`${path}\n(its content is not shown)`);
    expect(textOf(diff)).toContain('+let a');
    expect(notesOf(diff)).toEqual([`What changed in ${path} is not read: such files usually hold secrets.`]);
  });

  it('when a secret file was renamed, then its former name still counts; so does one that was added or deleted', () => {
    const renamed = [
      ...['diff --git a/.env b/settings.txt', 'similarity index 90%', 'rename from .env', 'rename to settings.txt'],
      ...['--- a/.env', '+++ b/settings.txt', '@@ -1 +1 @@', '-A=hush', '+A=hush2', ''],
    ].join('\n');
    const deleted =
      'diff --git a/.env b/.env\ndeleted file mode 100644\n--- a/.env\n+++ /dev/null\n@@ -1 +0,0 @@\n-A=hush\n';
    const added = 'diff --git a/.env b/.env\nnew file mode 100644\n--- /dev/null\n+++ b/.env\n@@ -0,0 +1 @@\n+A=hush\n';
    for (const diff of [
      renamed,
      deleted,
      added,
      fileDiff('"\\056env"', ['+A=hush']).replace('a/"', '"a/').replaceAll('b/"', '"b/'),
    ])
      expect(textOf(diff)).not.toContain('hush');
  });

  it('when a merge is under way, then its files are read by their names as well', () => {
    const merge = 'diff --cc .env\nindex 1,2..3\n--- a/.env\n+++ b/.env\n@@@ -1,1 -1,1 +1,1 @@@\n++A=hush\n';
    expect(textOf(merge)).not.toContain('hush');
  });

  it('when binary files and files that programs write changed, then only that is shown', () => {
    const binary = 'diff --git a/x.png b/x.png\nindex 1..2 100644\nBinary files a/x.png and b/x.png differ\n';
    const patch = 'diff --git a/y.bin b/y.bin\nindex 1..2\nGIT binary patch\nliteral 5\nMcmZQz00031\n';
    const lock = fileDiff('package-lock.json', ['+"hash": "abc"', '-"hash": "def"']);
    expect(textOf(binary)).toBe('diff --git a/x.png b/x.png\nindex 1..2 100644\n(binary)');
    expect(pathsOf(patch)).toEqual(['y.bin']);
    expect(textOf(patch)).not.toContain('McmZ');
    expect(textOf(lock)).toContain('(written by a program; 2 lines changed)');
    expect(textOf(lock)).not.toContain('hash');
  });

  it('when a name is quoted, has spaces or stands for itself, then it is read as it is', () => {
    const quoted = 'diff --git "a/\\303\\244 \\"b\\".ts" "b/\\303\\244 \\"b\\".ts"\nnew file mode 100644\n';
    expect(pathsOf(quoted)).toEqual(['ä "b".ts']);
    expect(pathsOf('diff --git a/a b.ts b/a b.ts\nold mode 1\nnew mode 2\n')).toEqual(['a b.ts']);
  });

  it('when a change is of five million characters, then the small files stay whole and the long ones are cut, which is said', () => {
    const long = fileDiff(
      'long.ts',
      Array.from({ length: 200_000 }, (_, line) => `+const line${line} = ${line};`),
    );
    const diff = fileDiff('small.ts', ['+let small']) + long;
    expect(diff.length).toBeGreaterThan(5e6);
    expect(textOf(diff)).toContain('+let small');
    expect(textOf(diff).length).toBeLessThan(201_000);
    expect(textOf(diff)).toMatch(/\n\(the rest is not shown\)$/);
    expect(notesOf(diff)).toEqual(['Of 1 long change only the beginning is read.']);
  });

  it('when a line is long, as in minified code, then it is cut', () => {
    expect(textOf(fileDiff('a.ts', [`+${'x'.repeat(100_000)}`])).length).toBeLessThan(600);
  });

  it('when thousands of files changed, then the first ones are read, and that is said', () => {
    const diff = Array.from({ length: 5_000 }, (_, file) => fileDiff(`f${file}.ts`, ['+a'])).join('');
    expect(pathsOf(diff)).toHaveLength(400);
    expect(notesOf(diff)).toEqual(['Only 400 of 5000 changed files are read.']);
  });

  it('when right-to-left text and other scripts changed, then they stay as they are', () => {
    expect(textOf(fileDiff('ar.md', ['+مرحبا بالعالم', '+שלום']))).toContain('+مرحبا بالعالم\n+שלום');
  });

  it('when whatever follows the mark of a diff, then it is read without an error, and packs hold every file once', () => {
    const part = fc.string({ unit: 'grapheme', maxLength: 80 });
    const any = fc.array(fc.tuple(fc.constantFrom('git', 'cc', 'combined'), part, part), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 500 }), (parts, chars) => {
        const shown = shownDiff(parts.map(([kind, head, body]) => `diff --${kind} ${head}\n${body}\n`).join(''));
        expect(packed(shown?.files ?? [], chars).flat()).toEqual(shown?.files);
        expect(shown?.files.length).toBeGreaterThan(0);
      }),
    );
  });
});
