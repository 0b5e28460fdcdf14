/** Models as clients see them: what the library, the catalog and the scheduler know, in the words of the wire. Changes nothing. */
import { sentence, type Words } from '../core/sentence.ts';
import { taskClasses } from '../core/task.ts';
import { type Catalog, type Role, roles } from '../models/catalog/catalog.ts';
import { ModelsError, withoutProblem } from '../models/errors.ts';
import { capacityBytes, computingBytes } from '../models/fit/budget.ts';
import type { Alternative } from '../models/fit/choose.ts';
import type { FitDecision } from '../models/fit/decision.ts';
import type { Library } from '../models/library.ts';
import { type Downloadable, downloadables, type LibraryEntry, nameOf } from '../models/library-entry.ts';
import type { Memory } from '../models/memory.ts';
import type { Registry } from '../models/registry.ts';
import { fromCatalog, type RoleModel } from '../models/role-models.ts';
import { sizeOf } from '../models/size-words.ts';
import { budgetBytes as budgetOf } from '../models/sizes.ts';
import type { Leftover } from '../models/store/listing.ts';
import type {
  ClientSettings,
  ListedModelSaid as ListedModel,
  ModelFitSaid as ModelFit,
  ModelStatusSaid as ModelStatus,
  ModelsListResultSaid as ModelsListResult,
} from '../protocol.ts';

export interface ListSources {
  readonly catalog: Catalog;
  readonly library: Pick<Library, 'snapshot'>;
  readonly memory: Pick<Memory, 'current'>;
  readonly registry: Pick<Registry, 'explain' | 'fits' | 'pinOf' | 'wishes'>;
  /** The models folder. */
  readonly folder: string;
  /** What the scheduler knows of models that were asked for. */
  readonly states: () => readonly Pick<ModelStatus, 'id' | 'state' | 'speed'>[];
}

export function listOf(
  sources: ListSources,
  leftovers: readonly Leftover[],
  settings: ClientSettings,
): ModelsListResult {
  const { library, folder, registry } = sources;
  const { entries, problem } = library.snapshot;
  const absent = absentFiles(sources, leftovers);
  return {
    folder,
    ...(problem !== undefined && { problem }),
    ...(registry.wishes.unknown.length > 0 && { unknown: [...registry.wishes.unknown] }),
    models: [
      ...entries.map((entry) => installedModel(sources, entry, settings)),
      ...absent.map((each) => absentModel(sources, each, leftovers, settings)),
    ],
    roles: taskClasses.map((role) => {
      const choice = registry.explain(role, settings);
      if (choice.kind === 'unserved') return { role, message: choice.message };
      const { model, because, better } = choice;
      const file = model.file !== undefined && { file: model.file };
      return { role, model: model.name, ...file, message: because, ...(better !== undefined && { better }) };
    }),
    leftovers: leftovers.flatMap(({ name, bytes, isActive }) => (isActive ? [] : [{ name, bytes }])),
    memory: memoryOf(sources, settings),
  };
}

export function installedModel(
  sources: Pick<ListSources, 'states' | 'registry'>,
  entry: LibraryEntry,
  settings: ClientSettings,
): ListedModel {
  const { model, title, quantization, licence, problem, stored } = entry;
  const { state, speed } = sources.states().find(({ id }) => id === model.file) ?? {};
  const { registry } = sources;
  const fit = problem === undefined ? fitOf(entry, registry, settings) : undefined;
  const pinned = registry.pinOf(model.file);
  const refused = registry.wishes.refused.get(model.file);
  return {
    name: model.name,
    title,
    origin: model.origin,
    installed: true,
    file: model.file,
    bytes: model.bytes,
    isEstimate: false,
    ...(quantization !== undefined && { quantization }),
    ...(licence !== undefined && { licence }),
    serves: problem === undefined ? servedBy(model) : [],
    notes: [...(problem === undefined ? notesOf(model) : [problem]), ...(refused === undefined ? [] : [refused])],
    ...(pinned && { pinned }),
    ...(stored?.verified !== undefined && { verified: stored.verified !== 'first-download' }),
    ...(state !== undefined && { state }),
    ...(speed && { speed }),
    ...(fit && { fit }),
  };
}

/** With what fits instead, of the installed models and of the catalog. */
export function explainedFit(
  sources: ListSources,
  entry: LibraryEntry,
  { memory }: ClientSettings,
): ModelFit | undefined {
  const decision = sources.registry.fits.decide(entry, memory, alternativesTo(sources, entry.model));
  return decision && wireFit(decision, sources.registry, memory);
}

/** Of a file that is not here: by its size alone. Undefined before memory was read. */
export function estimatedFit(
  { registry }: Pick<ListSources, 'registry'>,
  { model, file }: Downloadable,
  { memory }: ClientSettings,
): ModelFit | undefined {
  const estimate = withoutProblem(() => registry.fits.estimate(fromCatalog(model, file).bytes, memory));
  if (estimate === undefined) return undefined;
  const { needed, available } = estimate;
  const fits = needed <= available;
  const message = fits
    ? sentence(
        '{0} would take about {1} of the {2} that are free for models, by its size.',
        model.name,
        sizeOf(needed),
        sizeOf(available),
      )
    : sentence(
        '{0} does not fit: it would need about {1}, and {2} are free for models.',
        model.name,
        sizeOf(needed),
        sizeOf(available),
      );
  return { fits, message, neededBytes: needed, availableBytes: available };
}

/** As {@link estimatedFit}, with what fits instead. */
export function explainedEstimate(
  sources: ListSources,
  absent: Downloadable,
  settings: ClientSettings,
): ModelFit | undefined {
  const fit = estimatedFit(sources, absent, settings);
  if (fit === undefined || fit.fits) return fit;
  const { fits } = sources.registry;
  const others = alternativesTo(sources, fromCatalog(absent.model, absent.file));
  const smaller = others.find(({ model }) => fits.fitsBySize(model.fileBytes, settings.memory))?.name;
  const advice =
    smaller === undefined ? sentence('close other programs or raise the memory budget') : sentence('{0} fits', smaller);
  const message = sentence(
    '{0} does not fit: it would need about {1}, and {2} are free for models; {3}.',
    ...[absent.model.name, sizeOf(fit.neededBytes), sizeOf(fit.availableBytes), advice],
  );
  return { ...fit, message, ...(smaller !== undefined && { smaller }) };
}

/** Files of the catalog that are not here, and downloads under way of which the catalog knows nothing. */
function absentFiles({ catalog, library }: ListSources, leftovers: readonly Leftover[]): (Downloadable | Leftover)[] {
  const here = library.snapshot.entries;
  const absent = downloadables(catalog).filter(
    ({ model, file }) => !here.some((entry) => entry.model.name === model.name && entry.stored?.name === file.file),
  );
  const others = leftovers.filter(({ name, isActive }) => isActive && !absent.some(({ file }) => file.file === name));
  return [...absent, ...others];
}

function absentModel(
  sources: ListSources,
  absent: Downloadable | Leftover,
  leftovers: readonly Leftover[],
  settings: ClientSettings,
): ListedModel {
  if ('isActive' in absent) {
    const { name, bytesTotal = 0 } = absent;
    const title = nameOf(name);
    return {
      ...{ name: title, title, origin: 'imported', installed: false, bytes: bytesTotal, isEstimate: bytesTotal === 0 },
      ...{ serves: [], notes: [], downloading: shareOf(absent) },
    };
  }
  const { model, file } = absent;
  const role = fromCatalog(model, file);
  const fit = estimatedFit(sources, absent, settings);
  const active = leftovers.find(({ name, isActive }) => isActive && name === file.file);
  return {
    name: model.name,
    title: model.title,
    origin: 'catalog',
    installed: false,
    bytes: role.bytes,
    isEstimate: file.bytes === null,
    quantization: file.quantization,
    licence: model.licence.spdx,
    serves: servedBy(role),
    notes: notesOf(role),
    ...(fit && { fit }),
    ...(active && { downloading: shareOf(active) }),
  };
}

function shareOf({ bytes, bytesTotal }: Leftover): number {
  return bytesTotal === undefined || bytesTotal === 0 ? 0 : Math.min(1, bytes / bytesTotal);
}

function servedBy(model: RoleModel): Role[] {
  return roles.filter(
    (role) => model.suitability[role] !== undefined && (role !== 'completion' || model.infillProblem === undefined),
  );
}

function notesOf({ notes, infillProblem }: RoleModel): Words[] {
  return [...notes, ...(infillProblem === undefined ? [] : [sentence('It cannot complete: {0}.', infillProblem)])];
}

function fitOf(
  entry: LibraryEntry,
  registry: ListSources['registry'],
  { memory }: ClientSettings,
): ModelFit | undefined {
  const decision = withoutProblem(() => registry.fits.decide(entry, memory));
  return decision && wireFit(decision, registry, memory);
}

function wireFit(decision: FitDecision, { fits }: ListSources['registry'], memory: string): ModelFit {
  const { message } = decision;
  if (decision.kind === 'tooLarge') {
    const { neededBytes, availableBytes, smaller } = decision;
    return { fits: false, message, neededBytes, availableBytes, ...(smaller !== undefined && { smaller }) };
  }
  const { gpuLayers, contextTokens, sequences, mmap } = decision.settings;
  const capacity = fits.capacity(memory);
  return {
    fits: true,
    message,
    neededBytes: computingBytes(decision.need),
    availableBytes: capacity === undefined ? 0 : capacityBytes(capacity),
    settings: { gpuLayers, contextTokens, sequences, mmap },
  };
}

/** Smaller models for the same: installed ones first, then those of the catalog; of each the larger one first. */
function alternativesTo({ library, catalog }: ListSources, wanted: RoleModel): readonly Alternative[] {
  const suits = (model: RoleModel): boolean =>
    model.name !== wanted.name &&
    model.origin !== 'embedded' &&
    model.reserved === undefined &&
    model.bytes < wanted.bytes &&
    servedBy(wanted).every((role) => servedBy(model).includes(role));
  const installed = library.snapshot.entries.flatMap(({ model, metadata, problem }) =>
    metadata !== undefined && problem === undefined && suits(model)
      ? [{ name: model.name, model: metadata, bytes: model.bytes }]
      : [],
  );
  const others = downloadables(catalog).flatMap(({ model, file }) => {
    const role = fromCatalog(model, file);
    return suits(role) ? [{ name: model.name, model: { fileBytes: role.bytes }, bytes: role.bytes }] : [];
  });
  const bySize = (a: { bytes: number }, b: { bytes: number }): number => b.bytes - a.bytes;
  return [...installed.sort(bySize), ...others.sort(bySize)];
}

const memoryUnknown = sentence('Nothing is known of the memory of this machine yet: ask again in a moment.');

function memoryOf({ registry, memory }: ListSources, settings: ClientSettings): ModelsListResult['memory'] {
  const { current } = memory;
  const pools = current === undefined ? [] : current.devices.length > 0 ? current.devices : [current.host];
  const totalBytes = pools.reduce((sum, pool) => sum + pool.totalBytes, 0);
  const freeBytes = pools.reduce((sum, pool) => sum + (pool.freeBytes ?? pool.totalBytes), 0);
  try {
    const capacity = registry.fits.capacity(settings.memory);
    if (capacity === undefined) return { budgetBytes: 0, freeBytes, totalBytes, message: memoryUnknown };
    const budgetBytes = budgetOf(capacity);
    const kind = current?.devices.length ? sentence('graphics memory') : 'RAM';
    const message = sentence(
      "Models may take {0} of {1} of {2}; {3} are free without them (punctual.memory is '{4}').",
      sizeOf(budgetBytes),
      sizeOf(totalBytes),
      kind,
      sizeOf(freeBytes),
      settings.memory,
    );
    return { budgetBytes, freeBytes, totalBytes, message };
  } catch (error) {
    if (!(error instanceof ModelsError)) throw error;
    return { budgetBytes: 0, freeBytes, totalBytes, message: error.message };
  }
}
