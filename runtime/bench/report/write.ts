/** The outside of a report: the file it goes to, and what is known of the machine and the source. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { renderReport } from './render.ts';
import type { Machine, Report } from './report.ts';

/** Replaces the file in a folder that is there. @throws the file system's errors. */
export async function writeReport(file: string, report: Report): Promise<void> {
  await writeFile(file, renderReport(report));
}

export function thisMachine(): Machine {
  const [first] = os.cpus();
  return { cpu: first?.model.trim() || `${os.arch()} processor`, cores: os.availableParallelism() };
}

/** Where this program stands, which need not be where it was started. */
const programFolder = path.dirname(fileURLToPath(import.meta.url));

/**
 * The commit that the program was built from, with "+ changes" for what is not committed; undefined where there is no git, or the
 * repository around the program is not the project's own.
 */
export async function commitOf(folder = programFolder): Promise<string | undefined> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: folder, timeout: 10_000 })).stdout.trim();
  try {
    if (!existsSync(path.join(await git('rev-parse', '--show-toplevel'), 'runtime', 'bench'))) return undefined;
    const commit = await git('rev-parse', '--short=12', 'HEAD');
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return changed === '' ? commit : `${commit} + changes`;
  } catch {
    return undefined; // A report is worth having without it.
  }
}
