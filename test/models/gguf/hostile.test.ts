/** Files that lie, end early, or are no models: each is refused with one sentence, and none takes more than its own size to find out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GgufError, type GgufProblem } from '../../../runtime/models/gguf/problem.ts';
import { readModelFile } from '../../../runtime/models/gguf/read.ts';
import { writeModel } from '../../gguf/model.ts';
import {
  arrayKey,
  modelKeys,
  modelTensor,
  type RawFile,
  rawFile,
  text,
  textKey,
  u32,
  u32Key,
  valueTypes,
} from './raw.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

function write(bytes: Buffer): string {
  files += 1;
  const file = path.join(folder, `${files}.gguf`);
  writeFileSync(file, bytes);
  return file;
}

async function problemOf(file: string): Promise<GgufError> {
  const error: unknown = await readModelFile(file).then(
    () => new Error('it was read'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GgufError)) throw error;
  return error;
}

/** Says in one sentence, which names the file, what is wrong. */
async function expectProblem(file: string, kind: GgufProblem['kind'], words: string): Promise<void> {
  const error = await problemOf(file);
  expect(error.problem.kind).toBe(kind);
  expect(error.message).toContain(words);
  expect(error.message).toContain(path.basename(file));
  expect(error.message).toMatch(/^[^\n]+: [^\n.]+.*\.$/);
}

async function expectRaw(parts: RawFile, kind: GgufProblem['kind'], words: string): Promise<void> {
  await expectProblem(write(rawFile(parts)), kind, words);
}

describe('a file that is no model', () => {
  it('when the bare minimum of a model is written, then it is read: the lies below are the only thing wrong with theirs', async () => {
    expect(await readModelFile(write(rawFile({})))).toMatchObject({ architecture: 'llama', parameters: 4_096 });
  });

  it('when there is no such file, or a folder, then it says so', async () => {
    await expectProblem(path.join(folder, 'nothing.gguf'), 'missing', 'There is no model file');
    const sub = path.join(folder, 'sub.gguf');
    mkdirSync(sub);
    await expectProblem(sub, 'folder', 'is a folder');
  });

  it('when it is not GGUF, then it says so', async () => {
    await expectRaw({ magic: 'GGML' }, 'notGguf', 'not a model in the GGUF format');
    await expectProblem(write(Buffer.from('<html>404</html>')), 'notGguf', 'not a model');
  });

  it('when its version is old, too new or reversed, then it says which', async () => {
    await expectRaw({ version: 1 }, 'version', 'GGUF version 1');
    await expectRaw({ version: 4 }, 'version', 'GGUF version 4');
    await expectRaw({ version: 0x03000000 }, 'bigEndian', 'big-endian');
  });

  it('when it is an adapter, a projector or a vocabulary, then the model itself is asked for', async () => {
    await expectRaw({ keys: [...modelKeys, textKey('general.type', 'adapter')] }, 'notModel', "of the kind 'adapter'");
    await expectRaw({ keys: [textKey('general.architecture', 'clip')] }, 'notModel', 'reads images');
    await expectRaw({ keys: [textKey('general.architecture', '../x')] }, 'notModel', 'no proper name');
    await expectRaw({ keys: modelKeys.slice(1) }, 'notModel', 'names no architecture');
    await expectRaw({ tensors: [] }, 'notModel', 'no weights');
    await expectRaw({ keys: modelKeys.filter((key) => !key.includes('block_count')) }, 'notModel', '0 layers');
  });
});

describe('a file that is incomplete', () => {
  it('when it is empty or ends within the fixed head, then it says how much is missing', async () => {
    for (const bytes of [0, 3, 4, 8, 20]) {
      const file = write(rawFile({}).subarray(0, bytes));
      await expectProblem(file, 'truncated', `(${bytes} bytes of at least `);
    }
  });

  it('when the data of its tensors end early by one byte, then it says so', async () => {
    const bytes = rawFile({});
    await expectProblem(
      write(bytes.subarray(0, -1)),
      'truncated',
      `${bytes.length - 1} bytes of at least ${bytes.length}`,
    );
  });
});

describe('a head that lies', () => {
  it('when counts are beyond any model, then nothing of that size is tried', async () => {
    await expectRaw({ tensorCount: 2n ** 60n }, 'damaged', 'tensors');
    await expectRaw({ keyCount: 2n ** 63n }, 'damaged', 'keys');
  });

  it('when a text claims a length beyond the file or any text, then it is refused', async () => {
    const claiming = (claimed: number | bigint): RawFile => ({
      keys: [Buffer.concat([text('general.name'), u32(valueTypes.text), text('x', claimed)])],
    });
    await expectRaw(claiming(1_000_000), 'truncated', 'is incomplete');
    await expectRaw(claiming(2n ** 40n), 'damaged', "'general.name' would have 1099511627776 bytes");
    await expectRaw(claiming(2n ** 64n - 1n), 'damaged', 'would have');
  });

  it('when an array claims a count beyond the file, then it is refused at once', async () => {
    const numbers = (claimed: bigint): RawFile => ({ keys: [arrayKey('a.b', valueTypes.u32, [u32(1)], claimed)] });
    await expectRaw(numbers(2n ** 62n), 'truncated', 'is incomplete');
    const texts = (claimed: bigint): RawFile => ({ keys: [arrayKey('a.b', valueTypes.text, [text('x')], claimed)] });
    await expectRaw(texts(2n ** 62n), 'damaged', "'a.b' would have a text of");
    await expectRaw({ ...texts(9n), tensors: [], dataBytes: 0 }, 'truncated', 'is incomplete');
  });

  it('when arrays are nested or of an unknown type, then they are refused', async () => {
    await expectRaw({ keys: [arrayKey('a.b', valueTypes.array, [], 1)] }, 'damaged', 'array of arrays');
    await expectRaw({ keys: [arrayKey('a.b', 99, [])] }, 'damaged', 'unknown type 99');
    await expectRaw({ keys: [Buffer.concat([text('a.b'), u32(77)])] }, 'damaged', 'unknown type 77');
  });

  it('when a key or a tensor stands in it twice, then it is refused', async () => {
    await expectRaw({ keys: [...modelKeys, textKey('general.architecture', 'x')] }, 'damaged', 'stands in it twice');
    const again = { ...modelTensor, offset: 16_384 };
    await expectRaw({ tensors: [modelTensor, again], dataBytes: 32_768 }, 'damaged', 'stands in it twice');
  });

  it('when the values of a tensor cannot be counted, then it is refused', async () => {
    const shaped = (shape: RawFile['tensors'] & object): RawFile => ({ tensors: shape });
    await expectRaw(shaped([{ name: 't', shape: [2n ** 32n, 2n ** 32n] }]), 'damaged', 'values');
    await expectRaw(shaped([{ name: 't', shape: [2n ** 63n] }]), 'damaged', 'values');
    await expectRaw(shaped([{ name: 't', shape: [2n ** 40n] }]), 'truncated', 'is incomplete');
    await expectRaw(shaped([{ name: 't', shape: [1, 1, 1, 1], dimensions: 5 }]), 'damaged', '5 dimensions');
    await expectRaw(shaped([{ name: 't', shape: [33], type: 2 }]), 'damaged', 'no whole blocks');
    await expectRaw(shaped([{ name: 'n'.repeat(64), shape: [1] }]), 'damaged', 'too long a name');
  });

  it('when a tensor has a number format of tomorrow, then another quantization is asked for', async () => {
    await expectRaw({ tensors: [{ name: 't', shape: [32], type: 99 }] }, 'unknownType', 'type 99');
  });

  it('when tensors overlap or leave gaps, then they are refused', async () => {
    const second = { name: 'output.weight', shape: [64, 64], type: 0 };
    for (const offset of [0, 16_352, 16_416, 2n ** 63n])
      await expectRaw({ tensors: [modelTensor, { ...second, offset }], dataBytes: 40_000 }, 'damaged', 'not where');
  });

  it('when the alignment is no power of two, then it is refused', async () => {
    for (const alignment of [0, 33, 2 ** 31])
      await expectRaw({ keys: [...modelKeys, u32Key('general.alignment', alignment)] }, 'damaged', 'alignment');
  });

  it('when a name from the file would break the message, then it is made harmless', async () => {
    await expectRaw({ keys: [arrayKey('a\n\u001b[31m', 99, [])] }, 'damaged', "'a??[31m'");
  });
});

describe('any damage at all', () => {
  let honest: Buffer;
  beforeAll(async () => {
    const { file } = await writeModel({ file: path.join(folder, 'honest.gguf'), shape: 'tiny', layers: 1 });
    honest = await readFile(file);
  });

  /** Resolves with a model or rejects with a sentence; anything else fails the test, as does a hang by its time limit. */
  async function readsOrRefuses(bytes: Buffer): Promise<void> {
    const file = path.join(folder, 'fuzz.gguf');
    writeFileSync(file, bytes);
    const outcome: unknown = await readModelFile(file).catch((error: unknown) => error);
    if (outcome instanceof GgufError) expect(outcome.message).not.toBe('');
    else expect(outcome).toHaveProperty('tensors');
  }

  it('when a file is cut anywhere, then it is refused in a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(honest.length - 1), async (length) => {
        const file = path.join(folder, 'cut.gguf');
        writeFileSync(file, honest.subarray(0, length));
        expect((await problemOf(file)).problem.kind).toBe('truncated');
      }),
      { numRuns: 100 },
    );
  });

  it('when bytes of the head are changed, then it is read or refused, and nothing else happens', async () => {
    const headBytes = 24_000;
    const change = fc.record({ at: fc.nat(headBytes), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(honest);
        for (const { at, bytes: changed } of changes) bytes.set(changed, at);
        await readsOrRefuses(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('when the head is noise behind an honest beginning, then it is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2_000), fc.uint8Array({ minLength: 1, maxLength: 400 }), async (keep, noise) => {
        await readsOrRefuses(Buffer.concat([honest.subarray(0, keep), noise]));
      }),
      { numRuns: 300 },
    );
  });
});
