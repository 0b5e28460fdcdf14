import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letOthersInWhileReading } from '../../runtime/engine/llama/yielding.ts';
import { writeGguf } from '../gguf/gguf.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-yielding-'));
const file = path.join(folder, 'words.gguf');
const words = Array.from({ length: 50_000 }, (_, index) => `word${index}`);

beforeAll(async () => {
  await writeGguf(
    file,
    {
      'general.architecture': { kind: 'string', value: 'qwen2' },
      'tokenizer.ggml.tokens': { kind: 'strings', value: words },
    },
    [],
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Turns of the event loop that others have while the head of the file is read. */
async function turnsWhileReading(): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const info = await readGgufFileInfo(file, { logWarnings: false });
  isOver = true;
  expect(info.metadata.tokenizer.ggml.tokens).toEqual(words);
  return turns;
}

describe('reading the head of a file', () => {
  it('when others have something to do, then they have their turns, and what is read is the same', async () => {
    // The first read also loads code. A disk that is slow to answer gives others more turns, so a few reads count.
    await turnsWhileReading();
    const before = [await turnsWhileReading(), await turnsWhileReading(), await turnsWhileReading()];
    expect(letOthersInWhileReading()).toBe(true);
    const after = [await turnsWhileReading(), await turnsWhileReading(), await turnsWhileReading()];
    // Two reads for each word, its length and its letters, and 2,000 reads in a turn.
    expect(Math.max(...after)).toBeGreaterThanOrEqual(Math.min(...before) + 40);
  });
});
