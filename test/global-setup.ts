/**
 * Builds the programs once before all suites: several of them start the real runtime and the real engine process from dist/.
 * A program that does not build is removed, so that the suites that start it fail and no other one runs with an old one.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const programs = {
  // Without its parser no grammar is of use.
  grammars: 'grammars/parser.wasm',
  engine: 'engine.mjs',
  runtime: 'runtime.mjs',
  cli: 'cli.mjs',
  bench: 'bench.mjs',
  eval: 'eval.mjs',
  soak: 'soak.mjs',
  'soak-engine': 'soak-engine.mjs',
  extension: 'extension.cjs',
} as const;

type Program = keyof typeof programs;

export default (): Promise<void> => build(Object.keys(programs) as Program[]);

export async function build(names: readonly Program[]): Promise<void> {
  // All at once in one process; one by one only where that fails, to know which.
  if ((await problemOf(names)) === undefined) return;
  for (const name of names) {
    const problem = await problemOf([name]);
    if (problem === undefined) continue;
    await rm(path.join(root, 'dist', programs[name]), { force: true });
    process.stderr.write(`The program ${name} does not build, so its suites fail:\n${problem}\n`);
  }
}

/** The first lines of what the build says; undefined when it builds. */
async function problemOf(names: readonly Program[]): Promise<string | undefined> {
  try {
    await promisify(execFile)(process.execPath, ['build.mjs', ...names], { cwd: root });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(0, 4).join('\n') : String(error);
  }
}
