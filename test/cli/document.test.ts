import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { languageOf, openFile } from '../../runtime/cli/document.ts';
import { fakeIo } from './fake-io.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file as the editor would open it', () => {
  it('when its name has a known ending, then the language is the one VS Code gives it, else plain text', () => {
    const names = ['a.ts', 'a.d.mts', 'A.PY', 'a.tsx', 'a.h', 'a.xyz', 'Makefile', '.js'];
    expect(names.map(languageOf)).toEqual([
      'typescript',
      'typescript',
      'python',
      'typescriptreact',
      'c',
      'plaintext',
      'plaintext',
      'plaintext',
    ]);
  });

  it('when it has CRLF line ends and emoji, then they stay: positions count them', async () => {
    const text = 'let a = "😀";\r\nlet b;\r\n';
    await writeFile(path.join(folder, 'a b.js'), text);
    expect(await openFile('a b.js', fakeIo(folder))).toEqual({
      name: 'a b.js',
      isLanguageAssumed: false,
      uri: pathToFileURL(path.join(folder, 'a b.js')).href,
      languageId: 'javascript',
      text,
    });
  });

  it('when it begins with a byte order mark, then the mark is no character of it', async () => {
    await writeFile(path.join(folder, 'a.js'), '\ufefflet a;');
    expect((await openFile('a.js', fakeIo(folder))).text).toBe('let a;');
  });

  it.each([
    ['UTF-16', Buffer.from('\ufefflet a;', 'utf16le')],
    ['UTF-16', Buffer.from('\ufeff漢字', 'utf16le')],
    ['UTF-16', Buffer.from('\ufefflet a;', 'utf16le').swap16()],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
    ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61])],
  ])('when it is written in %s, then it is to be saved as UTF-8', async (encoding, bytes) => {
    await writeFile(path.join(folder, 'wide.js'), bytes);
    await expect(openFile('wide.js', fakeIo(folder))).rejects.toThrow(
      `wide.js is written in ${encoding}; only UTF-8 is read: save it as UTF-8, then run it again.`,
    );
  });

  it.each([
    ['a.xyz', {}, { languageId: 'plaintext', isLanguageAssumed: true }],
    ['a.xyz', { language: 'rust' }, { languageId: 'rust', isLanguageAssumed: false }],
    ['a.xyz', { language: 'C++' }, { languageId: 'cpp', isLanguageAssumed: false }],
    ['a.xyz', { language: 'py' }, { languageId: 'python', isLanguageAssumed: false }],
    ['a.js', { language: 'typescript' }, { languageId: 'typescript', isLanguageAssumed: false }],
  ])('when it is %s with %j, then its language is known or assumed', async (name, values, expected) => {
    await writeFile(path.join(folder, name), 'x');
    expect(await openFile(name, fakeIo(folder), values)).toMatchObject(expected);
  });
});

describe('standard input', () => {
  const piped = (...chunks: (string | Buffer)[]) =>
    fakeIo(folder, { input: Readable.from(chunks.map((chunk) => Buffer.from(chunk))) });

  it('when it comes in pieces, then it is one document, whose language is assumed unless it is named', async () => {
    const face = Buffer.from('😀');
    const io = piped('let a = "', face.subarray(0, 2), face.subarray(2), '";');
    expect(await openFile('-', io)).toEqual({
      name: 'standard input',
      uri: 'untitled:stdin',
      languageId: 'plaintext',
      isLanguageAssumed: true,
      text: 'let a = "😀";',
    });
    expect(await openFile('-', piped('x'), { language: 'go' })).toMatchObject({ languageId: 'go' });
  });

  it('when it does not end, then no more of it is read than a document may have', async () => {
    let chunks = 0;
    async function* endless() {
      for (; ; chunks++) yield Buffer.alloc(1_000_000, 'x');
    }
    const search = openFile('-', fakeIo(folder, { input: endless() }));
    await expect(search).rejects.toThrow(/^standard input has .* MB; at most 2 million characters are read/);
    expect(chunks).toBeLessThan(10);
  });

  it('when it is not text, then a sentence says so', async () => {
    await expect(openFile('-', piped('a\0b'))).rejects.toThrow(/^standard input contains null bytes/);
  });
});
