/** What `generate` asks for a place in a file, what it prints, and when it writes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Values } from '../../runtime/cli/command.ts';
import { generate } from '../../runtime/cli/generate.ts';
import { runCommand } from '../../runtime/cli/run.ts';
import { generateParamsSchema, type TextResult } from '../../runtime/protocol.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';
import { answer, type OddRuntime, published } from './odd-runtime.ts';

const text = 'def a():\n\n\ndef b():\n    pass\n';
const instruction = 'return one';

let folder: string;
let file: string;
let runtime: OddRuntime;
let io: FakeIo;
let params: z.infer<typeof generateParamsSchema> | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
  file = path.join(folder, 'a.py');
  await writeFile(file, text);
  runtime = await published(folder, '999.0.0');
  io = fakeIo(folder);
  params = undefined;
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

/** The runtime answers with this code for the range that it was asked about. */
async function run(values: Values, newText = '\n    return 1', more: Partial<TextResult> = {}): Promise<number> {
  runtime.onMessage = async (message, socket) => {
    if (message.method !== 'punctual/generate') return;
    params = generateParamsSchema.parse(message.params);
    const times = { sla: 'ttft', targetMs: params.targetMs ?? 2_000, ttftMs: 310, e2eMs: 900, kept: true } as const;
    const edit = { range: params.range, newText };
    const result = { text: newText, model: 'Small', demo: false, ...times, end: 'stop', edit, ...more };
    answer(socket, message, { result });
  };
  return generate.run(['a.py'], { line: '1', instruction, ...values }, io);
}

const at = (line: number, character: number) => ({ line, character });

describe('the place', () => {
  it.each([
    ['a line', { line: '5' }, at(4, 8), at(4, 8)],
    ['a line and a column', { line: '5', character: '5' }, at(4, 4), at(4, 4)],
    ['lines', { line: '4', to: '5' }, at(3, 0), at(4, 8)],
    ['one line to be replaced', { line: '4', to: '4' }, at(3, 0), at(3, 8)],
  ])('when it is %s, then that is asked about', async (_, values, start, end) => {
    expect(await run(values)).toBe(0);
    expect(params).toMatchObject({ range: { start, end }, instruction });
  });

  it.each([
    ['there is no such line', { line: '9' }, 'a.py has 6 lines: there is no line 9.'],
    ['there is no such last line', { line: '1', to: '9' }, 'there is no line 9'],
    ['the last line is before the first', { line: '4', to: '2' }, "--to is '2': give a line from --line (4) on"],
    ['it is said twice', { character: '1', to: '2' }, '--character and --to exclude each other'],
    ['a line is no number', { line: 'x' }, '--line'],
    ['nothing is asked for', { instruction: ' ' }, '--instruction is missing'],
    ['too much is asked for', { instruction: 'x'.repeat(2_001) }, 'a sentence is enough'],
    ['standard input is to be written to', { write: true, '-': true }, '--write needs a file'],
  ])('when %s, then that is said and nothing is asked', async (_, { '-': isInput, ...values }: Values, sentence) => {
    const name = isInput === true ? '-' : 'a.py';
    await expect(generate.run([name], { line: '1', instruction, ...values } as Values, io)).rejects.toThrow(sentence);
    expect(params).toBeUndefined();
  });
});

describe('the answer', () => {
  it('when it has come, then the code is on stdout, without the lines around it; the file is as it was', async () => {
    expect(await run({ target: '1500' })).toBe(0);
    expect(io.printed).toEqual({
      out: '    return 1\n',
      err: 'Small: first token after 310 ms, promised 1500 ms\n',
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('when it is to be written, then it has its place in the file, whose line ends stay', async () => {
    await writeFile(file, text.replaceAll('\n', '\r\n'));
    expect(await run({ write: true })).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('def a():\r\n    return 1\r\n\r\n\r\ndef b():\r\n    pass\r\n');
  });

  it('when the file has changed meanwhile, then it is not written to', async () => {
    runtime.onInitialize = () => void writeFile(file, 'x = 1\n');
    await expect(run({ write: true })).rejects.toThrow('a.py has changed meanwhile, so nothing was written');
    expect(await readFile(file, 'utf8')).toBe('x = 1\n');
  });

  it('when a program listens, then one object says it all', async () => {
    await run({ json: true }, '\n    return 1', { notes: ['Look it over.'] });
    expect(JSON.parse(io.printed.out)).toMatchObject({
      ...{ text: '\n    return 1', language: 'python', sla: 'ttft', ttftMs: 310, notes: ['Look it over.'] },
      edit: { range: { start: at(0, 8), end: at(0, 8) }, newText: '\n    return 1' },
    });
    expect(io.printed.err).toBe('');
  });

  it('when it is not whole, late or doubtful, then stderr says so', async () => {
    await run({}, 'x', {
      end: 'length',
      kept: false,
      notes: ['With it the file does not parse at line 2: look it over.'],
    });
    expect(io.printed.err).toBe(
      'With it the file does not parse at line 2: look it over.\nSmall: first token after 310 ms, promised 2000 ms (promise broken); cut off at the length limit\n',
    );
  });

  it('when the runtime says that nothing came of it, then that is the sentence, and the exit code is 1', async () => {
    runtime.onMessage = (message, socket) => {
      if (message.method !== 'punctual/generate') return;
      const error = {
        code: -31_003,
        message: 'The model wrote nothing. Say it in another way.',
        data: { code: 'empty' },
      };
      answer(socket, message, { error });
    };
    expect(await runCommand(generate, ['a.py', '--line', '1', '--instruction', instruction], io)).toBe(1);
    expect(io.printed.err).toContain('The model wrote nothing. Say it in another way.');
    expect(io.printed.out).toBe('');
  });
});
