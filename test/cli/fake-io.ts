/** The outside of a command as a test gives it: what was printed is kept, and there is no runtime to start. */
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Io } from '../../runtime/cli/command.ts';

export interface FakeIo extends Io {
  readonly printed: { out: string; err: string };
}

export const root = path.resolve(import.meta.dirname, '..', '..');

/** `home` is a folder of the test; with `programs` pointing nowhere, a command that starts a runtime fails. */
export function fakeIo(home: string, changes: Partial<Io> = {}): FakeIo {
  const printed = { out: '', err: '' };
  return {
    printed,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    input: Readable.from([]),
    env: { PUNCTUAL_HOME: path.join(home, 'state') },
    cwd: home,
    signal: new AbortController().signal,
    terminal: undefined,
    ask: undefined,
    programs: path.join(home, 'no programs here'),
    media: path.join(root, 'media'),
    ...changes,
  };
}
