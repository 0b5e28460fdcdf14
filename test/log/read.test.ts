/** A log that is not whole, not ours or not of this version is refused with a sentence. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { LogError, readLog } from '../../runtime/log/read.ts';
import { replay } from '../../runtime/log/replay.ts';
import { RecordedHouse } from './recorded-house.ts';

let log: Buffer;
let lines: string[];
/** The same with its text. */
let textLines: string[];

beforeAll(async () => {
  const house = new RecordedHouse(1);
  house.recorder.keepText();
  await house.day(20);
  log = await house.recorder.export();
  textLines = gunzipSync(await house.recorder.export(true))
    .toString()
    .split('\n');
  await house.loop.close();
  lines = gunzipSync(log).toString().split('\n');
});

const refusal = (bytes: Uint8Array): string => {
  try {
    return `none: ${replay(readLog(bytes)).events}`;
  } catch (error) {
    if (error instanceof LogError) return error.message;
    throw error;
  }
};
const plain = (changed: readonly string[]): Buffer => Buffer.from(changed.join('\n'));
const withLine = (index: number, line: string): Buffer => plain(lines.with(index, line));

describe('a log that is read', () => {
  it('when it is packed or not, then it is the same', () => {
    expect(replay(readLog(plain(lines)))).toEqual(replay(readLog(log)));
    // As several members, which is how a recorder writes it.
    const half = Math.floor(lines.length / 2);
    const parts = [`${lines.slice(0, half).join('\n')}\n`, lines.slice(half).join('\n')];
    expect(replay(readLog(Buffer.concat(parts.map((part) => gzipSync(part)))))).toEqual(replay(readLog(log)));
  });

  it('when it is cut off anywhere, then that is said', () => {
    const cut = /^(The log (cannot be unpacked|ends in the middle|is cut off)|This is no log)/;
    for (let length = 0; length < log.length; length += Math.ceil(log.length / 40))
      expect(refusal(log.subarray(0, length))).toMatch(cut);
    const text = plain(lines);
    for (let length = 0; length < text.length; length += Math.ceil(text.length / 40))
      expect(refusal(text.subarray(0, length))).toMatch(cut);
    expect(refusal(plain(lines.slice(0, 10)))).toMatch(cut);
  });

  it('when bytes of it have changed, then it is refused, or plays as it was', () => {
    for (let place = 0; place < log.length; place += Math.ceil(log.length / 40)) {
      const damaged = Buffer.from(log);
      damaged[place] = (damaged[place] ?? 0) ^ 0x55;
      expect(refusal(damaged)).toMatch(/^(The log|This is no log|none: )/);
    }
  });

  it.each([
    ['something else', () => Buffer.from('{"name":"package"}\n'), /^This is no log of Punctual/],
    ['nothing', () => Buffer.alloc(0), /^This is no log of Punctual/],
    ['of a newer version', () => withLine(0, '{"format":"punctual-log","version":2}'), /newer Punctual .*format is 2/],
    ['without its options', () => withLine(0, '{"format":"punctual-log","version":1}'), /first line .* damaged/],
    [
      'of a policy that is not there',
      () => withLine(0, (lines[0] ?? '').replace('"policy":"punctual"', '"policy":"magic"')),
      /'magic'/,
    ],
    ['with a line that is no JSON', () => withLine(3, '{"atMs":'), /^Line 4 of the log is damaged: it is no JSON/],
    ['with an unknown event', () => withLine(3, '{"atMs":1,"event":{"kind":"tea"}}'), /Line 4 .*no event 'tea'/],
    ['with an event without its model', () => withLine(3, '{"atMs":1,"event":{"kind":"unloaded"}}'), /Line 4 .*model/],
    ['with a line less', () => plain(lines.toSpliced(5, 1)), /should have \d+ events and has \d+/],
  ])('when it is %s, then a sentence says so', (_what, made, sentence) => {
    expect(refusal(made())).toMatch(sentence);
  });

  it('when a line of text is missing or is none, then that is said', () => {
    const index = textLines.findIndex((line) => line.startsWith('{"text"'));
    expect(index).toBe(lines.length - 2);
    expect(refusal(plain(textLines))).toMatch(/^none: /);
    expect(refusal(plain(textLines.toSpliced(index, 1)))).toMatch(/should have \d+ events and has \d+/);
    expect(refusal(plain(textLines.with(index, '{"text":{"id":"t1"}}')))).toMatch(
      new RegExp(`^Line ${index + 1} of the log is damaged: text`),
    );
    const end = JSON.stringify({ end: { events: 0, effects: 0, text: { sinceMs: 0, lines: 9 } } });
    expect(refusal(plain([lines[0] ?? '', end, '']))).toMatch(/should have 0 events/);
  });

  it('when a prompt refers to one that is not there, then its line is named', () => {
    const index = lines.findIndex((line) => line.includes('"like":"t'));
    expect(index).toBeGreaterThan(0);
    const changed = (lines[index] ?? '').replaceAll(/"like":"t\d+"/g, '"like":"t999999"');
    expect(refusal(withLine(index, changed))).toMatch(new RegExp(`^Line ${index + 1} of the log is damaged: its `));
  });
});
