import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFollower, logFileName, logFiles, readLog } from '../../runtime/client/log-files.ts';
import { Journal } from '../../runtime/observe/journal.ts';
import { LogFile } from '../../runtime/observe/log-file.ts';
import type { LogEntry } from '../../runtime/protocol.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-log-'));
  folder = path.join(root, 'logs');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const epochMs = (): number => Date.UTC(2026, 0, 31, 9);

function journalIn(file: LogFile): { journal: Journal; shown: string[] } {
  const shown: string[] = [];
  const journal = new Journal({ epochMs, show: (line) => void shown.push(line) });
  journal.keep((line) => file.write(line));
  return { journal, shown };
}

describe('the log', () => {
  it('when something is said, then it is an entry in the file and a line for people', async () => {
    const file = new LogFile({ folder });
    const { journal, shown } = journalIn(file);
    journal.area('engine')('engine lost: exit code 1', 'error', { restarts: 2 });
    journal.area('state', 'warn')('it cannot be kept');
    file.close();
    const time = '2026-01-31T09:00:00.000Z';
    expect(await readLog(folder)).toEqual([
      { time, level: 'error', area: 'engine', message: 'engine lost: exit code 1', fields: { restarts: 2 } },
      { time, level: 'warn', area: 'state', message: 'it cannot be kept' },
    ]);
    expect(shown).toEqual([`${time} engine lost: exit code 1\n`, `${time} it cannot be kept\n`]);
  });

  it('when a library says very much, then the entry is cut', async () => {
    const file = new LogFile({ folder });
    journalIn(file).journal.area('engine')('x'.repeat(100_000));
    file.close();
    expect((await readLog(folder))[0]?.message).toHaveLength(4_098);
  });

  it('when more is written than is kept, then the oldest leaves, and no file is larger than its bound', async () => {
    const file = new LogFile({ folder, bytesMax: 1_000, filesMax: 3 });
    const say = journalIn(file).journal.area('runtime');
    for (let number = 0; number < 100; number += 1) say(`line ${number}`);
    file.close();
    expect((await readdir(folder)).sort()).toEqual(['runtime.1.jsonl', 'runtime.2.jsonl', 'runtime.jsonl']);
    for (const each of await logFiles(folder)) expect((await stat(each)).size).toBeLessThanOrEqual(1_000);
    const numbers = (await readLog(folder)).map(({ message }) => Number(message.replace('line ', '')));
    expect(numbers.at(-1)).toBe(99);
    expect(numbers, 'in order, without a gap').toEqual(numbers.map((_, index) => 100 - numbers.length + index));
  });

  it.skipIf(process.platform === 'win32')(
    'when it was there with other modes, then its owner alone reads it (Windows keeps no such modes)',
    async () => {
      const file = new LogFile({ folder });
      file.write('first\n');
      file.close();
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      const current = path.join(folder, logFileName(0));
      await rm(current);
      await writeFile(current, '', { mode: 0o644 });
      file.write('second\n');
      file.close();
      expect((await stat(current)).mode & 0o777).toBe(0o600);
    },
  );

  it('when it cannot be written, then nobody hears of that, and it goes on when it can', async () => {
    await writeFile(folder, 'a file is in the way');
    const file = new LogFile({ folder });
    const { journal, shown } = journalIn(file);
    journal.area('runtime')('lost');
    expect(shown).toHaveLength(1);
    await rm(folder);
    journal.area('runtime')('kept');
    file.close();
    expect((await readLog(folder)).map(({ message }) => message)).toEqual(['kept']);
  });

  it('when what is shown is full, then it says where the rest is, once', () => {
    const { journal, shown } = journalIn(new LogFile({ folder: path.join(root, 'other') }));
    const say = journal.area('engine');
    for (let count = 0; count < 400; count += 1) say('x'.repeat(4_000));
    expect(shown.filter((line) => line.includes('punctual logs'))).toHaveLength(1);
    expect(shown.join('').length).toBeLessThan(1024 * 1024 + 5_000);
  });

  it('when a line is none of ours, then the others are read', async () => {
    const file = new LogFile({ folder });
    const say = journalIn(file).journal.area('runtime');
    say('one');
    file.write('{"time":"cut o\n');
    say('two');
    file.close();
    expect((await readLog(folder)).map(({ message }) => message)).toEqual(['one', 'two']);
  });
});

describe('a follower', () => {
  it('when files are full meanwhile, then it hears every entry once and in order, and nothing of before', async () => {
    const file = new LogFile({ folder, bytesMax: 400, filesMax: 50 });
    const say = journalIn(file).journal.area('runtime');
    say('before');
    const heard: string[] = [];
    let last: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      last = resolve;
    });
    const hear = ({ message }: LogEntry): void => {
      heard.push(message);
      if (message === 'last') last();
    };
    const follower = await LogFollower.start(folder, hear);
    for (let number = 0; number < 12; number += 1) {
      // Each as soon as the one before was heard, so that a file is numbered while it is read.
      say(`line ${number}`);
      await waitFor(() => heard.at(-1) === `line ${number}`);
    }
    say('last');
    await done;
    await follower.dispose();
    file.close();
    expect(heard).toEqual([...Array.from({ length: 12 }, (_, number) => `line ${number}`), 'last']);
  });

  it('when there is no log yet, then it hears the first entry', async () => {
    const first = new Promise<string>((resolve) => {
      void LogFollower.start(folder, ({ message }) => resolve(message)).then(async (follower) => {
        const file = new LogFile({ folder });
        journalIn(file).journal.area('runtime')('begins');
        file.close();
        await waitFor(() => isHeard);
        await follower.dispose();
      });
    });
    let isHeard = false;
    expect(await first).toBe('begins');
    isHeard = true;
  });
});

/** The next turns of the event loop, until it holds; vitest's own limit ends one that never does. */
async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
