import { expect, test } from 'vitest';
import { Pump } from '../../extension/pump.ts';

/** A writer whose writes end when the test says so. */
function gatedWriter() {
  const written: string[] = [];
  const gates: (() => void)[] = [];
  const write = (text: string) => {
    written.push(text);
    return new Promise<void>((resolve) => gates.push(resolve));
  };
  return { written, write, open: () => gates.shift()?.() };
}

const noPause = () => Promise.resolve();

test('when text arrives during a write, then it is joined into one next write', async () => {
  const writer = gatedWriter();
  const pump = new Pump(writer.write, noPause);
  for (const text of ['a', 'b', 'c']) pump.push(text);
  expect(writer.written).toEqual(['a']);
  const drained = pump.drain();
  writer.open();
  await expect.poll(() => writer.written).toEqual(['a', 'bc']);
  writer.open();
  await drained;
  expect(pump.length).toBe(3);
});

test('when everything is written and more arrives, then that is written too', async () => {
  const written: string[] = [];
  const pump = new Pump(async (text) => void written.push(text), noPause);
  pump.push('a');
  await pump.drain();
  pump.push('b');
  await pump.drain();
  expect(written).toEqual(['a', 'b']);
});

test('when a write fails, then the drain says so, again and again, and nothing more is written', async () => {
  const written: string[] = [];
  const pump = new Pump((text) => {
    written.push(text);
    return Promise.reject(new Error('editor closed'));
  }, noPause);
  pump.push('a');
  await expect(pump.drain()).rejects.toThrow('editor closed');
  pump.push('b');
  await expect(pump.drain()).rejects.toThrow('editor closed');
  expect(written).toEqual(['a']);
});

test('when nothing was pushed, then there is nothing to wait for', async () => {
  await expect(new Pump(() => Promise.reject(new Error('unused')), noPause).drain()).resolves.toBeUndefined();
});

test('when what came is void, then it is taken back before the new text is written, and what was not written never is', async () => {
  const writer = gatedWriter();
  const clear = async () => void writer.written.push('cleared');
  const pump = new Pump(writer.write, noPause, clear);
  pump.push('a');
  pump.push('b');
  pump.restart();
  pump.push('c');
  expect(pump.length).toBe(1);
  const drained = pump.drain();
  writer.open();
  await expect.poll(() => writer.written).toEqual(['a', 'cleared', 'c']);
  writer.open();
  await drained;
});

test('when everything was written before it became void, then it is taken back all the same', async () => {
  const written: string[] = [];
  const pump = new Pump(
    async (text) => void written.push(text),
    noPause,
    async () => void written.push('cleared'),
  );
  pump.push('a');
  await pump.drain();
  pump.restart();
  await pump.drain();
  expect(written).toEqual(['a', 'cleared']);
});
