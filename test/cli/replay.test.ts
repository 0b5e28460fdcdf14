/** `punctual record` and `punctual replay` as a user calls them. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../runtime/cli/main.ts';
import { logMethod } from '../../runtime/protocol.ts';
import { RecordedHouse, secret } from '../log/recorded-house.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';
import { answer, type OddRuntime, published } from './odd-runtime.ts';

let folder: string;
let io: FakeIo;
let runtime: OddRuntime | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-replay-'));
  io = fakeIo(folder);
});
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function recorded(withText = false): Promise<Buffer> {
  const house = new RecordedHouse(3);
  if (withText) house.recorder.keepText();
  await house.day(25);
  const log = await house.recorder.export(withText);
  await house.loop.close();
  return log;
}

const play = async (bytes: Uint8Array, ...more: string[]): Promise<number> => {
  await writeFile(path.join(folder, 'log'), bytes);
  return main(['replay', 'log', ...more], io);
};

describe('punctual replay', () => {
  it('when the scheduler decides as it did, then it says so, and how much there was', async () => {
    expect(await play(await recorded())).toBe(0);
    expect(io.printed.out).toMatch(/^[\d,]+ events, [\d,]+ decisions, [\d.]+ (s|min): identical\.\n$/);
    expect(io.printed.err).toBe('');
  });

  it('when it decides otherwise, then the first difference stands there with both sides, and the command fails', async () => {
    const text = gunzipSync(await recorded()).toString();
    const other = text.replace(
      /"kind":"load","model":"(.*?)","isSmall":false/,
      '"kind":"load","model":"$1","isSmall":true',
    );
    expect(other).not.toBe(text);
    expect(await play(Buffer.from(other))).toBe(1);
    expect(io.printed.out).toMatch(/then a difference\.\nLine \d+, .* after the runtime's start: \{/);
    expect(io.printed.out).toMatch(
      /recorded:\n(.*\n)* {2}\* .*"isSmall":true.*\nreplayed:\n(.*\n)* {2}\* .*"isSmall":false/,
    );
    // The log is of another version.
    expect(io.printed.out).toContain('The log is of Punctual 1.2.3');
  });

  it('when a program asks, then it is told the same as JSON', async () => {
    expect(await play(await recorded(), '--json')).toBe(0);
    expect(JSON.parse(io.printed.out)).toMatchObject({
      identical: true,
      punctual: '1.2.3',
      decisions: expect.any(Number),
    });
  });

  it('when the log has text, then it plays as the one without it, says so, and prints it where that is wanted', async () => {
    expect(await play(await recorded())).toBe(0);
    const without = io.printed.out;
    io = fakeIo(folder);
    expect(await play(await recorded(true))).toBe(0);
    expect(io.printed.out).toBe(
      `${without}It has the text of what models were given and answered since minute 0 of the runtime ('--text' prints it): show it only to whom you would show the code.\n`,
    );
    expect(io.printed.out).not.toContain(secret);
    io = fakeIo(folder);
    expect(await play(await recorded(true), '--text')).toBe(0);
    const tasks = io.printed.out.trimEnd().split('\n').slice(2);
    expect(tasks.length).toBeGreaterThan(10);
    for (const each of tasks)
      expect(JSON.parse(each)).toMatchObject({ id: expect.any(String), answer: expect.any(String) });
    expect(io.printed.out).toContain(secret);
    io = fakeIo(folder);
    expect(await play(await recorded(true), '--text', '--json')).toBe(0);
    expect(JSON.parse(io.printed.out)).toMatchObject({ identical: true, text: { sinceMs: 0 } });
    expect(JSON.parse(io.printed.out).texts).toHaveLength(tasks.length);
  });

  it('when the file is damaged, no log, or not there, then a sentence says so', async () => {
    const log = await recorded();
    expect(await play(log.subarray(0, log.length / 2), '--json')).toBe(1);
    expect(JSON.parse(io.printed.out)).toMatchObject({ error: { code: 'badLog' } });
    expect(await play(Buffer.from('hello'))).toBe(1);
    expect(io.printed.err).toContain('This is no log of Punctual');
    expect(await main(['replay', 'nothing'], io)).toBe(1);
    expect(io.printed.err.trimEnd().split('\n').at(-1)).toBe(
      `punctual replay: ${path.join(folder, 'nothing')} does not exist: give a file that 'punctual record' wrote.`,
    );
    expect(await main(['replay', '.'], io)).toBe(1);
    expect(io.printed.err).toContain(`${folder} is a folder: give a file that 'punctual record' wrote.`);
  });
});

describe('punctual record', () => {
  it('when a runtime is up, then its log is in the file, for its owner alone, and plays', async () => {
    const log = await recorded();
    runtime = await published(folder, '0.0.0');
    runtime.onMessage = (message, socket) => {
      if (message.method === logMethod) answer(socket, message, { result: { log: log.toString('base64') } });
    };
    // An earlier one, cut short: whoever records again means to have the new one.
    await writeFile(path.join(folder, 'log'), log.subarray(0, log.length / 2), { mode: 0o644 });
    expect(await main(['record', 'log'], io)).toBe(0);
    expect(io.printed.out).toMatch(/^Wrote [\d,]+ events and [\d,]+ decisions \(\d+ kB\) to .*log; no text of yours/);
    const file = path.join(folder, 'log');
    expect(await readFile(file)).toEqual(log);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await main(['replay', 'log'], io)).toBe(0);
  });

  it('when text is wanted, then the runtime is asked for it, and the sentence says what is in the file', async () => {
    const log = await recorded(true);
    const asked: unknown[] = [];
    let isNew = true;
    runtime = await published(folder, '0.0.0');
    runtime.onMessage = (message, socket) => {
      asked.push(message.params);
      answer(socket, message, { result: { log: log.toString('base64'), text: { sinceMs: 130_000, isNew } } });
    };
    const file = path.join(folder, 'log');
    expect(await main(['record', 'log', '--with-text'], io)).toBe(0);
    expect(io.printed.out).toContain('no text of yours is in it yet.\nFrom now on the text of your code is kept');
    isNew = false;
    io = fakeIo(folder);
    expect(await main(['record', 'log', '--with-text'], io)).toBe(0);
    expect(io.printed.out).toMatch(/in it is the text of your code, .* since minute 2 of the runtime/);
    expect(asked).toContainEqual({ text: true });
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    io = fakeIo(folder);
    expect(await main(['record', 'log', '--with-text', '--json'], io)).toBe(0);
    expect(JSON.parse(io.printed.out)).toMatchObject({ file, text: { sinceMs: 130_000, isNew: false } });
  });

  it('when text is wanted and the runtime keeps none, then a sentence says so and no file is written', async () => {
    const log = await recorded();
    runtime = await published(folder, '0.0.0');
    runtime.onMessage = (message, socket) => answer(socket, message, { result: { log: log.toString('base64') } });
    expect(await main(['record', 'log', '--with-text'], io)).toBe(1);
    expect(io.printed.err).toContain("keeps no text: run 'punctual stop'");
    await expect(stat(path.join(folder, 'log'))).rejects.toThrow();
  });

  it('when the file is somebody’s and no log, then it stays as it is, unless that is wanted', async () => {
    const log = await recorded();
    runtime = await published(folder, '0.0.0');
    runtime.onMessage = (message, socket) => answer(socket, message, { result: { log: log.toString('base64') } });
    const file = path.join(folder, 'notes');
    for (const before of [Buffer.from('{"format":"notes"}\n'), gzipSync('notes'), Buffer.from([0x1f, 0x8b, 7])]) {
      await writeFile(file, before);
      io = fakeIo(folder);
      expect(await main(['record', 'notes'], io)).toBe(1);
      expect(io.printed.err).toContain(`${file} exists and is no log of Punctual: give another name, or --force.`);
      expect(await readFile(file)).toEqual(before);
    }
    expect(await main(['record', 'notes', '--force'], io)).toBe(0);
    expect(await readFile(file)).toEqual(log);
    // Nothing is lost with what is empty, nor with a log that is not packed.
    for (const before of ['', gunzipSync(log)]) {
      await writeFile(file, before);
      expect(await main(['record', 'notes'], io)).toBe(0);
      expect(await readFile(file)).toEqual(log);
    }
  });

  it('when the file cannot be written, or the log is none, then a sentence says so and nothing is left', async () => {
    let log = await recorded();
    runtime = await published(folder, '0.0.0');
    runtime.onMessage = (message, socket) => answer(socket, message, { result: { log: log.toString('base64') } });
    expect(await main(['record', 'no folder/log'], io)).toBe(1);
    expect(io.printed.err).toMatch(/log cannot be written: its folder does not exist\.\n$/);
    log = Buffer.from('nonsense');
    expect(await main(['record', 'log'], io)).toBe(1);
    expect(io.printed.err).toContain("The runtime's log is of no use");
    await expect(stat(path.join(folder, 'log'))).rejects.toThrow();
  });

  it('when no runtime is up, then it says so and starts none', async () => {
    expect(await main(['record', 'log'], io)).toBe(1);
    expect(io.printed.err).toContain('No runtime is running');
  });
});
