/** What of the machine and of the programs' parts only the system knows. The one file here that looks outside. */
import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CLibrary, DiskFacts, EngineFacts } from './facts.ts';

/** Node's report names the glibc that it runs on; on Linux there is none with musl. */
export function cLibraryOf(platform: string, report: unknown): CLibrary {
  if (platform !== 'linux') return { kind: 'none' };
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
  const version =
    typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header
      ? header.glibcVersionRuntime
      : undefined;
  return typeof version === 'string' ? { kind: 'glibc', version } : { kind: 'musl' };
}

/** Of the disk that the folder is on, or will be once it is made. */
export async function diskFacts(folder: string): Promise<DiskFacts> {
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return { freeBytes: bavail * bsize };
    } catch {
      if (path.dirname(place) === place) return {};
    }
  }
}

/** Which releases the engine is built from, as its package says. @param programs the folder of the built programs. */
export async function engineBuild(programs: string): Promise<Pick<EngineFacts, 'llamaCpp' | 'library'>> {
  for (let place = programs; ; place = path.dirname(place)) {
    const folder = path.join(place, 'node_modules', 'node-llama-cpp');
    const library = await wordIn(path.join(folder, 'package.json'), 'version');
    if (library !== undefined) {
      const llamaCpp = await wordIn(path.join(folder, 'llama', 'binariesGithubRelease.json'), 'release');
      return { library, ...(llamaCpp !== undefined && { llamaCpp }) };
    }
    if (path.dirname(place) === place) return {};
  }
}

async function wordIn(file: string, name: string): Promise<string | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    const word =
      typeof json === 'object' && json !== null ? Object.entries(json).find(([key]) => key === name) : undefined;
    return typeof word?.[1] === 'string' ? word[1] : undefined;
  } catch {
    return undefined;
  }
}

export function coresOf(): number {
  return os.availableParallelism();
}
