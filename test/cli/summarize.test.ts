/** What `summarize` sends for a folder, a diff and a documentation comment, and what it does with the answer. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { edited } from '../../runtime/cli/edit.ts';
import { summarize } from '../../runtime/cli/summarize.ts';
import type { TextResult } from '../../runtime/protocol.ts';
import { fakeIo } from './fake-io.ts';
import { answer, type OddRuntime, published } from './odd-runtime.ts';

const plain: TextResult = {
  ...{ text: 'It adds.', model: 'Small', demo: false, targetMs: 20_000, ttftMs: 400, e2eMs: 3_100, kept: true },
  end: 'stop',
};
const openedSchema = z.object({ textDocument: z.object({ uri: z.string(), languageId: z.string() }) });

let folder: string;
let runtime: OddRuntime;
let params: Record<string, unknown> | undefined;
let opened: string[];
let errors: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
  runtime = await published(folder, '999.0.0');
  params = undefined;
  opened = [];
  errors = '';
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), text);
}

async function run(argument: string, values: Record<string, string | boolean>, result = plain): Promise<number> {
  runtime.onMessage = (message, socket) => {
    if (message.method === 'textDocument/didOpen') {
      const { uri, languageId } = openedSchema.parse(message.params).textDocument;
      opened.push(`${path.posix.basename(uri)} ${languageId}`);
    }
    if (message.method !== 'punctual/summarize') return;
    params = z.record(z.string(), z.unknown()).parse(message.params);
    answer(socket, message, { result });
  };
  const err = (text: string): void => {
    errors += text;
  };
  return summarize.run([argument], values, { ...fakeIo(folder), err });
}

describe('a folder', () => {
  it('when it is given, then its source files are, by their paths; what is hidden, made or no source is not', async () => {
    for (const file of ['src/b.ts', 'src/a.py', 'src/inner/c.go', 'src/.env.ts', 'src/node_modules/d.js', 'src/e.json'])
      await put(file, 'x');
    expect(await run('src', { folder: true })).toBe(0);
    expect(opened).toEqual(['a.py python', 'b.ts typescript', 'c.go go']);
    expect(params?.['more']).toHaveLength(2);
  });

  it('when files are too large or no text, then the rest is read, and that is said', async () => {
    await put('src/a.py', 'x');
    await put('src/b.py', 'x'.repeat(300_000));
    await put('src/c.py', 'x\0');
    await run('src', { folder: true });
    expect(opened).toEqual(['a.py python']);
    expect(errors).toContain('2 source files are left out');
  });

  it('when there is no source in it, then a sentence says so', async () => {
    await put('src/readme.txt', 'x');
    await expect(run('src', { folder: true })).rejects.toThrow('src has no source files');
  });
});

describe('a purpose', () => {
  it('when it is a commit message, then what comes is taken as a diff', async () => {
    await put('staged', '+x\n');
    await run('staged', { as: 'commit-message' });
    expect([opened, params?.['purpose']]).toEqual([['staged diff'], 'commitMessage']);
  });

  it('when a comment is to be written, then it goes into the file, with its line ends', async () => {
    await put('a.ts', 'let a;\r\nfunction f() {}\r\n');
    const at = { line: 1, character: 0 };
    const edit = { range: { start: at, end: at }, newText: '/** It adds. */\n' };
    await run('a.ts', { as: 'doc-comment', line: '2', write: true }, { ...plain, edit });
    expect(await readFile(path.join(folder, 'a.ts'), 'utf8')).toBe('let a;\r\n/** It adds. */\r\nfunction f() {}\r\n');
    expect(params).toMatchObject({ purpose: 'docComment', range: { start: at, end: at } });
  });

  it('when the file begins with a byte order mark, then it does so afterwards', async () => {
    await put('a.ts', '\uFEFFfunction f() {}\n');
    const at = { line: 0, character: 0 };
    const edit = { range: { start: at, end: at }, newText: '/** It adds. */\n' };
    await run('a.ts', { as: 'doc-comment', line: '1', write: true }, { ...plain, edit });
    expect(await readFile(path.join(folder, 'a.ts'), 'utf8')).toBe('\uFEFF/** It adds. */\nfunction f() {}\n');
  });

  it('when it is a hover, then what is declared in the line is meant', async () => {
    await put('a.ts', 'class A {\n  f() {}\n}\n');
    await run('a.ts', { as: 'hover', line: '2' });
    const at = { line: 1, character: 2 };
    expect(params).toMatchObject({ purpose: 'hover', range: { start: at, end: at } });
  });

  it('when words come that are no diff, then nothing is asked', async () => {
    await put('words', 'hello\n');
    await expect(run('words', { as: 'commit-message' })).rejects.toThrow('words is no diff');
    expect(params).toBeUndefined();
  });

  it.each([
    [{ as: 'poem' }, "--as is 'poem'"],
    [{ as: 'doc-comment' }, '--line is missing'],
    [{ line: '1' }, '--line belongs to'],
    [{ write: true }, '--write belongs to'],
    [{ as: 'hover' }, '--line is missing'],
    [{ as: 'commit-message' }, 'a.ts is no diff'],
    [{ as: 'commit-message', folder: true }, 'exclude each other'],
    [{ folder: true }, 'is a file: leave --folder out'],
    [{ workspace: 'nowhere' }, "--workspace is 'nowhere'"],
    [{ as: 'doc-comment', line: '9' }, 'there is no line 9'],
  ])('when it is asked for with %j, then a sentence says what is wrong', async (values, message) => {
    await put('a.ts', 'let a;\n');
    await expect(run('a.ts', values)).rejects.toThrow(message);
  });

  it('when an older runtime tells no place, then a sentence says what to do', () => {
    expect(() => edited({ name: 'a.ts', text: '' }, {})).toThrow("run 'punctual stop' first");
  });
});
