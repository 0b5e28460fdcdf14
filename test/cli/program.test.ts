/** The command line as a user has it: the built program, the real runtime, the embedded model. One runtime for the whole file. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { isProcess } from '../../runtime/client/connect.ts';
import { completionTraceSchema, statusSchema, textResultSchema } from '../../runtime/protocol.ts';
import { root } from './fake-io.ts';
import { finished, Program } from './program.ts';

const fixture = (name: string): string => path.join(root, 'test', 'fixtures', name);
const embedded = path.join(root, 'media', 'models', 'tinycode-4m-q8_0.gguf');
const model = 'TinyCode 4M (demonstration)';

const completionSchema = z.extend(completionTraceSchema, {
  text: z.string(),
  ttftMs: z.number(),
  model: z.string(),
  targetMs: z.number(),
});
const runningSchema = z.extend(statusSchema, { running: z.literal(true) });

/** The last line on stderr; what was waited for may stand before it. */
const timing = /^TinyCode 4M \(demonstration\): first token after \d+ ms, promised 500 ms( \(promise broken\))?\n$/m;

let program: Program;

beforeAll(async () => {
  program = await Program.prepare();
  const { code, err } = await program.run('complete', fixture('sum.js'), '--line', '3', '--character', '8');
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(timing) });
});
afterAll(() => program.dispose());

const write = (name: string, text: string): Promise<void> => writeFile(path.join(program.folder, name), text);

async function completed(file: string, line: number, character: number, ...more: string[]) {
  const place = ['--line', String(line), '--character', String(character)];
  const { code, out, err } = await program.run('complete', file, ...place, '--json', ...more);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return completionSchema.parse(JSON.parse(out));
}

describe('punctual complete', () => {
  it.each([
    ['sum.js', 3, 8, 'let i = 0; i < arr.length; i++) {'],
    ['Counter.java', 9, 14, 'count = count;'],
    ['people.py', 9, 13, '== "__main__":'],
  ])(
    'when asked in %s, line %i, character %i, then the embedded model goes on',
    async (file, line, character, text) => {
      expect(await completed(fixture(file), line, character)).toMatchObject({ text, reason: 'answered', model });
    },
  );

  it('when JSON is not asked for, then the text alone is on stdout, and on stderr whether the promise was kept', async () => {
    const result = await program.run('complete', fixture('people.py'), '--line', '9', '--character', '13');
    expect(result).toEqual({ code: 0, out: '== "__main__":\n', err: expect.stringMatching(timing) });
  });

  it('when another promise is made, then it is that one which is kept or broken', async () => {
    const place = ['--line', '9', '--character', '13'];
    expect(await completed(fixture('people.py'), 9, 13, '--target', '1')).toMatchObject({ targetMs: 1, kept: false });
    const { err } = await program.run('complete', fixture('people.py'), ...place, '--target', '60000', '--trace');
    expect(err).toMatch(
      /: first token after \d+ ms, promised 60000 ms\n {2}prompt: \d+ tokens, \d+ of them evaluated before\n/,
    );
    expect(err).toMatch(/^ {2}predicted for the first token: \d+ ms$/m);
  });

  it('when lines end with CRLF and an emoji stands before the cursor, then columns count UTF-16 units as editors do', async () => {
    await write('emoji.js', 'let face = "😀";\r\nfunction sum(arr) {\r\n  let total = 0;\r\n  for (\r\n  }\r\n}\r\n');
    expect(await completed('emoji.js', 4, 8)).toMatchObject({
      text: expect.stringMatching(/^let i = 0; i < arr\.length; i\+\+\)/),
    });
    expect((await completed('emoji.js', 1, 15)).reason).toMatch(/^(answered|empty)$/);
    // Between the two halves of the emoji: no place for a cursor, and no reason to fail.
    expect((await completed('emoji.js', 1, 14)).reason).toMatch(/^(answered|empty)$/);
  });

  it.each([
    [11, 1, 'SUM has 10 lines: there is no line 11.'],
    [3, 9, 'Line 3 has 7 characters: give --character 1 to 8.'],
    [1, 900_000_000, 'Line 1 has 19 characters: give --character 1 to 20.'],
  ])('when line %i, character %i lies outside the file, then a sentence says so', async (line, character, sentence) => {
    const place = ['--line', String(line), '--character', String(character)];
    const { code, out, err } = await program.run('complete', fixture('sum.js'), ...place);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(`punctual complete: ${sentence.replace('SUM', fixture('sum.js'))}\n`);
  });

  it('when the file is empty, of an unknown language, or one line of a million characters, then it is answered', async () => {
    await write('empty.js', '');
    await write('notes.xyz', 'for (');
    await write('line.js', 'x = 1; '.repeat(150_000));
    expect((await completed('empty.js', 1, 1)).reason).toMatch(/^(answered|empty)$/);
    expect((await completed('notes.xyz', 1, 6)).reason).toMatch(/^(answered|empty)$/);
    expect((await completed('line.js', 1, 500_001)).reason).toMatch(/^(answered|empty)$/);
  });

  it('when the model is named, then it is found from the folder of the command', async () => {
    await copyFile(embedded, path.join(program.folder, 'mine.gguf'));
    expect(await completed(fixture('people.py'), 9, 13, '--model', 'mine.gguf')).toMatchObject({ model: 'mine' });
    expect(await completed(fixture('people.py'), 9, 13, '--model', 'embedded')).toMatchObject({ model });
  });
});

describe('a model file that is none', () => {
  it.each([
    ['text.gguf', /text\.gguf is not a model in the GGUF format/],
    ['cut.gguf', /cut\.gguf is incomplete/],
  ])(
    'when it is %s, then completing and summarizing fail with a sentence, and the runtime lives',
    async (name, message) => {
      await write('text.gguf', 'once upon a time');
      await copyFile(embedded, path.join(program.folder, 'cut.gguf'));
      await truncate(path.join(program.folder, 'cut.gguf'), 200_000);
      const at = ['--line', '3', '--character', '8'];
      for (const argv of [
        ['complete', fixture('sum.js'), ...at],
        ['summarize', fixture('sum.js')],
      ]) {
        const { code, out, err } = await program.run(...argv, '--model', name);
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toMatch(message);
        expect(err.trimEnd().split('\n')).toHaveLength(1);
      }
      expect(await completed(fixture('people.py'), 9, 13)).toMatchObject({ text: '== "__main__":' });
    },
  );
});

describe('punctual summarize and translate', () => {
  it('when a file is summarized, then the text goes to stdout, and how the promise was kept to stderr', async () => {
    const { code, out, err } = await program.run('summarize', fixture('Counter.java'));
    expect(code).toBe(0);
    expect(out.trim()).not.toBe('');
    expect(err).toMatch(/^TinyCode 4M \(demonstration\): \d+\.\d s, promised 10\.0 s/m);
  });

  it('when standard input is summarized, then the language that was assumed is named, unless it was given', async () => {
    const source = 'function sum(a, b) {\n  return a + b;\n}\n';
    const assumed = program.start('summarize', '-');
    assumed.stdin.end(source);
    const { code, err } = await finished(assumed);
    expect(code).toBe(0);
    expect(err).toMatch(/^standard input is taken as plaintext: --language ID says what it is written in\n/);
    const given = program.start('summarize', '-', '--language', 'javascript', '--target', '1', '--json');
    given.stdin.end(source);
    const json = await finished(given);
    expect(json).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ language: 'javascript', targetMs: 1, kept: false });
  });

  it.skipIf(!existsSync('/dev/full'))(
    'when the disk is full, then the command fails and says so (only Linux has /dev/full)',
    async () => {
      for (const argv of [['summarize', fixture('sum.js')], ['status'], ['--help']]) {
        const full = await open('/dev/full', 'w');
        const { code, err } = await program.runInto(full.fd, ...argv).finally(() => full.close());
        expect({ argv, code }).toEqual({ argv, code: 1 });
        expect(err).toMatch(/The answer could not be written \(no room is left there\): write it somewhere else\.\n/);
      }
    },
  );

  it('when JSON is asked for, then there is one object, and nothing else on either stream', async () => {
    const json = await program.run('translate', fixture('Counter.java'), '--to', 'python', '--json');
    expect(json).toMatchObject({ code: 0, err: '' });
    expect(textResultSchema.parse(JSON.parse(json.out))).toMatchObject({ model, demo: true, targetMs: 20_000 });
  });

  it('when there is nothing to summarize, then a sentence says so', async () => {
    await write('empty.js', '');
    const { code, out, err } = await program.run('summarize', 'empty.js');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^punctual summarize: There is nothing to summarize/);
    const json = await program.run('summarize', 'empty.js', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toEqual({
      error: { code: 'empty', message: expect.stringMatching(/^There is nothing to summarize/) },
    });
  });
});

describe('the runtime behind the commands', () => {
  const running = async () => runningSchema.parse(JSON.parse((await program.run('status', '--json')).out));

  it('when commands follow each other, then they share one runtime, which status describes', async () => {
    const first = await running();
    await completed(fixture('people.py'), 9, 13);
    const second = await running();
    expect(second.pid).toBe(first.pid);
    expect(second.models).toContainEqual(expect.objectContaining({ name: model, demo: true, state: 'ready' }));
    const { code, out } = await program.run('status');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^runtime .*, process ${second.pid}, port \\d+, `, 'm'));
    for (const line of [/^completion +TTFT \d+ ms/m, /^summarize +E2E \d+ ms/m, /^translate +E2E 20000 ms/m])
      expect(out).toMatch(line);
  });

  it('when one is served already, then a second is refused', async () => {
    const { code, err } = await program.run('serve');
    expect(code).toBe(1);
    expect(err).toMatch(/A runtime is running already \(process \d+\): 'punctual stop' ends it/);
  });

  it('when it is stopped, then it and its engine are gone before the command ends', async () => {
    const { pid, enginePid } = await running();
    expect(await program.run('stop', '--json')).toEqual({ code: 0, out: `{"stopped":true,"pid":${pid}}\n`, err: '' });
    expect([pid, enginePid ?? 0].filter((id) => id > 0 && isProcess(id))).toEqual([]);
    // What was measured of the model may stay too, for the next runtime, and what was said stays for people.
    const measured = ['calibrations', 'load-times.json', 'logs', 'residency.json'];
    expect((await readdir(program.home)).filter((name) => !measured.includes(name))).toEqual(['runtime.log']);
    expect(await program.run('status', '--json')).toMatchObject({ code: 0, out: '{"running":false}\n' });
    expect(await program.run('stop')).toMatchObject({ code: 0, out: 'No runtime is running.\n' });
  });

  it('when it is served in the foreground, then commands use it until it is interrupted', async () => {
    const server = program.start('serve', '--json');
    const end = finished(server);
    const [line] = (await once(server.stdout, 'data')) as [string];
    const { pid } = z.object({ running: z.literal(true), pid: z.number(), port: z.number() }).parse(JSON.parse(line));
    expect((await running()).pid).toBe(pid);
    server.kill('SIGINT');
    expect((await end).code).toBe(0);
    expect(isProcess(pid)).toBe(false);
  });

  it('when the command that serves it is killed, then the runtime ends too', async () => {
    const server = program.start('serve', '--json');
    await once(server.stdout, 'data');
    // The runtime writes to the same pipes: they are closed when both are gone.
    const end = finished(server);
    server.kill('SIGKILL');
    expect((await end).code).toBeNull();
    expect(await program.run('status', '--json')).toMatchObject({ code: 0, out: '{"running":false}\n' });
  });
});

describe('punctual record and replay', () => {
  it('when what was decided so far is written down, then it plays again exactly, and has nothing of what was asked', async () => {
    // The tests above have stopped the runtime that they used.
    await completed(fixture('sum.js'), 3, 8);
    const log = path.join(program.folder, 'log.gz');
    const written = await program.run('record', log, '--json');
    expect(written).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(written.out)).toMatchObject({ file: log, events: expect.any(Number) });
    const replayed = await program.run('replay', log, '--json');
    expect({ code: replayed.code, err: replayed.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(replayed.out)).toMatchObject({ identical: true, decisions: JSON.parse(written.out).effects });
    const text = gunzipSync(await readFile(log)).toString();
    expect(text).toContain('"kind":"submit"');
    for (const theirs of [program.folder, root, 'sum.js', 'arr.length']) expect(text).not.toContain(theirs);
  });
});
