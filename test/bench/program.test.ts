/** The built benches as a user runs them. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Finished, finished } from '../cli/program.ts';

const program = path.resolve(import.meta.dirname, '..', '..', 'dist', 'bench.mjs');

function start(...args: string[]) {
  return spawn(process.execPath, [program, ...args], { cwd: tmpdir() });
}

const run = (...args: string[]): Promise<Finished> => finished(start(...args));

// Programs start slowly on a machine that is busy.
describe('the program of the benches', { timeout: 120_000 }, () => {
  it('when help is asked for, then it is printed and the exit code is 0', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}replay {2,}\S/m);
    const engine = await run('engine', '--help');
    expect(engine).toMatchObject({ code: 0, err: '' });
    expect(engine.out).toMatch(/--part NAME .*throughput, batch, cancel, replay, estimate/);
  });

  it('when an option does not exist, then a sentence, a line that points to the help, and exit code 2', async () => {
    expect(await run('replay', '--machines', 'cpu')).toEqual({
      code: 2,
      out: '',
      err: "bench replay: there is no option --machines; did you mean --machine?\n'punctual bench replay --help' says what there is.\n",
    });
  });

  it('when a page cannot be written or a model not be read, then that sentence alone, before anything runs', async () => {
    const html = path.join(tmpdir(), 'punctual-no-such-folder', 'x.html');
    expect(await run('replay', '--html', html)).toEqual({
      code: 2,
      out: '',
      err: `bench replay: --html ${html} cannot be written: there is no folder ${path.dirname(html)}.\n`,
    });
    expect(existsSync(path.dirname(html))).toBe(false);
    expect(await run('engine', '--part', 'replay', '--model', '/nope')).toEqual({
      code: 2,
      out: '',
      err: 'bench engine: --model /nope cannot be loaded: there is no such file.\n',
    });
  });

  it('when the URL of a server is none, then it is refused before a part is asked for', async () => {
    const { code, err } = await run('engine', '--against', 'notaurl');
    expect(code).toBe(2);
    expect(err).toMatch(/^bench engine: --against takes the URL of a server, .*not 'notaurl'\.\n/);
  });
});

describe('a bench with workers', { timeout: 120_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'when it gets %s, then it and its workers end without a word',
    async (signal) => {
      const child = start('replay', '--machine', 'cpu', '--level', 'half', '--jobs', '2', '--seeds', '2');
      const isOver = finished(child);
      // The workers have been started when the first cell is named.
      await new Promise<void>((resolve) => {
        let said = '';
        child.stderr.on('data', (text: string) => {
          said += text;
          if (said.includes('editing sessions')) resolve();
        });
      });
      child.kill(signal);
      // The pipes close when the last of the workers, which write into them too, has ended.
      const { code, out, err } = await isOver;
      expect({ code, out }).toEqual({ code: signal === 'SIGTERM' ? 143 : 130, out: '' });
      expect(err).toMatch(/^\d+ runs\n.* editing sessions at a time\n$/);
    },
  );
});
