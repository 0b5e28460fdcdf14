/** What a user without an editor says of the machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettingsFile } from '../../runtime/main/settings-file.ts';
import { machineDefaults, standingAfter } from '../../runtime/protocol.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'punctual-settings-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const write = (text: string): Promise<void> => writeFile(path.join(home, 'settings.json'), text);

describe('the settings file', () => {
  it('when there is none, then nothing is said and nothing is wrong', async () => {
    const { said, problems } = await readSettingsFile(home);
    expect(problems).toEqual([]);
    expect(standingAfter(machineDefaults, said)).toEqual(machineDefaults);
  });

  it('when it says something of the machine, then that stands, and what it leaves out is as ever', async () => {
    await write('{ "memory": "6 GB", "residency": { "pinned": ["big"], "unloadAfterMinutes": { "big": 0, "*": 5 } } }');
    const { said, problems } = await readSettingsFile(home);
    expect(problems).toEqual([]);
    expect(standingAfter(machineDefaults, said)).toMatchObject({
      memory: '6 GB',
      threads: machineDefaults.threads,
      residency: {
        pinned: ['big'],
        unloadAfterMinutes: { big: 0, '*': 5 },
        weights: machineDefaults.residency.weights,
      },
    });
  });

  it.each([
    ['{ "memory": "1zz" }', /memory: give 'auto', a size such as '6 GB'/],
    ['{ "memroy": "6 GB" }', /Unrecognized key: "memroy"/],
    ['{ "threads": -1 }', /threads: /],
    ['{ "residency": { "pinned": "big" } }', /residency\.pinned: /],
    ['{ "memory": ', /JSON/],
    ['{\n  "memory": oops\n}\n', /JSON/],
    [
      '{ "telemetry": { "tracesEndpoint": "127.0.0.1:4318" } }',
      /: telemetry\.tracesEndpoint: give an address that begins with http:\/\/ or https:\/\/, or the word 'environment'\. Correct it/,
    ],
    [`{ "threads": 1 }${' '.repeat(256 * 1024)}`, /it has \d+ bytes, more than 262144/],
  ])('when it says %s, then nothing of it counts, and a sentence says why', async (text, why) => {
    await write(text);
    const { said, problems } = await readSettingsFile(home);
    expect(standingAfter(machineDefaults, said)).toEqual(machineDefaults);
    expect(problems).toEqual([expect.stringMatching(why)]);
    expect(problems[0]).toMatch(/settings\.json is not used: .*'punctual stop'\.$/);
  });
});
