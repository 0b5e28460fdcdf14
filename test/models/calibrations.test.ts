/** What survives of a cost model from one run to the next, and what does not. */
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CostModel, costsOf, learn, newCostModel } from '../../runtime/core/estimate.ts';
import { Calibrations } from '../../runtime/models/calibrations.ts';

let root: string;
let log: string[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-calibrations-'));
  log = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folder = (): string => path.join(root, 'calibrations');
const store = (filesMax?: number): Calibrations =>
  new Calibrations({ folder: folder(), log: (line) => log.push(line), ...(filesMax !== undefined && { filesMax }) });

async function modelFile(name: string, content: string): Promise<string> {
  const file = path.join(root, name);
  await writeFile(file, content);
  return file;
}

const keyOf = (file: string) => ({ file, device: 'cpu', threads: 2 });

/** A model that knows one figure of its own. */
function knowing(wallMs: number): CostModel {
  return learn(newCostModel(), { model: 'm', kind: 'decode', tokens: 1, sequences: 1, contextTokens: 0, wallMs });
}

const decodeMs = (model: CostModel | undefined): number | undefined => model && costsOf(model).decodeMs(1, 0);

async function onlyFile(): Promise<string> {
  const names = await readdir(folder());
  expect(names).toHaveLength(1);
  return path.join(folder(), names[0] ?? '');
}

describe('calibrations on disk', () => {
  it('when a model was saved, then it is loaded as it was, without the errors of that day', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    expect(await store().save(key, knowing(33))).toBe(true);
    const loaded = await store().load(key);
    const { decode, ...rest } = knowing(33);
    expect(loaded).toEqual({ ...rest, decode: { ...decode, errors: [] } });
    expect(log).toEqual([]);
  });

  it('when nothing was saved, then nothing is loaded and nothing is said', async () => {
    expect(await store().load(keyOf(await modelFile('a.gguf', 'a')))).toBeUndefined();
    expect(log).toEqual([]);
  });

  it('when the file, the device or the threads differ, then it is another calibration', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    await store().save(key, knowing(33));
    expect(await store().load({ ...key, device: 'gpu' })).toBeUndefined();
    expect(await store().load({ ...key, threads: 4 })).toBeUndefined();
    expect(await store().load(keyOf(await modelFile('b.gguf', 'b')))).toBeUndefined();
    await writeFile(key.file, 'c');
    expect(await store().load(key), 'other content of the same size under the same name').toBeUndefined();
  });

  it('when a model file gets another name, then its calibration goes with it', async () => {
    await store().save(keyOf(await modelFile('a.gguf', 'same')), knowing(33));
    expect(decodeMs(await store().load(keyOf(await modelFile('b.gguf', 'same'))))).toBeCloseTo(33, 9);
  });

  it('when it is saved again, then the new one is there, and readable by its owner alone', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    await store().save(key, knowing(33));
    await Promise.all([40, 41, 42].map((wallMs) => store().save(key, knowing(wallMs))));
    const saved = decodeMs(await store().load(key));
    expect([40, 41, 42].some((wallMs) => Math.abs((saved ?? 0) - wallMs) < 1e-9)).toBe(true);
    const file = await onlyFile();
    // Windows keeps no such modes.
    if (process.platform !== 'win32') {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(folder())).mode & 0o777).toBe(0o700);
    }
  });

  it.each([
    ['is no JSON', () => '{"version":'],
    ['is empty', () => ''],
    ['is of another version', (text: string) => text.replace(/"version":\d+/, '"version":999')],
    ['has a time of 0', (text: string) => text.replace(/"ms":33/, '"ms":0')],
    ['has a negative pace', (text: string) => text.replace(/"pace":1/, '"pace":-1')],
    ['has a table that is too short', (text: string) => text.replace(/"prior":\[[^,]+,/, '"prior":[')],
    ['names another device', (text: string) => text.replace('"device":"cpu"', '"device":"tpu"')],
    ['is far too large', (text: string) => text + ' '.repeat(300 * 1024)],
  ])('when the file %s, then it is ignored with a line in the log, and the next save replaces it', async (_, spoil) => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    await store().save(key, knowing(33));
    const file = await onlyFile();
    const text = await readFile(file, 'utf8');
    expect(spoil(text)).not.toBe(text);
    await writeFile(file, spoil(text));
    expect(await store().load(key)).toBeUndefined();
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('is ignored and will be replaced');
    await store().save(key, knowing(44));
    expect(decodeMs(await store().load(key))).toBeCloseTo(44, 9);
    await onlyFile();
  });

  it('when there are more than may be kept, then those that were not used for the longest time leave', async () => {
    const keys = await Promise.all(['a', 'b', 'c'].map(async (name) => keyOf(await modelFile(`${name}.gguf`, name))));
    const [a, b, c] = keys;
    if (!a || !b || !c) throw new Error('three keys were made');
    await store(2).save(a, knowing(1));
    await utimes(await onlyFile(), 1, 1);
    await store(2).save(b, knowing(2));
    const names = await readdir(folder());
    for (const [index, name] of names.entries()) await utimes(path.join(folder(), name), 100 + index, 100 + index);
    expect(await store(2).load(a), 'used again').toBeDefined();
    await store(2).save(c, knowing(3));
    expect(await readdir(folder())).toHaveLength(2);
    expect(await store(2).load(b)).toBeUndefined();
    expect(await store(2).load(a)).toBeDefined();
  });

  it('when a process died while it wrote, then what it left is cleared away, and a fresh draft is left alone', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    await store().save(key, knowing(1));
    const [old, fresh] = ['old.draft', 'fresh.draft'].map((name) => path.join(folder(), name));
    if (!old || !fresh) throw new Error('two names were made');
    await writeFile(old, '');
    await utimes(old, 1, 1);
    await writeFile(fresh, '');
    await store().save(key, knowing(2));
    expect((await readdir(folder())).filter((name) => name.endsWith('.draft'))).toEqual(['fresh.draft']);
  });

  it('when the model file is gone, then nothing is loaded or saved, and the log says why', async () => {
    const key = keyOf(path.join(root, 'gone.gguf'));
    expect(await store().load(key)).toBeUndefined();
    expect(await store().save(key, knowing(1))).toBe(false);
    expect(log).toHaveLength(2);
  });

  it('when the folder cannot be made, then saving says so and throws nothing', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    await writeFile(folder(), 'a file in its place');
    expect(await store().save(key, knowing(1))).toBe(false);
    expect(log[0]).toContain('cannot be kept');
  });

  it('when a model has been taught nonsense, then what is saved can still be loaded', async () => {
    const key = keyOf(await modelFile('a.gguf', 'a'));
    let model = newCostModel();
    for (let index = 0; index < 500; index += 1) {
      const tokens = 1 + ((index * 7) % 3_000);
      const wallMs = index % 2 === 0 ? 0.001 : 3_600_000;
      model = learn(model, { model: 'm', kind: 'prefill', tokens, sequences: 1, contextTokens: index * 1_000, wallMs });
    }
    expect(await store().save(key, model)).toBe(true);
    expect(await store().load(key)).toBeDefined();
  });
});
