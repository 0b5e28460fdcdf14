/** The built bench with few windows, against the real runtime and the real engine. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { finished } from '../../cli/program.ts';

const program = path.resolve(import.meta.dirname, '..', '..', '..', 'dist', 'bench.mjs');

const counts = z.object({ asked: z.number(), answered: z.number(), takenBack: z.number() });
const resultSchema = z.object({
  figures: z.record(z.string(), z.number().nullable()),
  details: z.looseObject({
    edits: z.number(),
    requests: z.object({ completion: counts, summary: counts, cheap: counts }),
    errors: z.record(z.string(), z.number()),
    leftovers: z.array(z.string()),
  }),
});

it('when five windows work for 20 s, then all that they ask is answered or taken back, without an error, and nothing is left behind', async () => {
  const { code, out, err } = await finished(
    spawn(process.execPath, [program, 'windows', '--windows', '5', '--minutes', '0.34', '--json'], { cwd: tmpdir() }),
  );
  expect({ code, err }).toEqual({ code: 0, err: '5 windows, 20 s\n' });
  const { figures, details } = resultSchema.parse(JSON.parse(out));
  expect(details.errors).toEqual({});
  expect(details.leftovers).toEqual([]);
  expect(figures).toMatchObject({ 'windows.errors': 0, 'windows.leftovers': 0 });
  for (const { asked, answered, takenBack } of Object.values(details.requests))
    expect(answered + takenBack).toBe(asked);
  expect(details.edits).toBeGreaterThan(20);
  expect(details.requests.completion.asked).toBeGreaterThan(10);
  expect(details.requests.cheap.answered).toBeGreaterThan(10);
}, 180_000);
