/** Models and questions for the choice of roles: each test says only what it is about. */
import { builtinCatalog, findModel, type Role } from '../../runtime/models/catalog/catalog.ts';
import {
  fromCatalog,
  fromEmbedded,
  fromImported,
  type ImportedModel,
  type RoleModel,
} from '../../runtime/models/role-models.ts';
import type { RoleQuestion, RoleSettings } from '../../runtime/models/roles.ts';

const catalog = builtinCatalog();

/** A model of the catalog, installed under /models unless told otherwise; `quantization` picks among several files. */
export function known(name: string, { installed = true, quantization }: KnownOptions = {}): RoleModel {
  const model = findModel(catalog, name);
  if (model?.kind !== 'download') throw new Error(`the catalog has no ${name} to download`);
  const file = model.files.find((each) => quantization === undefined || each.quantization === quantization);
  if (file === undefined) throw new Error(`${name} has no ${quantization}`);
  return fromCatalog(model, file, installed ? `/models/${file.file}` : undefined);
}

interface KnownOptions {
  readonly installed?: boolean;
  readonly quantization?: string;
}

export const absent = (name: string): RoleModel => known(name, { installed: false });

export function demo(): RoleModel {
  const model = catalog.models.find((each) => each.kind === 'embedded');
  if (model?.kind !== 'embedded') throw new Error('no model is embedded');
  return fromEmbedded(model, '/media/demo.gguf');
}

export function imported(name: string, serves: readonly Role[], more: Partial<ImportedModel> = {}): RoleModel {
  return fromImported({ name, file: `/mine/${name}.gguf`, bytes: 2e9, serves, ...more });
}

export interface QuestionOptions {
  readonly settings?: Partial<RoleSettings>;
  /** Bytes that models may take; everything fits when it is not given. */
  readonly memoryBytes?: number;
  /** Predicted ms by name of the model; a name that is missing was never measured. */
  readonly ms?: Readonly<Record<string, number>>;
  /** The same by the path of its file, which goes first. */
  readonly files?: Readonly<Record<string, number>>;
}

/** Completions are promised within 500 ms, the rest within 10 s. */
export function question(models: readonly RoleModel[], options: QuestionOptions = {}): RoleQuestion {
  const { settings, memoryBytes = Number.POSITIVE_INFINITY, ms = {}, files = {} } = options;
  return {
    models,
    settings: { completion: 'auto', summarize: 'auto', translate: 'auto', generate: 'auto', chat: 'auto', ...settings },
    fits: ({ bytes }) => bytes <= memoryBytes,
    predictMs: ({ name, file = '' }) => files[file] ?? ms[name],
    promiseMs: { completion: 500, summarize: 10_000, translate: 10_000, generate: 2_000, chat: 10_000 },
  };
}
