import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signalInterruptions } from '../../runtime/cli/interruption.ts';
import { logs } from '../../runtime/cli/logs.ts';
import { runCommand } from '../../runtime/cli/run.ts';
import { LogFile } from '../../runtime/observe/log-file.ts';
import type { LogEntry } from '../../runtime/protocol.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

let home: string;
let file: LogFile;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'punctual-logs-'));
  file = new LogFile({ folder: path.join(home, 'state', 'logs') });
});
afterEach(async () => {
  file.close();
  await rm(home, { recursive: true, force: true });
});

const hourMs = 3_600_000;

function write(
  message: string,
  { level = 'info', ageMs = 0 }: { level?: LogEntry['level']; ageMs?: number } = {},
): void {
  const time = new Date(Date.now() - ageMs).toISOString();
  file.write(`${JSON.stringify({ time, level, area: 'engine', message })}\n`);
}

async function printed(...args: string[]): Promise<FakeIo['printed'] & { code: number }> {
  const io = fakeIo(home);
  const code = await runCommand(logs, args, io);
  return { ...io.printed, code };
}

describe('punctual logs', () => {
  it('when nothing was written yet, then it says where it looked', async () => {
    const { code, out, err } = await printed();
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain(path.join(home, 'state', 'logs'));
  });

  it('when its folder cannot be looked into, then it says so, and not that there is nothing', async () => {
    await writeFile(path.join(home, 'state'), '');
    const { code, err } = await printed();
    expect(code).not.toBe(0);
    expect(err).toContain(`Punctual keeps its state in ${path.join(home, 'state')}, and a file is in the way`);
  });

  it('when no level is given, then debug is left out; with one, less grave ones are', async () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) write(level, { level });
    expect((await printed()).out).toMatch(
      /^\S+ info {2}engine {4}info\n\S+ warn {2}engine {4}warn\n\S+ error engine {4}error\n$/,
    );
    expect((await printed('--level', 'error')).out).toMatch(/^\S+ error engine {4}error\n$/);
    expect((await printed('--level', 'debug')).out.split('\n')).toHaveLength(5);
  });

  it('when a time or a span is given, then older entries are left out', async () => {
    write('old', { ageMs: 3 * hourMs });
    write('new', { ageMs: hourMs });
    const since = async (text: string): Promise<string[]> =>
      (await printed('--json', '--since', text)).out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line).message);
    expect(await since('2h')).toEqual(['new']);
    expect(await since('1d')).toEqual(['old', 'new']);
    expect(await since(new Date(Date.now() - 2 * hourMs).toISOString())).toEqual(['new']);
  });

  it.each([
    [['--level', 'loud'], "--level is 'loud'"],
    [['--since', 'yesterday'], "--since is 'yesterday'"],
  ])('when it is called with %j, then it says what may be given', async (args, words) => {
    const { code, err } = await printed(...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('when it follows, then it tells what was there and what comes, once each, until it is interrupted', async () => {
    write('before');
    const interrupt = new AbortController();
    const lines: string[] = [];
    let seen: () => void = () => undefined;
    const io = fakeIo(home, {
      signal: interrupt.signal,
      out: (text) => {
        lines.push(JSON.parse(text).message);
        seen();
      },
    });
    const shows = (count: number): Promise<void> =>
      new Promise((resolve) => {
        seen = () => {
          if (lines.length >= count) resolve();
        };
        seen();
      });
    const ended = runCommand(logs, ['--follow', '--json'], io);
    await shows(1);
    write('after');
    await shows(2);
    interrupt.abort(signalInterruptions.SIGINT);
    expect(await ended).toBe(130);
    expect(lines).toEqual(['before', 'after']);
  });
});
