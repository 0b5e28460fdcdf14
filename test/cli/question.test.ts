import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askOn } from '../../runtime/cli/question.ts';

const open = new AbortController().signal;

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough({ encoding: 'utf8' });
  return { input, output, ask: askOn(input, output), printed: () => String(output.read() ?? '') };
}

describe('a question on the terminal', () => {
  it('when a line is typed, then that is the answer', async () => {
    const { input, ask, printed } = terminal();
    const answer = ask('Now? [y/N] ', open);
    input.write('yes\nmore\n');
    expect(await answer).toBe('yes');
    expect(printed()).toBe('Now? [y/N] ');
  });

  it('when it becomes moot, then it ends without an answer, and what follows begins a line', async () => {
    const { input, ask, printed } = terminal();
    const moot = new AbortController();
    const answer = ask('Now? [y/N] ', moot.signal);
    input.write('ye');
    moot.abort();
    expect(await answer).toBe('');
    expect(printed()).toBe('Now? [y/N] \n');
  });

  it('when it is moot already, or the input ends, then there is no answer', async () => {
    expect(await terminal().ask('Now? ', AbortSignal.abort())).toBe('');
    const { input, ask } = terminal();
    input.end();
    expect(await ask('Now? ', open)).toBe('');
  });

  it('when it is asked again, then the next line is the answer', async () => {
    const { input, ask } = terminal();
    for (const line of ['n', 'y']) {
      const answer = ask('Now? ', open);
      input.write(`${line}\n`);
      expect(await answer).toBe(line);
    }
  });
});
