/** What people read of models in a terminal. */
import { describe, expect, it } from 'vitest';
import { progressText } from '../../runtime/cli/models-pull.ts';
import { installedLine, modelsTable } from '../../runtime/cli/models-table.ts';
import { type ListedModel, listedModelSchema, type ModelsListResult } from '../../runtime/protocol.ts';

const model = (more: Partial<ListedModel>): ListedModel =>
  listedModelSchema.parse({
    ...{
      name: 'coder',
      title: 'Coder',
      origin: 'catalog',
      installed: true,
      bytes: 4.68e9,
      serves: ['completion'],
      notes: [],
    },
    ...more,
  });

const fit = { fits: true, message: 'coder takes 5.0 GB.', neededBytes: 5e9, availableBytes: 9e9 };

const result = (models: ListedModel[], more: Partial<ModelsListResult> = {}): ModelsListResult => ({
  folder: '/home/me/models',
  models,
  roles: [{ role: 'completion', model: 'coder', message: 'coder serves completion.', better: 'larger' }],
  leftovers: [],
  memory: { budgetBytes: 9e9, freeBytes: 10e9, totalBytes: 16e9, message: 'Models may take 9.0 GB.' },
  ...more,
});

describe('the table of models', () => {
  it('when models are here and elsewhere, then those elsewhere are counted, and shown when all are asked for', () => {
    const models = [
      model({ state: 'ready', fit, quantization: 'Q4_K_M' }),
      model({ name: 'larger', installed: false, isEstimate: true }),
    ];
    const short = modelsTable(result(models), false);
    expect(short).toMatch(/^coder +4\.7 GB {2}Q4_K_M {2}completion {2}yes {3}ready/m);
    expect(short).not.toMatch(/^larger {2,}/m);
    expect(short).toContain("1 more can be pulled: 'punctual models list --all' shows them.");
    expect(short).toContain("larger would be better for completion: 'punctual models pull larger'.");
    const long = modelsTable(result(models), true);
    expect(long).toMatch(/^larger +~4\.7 GB .* not here/m);
    expect(long).not.toContain('more can be pulled');
  });

  it('when the user has pinned models, then their state says so, and names that lead nowhere are told', () => {
    const models = [model({ state: 'ready', pinned: 'user' }), model({ name: 'b', pinned: 'completion' })];
    const unknown = ["punctual.residency pins 'x', and no model is called so."];
    const out = modelsTable(result(models, { unknown }), false);
    expect(out).toMatch(/^coder .* ready, pinned +–$/m);
    expect(out).toMatch(/^b .* installed +–$/m);
    expect(out.split('\n')).toContain(unknown[0]);
  });

  it('when a model is loaded and was measured, then its speed has a column, and only then', () => {
    const speed = { prefillTokensPerSecond: 340.4, decodeTokensPerSecond: 9.46 };
    const out = modelsTable(result([model({ state: 'ready', speed }), model({ name: 'b' })]), false);
    expect(out).toMatch(/^name .* state +tokens\/s +licence$/m);
    expect(out).toMatch(/^coder .* ready +prefill 340, decode 9\.5 +–$/m);
    expect(out).toMatch(/^b .* installed +– +–$/m);
    expect(modelsTable(result([model({ state: 'ready' })]), false)).not.toContain('tokens/s');
  });

  it('when installed models have one name, then each is called by its file, as commands want it', () => {
    const twins = ['/a/coder.gguf', '/b/coder.gguf'].map((file) => model({ file }));
    const roles = [{ role: 'completion', model: 'coder', file: '/b/coder.gguf', message: 'It serves.' }] as const;
    const models = [...twins, model({ installed: false }), model({ name: 'b', file: '/b.gguf' })];
    const out = modelsTable(result(models, { roles: [...roles] }), true);
    expect(out).toMatch(/^completion +\/b\/coder\.gguf +It serves\.$/m);
    expect(out).toMatch(/^\/a\/coder\.gguf .*\n\/b\/coder\.gguf .*\ncoder .* not here .*\nb /m);
  });

  it('when several models have the same note, then it stands once below them', () => {
    const out = modelsTable(
      result([model({ notes: ['Same.'] }), model({ name: 'b', notes: ['Same.', 'Own.'] })]),
      false,
    );
    expect(out.match(/Same\./g)).toHaveLength(1);
    expect(out).toMatch(/^coder .* \[1\]$/m);
    expect(out).toMatch(/^b .* \[1\] \[2\]$/m);
  });

  it('when a pull was broken off, a role is not served, or the folder is not readable, then it says so', () => {
    const out = modelsTable(
      result([model({ downloading: 0.456, installed: false })], {
        problem: '/home/me/models cannot be used.',
        leftovers: [{ name: 'x.gguf', bytes: 12e6 }],
        roles: [{ role: 'translate', message: 'Nothing serves translate.' }],
      }),
      false,
    );
    expect(out).toMatch(/^translate +– +Nothing serves translate\.$/m);
    expect(out).toMatch(/^coder .* pulling 45 %/m);
    expect(out).toContain(
      "12.0 MB of x.gguf are left of a pull: pull it again to go on, or 'punctual models remove x.gguf'.",
    );
    expect(out).toMatch(/\n\/home\/me\/models cannot be used\.\n$/);
  });

  it('when a model has come, then it says what it serves, and what stands against it', () => {
    expect(installedLine(model({ quantization: 'Q8_0', fit }))).toBe(
      'coder (4.7 GB, Q8_0) is installed; it serves completion.\n',
    );
    const tooLarge = { ...fit, fits: false, message: 'coder does not fit.' };
    expect(installedLine(model({ serves: [], notes: ['Mind this.'], fit: tooLarge }))).toBe(
      'coder (4.7 GB) is installed; it serves nothing: it neither completes nor follows instructions.\nMind this.\ncoder does not fit.\n',
    );
  });
});

describe('the progress of a pull', () => {
  it.each([
    [{ phase: 'connecting', doneBytes: 0 }, 'connecting'],
    [{ phase: 'waiting', doneBytes: 0, message: 'It is not there.' }, 'waiting  It is not there.'],
    [{ phase: 'downloading', doneBytes: 5e6 }, 'downloading  5.0 MB'],
    [
      { phase: 'downloading', doneBytes: 1e9, totalBytes: 4e9, bytesPerSecond: 50e6, remainingMs: 60_000 },
      'downloading  25 %  1.0 GB of 4.0 GB  50.0 MB/s  1 min 0 s left',
    ],
    [
      { phase: 'waiting', doneBytes: 1e9, totalBytes: 4e9, message: 'The server is busy.' },
      'waiting  25 %  1.0 GB of 4.0 GB  The server is busy.',
    ],
    [
      { phase: 'verifying', doneBytes: 1, totalBytes: 3, remainingMs: 7_200_000 },
      'verifying  33 %  1 B of 3 B  2 h 0 min left',
    ],
  ])('when it is at %j, then it reads %s', (progress, text) => {
    expect(progressText(progress)).toBe(text);
  });
});
