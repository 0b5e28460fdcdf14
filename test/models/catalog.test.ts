/** What holds for every model of the catalog that ships: names, addresses, licences, sizes, infill tokens. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  attentionNote,
  builtinCatalog,
  type CatalogModel,
  type DownloadModel,
  findModel,
  hubHosts,
  permissiveLicences,
  pinnedUri,
  roles,
} from '../../runtime/models/catalog/catalog.ts';
import { expectedBytes } from '../../runtime/models/catalog/quantizations.ts';
import { fromCatalog, suitabilityFor } from '../../runtime/models/role-models.ts';

const catalog = builtinCatalog();
const downloads = catalog.models.filter((model): model is DownloadModel => model.kind === 'download');
const files = downloads.flatMap((model) => model.files.map((file) => ({ model, file })));
/** A size that is further from weights × bits than this is another model's. */
const sizeErrorMax = 0.15;

const unique = (values: readonly string[]): string[] => [...new Set(values)];

function named(name: string): CatalogModel {
  const model = findModel(catalog, name);
  if (model === undefined) throw new Error(`the catalog has no ${name}`);
  return model;
}

describe('the catalog', () => {
  it('when it is counted, then there is a choice, and not too much of it', () => {
    expect(downloads.length).toBeGreaterThanOrEqual(10);
    expect(downloads.length).toBeLessThanOrEqual(20);
    for (const role of roles)
      expect(files.filter(({ model, file }) => suitabilityFor(fromCatalog(model, file), role)).length).toBeGreaterThan(
        3,
      );
  });

  it('when models and files are named, then no two share a name, an address or a hash', () => {
    for (const values of [
      catalog.models.map(({ name }) => name),
      files.map(({ file }) => file.file.toLowerCase()),
      files.map(({ file }) => file.uri),
      files.map(({ file }) => file.sha256 ?? file.uri),
    ])
      expect(values).toEqual(unique(values));
  });

  it('when a file has an address, then it is on a known hub by https, and says where its figures come from', () => {
    for (const { file } of files) {
      for (const address of [file.uri, file.source, pinnedUri(file)]) {
        const { protocol, host } = new URL(address);
        expect([protocol, hubHosts.some((known) => known === host)], address).toEqual(['https:', true]);
      }
      expect(file.source).toContain(`/${file.file}`);
    }
  });

  it('when a model may be used by everyone, then its licence is permissive; else it says that it may not', () => {
    for (const { name, licence } of catalog.models)
      expect([name, permissiveLicences.some((known) => known === licence.spdx)]).toEqual([name, licence.commercialUse]);
  });

  it('when sizes of one family differ in licence, then the catalog knows: Qwen2.5-Coder 3B is for research', () => {
    const licences = downloads
      .filter(({ family }) => family === 'Qwen2.5-Coder')
      .map(({ name, licence }) => `${name} ${licence.spdx}`);
    expect(licences.filter((licence) => !licence.endsWith('Apache-2.0'))).toEqual([
      'qwen2.5-coder-3b LicenseRef-Qwen-Research',
    ]);
  });

  it('when a size is stated, then it is what that many weights take in that quantization', () => {
    const errors = files.flatMap(({ model, file }) => {
      if (file.bytes === null) return [];
      const expected = expectedBytes(file.weights ?? model.parameters, file.quantization);
      return [{ file: file.file, error: Math.abs(file.bytes / expected - 1) }];
    });
    expect(errors.length).toBeGreaterThan(10);
    expect(errors.filter(({ error }) => error > sizeErrorMax)).toEqual([]);
  });

  it('when nobody downloaded a file, then it is not called verified', () => {
    expect(files.filter(({ file }) => file.verified)).toEqual([]);
  });

  it('when a model has several quantizations, then the smallest comes first', () => {
    for (const { name, files: variants, parameters } of downloads) {
      const sizes = variants.map((file) => file.bytes ?? expectedBytes(file.weights ?? parameters, file.quantization));
      expect(sizes, name).toEqual([...sizes].sort((a, b) => a - b));
    }
  });

  it('when a model completes, then its infill tokens are named; when it follows instructions, then it has a template', () => {
    for (const { name, suitability, fim, chat } of catalog.models) {
      expect([name, fim !== undefined || suitability.completion === undefined]).toEqual([name, true]);
      const instructed = suitability.summarize ?? suitability.translate ?? suitability.chat;
      expect([name, chat || instructed === undefined]).toEqual([name, true]);
    }
  });

  it('when one token passes through fewer weights than there are, then it is a mixture of experts', () => {
    for (const { activeParameters, parameters } of catalog.models)
      expect(activeParameters ?? 0).toBeLessThan(parameters);
    expect(named('mellum2-12b-a2.5b-instruct').activeParameters).toBe(2_500_000_000);
  });

  it('when attention slides, then there is a sentence about it; when it is full, then there is nothing to say', () => {
    expect(attentionNote(named('gemma-4-12b-it').attention)).toContain('last 1024 tokens');
    expect(attentionNote(named('qwen2.5-coder-7b').attention)).toBeUndefined();
  });

  it('when the commit of a file is known, then it can be asked for instead of what main has become', () => {
    const file = files.find(({ file: { file } }) => file === 'qwen2.5-coder-0.5b-q8_0.gguf')?.file;
    expect(file && pinnedUri(file)).toBe(
      'https://huggingface.co/ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF/resolve/5788aee90e725673490be18f553d234feaa8303d/qwen2.5-coder-0.5b-q8_0.gguf',
    );
    const uri = 'https://huggingface.co/a/b/resolve/main/c.gguf';
    expect(pinnedUri({ uri })).toBe(uri);
  });
});

describe('the embedded model', () => {
  const [embedded, ...others] = catalog.models.filter(({ kind }) => kind === 'embedded');

  it('when the catalog is read, then there is one, and nothing to download of it', () => {
    expect(others).toEqual([]);
    expect(embedded).not.toHaveProperty('files');
    expect(embedded).not.toHaveProperty('file.uri');
  });

  it('when its file is read, then size and hash are those of the catalog', () => {
    if (embedded?.kind !== 'embedded') throw new Error('there is none');
    const bytes = readFileSync(path.join(import.meta.dirname, '../../media/models', embedded.file.file));
    expect(bytes.length).toBe(embedded.file.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(embedded.file.sha256);
  });
});
