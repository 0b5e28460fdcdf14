/** The demo in a terminal, as the built program plays it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isProcess } from '../../runtime/client/connect.ts';
import { statusSchema } from '../../runtime/protocol.ts';
import { finished, Program } from './program.ts';

let program: Program;

beforeAll(async () => {
  program = await Program.prepare();
});
afterAll(() => program.dispose());

describe('punctual demo', () => {
  it('when there is no terminal, then it tells what happens in plain lines, ends by itself, and leaves nothing behind', async () => {
    const { code, out, err } = await program.run('demo', '--terminal', '--quick');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('\x1b');
    expect(out).toMatch(/^sum\.js:3 {2}for \(\[let i = 0; i < arr\.length; i\+\+\) \{\] {2}taken with Tab/m);
    expect(out).toMatch(/^ completion +TTFT 500 ms .* \d+\/\d+ /m);
    expect(out).toMatch(/^ translate +E2E 20\.0 s /m);
    expect(out).toContain('(demonstration)');
    expect((await readdir(program.folder)).filter((name) => name.startsWith('punctual-demo'))).toEqual([]);
  });

  it.each<[string, number, (child: ChildProcessWithoutNullStreams) => void]>([
    ['it is interrupted', 130, (child) => child.kill('SIGINT')],
    ['its terminal is closed', 129, (child) => child.kill('SIGHUP')],
    ['its reader has seen enough', 0, (child) => child.stdout.destroy()],
  ])('when %s, then it ends with %i, and leaves nothing behind', async (_, expected, end) => {
    const child = program.start('demo', '--terminal');
    const ended = finished(child);
    await once(child.stdout, 'data');
    end(child);
    expect((await ended).code).toBe(expected);
    expect((await readdir(program.folder)).filter((name) => name.startsWith('punctual-demo'))).toEqual([]);
  });

  it('when JSON is asked for, then there is one object with what the runtime and what the client measured', async () => {
    const { code, out } = await program.run('demo', '--quick', '--json');
    expect(code).toBe(0);
    const measured = z.array(z.number()).min(1);
    const seenMs = z.object({ completion: measured, summarize: measured, translate: measured });
    const shape = z.object({
      lines: z.number().min(1),
      suggested: z.number(),
      taken: z.number(),
      seenMs,
      status: statusSchema,
    });
    const { status } = shape.parse(JSON.parse(out));
    expect(isProcess(status.pid)).toBe(false);
  });
});
