import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Commands } from '../../extension/commands.ts';

type Run = (...args: unknown[]) => unknown;

/** The editor's own table, which refuses what is there already, as the real one does. */
let registered: Map<string, Run>;
let commands: Commands;
let ready: Deferred;

beforeEach(() => {
  registered = new Map();
  ready = deferred();
  commands = new Commands((id, run) => {
    if (registered.has(id)) throw new Error(`command '${id}' already exists`);
    registered.set(id, run);
    return { dispose: () => registered.delete(id) };
  });
});

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: () => settle?.resolve(), reject: (error) => settle?.reject(error) };
}

const call = (id: string, ...args: unknown[]): unknown => registered.get(id)?.(...args);

describe('commands', () => {
  it('when one is called before its feature is there, then it waits, and is then answered with its arguments', async () => {
    commands.expect(['a.one', 'a.two'], ready.promise);
    expect([...registered.keys()]).toEqual(['a.one', 'a.two']);
    const calls: unknown[] = [];
    const answer = call('a.one', 1, 'x');
    commands.add('a.two', () => calls.push('two'));
    commands.add('a.one', (...args) => {
      calls.push(args);
      return 'done';
    });
    expect(calls).toEqual([]);
    ready.resolve();
    expect(await answer).toBe('done');
    expect(calls).toEqual([[1, 'x']]);
  });

  it('when several are called before, then each is answered once, in their order', async () => {
    commands.expect(['a.one', 'a.two'], ready.promise);
    const calls: unknown[] = [];
    const answers = [call('a.two', 1), call('a.one', 2), call('a.two', 3)];
    for (const id of ['a.one', 'a.two']) commands.add(id, (argument) => calls.push([id, argument]));
    ready.resolve();
    await Promise.all(answers);
    expect(calls).toEqual([
      ['a.two', 1],
      ['a.one', 2],
      ['a.two', 3],
    ]);
  });

  it('when the features are there, then a call waits for nothing that is still to come', async () => {
    commands.expect(['a.one'], ready.promise);
    commands.add('a.one', () => 'done');
    expect(await call('a.one')).toBe('done');
  });

  it('when the features cannot be loaded, then whoever called hears why', async () => {
    commands.expect(['a.one'], ready.promise);
    const answer = call('a.one');
    ready.reject(new Error('a file is missing'));
    await expect(answer).rejects.toThrow('a file is missing');
  });

  it('when no feature has added a command of the manifest, then it says so instead of doing nothing', async () => {
    commands.expect(['a.one'], ready.promise);
    ready.resolve();
    await expect(call('a.one')).rejects.toThrow('a.one');
  });

  it('when a command is not one of the manifest, then it is there with its feature; at the end none is left', () => {
    commands.expect(['a.one'], ready.promise);
    commands.add('a.inner', () => 'inner');
    expect(call('a.inner')).toBe('inner');
    commands.dispose();
    expect([...registered.keys()]).toEqual([]);
  });
});

it('when the manifest names a command, then a feature adds it', () => {
  const folder = new URL('../../extension/', import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const added = sources.flatMap((source) => [...source.matchAll(/\bcommand(?:\(|: )'(\w+)'/g)].map(([, name]) => name));
  const manifest = JSON.parse(readFileSync(new URL('../package.json', folder), 'utf8'));
  const ids: string[] = manifest.contributes.commands.map(({ command }: { command: string }) => command);
  expect(ids.filter((id) => !added.includes(id.replace(/^punctual\./, '')))).toEqual([]);
});
