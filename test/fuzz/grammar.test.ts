/** The fuzzer speaks the whole wire: a method that nobody taught it would never be tried. */
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ErrorCodes } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import { newRandom } from '../../runtime/bench/random.ts';
import { methodsOf, paramsFor } from '../../runtime/fuzz/grammar.ts';
import { House } from '../../runtime/fuzz/house.ts';
import { Line } from '../../runtime/fuzz/line.ts';
import { conversation } from '../../runtime/fuzz/messages.ts';
import { runtimeTarget } from '../../runtime/fuzz/targets/runtime.ts';
import { methods, paramsOf } from '../../runtime/server/methods.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const spoken = new Set(Object.values(methodsOf).flat());
const tries = 200;

/** Messages by method, of many conversations in which nothing is spoiled. */
function heard(make: (index: number) => readonly Buffer[], count: number): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  for (let index = 0; index < count; index += 1)
    for (const frame of make(index)) {
      const { method, ...rest } = JSON.parse(String(frame));
      found.set(method, [...(found.get(method) ?? []), rest]);
    }
  return found;
}

describe('the grammar', () => {
  it('when a method is on the wire, then the fuzzer knows it, as one kind of message', () => {
    expect(methods.filter((method) => !spoken.has(method))).toEqual([]);
    const all = Object.values(methodsOf).flat();
    expect(all.length).toBe(new Set(all).size);
  });

  it.each(methods)('when %s is made, then it gets past the check of its parameters, most of the time', (method) => {
    const passed = Array.from({ length: tries }, (_, seed) => {
      const params = JSON.parse(JSON.stringify(paramsFor(method, newRandom(seed, method))));
      return paramsOf(method)?.safeParse(params ?? {}).success;
    });
    expect(passed.filter((isRight) => isRight).length).toBeGreaterThan(tries / 4);
  });

  it('when some thousand conversations are held, then every method of the wire is in them', () => {
    const found = heard((seed) => conversation(newRandom(seed, 'whole'), 0, 14), 3_000);
    expect(methods.filter((method) => (found.get(method)?.length ?? 0) < 5)).toEqual([]);
  });

  it('when the runtime itself is spoken to, then nothing ends it, and what takes long is taken back', () => {
    const { make } = runtimeTarget(root);
    const idsOf = (frames: readonly string[], pattern: RegExp) =>
      frames.flatMap((frame) => pattern.exec(frame)?.[1] ?? []).sort();
    const said = Array.from({ length: 1_000 }, (_, seed) => make(newRandom(seed, 'runtime')).map(String));
    const all = said.flat();
    const missing = methods.filter((method) => !all.some((frame) => frame.includes(`"${method}"`)));
    expect(missing).toEqual(['punctual/models/pull', 'punctual/stop']);
    const lasting = said.map((frames) => idsOf(frames, /^{"jsonrpc":"2.0","id":"(lasting\d)"/));
    const takenBack = said.map((frames) => idsOf(frames, /\$\/cancelRequest","params":{"id":"(lasting\d)"/));
    expect(takenBack).toEqual(lasting);
    expect(lasting.flat().length).toBeGreaterThan(30);
  });
});

describe('the house of the fuzzer', () => {
  const house = new House(root, 1);
  afterAll(() => house.close());

  /** The answer to one request of a client that has introduced itself; what lasts is taken back. */
  async function answered(method: string): Promise<{ readonly error?: { readonly code: number } }> {
    const answers = new Map<unknown, { readonly error?: { readonly code: number } }>();
    const line = new Line((message) => {
      const { id, ...answer } = message as { id?: unknown; error?: { code: number } };
      if (id !== undefined) answers.set(id, answer);
    });
    house.clients.welcome(line as unknown as WebSocket);
    const say = (message: object): void => line.deliver(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
    const hello = { method: 'initialize', params: paramsFor('initialize', newRandom(1)) };
    if (method !== 'initialize') say({ id: 'hello', ...hello });
    const seed = Array.from({ length: tries }, (_, index) => index).find(
      (index) => paramsOf(method)?.safeParse(paramsFor(method, newRandom(index)) ?? {}).success,
    );
    if (seed === undefined) return expect.fail(`nothing right is made for ${method}`);
    say({ id: 'asked', method, params: paramsFor(method, newRandom(seed)) });
    if (method === 'punctual/watch') say({ method: '$/cancelRequest', params: { id: 'asked' } });
    expect(await house.until(() => answers.has('asked'), 20_000)).toBe(true);
    line.close();
    return answers.get('asked') ?? {};
  }

  const asked = [...methodsOf.request, ...methodsOf.lasting].filter((method) => paramsOf(method));
  it.each(asked)('when %s is asked, then somebody is there who answers it', async (method) => {
    expect((await answered(method)).error?.code).not.toBe(ErrorCodes.MethodNotFound);
  });
});
