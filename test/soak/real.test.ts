/** A short soak of the real runtime and engine: what `npm run soak` does for long, as far as it goes in half a minute. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../client/temporary-home.ts';

const sentences = z.array(z.string());
const reportSchema = z.object({
  figures: z.record(z.string(), z.number()),
  details: z.looseObject({ lost: sentences, doubled: sentences, hangs: sentences, orphans: sentences }),
});

/** Beyond the time that the soak has, what was asked is answered and everything ends in order. */
const timeoutMs = 240_000;
const soakArguments = ['--json', '--only', 'real', '--seconds', '30', '--faults', '40', '--seed', '7'];

function soak(): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = path.join(root, 'dist', 'soak.mjs');
    execFile(process.execPath, [program, ...soakArguments], (error, stdout, stderr) => {
      // It ends with 1 when it has found something: then its report says what.
      if (stdout !== '') resolve(stdout);
      else reject(new Error(`The soak ended without a report.\n${stderr.slice(-4_000)}`, { cause: error }));
    });
  });
}

describe('the soak', () => {
  it(
    'when the runtime, its engine and its windows die at random, then nothing is lost, doubled or left behind',
    async () => {
      const { figures, details } = reportSchema.parse(JSON.parse(await soak()));
      const { lost, doubled, hangs, orphans } = details;
      expect({ lost, doubled, hangs, orphans }).toEqual({ lost: [], doubled: [], hangs: [], orphans: [] });
      expect(figures['soak.answered']).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});
