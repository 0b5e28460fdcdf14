import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getLlama, LlamaCompletion } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alignment } from './gguf.ts';
import { type WrittenModel, writeModel } from './model.ts';
import { encodeRow, float16 } from './quantize.ts';

let folder: string;
let tiny: WrittenModel;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-gguf-'));
  tiny = await writeModel({ file: path.join(folder, 'tiny.gguf'), shape: 'tiny' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a written model', () => {
  it('when its head is read, then it says what was asked for', async () => {
    const bytes = await readFile(tiny.file);
    expect(bytes.subarray(0, 4).toString()).toBe('GGUF');
    expect(bytes.readUInt32LE(4)).toBe(3);
    // Two tables, the last norm, and 14 tensors in each of 4 layers with biases.
    expect(bytes.readBigUInt64LE(8)).toBe(3n + 4n * 12n);
    expect(bytes.length).toBe(tiny.bytes);
    expect(bytes.length % alignment).toBe(0);
    expect(tiny.parameters).toBeGreaterThan(1e6);
  });

  it('when it is written twice, then the files are the same', async () => {
    const again = await writeModel({ file: path.join(folder, 'again.gguf'), shape: 'tiny' });
    expect(Buffer.compare(await readFile(again.file), await readFile(tiny.file))).toBe(0);
  });

  it('when llama.cpp runs it, then it walks its chain and ends', async () => {
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
    const model = await llama.loadModel({ modelPath: tiny.file });
    const context = await model.createContext({ contextSize: 256, threads: 1, flashAttention: false });
    const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
    expect(completion.infillSupported).toBe(true);
    expect(await completion.generateCompletion('hello world c', { maxTokens: 60, temperature: 0 })).toBe(
      'defghijklmnopqrstuvwxyz\n',
    );
    expect(await completion.generateInfillCompletion('a(', ')', { maxTokens: 60, temperature: 0 })).toBe(
      'abcdefghijklmnopqrstuvwxyz\n',
    );
    await context.dispose();
    await model.dispose();
    const { file } = await writeModel({ file: path.join(folder, 'no-fim.gguf'), shape: 'tiny', noFim: true });
    const without = await llama.loadModel({ modelPath: file });
    expect(without.tokens.infill.prefix).toBeNull();
    await without.dispose();
  });
});

describe('block formats', () => {
  it('when values are encoded, then decoding gives them back within a step', () => {
    const values = Float32Array.from({ length: 32 }, (_, index) => Math.sin(index));
    const q8 = new DataView(encodeRow('Q8_0', values).buffer);
    const q4 = new DataView(encodeRow('Q4_0', values).buffer);
    const [scale8, scale4] = [half(q8.getUint16(0, true)), half(q4.getUint16(0, true))];
    values.forEach((value, index) => {
      expect(Math.abs(q8.getInt8(2 + index) * scale8 - value)).toBeLessThan(Math.abs(scale8));
      const byte = q4.getUint8(2 + (index % 16));
      const nibble = index < 16 ? byte & 15 : byte >> 4;
      expect(Math.abs((nibble - 8) * scale4 - value)).toBeLessThanOrEqual(Math.abs(scale4) * 1.01);
    });
  });

  it('when numbers are halved in precision, then the common ones are exact', () => {
    expect([0, 1, -2, 0.5, 65_504].map(float16)).toEqual([0, 0x3c00, 0xc000, 0x3800, 0x7bff]);
  });
});

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  return exponent === 0 ? 0 : sign * 2 ** (exponent - 15) * (1 + (bits & 0x3ff) / 1024);
}
