/** From what a person asks to be downloaded to the request to the store. Pure. */
import { sentence } from '../core/sentence.ts';
import { type Catalog, type CatalogFile, type DownloadModel, findModel, pinnedUri } from './catalog/catalog.ts';
import { ModelsError } from './errors.ts';
import { didYouMean } from './near.ts';
import type { DownloadRequest } from './store/store.ts';

export interface PullOrder {
  /** A name of the catalog, or an http(s) or hf: address of a GGUF file. */
  readonly model: string;
  readonly quantization?: string | undefined;
  /** The publisher has replaced the file since its hash was noted, and that is fine. */
  readonly trustNew?: boolean | undefined;
}

/** @throws ModelsError `unknownModel`, `unknownQuantization`, `embedded`; StoreError for an address comes later, from the store. */
export function requestOf({ model, quantization, trustNew = false }: PullOrder, catalog: Catalog): DownloadRequest {
  if (/^(https?|hf):/i.test(model)) {
    if (quantization !== undefined)
      throw new ModelsError('unknownQuantization', sentence('An address names one file: leave the quantization out.'));
    return { uri: model, trustNew };
  }
  const known = findModel(catalog, model.toLowerCase());
  if (known === undefined)
    throw new ModelsError(
      'unknownModel',
      sentence(
        "The catalog has no model called '{0}'{1}: 'punctual models list --all' shows the names, or give the address of a GGUF file.",
        model,
        didYouMean(model, catalog.models),
      ),
    );
  if (known.kind === 'embedded')
    throw new ModelsError('embedded', sentence('{0} is part of Punctual: there is nothing to download.', known.title));
  const file = fileOf(known, quantization);
  // Whoever trusts a new file wants what is there now, not what was noted of the old one.
  if (trustNew) return { uri: file.uri, name: file.file, trustNew };
  return {
    uri: pinnedUri(file),
    name: file.file,
    ...(file.sha256 !== null && { sha256: file.sha256 }),
    ...(file.bytes !== null && { bytes: file.bytes }),
  };
}

/** Without a wish the smallest: it comes soonest, answers fastest, and fits where a finer one may not. */
function fileOf({ name, files }: DownloadModel, quantization: string | undefined): CatalogFile {
  const [smallest] = files;
  const file =
    quantization === undefined
      ? smallest
      : files.find((each) => each.quantization.toLowerCase() === quantization.toLowerCase());
  if (file !== undefined) return file;
  const there = files.map((each) => each.quantization).join(', ');
  throw new ModelsError(
    'unknownQuantization',
    sentence('The catalog has no {0} of {1}: there is {2}.', quantization ?? '', name, there),
  );
}
