/**
 * `punctual models` as a user has it: the built program, the real runtime and engine, and a hub on this machine that serves small models
 * of our own making. One runtime for the whole file.
 */
import { copyFile, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  completionTraceSchema,
  listedModelSchema,
  modelsListResultSchema,
  statusSchema,
} from '../../runtime/protocol.ts';
import { writeModel } from '../gguf/model.ts';
import { Hub } from '../models/store/hub.ts';
import { root } from './fake-io.ts';
import { finished, Program } from './program.ts';

// Each command is a process, and some of them load a model.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const fixture = (name: string): string => path.join(root, 'test', 'fixtures', name);
/** The catalog states no hash of this file, so what our hub serves in its place can be the first download. */
const catalogPath = '/QuantFactory/Qwen2.5-Coder-1.5B-GGUF/resolve/main/Qwen2.5-Coder-1.5B.Q4_K_M.gguf';
const name = 'qwen2.5-coder-1.5b';
const secret = 'hf_a_token_that_nobody_may_see';

let program: Program;
let hub: Hub;
let tiny: Buffer;

const at = (file: string): string => path.join(program.folder, file);
const list = async () => modelsListResultSchema.parse(JSON.parse((await program.run('models', 'list', '--json')).out));
const found = async (model: string) => (await list()).models.find((each) => each.name === model && each.installed);
const serving = async (role: string) => (await list()).roles.find((each) => each.role === role);

async function completedBy(...more: string[]): Promise<string | undefined> {
  const place = ['--line', '9', '--character', '13'];
  const { out } = await program.run('complete', fixture('people.py'), ...place, '--json', ...more);
  return completionTraceSchema.parse(JSON.parse(out)).model;
}

/** A command that fails with one line on stderr. */
async function failed(...argv: string[]): Promise<string> {
  const { code, out, err } = await program.run(...argv);
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  return err;
}

beforeAll(async () => {
  program = await Program.prepare();
  hub = await Hub.start();
  const { file } = await writeModel({ file: at('made/tiny.gguf'), shape: 'tiny' });
  tiny = await readFile(file);
  hub.files.set(catalogPath, { bytes: tiny, etag: '"1"' });
  hub.files.set('/me/tiny/resolve/main/other.gguf', { bytes: tiny, etag: '"1"' });
});
afterAll(async () => {
  await program.dispose();
  await hub.stop();
});

describe('punctual models', () => {
  it('when a model of the catalog is pulled, then it is listed, serves what it is best at, and is gone when it is removed', async () => {
    expect(await serving('completion')).toMatchObject({ model: 'tinycode-4m' });
    const pulled = await program.run('models', 'pull', name, '--mirror', hub.origin, '--token-env', 'TEST_TOKEN');
    expect(pulled).toMatchObject({ code: 1, err: expect.stringContaining('TEST_TOKEN is not set') });
    const { code, out, err } = await program.run('models', 'pull', name, '--mirror', hub.origin);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^qwen2\.5-coder-1\.5b \(\d+\.\d MB, Q4_K_M\) is installed; it serves completion\.\n/);
    expect(await found(name)).toMatchObject({
      origin: 'catalog',
      verified: false,
      fit: { fits: true },
      licence: 'Apache-2.0',
    });
    expect(await serving('completion')).toMatchObject({
      model: name,
      message: expect.stringContaining('only one installed'),
    });
    expect(await serving('summarize')).toMatchObject({ model: 'tinycode-4m' });
    expect(await completedBy()).toBe('Qwen2.5-Coder 1.5B');
    expect(await completedBy('--model', name)).toBe('Qwen2.5-Coder 1.5B');
    expect(await completedBy('--model', 'embedded')).toMatch(/demonstration/);
    const again = await program.run('models', 'pull', name, '--mirror', hub.origin);
    expect(again.out).toBe(out);
    expect(await program.run('models', 'remove', name)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/ is removed and leaves memory; .* on disk become free/),
    });
    expect(await found(name)).toBeUndefined();
    expect(await completedBy()).toMatch(/demonstration/);
    expect(await failed('models', 'remove', name)).toContain(`'punctual models pull ${name}' gets it`);
  });

  it('when a pull is interrupted, then the parts are kept, and the next one goes on with them', async () => {
    const bytes = Buffer.concat([tiny, Buffer.alloc(3_000_000)]);
    hub.files.set('/me/tiny/resolve/main/slow.gguf', { bytes, etag: '"1"' });
    const wholeFrom = (range: string | undefined): boolean => range !== undefined && range !== 'bytes=0-0';
    hub.faultOf = ({ path: asked, range }) =>
      asked.endsWith('slow.gguf') && wholeFrom(range) ? { kind: 'stall', afterBytes: 2_000_000 } : undefined;
    const uri = hub.uri('/me/tiny/resolve/main/slow.gguf');
    const child = program.start('models', 'pull', uri);
    const end = finished(child);
    await vi.waitFor(
      async () =>
        expect((await found('slow')) ?? (await list()).models).toContainEqual(
          expect.objectContaining({ name: 'slow', downloading: expect.any(Number) }),
        ),
      { timeout: 60_000, interval: 100 },
    );
    child.kill('SIGINT');
    expect(await end).toMatchObject({
      code: 130,
      out: '',
      err: expect.stringMatching(
        /^What has come.* is kept: the same command goes on with it\.\npunctual models pull: cancelled\n$/,
      ),
    });
    hub.faultOf = () => undefined;
    await vi.waitFor(async () => expect((await list()).leftovers).toMatchObject([{ name: 'slow.gguf' }]), {
      timeout: 60_000,
    });
    hub.takeRanges();
    expect(await program.run('models', 'pull', uri)).toMatchObject({ code: 0, out: expect.stringMatching(/^slow \(/) });
    const [range = ''] = hub.takeRanges();
    expect(Number(/^bytes=(\d+)-/.exec(range)?.[1]), 'it went on where it had stopped').toBeGreaterThan(0);
    expect(await program.run('models', 'remove', 'slow.gguf', '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`"freedBytes":${bytes.length}`),
    });
  });

  it('when a file is imported, then it is used where it is, and stays there when it is forgotten', async () => {
    await copyFile(at('made/tiny.gguf'), at('mine.gguf'));
    const { code, out } = await program.run('models', 'import', 'mine.gguf', '--json');
    expect(code).toBe(0);
    expect(listedModelSchema.parse(JSON.parse(out))).toMatchObject({
      name: 'mine',
      file: at('mine.gguf'),
      serves: ['completion', 'summarize', 'translate', 'chat'],
    });
    expect(await completedBy('--model', 'mine')).toBe('mine');
    expect((await program.run('models', 'fit', 'mine')).out).toMatch(/^mine takes \d+\.\d MB of the .* RAM/);
    await mkdir(at('two'), { recursive: true });
    await copyFile(at('made/tiny.gguf'), at('two/mine.gguf'));
    await program.run('models', 'import', 'two/mine.gguf');
    expect(await failed('models', 'remove', 'mine')).toMatch(
      /Several models are called 'mine': name one of .*mine\.gguf, .*mine\.gguf/,
    );
    expect(await failed('summarize', fixture('sum.js'), '--model', 'mine')).toContain(
      "Several models are called 'mine'",
    );
    expect(await completedBy('--model', './two/mine.gguf')).toBe('mine');
    expect(await program.run('models', 'remove', './two/mine.gguf')).toMatchObject({
      code: 0,
      out: expect.stringContaining('its file stays at'),
    });
    expect((await stat(at('two/mine.gguf'))).size).toBe(tiny.length);
  });

  it('when an imported file goes away while its model is loaded, then it says so, and another model serves', async () => {
    expect(await completedBy()).toBe('mine');
    await rm(at('mine.gguf'));
    expect(await found('mine')).toMatchObject({
      notes: [expect.stringContaining('There is no model file at')],
      serves: [],
    });
    expect(await completedBy()).toMatch(/demonstration/);
    expect(await failed('summarize', fixture('sum.js'), '--model', 'mine')).toContain('There is no model file at');
    expect(await program.run('models', 'remove', './mine.gguf')).toMatchObject({ code: 0 });
  });

  it('when memory is scarce, then a model does not fit, and the answer is no', async () => {
    await program.run('models', 'import', './made/tiny.gguf');
    const { code, out } = await program.run('models', 'fit', 'tiny', '--memory', '1 MB');
    expect(code).toBe(1);
    expect(out).toMatch(/^tiny does not fit: it would need /);
    const { out: table } = await program.run('models', 'list', '--memory', '1 MB');
    expect(table).toMatch(/^completion +– +No installed model that serves completion fits into memory/m);
    expect(await failed('models', 'fit', 'tiny', '--memory', 'lots')).toContain(
      "punctual.memory is 'lots': give 'auto'",
    );
    // It was a question: what models may take is as before.
    expect((await program.run('models', 'fit', 'tiny')).code).toBe(0);
  });

  it('when a model has an architecture that nobody knows, then it fails once, and another one serves from then on', async () => {
    await program.run('models', 'import', './made/tiny.gguf');
    const odd = Buffer.from(tiny);
    for (let place = odd.indexOf('qwen2'); place >= 0; place = odd.indexOf('qwen2', place)) odd.write('qwenX', place);
    await writeFile(at('odd.gguf'), odd);
    expect((await program.run('models', 'import', './odd.gguf')).code).toBe(0);
    expect(await serving('completion')).toMatchObject({ model: 'odd' });
    const summary = await program.run('summarize', fixture('sum.js'));
    expect(summary).toMatchObject({
      code: 1,
      err: expect.stringContaining("odd.gguf cannot be loaded: its architecture, 'qwenX', is none"),
    });
    expect(await completedBy()).toBe('tiny');
    expect(await serving('completion')).toMatchObject({ message: expect.stringContaining('it could not be loaded') });
    expect(await found('odd')).toMatchObject({ state: 'failed' });
    expect((await program.run('models', 'remove', 'odd')).code).toBe(0);
  });

  it('when what is asked for is none, damaged or unknown, then one sentence says so, and nothing stays of it', async () => {
    await writeFile(at('text.gguf'), 'once upon a time');
    await copyFile(at('made/tiny.gguf'), at('cut.gguf'));
    await truncate(at('cut.gguf'), 100_000);
    expect(await failed('models', 'import', 'text.gguf')).toContain('text.gguf is not a model in the GGUF format');
    expect(await failed('models', 'import', 'cut.gguf')).toContain('cut.gguf is incomplete');
    expect(await failed('models', 'import', 'gone.gguf')).toContain('gone.gguf does not exist: give the path');
    expect(await failed('models', 'import', name)).toContain('or pull one by its name');
    expect(await failed('models', 'import', 'made')).toContain('made is not a file');
    expect(await failed('models', 'pull', './made/tiny.gguf')).toContain("is used by 'punctual models import'");
    expect(await failed('models', 'pull', `${hub.origin}/`)).toContain('is no address of a model: it names no file');
    expect(await failed('models', 'pull', 'qwen2.5-coder-15b')).toContain('did you mean qwen2.5-coder-1.5b');
    expect(await failed('models', 'pull', name, '--quantization', 'Q9')).toContain('there is Q4_K_M, Q8_0');
    expect(await failed('models', 'pull', 'tinycode-4m')).toContain('is part of Punctual');
    expect(await failed('models', 'remove', 'embedded')).toContain('cannot be removed');
    expect(
      await failed('complete', fixture('sum.js'), '--line', '3', '--character', '8', '--model', 'tinny'),
    ).toContain("No model is called 'tinny' (did you mean tiny?)");
    hub.files.set('/me/x/resolve/main/cut.gguf', { bytes: tiny.subarray(0, 100_000), etag: '"1"' });
    expect(await failed('models', 'pull', hub.uri('/me/x/resolve/main/cut.gguf'))).toMatch(
      /cut\.gguf is no usable model file: it is incomplete \(100000 bytes of at least \d+\)\. Nothing was kept/,
    );
    expect(await failed('models', 'pull', hub.uri('/me/x/resolve/main/none.gguf'))).toContain('is not there (404)');
    expect(await list()).toMatchObject({ leftovers: [] });
  });

  it('when a hub wants a token, then it gets that of the command, which is kept and told nowhere', async () => {
    hub.files.set('/me/gated/resolve/main/gated.gguf', { bytes: tiny, etag: '"1"' });
    hub.faultOf = ({ path: asked, authorization }) =>
      asked.includes('gated') && authorization === undefined ? { kind: 'status', status: 401 } : undefined;
    const pull = ['models', 'pull', 'hf:me/gated/gated.gguf', '--mirror', hub.origin];
    expect(await failed(...pull)).toContain('may not be downloaded (401): the model may ask you to accept its licence');
    hub.seen.splice(0);
    const child = program.startWith({ TEST_TOKEN: secret }, ...pull, '--token-env', 'TEST_TOKEN');
    expect(await finished(child)).toMatchObject({ code: 0, out: expect.stringMatching(/^gated \(/), err: '' });
    expect(new Set(hub.seen.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${secret}`]));
    hub.faultOf = () => undefined;
    for (const file of ['runtime.log', 'logs/runtime.jsonl', 'models/models.json'])
      expect(await readFile(path.join(program.home, file), 'utf8')).not.toContain(secret);
    // The next request is without it again.
    expect((await program.run('models', 'remove', 'gated')).code).toBe(0);
    hub.seen.splice(0);
    await program.run(...pull);
    expect(hub.seen.at(-1)?.authorization).toBeUndefined();
  });

  it('when a model is removed that is in memory, then it leaves memory, too', async () => {
    await program.run('models', 'import', './made/tiny.gguf');
    expect(await completedBy('--model', 'tiny')).toBe('tiny');
    const statesOf = async (): Promise<string[]> => {
      const { models } = statusSchema.parse(JSON.parse((await program.run('status', '--json')).out));
      return models.filter(({ id }) => id === at('made/tiny.gguf')).map(({ state }) => state);
    };
    expect(await statesOf()).toEqual(['ready']);
    const { out } = await program.run('models', 'remove', 'tiny');
    expect(out).toMatch(/^tiny is forgotten; its file stays at .*tiny\.gguf, and it leaves memory/);
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['unloaded']), { timeout: 30_000 });
  });

  it('when the models folder cannot be read, then the list says so, and the demonstration still answers', async () => {
    await program.run('stop');
    await rm(path.join(program.home, 'models'), { recursive: true, force: true });
    await writeFile(path.join(program.home, 'models'), 'no folder');
    const { code, out } = await program.run('models', 'list');
    expect({ code, tail: out.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      tail: expect.stringMatching(/models\.json cannot be used: ENOTDIR/),
    });
    expect(await completedBy()).toMatch(/demonstration/);
    expect(await failed('models', 'pull', hub.uri('/me/tiny/resolve/main/other.gguf'))).toMatch(
      /models.* cannot be used/,
    );
  });
});
