/** CPU time of another process: what a machine that others use cannot blur much, unlike wall time. */
import { readFileSync } from 'node:fs';

/** Linux gives the times in units of 1/USER_HZ s, and USER_HZ is 100 on every architecture that Node runs on. */
const tickMs = 10;

class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';
}

/**
 * User and system time of all threads of a process, those that have ended included, in ms; steps of 10 ms.
 * @throws UnsupportedPlatformError where there is no /proc; another error when the process is gone.
 */
export function cpuMsOf(pid: number): number {
  if (process.platform !== 'linux')
    throw new UnsupportedPlatformError(
      `CPU time of another process is read from /proc, which ${process.platform} does not have: run this on Linux.`,
    );
  return parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Reads a line of /proc/PID/stat. The program's name, in parentheses, may itself hold spaces and parentheses. */
export function parseCpuMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Counted from the third field (state): utime is the 14th, stime the 15th.
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks)) throw new Error(`This is no line of /proc/PID/stat: ${stat.slice(0, 80)}`);
  return ticks * tickMs;
}
