/** What the process gives the composition root: its clock, its timers, its log. */
import { Journal, type Log } from '../observe/journal.ts';
import { LogFile } from '../observe/log-file.ts';
import type { LogArea, LogLevel } from '../protocol.ts';

const journal = new Journal({ epochMs: () => Date.now(), show: (line) => void process.stderr.write(line) });

/** On a disk that is full a line of the log is lost; the runtime and what it promised are not. */
export function surviveFullLog(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Of the runtime as a whole. */
export const log: Log = journal.area('runtime');

/** @param usual the level of what that part says. */
export function logOf(area: LogArea, usual?: LogLevel): Log {
  return journal.area(area, usual);
}

/** What is said from now on is in files there, too. */
export function keepLog(folder: string): void {
  const file = new LogFile({ folder });
  journal.keep((line) => file.write(line));
}

/** Monotonic, in ms. */
export function now(): number {
  return performance.now();
}

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export function timer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, ms);
  return () => clearTimeout(handle);
}
