/**
 * The models that Punctual knows by name: data in catalog.json, its shape and its rules here. Owns no file and reads no network.
 *
 * Nobody who wrote the catalog has downloaded these files. Sizes and hashes are what public projects state that pin the same files, and
 * each can be read again under `source`. So every file is unverified until the first download, whose hash the store remembers.
 */
import { z } from 'zod';
import { sentence, type Words } from '../../core/sentence.ts';
import data from './catalog.json' with { type: 'json' };
import { quantizations } from './quantizations.ts';

/** What a model can be asked to do: the task classes, and chat for what comes later. */
export const roles = ['completion', 'summarize', 'translate', 'generate', 'chat'] as const;
export type Role = (typeof roles)[number];

/** How good a model is at a role among those in the catalog: our judgement of its purpose, size and published results. Best first. */
export const suitabilities = ['best', 'good', 'fair'] as const;
export type Suitability = (typeof suitabilities)[number];

/** Licences (SPDX) under which a model may be chosen for a user who was not asked. */
export const permissiveLicences = ['Apache-2.0', 'MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC'] as const;

/** Places that serve files by https in the form `https://HOST/OWNER/REPOSITORY/resolve/main/FILE`. */
export const hubHosts = ['huggingface.co'] as const;

const url = z.url({ protocol: /^https$/, error: 'must be an https address' });
const count = z.number().int().positive();
const text = z.string().trim().min(1);

const licenceSchema = z
  .object({
    /** SPDX identifier; `LicenseRef-…` for a licence that SPDX does not list. */
    spdx: text,
    url,
    commercialUse: z.boolean(),
  })
  .refine(({ spdx, commercialUse }) => !commercialUse || permissiveLicences.some((known) => known === spdx), {
    error: `must be one of ${permissiveLicences.join(', ')}, or commercialUse must be false`,
    path: ['spdx'],
  });

/** How a prompt for fill-in-the-middle is laid out: `psm` prefix, suffix, middle token; `spm` the suffix first. */
const fimSchema = z.object({
  order: z.enum(['psm', 'spm']),
  prefix: text,
  suffix: text,
  /** Absent in a model that goes straight on from the prefix. */
  middle: text.optional(),
});
export type Fim = z.infer<typeof fimSchema>;

const attentionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('full') }),
  /**
   * Some or all layers see only the last tokens. An engine that keeps no others evaluates a prompt again that begins as an earlier one did;
   * ours keeps all (engine/llama/context.ts).
   */
  z.object({ kind: z.literal('slidingWindow'), windowTokens: count }),
]);
export type Attention = z.infer<typeof attentionSchema>;

/** What the KV of one token takes: 2 × layers × kvHeads × headDim elements. Given where it is the same in all layers. */
const shapeSchema = z.object({ layers: count, kvHeads: count, headDim: count });

const quantizationSchema = z.enum(quantizations);
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
const fileNameSchema = z.string().regex(/^[\w.-]+\.gguf$/, 'must be the name of a GGUF file');

const fileSchema = z
  .object({
    quantization: quantizationSchema,
    file: fileNameSchema,
    uri: url,
    /** The commit at which size and hash were stated, so that what `main` has become can be told from a broken download. */
    revision: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'must be a commit of 40 hexadecimal digits')
      .optional(),
    /** Null where no public source states it. */
    bytes: count.nullable(),
    sha256: sha256Schema.nullable(),
    /** Weights stored, where that is more than the model's parameters: some files hold the embedding twice, as input and as output. */
    weights: count.optional(),
    /** A catalog cannot vouch for a file; the store can, once it has downloaded it. */
    verified: z.literal(false, { error: 'must be false: only a download can verify a file' }),
    /** Where size and hash can be read. */
    source: url,
  })
  .superRefine(({ uri, file }, context) => {
    const { host, pathname } = new URL(uri);
    if (!hubHosts.some((known) => known === host))
      context.addIssue({
        code: 'custom',
        path: ['uri'],
        message: `must be on ${hubHosts.join(' or ')}, not on ${host}`,
      });
    if (!/^\/[\w.-]+\/[\w.-]+\/resolve\/main\/[\w.-]+$/.test(pathname) || !pathname.endsWith(`/${file}`))
      context.addIssue({ code: 'custom', path: ['uri'], message: `must end in OWNER/REPOSITORY/resolve/main/${file}` });
  });
export type CatalogFile = z.infer<typeof fileSchema>;

const common = {
  /** What people type: lower case, so that no two names differ by case alone. */
  name: z
    .string()
    .regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, 'must be lower-case words of letters and digits, joined by - or .'),
  title: text,
  family: text,
  publisher: text,
  /** One sentence for someone who has to choose. */
  summary: text,
  parameters: count,
  /** Of a mixture of experts: how many weights one token passes through. That is what speed follows, not the size. */
  activeParameters: count.optional(),
  suitability: z
    .partialRecord(z.enum(roles), z.enum(suitabilities))
    .refine((rated) => Object.keys(rated).length > 0, 'must name at least one role'),
  fim: fimSchema.optional(),
  /** It has a chat template, so it follows instructions. */
  chat: z.boolean(),
  attention: attentionSchema,
  /** The context it was trained for, in tokens; the file may allow more. */
  contextTokens: count,
  shape: shapeSchema.optional(),
  licence: licenceSchema,
};

const downloadSchema = z.object({
  kind: z.literal('download'),
  ...common,
  /** Where abilities and context, the infill tokens, and the shape are stated. */
  sources: z.object({ card: url, fim: url.optional(), shape: url.optional() }),
  /** From the smallest to the largest. */
  files: z.array(fileSchema).min(1),
});

/** Ships with Punctual: nothing to download, nothing to choose a size of. */
const embeddedSchema = z.object({
  kind: z.literal('embedded'),
  ...common,
  file: z.object({ quantization: quantizationSchema, file: fileNameSchema, bytes: count, sha256: sha256Schema }),
});

const modelSchema = z.discriminatedUnion('kind', [downloadSchema, embeddedSchema]).superRefine((model, context) => {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (model.suitability.completion !== undefined && model.fim === undefined)
    refuse('fim', 'must name the infill tokens of a model that serves completion');
  const asked = roles.filter((role) => role !== 'completion' && model.suitability[role] !== undefined);
  if (asked.length > 0 && !model.chat)
    refuse('chat', `must be true for a model that serves ${asked.join(' and ')}: it has to follow instructions`);
});
export type CatalogModel = z.infer<typeof modelSchema>;
export type DownloadModel = z.infer<typeof downloadSchema>;
export type EmbeddedModel = z.infer<typeof embeddedSchema>;

const catalogSchema = z
  .object({
    version: z.literal(1),
    /** The day on which the sources were read. */
    checkedOn: z.iso.date(),
    models: z.array(modelSchema).min(1),
  })
  .superRefine(({ models }, context) => {
    const seen = new Map<string, string>();
    for (const [index, model] of models.entries()) {
      // Files of all models lie in one folder of the store, where case may not count.
      const files = model.kind === 'download' ? model.files : [model.file];
      for (const [what, value] of [['name', model.name], ...files.map(({ file }) => ['file', file.toLowerCase()])]) {
        const key = `${what} ${value}`;
        const owner = seen.get(key);
        if (owner !== undefined)
          context.addIssue({ code: 'custom', path: ['models', index], message: `has the ${key}, as ${owner} has` });
        seen.set(key, model.name);
      }
    }
  });
export type Catalog = z.infer<typeof catalogSchema>;

/** The data is not a catalog; the message says where and why. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/** @throws CatalogError with one sentence for the first thing that is wrong. */
export function parseCatalog(raw: unknown): Catalog {
  const parsed = catalogSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  throw new CatalogError(`The catalog is not usable: ${placeOf(raw, path)} ${issue?.message ?? 'is wrong'}.`);
}

/** The catalog that ships with Punctual. A test reads it, so it does not throw in a release. */
export function builtinCatalog(): Catalog {
  return parseCatalog(data);
}

/** Undefined for a name that the catalog does not have. */
export function findModel(catalog: Catalog, name: string): CatalogModel | undefined {
  return catalog.models.find((model) => model.name === name);
}

/** What a user should know of a model's attention before choosing it; undefined when there is nothing to know. */
export function attentionNote(attention: Attention): Words | undefined {
  switch (attention.kind) {
    case 'full':
      return undefined;
    case 'slidingWindow':
      return sentence(
        'Most of its layers see only the last {0} tokens; all are kept in memory all the same, or a prompt that was changed would be evaluated again from its beginning.',
        attention.windowTokens,
      );
    default:
      return attention satisfies never;
  }
}

/** The same file at the commit at which its size and hash were stated; the plain URI where none is known. */
export function pinnedUri({ uri, revision }: Pick<CatalogFile, 'uri' | 'revision'>): string {
  return revision === undefined ? uri : uri.replace('/resolve/main/', `/resolve/${revision}/`);
}

/** `models[3] ('name').licence.spdx`: a person finds the model by its name, not by counting. */
function placeOf(raw: unknown, path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'it';
  let here = raw;
  let place = '';
  for (const key of path) {
    here = typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined;
    place += typeof key === 'number' ? `[${key}]` : `${place === '' ? '' : '.'}${String(key)}`;
    const name = typeof here === 'object' && here !== null ? Reflect.get(here, 'name') : undefined;
    if (typeof key === 'number' && typeof name === 'string') place += ` ('${name}')`;
  }
  return place;
}
