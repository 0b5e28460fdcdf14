/** Processes of the runtime and the engine, found by the temporary folder that they were given. Linux only: elsewhere nothing is found. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  readonly kind: 'runtime' | 'engine';
}

/** Whether what follows can be known here. */
export const canLook = existsSync('/proc/self/environ');

/** @param folder the value of their TMPDIR. */
export function processesOf(folder: string): FoundProcess[] {
  if (!canLook) return [];
  return readdirSync('/proc').flatMap((name): FoundProcess[] => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const isOurs = textOf(pid, 'environ').split('\0').includes(`TMPDIR=${folder}`);
    if (!isOurs) return [];
    return [{ pid, kind: textOf(pid, 'cmdline').includes('soak-engine.mjs') ? 'engine' : 'runtime' }];
  });
}

/** Resident memory in bytes; undefined when the process is gone or nothing can be known. */
export function residentBytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(textOf(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** Open files, pipes and sockets. */
export function openFiles(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** Empty when the process is gone. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** @returns whether the process was there. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
