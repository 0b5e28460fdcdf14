/** The fuzzer by itself: it finds what is planted, cuts it down, says how to see it again, and begins with what is right. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newRandom } from '../../runtime/bench/random.ts';
import { argumentsOrExit, readArguments, usageOf } from '../../runtime/fuzz/arguments.ts';
import { type Case, minimised, shownCase, type Target } from '../../runtime/fuzz/case.ts';
import { conversation } from '../../runtime/fuzz/messages.ts';
import { spoiled, spoiledBytes } from '../../runtime/fuzz/mutate.ts';
import { fuzz } from '../../runtime/fuzz/run.ts';
import { targetKinds } from '../../runtime/fuzz/targets/all.ts';
import { filesTarget, homeFiles, readAs } from '../../runtime/fuzz/targets/files.ts';
import { framesTarget } from '../../runtime/fuzz/targets/frames.ts';
import { ggufTarget } from '../../runtime/fuzz/targets/gguf.ts';
import { logsTarget } from '../../runtime/fuzz/targets/logs.ts';
import { rpcTarget } from '../../runtime/fuzz/targets/rpc.ts';
import { Expectations } from '../../runtime/fuzz/wire.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const open: Target[] = [];
afterAll(async () => {
  for (const { close } of open) await close?.();
});

const buffers = (...texts: string[]): Case => texts.map((text) => Buffer.from(text));

function planted(run: Target['run'], cutsBytes = true): Target {
  return { name: 'planted', share: 1, cutsBytes, make: () => buffers('good', 'so bad', 'fine'), run };
}

const found = { kind: 'crash', message: 'bad' } as const;
const isBad = async (parts: Case) => (Buffer.concat(parts).includes('bad') ? found : undefined);

const run = (targets: readonly Target[], more: object = {}) =>
  fuzz({
    ...{ targets, seed: 7, casesMax: 1, secondsMax: 1_000, only: undefined, log: () => undefined },
    ...{ nowMs: () => performance.now(), cpuMs: () => 0, signal: new AbortController().signal },
    ...more,
  });

describe('a case that fails', () => {
  it('when it has parts and bytes that are not needed, then they are left out', async () => {
    const least = await minimised(planted(isBad), buffers('good', 'so bad', 'fine'), found);
    expect(least.map(String)).toEqual(['bad']);
  });

  it('when bytes are not to be left out, then whole parts are', async () => {
    const least = await minimised(planted(isBad, false), buffers('good', 'so bad', 'fine'), found);
    expect(least.map(String)).toEqual(['so bad']);
  });

  it('when it does not fail again, then it is shown as it was', async () => {
    const whole = buffers('a', 'b');
    expect(
      await minimised(
        planted(async () => undefined),
        whole,
        found,
      ),
    ).toBe(whole);
    expect(shownCase(whole)).toBe('"a"\n"b"');
  });

  it('when one is found, then the report has its seed, and the log how to see it again', async () => {
    const lines: string[] = [];
    const report = await run([planted(isBad)], { log: (line: string) => lines.push(line) });
    expect(report.found).toEqual([{ ...found, target: 'planted', index: 0, seed: 7, shown: '"bad"' }]);
    expect(lines.join('\n')).toContain('npm run fuzz -- --seed 7 --only planted/0');
  });

  it('when an error is caught by nobody, or a promise is rejected to nobody, then that is a crash', async () => {
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const { found: all } = await run([
        planted(async () => {
          void Promise.reject(new Error('nobody cares'));
          return undefined;
        }),
      ]);
      expect(all).toMatchObject([{ kind: 'crash', message: expect.stringContaining('nobody cares') }]);
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });
});

describe('what has to be answered', () => {
  const owed = (...frames: string[]): Expectations => {
    const expectations = new Expectations();
    for (const frame of frames) expectations.sent(Buffer.from(frame));
    return expectations;
  };
  const request = '{"jsonrpc":"2.0","id":1,"method":"x"}';

  it('when a request is not answered, or twice, then that is a failure', () => {
    const expectations = owed(request);
    expect(expectations.failure(false)).toMatchObject({ kind: 'unanswered', message: 'no answer to the request 1' });
    expectations.received({ id: 1, result: null });
    expect(expectations.failure(false)).toBeUndefined();
    expectations.received({ id: 1, result: null });
    expect(expectations.failure(false)).toMatchObject({ message: expect.stringContaining('more often') });
  });

  it('when it is a notification, an answer or nonsense, then no answer is owed', () => {
    const frames = ['{"jsonrpc":"2.0","method":"x"}', '{"jsonrpc":"2.0","id":1,"result":1}', '{', '[]', '7'];
    const expectations = owed(...frames);
    expect([expectations.isOver, expectations.failure(false)]).toEqual([true, undefined]);
    expectations.received({ id: 2, result: 1 });
    expect(expectations.failure(false)).toBeDefined();
  });

  it('when a client has left, then nothing is owed any more', () => {
    expect(owed(request).failure(true)).toBeUndefined();
    expect(owed().sent(Buffer.from('{"jsonrpc":"2.0","method":"exit"}'))).toBe(true);
  });
});

describe('cases', () => {
  it('when the seed is the same, then they are the same', () => {
    const once = () => conversation(newRandom(3, 'x'), 0.5, 10).map(String);
    expect(once()).toEqual(once());
    const bytes = Buffer.from('some bytes');
    expect(spoiledBytes(newRandom(1), bytes)).toEqual(spoiledBytes(newRandom(1), bytes));
    expect(String(bytes)).toBe('some bytes');
    const value = { a: [1, 2, { b: null }] };
    expect(spoiled(newRandom(1), value)).toEqual(spoiled(newRandom(1), value));
    expect(value).toEqual({ a: [1, 2, { b: null }] });
  });

  it('when a file of the home folder is not spoiled, then it is taken, and when it says nothing, then it is not', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'punctual-fuzz-test-'));
    try {
      for (const kind of await homeFiles(folder)) {
        const right = Buffer.from(typeof kind.right === 'string' ? kind.right : JSON.stringify(kind.right));
        expect(await readAs(kind, folder, right), kind.file).toBe(true);
        expect(await readAs(kind, folder, Buffer.from('7')), kind.file).toBe(false);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each<[string, () => Target | Promise<Target>]>([
    ['frames', () => framesTarget(root)],
    ['messages', () => rpcTarget(root, { name: 'messages', share: 1, spoiling: 0.6, lengthMax: 2 })],
    ['sequences', () => rpcTarget(root, { name: 'sequences', share: 1, spoiling: 0.05, lengthMax: 14 })],
    ['model files', () => ggufTarget()],
    ['files of the home folder', () => filesTarget()],
    ['logs', () => logsTarget(root)],
  ])('when some hundred %s of a fixed seed come, then none fails', async (_, make) => {
    const target = await make();
    open.push(target);
    const report = await run([target], { casesMax: 300 });
    expect(report.found).toEqual([]);
    expect(report.cases[target.name]).toBe(300);
  });
});

describe('what it is called with', () => {
  it('when nothing is said, then it goes on with a seed that was drawn', () => {
    expect(readArguments([], 5)).toEqual({
      ...{ seed: 5, casesMax: Number.POSITIVE_INFINITY, secondsMax: Number.POSITIVE_INFINITY, json: false },
      only: undefined,
    });
  });

  it('when a case is named, then only that one', () => {
    expect(readArguments(['--seed', '1', '--only', 'gguf/17', '--json'], 5)).toMatchObject({
      ...{ seed: 1, json: true },
      only: { target: 'gguf', index: 17 },
    });
    expect(readArguments(['--only', 'gguf', '--cases', '3', '--seconds', '4'], 5)).toMatchObject({
      ...{ casesMax: 3, secondsMax: 4 },
      only: { target: 'gguf' },
    });
  });

  it('when a number is none, then a sentence says so', () => {
    expect(() => readArguments(['--cases', 'many'], 5)).toThrow("--cases is 'many': give a whole number.");
  });

  it('when help is asked for, then it has every option and every target, and all ends well', async () => {
    const printed = { out: '', err: '' };
    const printer = {
      out: (text: string) => {
        printed.out += text;
      },
      err: (text: string) => {
        printed.err += text;
      },
    };
    const usage = usageOf(targetKinds);
    expect(argumentsOrExit(['--help'], 5, usage, printer)).toBe(0);
    expect(printed).toEqual({ out: usage, err: '' });
    for (const option of ['seed', 'cases', 'seconds', 'only', 'json', 'help'])
      expect(usage).toMatch(new RegExp(`^  --${option} +\\w`, 'm'));
    for (const { name, make } of targetKinds) {
      expect(usage).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
      const target = await make(root);
      open.push(target);
      expect(target.name).toBe(name);
    }
    expect(argumentsOrExit(['--cases', 'many'], 5, usage, printer)).toBe(2);
    expect(printed.err).toBe(`fuzz: --cases is 'many': give a whole number.\n${usage}`);
    expect(argumentsOrExit([], 5, usage, printer)).toEqual(readArguments([], 5));
  });

  it('when there is no such target, then a sentence names those that there are', async () => {
    await expect(run([planted(isBad)], { only: { target: 'x' } })).rejects.toThrow("There is no target 'x': planted.");
  });
});
