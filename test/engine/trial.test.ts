/** Whether a binary is tried in a process of its own before the engine opens it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triedBy } from '../../runtime/engine/llama/trial.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-trial-'));
/** A library whose trial says yes to one binary, and nothing of what it was asked is lost. */
const library = pathToFileURL(path.join(folder, 'index.js')).href;

beforeAll(() => {
  const utils = path.join(folder, 'bindings', 'utils');
  mkdirSync(utils, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const lines = [
    'export const asked = [];',
    "export async function testBindingBinary(...all) { asked.push(all); return all[0] === 'good.node'; }",
  ];
  writeFileSync(path.join(utils, 'testBindingBinary.js'), lines.join('\n'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asked = async (): Promise<unknown[]> =>
  (await import(new URL('bindings/utils/testBindingBinary.js', library).href)).asked;

describe('the trial of a binary', () => {
  it('when it computes on the processor, then it is taken without one', async () => {
    expect(await triedBy('file:///nowhere/index.js', 'good.node', undefined, false)).toBe(true);
  });

  it('when it computes on a graphics card, then the library tries it, and its answer counts', async () => {
    expect(await triedBy(library, 'good.node', '/extensions', 'vulkan', 60_000, true)).toBe(true);
    expect(await triedBy(library, 'bad.node', undefined, 'cuda')).toBe(false);
    expect(await asked()).toEqual([
      ['good.node', '/extensions', 'vulkan', 60_000, true],
      ['bad.node', undefined, 'cuda'],
    ]);
  });
});
