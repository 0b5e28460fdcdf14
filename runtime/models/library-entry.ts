/** One installed model as the library shows it: what the store, the file itself and the catalog say of it, in one form. Pure. */
import path from 'node:path';
import { sentence, type Words } from '../core/sentence.ts';
import { type Catalog, type CatalogFile, type DownloadModel, pinnedUri, type Role } from './catalog/catalog.ts';
import type { ModelFile } from './gguf/describe.ts';
import type { Head } from './heads.ts';
import { fromCatalog, fromImported, type InstalledModel } from './role-models.ts';
import type { StoredModel } from './store/listing.ts';

export interface LibraryEntry {
  /** What the choice for a role looks at. */
  readonly model: InstalledModel;
  /** For people, as in the status bar. */
  readonly title: string;
  readonly quantization: string | undefined;
  /** SPDX where the catalog knows it, else what the file says. */
  readonly licence: string | undefined;
  /** Undefined of a file that cannot be used. */
  readonly metadata: ModelFile | undefined;
  /** Why it cannot be used, in one sentence; such a model is never chosen. */
  readonly problem: Words | undefined;
  /** Undefined for the embedded model, and for a file that is known by its path alone. */
  readonly stored: StoredModel | undefined;
}

/** A file of the catalog that is not on this machine. */
export interface Downloadable {
  readonly model: DownloadModel;
  readonly file: CatalogFile;
}

export function downloadables(catalog: Catalog): readonly Downloadable[] {
  return catalog.models.flatMap((model) =>
    model.kind === 'download' ? model.files.map((file) => ({ model, file })) : [],
  );
}

export function storedEntry(stored: StoredModel, head: Head, catalog: readonly Downloadable[]): LibraryEntry {
  const problem = problemOf(stored, head);
  const metadata = head.kind === 'read' ? head.model : undefined;
  const known = catalog.find((each) => isFrom(stored, each));
  if (known === undefined) return { ...fileEntry(stored, metadata, problem), stored };
  const model = servedBy(fromCatalog(known.model, known.file, stored.path), metadata);
  return {
    model: { ...model, file: stored.path, bytes: stored.bytes },
    title: known.model.title,
    quantization: known.file.quantization,
    licence: known.model.licence.spdx,
    metadata,
    problem,
    stored,
  };
}

/** A file of which nothing is known but what it says itself. */
export function fileEntry(
  { path: file, bytes }: Pick<StoredModel, 'path' | 'bytes'>,
  metadata: ModelFile | undefined,
  problem: Words | undefined,
): LibraryEntry {
  const name = nameOf(file);
  const window = metadata?.attention.windowTokens;
  const model = fromImported({
    name,
    file,
    bytes,
    serves: metadata ? rolesOf(metadata) : [],
    reasoning: metadata?.reasoning ?? false,
    recurrent: metadata?.attention.layers.some(({ stateValues }) => stateValues > 0) ?? false,
    ...(metadata && { parameters: metadata.parameters }),
    ...(metadata?.contextTokens !== undefined && { contextTokens: metadata.contextTokens }),
    ...(window !== undefined && { slidingWindow: window }),
  });
  return {
    model: { ...model, file },
    title: name,
    quantization: metadata?.quantization,
    licence: metadata?.licence,
    metadata,
    problem,
    stored: undefined,
  };
}

/** Of the file, without its ending and the number of a part, and without anything that a terminal would obey. */
export function nameOf(file: string): string {
  return path
    .basename(file)
    .replace(/\.gguf$/i, '')
    .replace(/-\d{5}-of-\d{5}$/, '')
    .replace(/\p{Cc}/gu, '?');
}

/** A file that was put into the folder by hand is the catalog's when name and size say so. */
function isFrom({ name, origin, uri, bytes }: StoredModel, { file }: Downloadable): boolean {
  if (name !== file.file) return false;
  switch (origin) {
    case 'downloaded':
      return uri === file.uri || uri === pinnedUri(file);
    case 'found':
      return file.bytes === null || file.bytes === bytes;
    case 'remembered':
      return false;
    default:
      return origin satisfies never;
  }
}

function problemOf({ state, path: file }: StoredModel, head: Head): Words | undefined {
  if (head.kind === 'unusable') return head.problem;
  return state === 'damaged'
    ? sentence('{0} is not as long as it was when it was downloaded: remove it and pull it again.', file)
    : undefined;
}

/** Chat is for whatever follows instructions. */
function rolesOf({ serves, chatTemplate }: ModelFile): readonly Role[] {
  return [...serves, ...(chatTemplate ? (['chat'] as const) : [])];
}

/** What the catalog promises and the file cannot do is not asked of it. */
function servedBy<M extends ReturnType<typeof fromCatalog>>(model: M, metadata: ModelFile | undefined): M {
  if (metadata === undefined) return model;
  const able = rolesOf(metadata);
  const suitability = Object.fromEntries(
    Object.entries(model.suitability).filter(([role]) => able.includes(role as Role)),
  );
  return { ...model, suitability };
}
