/** Why commands end early, and with which exit code. */
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { flushed, outputInterruption, signalInterruptions } from '../../runtime/cli/interruption.ts';
import { main } from '../../runtime/cli/main.ts';
import { fakeIo } from './fake-io.ts';

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: write`), { code });

describe('an output that takes no more', () => {
  it('when its reader has seen enough, then that is no failure and nothing is said', () => {
    expect(outputInterruption(failure('EPIPE'))).toMatchObject({ exitCode: 0, isQuiet: true });
  });

  it.each([
    ['ENOSPC', 'The answer could not be written (no room is left there): write it somewhere else.'],
    ['EIO', 'The answer could not be written (the device does not work): write it somewhere else.'],
    ['EBADF', 'The answer could not be written (EBADF): write it somewhere else.'],
  ])('when it fails with %s, then a sentence says so, and the command has failed', (code, message) => {
    expect(outputInterruption(failure(code))).toMatchObject({ exitCode: 1, isQuiet: false, code: 'failed', message });
  });

  it('when it is destroyed or takes everything, then nobody waits for it for ever', async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk, _, done) => {
        written.push(String(chunk));
        setImmediate(done);
      },
    });
    stream.write('a');
    await flushed(stream);
    expect(written.slice(0, 1)).toEqual(['a']);
    stream.destroy();
    await flushed(stream);
  });
});

describe('a command that is interrupted', () => {
  async function interrupted(reason: Error, ...argv: string[]) {
    const interrupt = new AbortController();
    // Standard input that never ends.
    const input = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const io = fakeIo('/', { signal: interrupt.signal, input });
    const code = main(argv, io);
    interrupt.abort(reason);
    return { code: await code, ...io.printed };
  }

  it('when Ctrl+C is pressed, then it is cancelled, with the exit code that shells know', async () => {
    const result = await interrupted(signalInterruptions.SIGINT, 'summarize', '-');
    expect(result).toEqual({ code: 130, out: '', err: 'punctual summarize: cancelled\n' });
  });

  it('when JSON is asked for, then the object says so too', async () => {
    const { code, out } = await interrupted(signalInterruptions.SIGINT, 'translate', '-', '--to', 'go', '--json');
    expect(code).toBe(130);
    expect(JSON.parse(out)).toEqual({ error: { code: 'cancelled', message: 'cancelled' } });
  });

  it('when nobody reads any more, then it ends without a word', async () => {
    const result = await interrupted(outputInterruption(failure('EPIPE')), 'summarize', '-');
    expect(result).toEqual({ code: 0, out: '', err: '' });
  });
});
