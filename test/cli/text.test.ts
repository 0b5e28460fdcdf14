/** What `summarize` and `translate` print, against a runtime that answers as the test says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Io } from '../../runtime/cli/command.ts';
import { summarize } from '../../runtime/cli/summarize.ts';
import type { TextResult } from '../../runtime/protocol.ts';
import { fakeIo } from './fake-io.ts';
import { answer, type OddRuntime, published } from './odd-runtime.ts';

const plain: TextResult = {
  text: 'It adds.',
  model: 'Small',
  demo: false,
  targetMs: 20_000,
  ttftMs: 400,
  e2eMs: 3_100,
  kept: true,
  end: 'stop',
};
const note = 'Small answers, as Large would have come too late.';
const paramsSchema = z.object({ partialResultToken: z.string() });

describe('a summary on the command line', () => {
  let folder: string;
  let runtime: OddRuntime;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
    await writeFile(path.join(folder, 'a.ts'), 'const a = 1;\n');
    // Newer than any client, which makes do with it.
    runtime = await published(folder, '999.0.0');
  });
  afterEach(async () => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** With these pieces before the result; everything that is printed, in order. */
  async function printed(values: object[], result: TextResult, json = false) {
    runtime.onMessage = (message, socket) => {
      if (message.method !== 'punctual/summarize') return;
      const { partialResultToken: token } = paramsSchema.parse(message.params);
      for (const value of values)
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: '$/progress', params: { token, value } }));
      answer(socket, message, { result });
    };
    const lines: (readonly ['out' | 'err', string])[] = [];
    const io: Io = {
      ...fakeIo(folder),
      out: (text) => void lines.push(['out', text]),
      err: (text) => void lines.push(['err', text]),
    };
    expect(await summarize.run(['a.ts'], { json }, io)).toBe(0);
    return lines.filter(([, text]) => text !== '');
  }

  it('when there is something to tell meanwhile, then it stands on stderr at once, before the text that follows', async () => {
    const values = [{ text: 'It ' }, { text: '', note }, { text: 'adds.' }];
    expect(await printed(values, plain)).toEqual([
      ['out', 'It '],
      ['err', `${note}\n`],
      ['out', 'adds.'],
      ['out', '\n'],
      ['err', 'Small: 3.1 s, promised 20.0 s\n'],
    ]);
  });

  it('when another model answered, then the last line names both', async () => {
    const last = (await printed([{ text: 'It adds.' }], { ...plain, insteadOf: 'Large' })).at(-1);
    expect(last).toEqual(['err', 'answered by Small instead of Large: 3.1 s, promised 20.0 s\n']);
  });

  it('when it gave way to others, then the last line says so if it was late for it', async () => {
    const late = await printed([], { ...plain, relegated: true, kept: false, e2eMs: 26_000 });
    expect(late.at(-1)).toEqual(['err', 'Small: 26.0 s, promised 20.0 s (late, gave way to others)\n']);
    const kept = await printed([], { ...plain, relegated: true });
    expect(kept.at(-1)).toEqual(['err', 'Small: 3.1 s, promised 20.0 s\n']);
    const broken = await printed([], { ...plain, kept: false, e2eMs: 26_000 });
    expect(broken.at(-1)).toEqual(['err', 'Small: 26.0 s, promised 20.0 s (promise broken)\n']);
  });

  it('when JSON is asked for, then the result alone says it', async () => {
    const result = { ...plain, relegated: true, insteadOf: 'Large' } as const;
    const [only, ...more] = await printed([{ text: '', note }, { text: 'It adds.' }], result, true);
    expect(more).toEqual([]);
    expect(JSON.parse(only?.[1] ?? '')).toEqual({ ...result, language: 'typescript' });
  });
});
