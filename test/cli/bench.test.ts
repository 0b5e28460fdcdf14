import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bench } from '../../runtime/cli/bench.ts';
import { CommandError } from '../../runtime/cli/command.ts';
import { fakeIo } from './fake-io.ts';

const folders: string[] = [];

async function programs(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'punctual-bench-cli-'));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('punctual bench', () => {
  it('when the benches are there, then they get all arguments as they are, and their exit code is handed on', async () => {
    const folder = await programs();
    await writeFile(
      path.join(folder, 'bench.mjs'),
      "process.exit(process.argv.slice(2).join(' ') === 'saber --rps 5 --json' ? 7 : 1);",
    );
    const io = fakeIo(folder, { programs: folder });
    expect(await bench.run(['saber', '--rps', '5', '--json'], {}, io)).toBe(7);
  });

  it('when they are not installed, then a sentence says where to find them', async () => {
    const folder = await programs();
    const io = fakeIo(folder, { programs: folder });
    await expect(bench.run(['saber'], {}, io)).rejects.toThrow(CommandError);
    await expect(bench.run(['saber'], {}, io)).rejects.toThrow(/source of Punctual/);
    expect(await bench.run(['--help'], {}, io)).toBe(0);
    expect(io.printed.out).toMatch(/^punctual bench NAME[\s\S]*source of Punctual/);
  });
});
