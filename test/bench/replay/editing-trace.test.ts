import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  cursorAfter,
  cursorBefore,
  type Edit,
  EditingTrace,
  type Patch,
  type RawTrace,
} from '../../../runtime/bench/replay/editing-trace.ts';

const file = path.resolve(import.meta.dirname, '../../../runtime/bench/data/editing-trace-rustcode.json.gz');
const raw = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as RawTrace;

function edit(...patches: Patch[]): Edit {
  return { stampMs: 0, patches };
}

describe('the recorded editing trace', () => {
  it('when all edits are replayed, then the document is the recorded last one', () => {
    const trace = new EditingTrace(raw);
    expect(trace.edits).toHaveLength(raw.txns.length - 1);
    expect(trace.textBefore(trace.edits.length)).toBe(raw.endContent);
  });

  it('when a state in the middle is asked for, then it is the same whatever was asked before', () => {
    const trace = new EditingTrace(raw);
    const late = trace.textBefore(3_000);
    const early = trace.textBefore(700);
    const fresh = new EditingTrace(raw);
    expect(fresh.textBefore(700)).toBe(early);
    expect(fresh.textBefore(3_000)).toBe(late);
    // Patch 700 removes or inserts what it says at the place it says.
    const [position, deleted, inserted] = trace.edits[700]?.patches[0] ?? [0, 0, ''];
    expect(trace.textBefore(701)).toBe(early.slice(0, position) + inserted + early.slice(position + deleted));
  });

  it('when positions are read as UTF-16 units, then they are the recorded code points', () => {
    const beyond = raw.txns.some(({ patches }) => patches.some(([, , inserted]) => /[\ud800-\udfff]/.test(inserted)));
    expect(beyond).toBe(false);
  });
});

describe('where the cursor stands', () => {
  it('when text was typed or deleted, then behind it or where it was', () => {
    expect(cursorAfter(edit([10, 0, 'abc']), undefined)).toBe(13);
    expect(cursorAfter(edit([10, 4, '']), undefined)).toBe(10);
    expect(cursorBefore(edit([10, 4, '']))).toBe(14);
  });

  it('when brackets were closed by themselves, then between them, where the next edit begins', () => {
    expect(cursorAfter(edit([10, 0, '()']), edit([11, 0, 'x']))).toBe(11);
    expect(cursorAfter(edit([10, 0, '()']), edit([40, 0, 'x']))).toBe(12);
  });

  it('when one edit also changes lines further up, then behind the text that was typed below', () => {
    // A new line, and the indentation of the line above taken away.
    expect(cursorAfter(edit([100, 0, '\n    '], [84, 16, '']), undefined)).toBe(100 + 5 - 16);
    // The next edit takes back the indentation that was just made, so the cursor stood behind it.
    expect(cursorAfter(edit([100, 0, '\n    '], [84, 16, '']), edit([85, 4, '}']))).toBe(89);
  });
});
