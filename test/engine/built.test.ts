/** What stands in the engine as it is built, and what is still looked for when it begins. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { engineProgram } from './models.ts';

const program = readFileSync(engineProgram, 'utf8');

describe('the built engine', () => {
  it('when it is read, then no package has to be looked up', () => {
    const imported = [...program.matchAll(/^import\s[^;]*?from\s+["']([^"']+)["'];$/gm)].map(([, from = '']) => from);
    const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((from) => !builtin.has(from))).toEqual([]);
  });

  it('when the head of a file is read, then by the one class that yields', () => {
    expect(program.match(/^var GgufFileReader = class/gm)).toHaveLength(1);
  });

  it('when a binary is to be tried, then our trial says whether', () => {
    expect(program).toContain('runtime/engine/llama/trial.ts');
    expect(program).not.toContain('TEST_BINDING_CP');
  });

  it('when the library asks where it lies, then it is told where its package does', () => {
    expect(program).toContain('new URL("config.js", import.meta.resolve("node-llama-cpp"))');
  });
});
