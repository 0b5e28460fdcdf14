/** Why a command ends before its work is done, and with which exit code: a signal, or an output that takes no more. */
import type { Writable } from 'node:stream';
import { CommandError, exitCodes } from './command.ts';

export class Interruption extends CommandError {
  readonly exitCode: number;
  /** Nothing is to be said: whoever caused it knows. */
  readonly isQuiet: boolean;

  constructor(message: string, exitCode: number, { isQuiet = false } = {}) {
    super(message, exitCode === exitCodes.failed ? 'failed' : 'cancelled');
    this.exitCode = exitCode;
    this.isQuiet = isQuiet;
  }
}

/** 128 and the signal's number, as shells have it. */
export const signalInterruptions = {
  SIGINT: new Interruption('cancelled', 130),
  SIGTERM: new Interruption('terminated', 143),
  SIGHUP: new Interruption('the terminal has gone', 129),
} as const;

/** A reader that has seen enough (`| head`) is no error, but what is under way is of no use any more. Everything else lost the answer. */
export function outputInterruption(error: NodeJS.ErrnoException): Interruption {
  if (error.code === 'EPIPE') return new Interruption('nobody reads any more', exitCodes.done, { isQuiet: true });
  const cause = writeErrors[error.code ?? ''] ?? error.code ?? error.message;
  return new Interruption(`The answer could not be written (${cause}): write it somewhere else.`, exitCodes.failed);
}

const writeErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'no room is left there',
  EDQUOT: 'no room is left there',
  EFBIG: 'the file would be too large',
  EIO: 'the device does not work',
};

/** Resolves when everything was written, or nothing more will be. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
