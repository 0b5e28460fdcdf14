/** What the runtime is started with. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recorderBytesMax } from '../../runtime/log/recorder.ts';
import { readArguments } from '../../runtime/main/arguments.ts';

afterEach(() => vi.unstubAllEnvs());

const bytesWith = (megabytes: string): number => {
  vi.stubEnv('PUNCTUAL_LOG_MB', megabytes);
  return readArguments([], '/programs').logBytesMax;
};

describe('the size of the log', () => {
  it('when the environment says it, then that counts, and 0 turns it off', () => {
    expect(bytesWith('')).toBe(recorderBytesMax);
    expect(bytesWith('2')).toBe(2 * 1024 * 1024);
    expect(bytesWith('0')).toBe(0);
  });

  it.each(['-1', 'much', '21'])('when it is %s, then the runtime says what it may be', (megabytes) => {
    expect(() => bytesWith(megabytes)).toThrow(/PUNCTUAL_LOG_MB is '.*': give a number from 0/);
  });
});
