/**
 * Which model serves a client's tasks, and how it is loaded. Owns the list of models chosen so far; loads nothing.
 *
 * A choice is worked out once for a client's settings and the state of the machine (what is installed, what memory is free, how fast
 * models were found to be) and looked up from then on: it is asked for at every keystroke.
 */
import path from 'node:path';
import type { ModelId, TaskClass, TaskError } from '../core/task.ts';
import type { ModelSpec } from '../engine/engine.ts';
import type { ChosenModel, ModelSettings, Models } from '../features/tasks.ts';
import type { Catalog, Role } from './catalog/catalog.ts';
import { ModelsError } from './errors.ts';
import type { FitDecision } from './fit/choose.ts';
import { anonymousBytes } from './fit/memory.ts';
import { Fits } from './fits.ts';
import type { ModelFile } from './gguf/describe.ts';
import type { Library } from './library.ts';
import { type Downloadable, downloadables, fileEntry, type LibraryEntry, nameOf } from './library-entry.ts';
import type { Memory } from './memory.ts';
import { Pace } from './pace.ts';
import { fromCatalog, type InstalledModel, type RoleModel } from './role-models.ts';
import { chooseRole, type RoleChoice, type RoleSettings } from './roles.ts';

import { type ModelSizes, type OwnSizes, sizesFor } from './sizes.ts';

export interface RegistryOptions {
  readonly catalog: Catalog;
  readonly library: Pick<Library, 'snapshot' | 'at' | 'look' | 'onChange'>;
  readonly memory: Pick<Memory, 'current' | 'onChange'>;
  /**
   * From a task's arrival to the moment that its promise names, in ms, on an idle machine with the model loaded; undefined while the
   * model's passes have not been measured here.
   */
  readonly predictMs?: (model: ModelId, role: TaskClass) => number | undefined;
}

/** The embedded model's training context. */
const embeddedContextTokens = 2_048;
/** Of a model of which nothing could be read yet. */
const contextTokensDefault = 4_096;
const sequencesDefault = 4;
/** Models that clients may name in one runtime's life; each stays in the status. */
const modelsMax = 64;

/** Why a model is not chosen by itself, to stand behind "because". */
const notLoaded = 'it could not be loaded';

interface Known {
  readonly name: string;
  readonly demo: boolean;
  readonly spec: ModelSpec;
  /** Memory of the engine process alone that a load takes, by prediction; 0 where none was possible. */
  readonly ownBytes: number;
  readonly sizes: OwnSizes;
  /** By the latest choice of it. */
  readonly isNamed: boolean;
}

type Choice = ChosenModel | TaskError;

interface Choices {
  readonly version: number;
  readonly byRole: Map<TaskClass, Choice>;
}

export class Registry implements Models {
  readonly fits: Fits;
  readonly #options: RegistryOptions;
  readonly #downloadables: readonly Downloadable[];
  readonly #known = new Map<ModelId, Known>();
  readonly #pace: Pace;
  /** By the snapshot of a client's settings: a new one is made whenever they change. */
  readonly #choices = new WeakMap<ModelSettings, Choices>();
  /** Models that could not be loaded, with what their files said of themselves then. */
  readonly #failed = new Map<ModelId, ModelFile | undefined>();
  /** Counts what a choice may depend on. */
  #version = 0;
  /** The latest settings': memory is one for all windows. */
  #memorySetting = 'auto';
  #completionModel: ModelId | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#downloadables = downloadables(options.catalog);
    this.fits = new Fits(() => options.memory.current);
    this.#pace = new Pace(options.predictMs ?? (() => undefined));
    options.library.onChange(() => this.#changed());
    options.memory.onChange(() => {
      // What lacked memory then may have it now.
      this.#failed.clear();
      this.#changed();
    });
  }

  choose(role: TaskClass, settings: ModelSettings): Choice {
    let choices = this.#choices.get(settings);
    if (choices?.version !== this.#version) {
      choices = { version: this.#version, byRole: new Map() };
      this.#choices.set(settings, choices);
    }
    const known = choices.byRole.get(role);
    if (known !== undefined) return known;
    const choice = this.#choose(role, settings);
    choices.byRole.set(role, choice);
    this.#memorySetting = settings.memory;
    if (role === 'completion') this.#completionModel = 'id' in choice ? choice.id : undefined;
    return choice;
  }

  /** For people: who serves the role and why, or what to do. */
  explain(role: TaskClass, settings: ModelSettings): RoleChoice {
    const setting = settingOf(role, settings);
    const unserved = (message: string): RoleChoice => ({ kind: 'unserved', role, code: 'unusable', message });
    const problem = this.#problemOf(setting);
    if (problem !== undefined) return unserved(problem);
    try {
      return chooseRole(role, {
        models: this.#models(setting),
        settings: roleSettings(settings),
        fits: (model) => this.#fit(model, settings.memory),
        predictMs: (model, each) =>
          each === 'chat' || model.file === undefined ? undefined : this.#pace.ms(model.file, each),
        promiseMs: promisesOf(settings),
      });
    } catch (error) {
      if (error instanceof ModelsError) return unserved(error.message);
      throw error;
    }
  }

  /** A load has ended. What could not be loaded is passed over by automatic choices until its file or the free memory changes. */
  loadEnded(id: ModelId, isLoaded: boolean): void {
    if (isLoaded ? !this.#failed.delete(id) : this.#isFailed(id)) return;
    if (!isLoaded) this.#failed.set(id, this.#options.library.at(id)?.metadata);
    this.#changed();
  }

  /** What was measured of models may have changed since. */
  measured(): void {
    if (this.#pace.refresh()) this.#changed();
  }

  /**
   * @param isSmall with one sequence.
   * @throws RangeError for an id that no choice has led to: a mistake of the caller.
   */
  specOf(id: ModelId, isSmall = false): ModelSpec {
    const { spec } = this.#get(id);
    return isSmall ? { ...spec, sequences: 1 } : spec;
  }

  /** @throws RangeError as above. */
  sizesOf(id: ModelId): ModelSizes {
    const { sizes, isNamed } = this.#get(id);
    return { ...sizes, isNamed, isPinned: id === this.#completionModel };
  }

  /** Models compute in the memory that also caches their files: there is no other device, or it has none of its own. */
  get isUnified(): boolean {
    const machine = this.#options.memory.current;
    return machine === undefined || machine.isUnified || machine.devices.length === 0;
  }

  /** Of the memory that computes; undefined before it was read. */
  budgetBytes(): number | undefined {
    try {
      const capacity = this.fits.capacity(this.#memorySetting);
      if (capacity === undefined) return undefined;
      const devices = capacity.devices.reduce((sum, bytes) => sum + bytes, 0);
      return capacity.pool ?? (devices > 0 ? devices : capacity.host);
    } catch (error) {
      // Who set it is told when a model is chosen by it.
      if (error instanceof ModelsError) return undefined;
      throw error;
    }
  }

  /** What a loaded model takes of this machine's RAM and gives back when it goes, in bytes, by prediction. */
  ownBytes(id: ModelId): number {
    return this.#known.get(id)?.ownBytes ?? 0;
  }

  describe(id: ModelId): { readonly name: string; readonly demo: boolean } {
    const { name, demo } = this.#get(id);
    return { name, demo };
  }

  #choose(role: TaskClass, settings: ModelSettings): Choice {
    const setting = settingOf(role, settings);
    if (path.isAbsolute(setting) && this.#options.library.at(setting) === undefined) {
      // Its head is read while it is already asked for; whoever is in a hurry hears from the engine what is wrong with it.
      void this.#options.library.look(setting);
      const file = path.normalize(setting);
      return this.#take(fileEntry({ path: file, bytes: 0 }, undefined, undefined), true, settings);
    }
    const choice = this.explain(role, settings);
    if (choice.kind === 'unserved') return { code: 'modelUnavailable', message: choice.message };
    const entry = this.#options.library.at(choice.model.file);
    if (entry === undefined) throw new RangeError(`${choice.model.file} was chosen and is in no library`);
    return this.#take(entry, choice.named, settings);
  }

  #take(entry: LibraryEntry, chosen: boolean, settings: ModelSettings): Choice {
    const { file } = entry.model;
    if (!this.#known.has(file) && this.#known.size >= modelsMax) {
      return {
        code: 'modelUnavailable',
        message: `This runtime has been given ${modelsMax} different models already: run 'punctual stop', then try again.`,
      };
    }
    const demo = entry.model.origin === 'embedded';
    const name = entry.title === '' ? nameOf(file) : entry.title;
    const fit = demo ? undefined : this.fits.decide(entry, settings.memory);
    const spec = this.#specFor(entry, fit, settings.threads);
    const ownBytes = fit?.kind === 'fits' ? anonymousBytes(fit.need) : 0;
    // The thread count of the latest choice counts at the next load.
    this.#known.set(file, { name, demo, spec, ownBytes, sizes: sizesFor(entry, fit, spec), isNamed: chosen });
    return { id: file, name, demo, chosen, contextTokens: spec.contextTokens };
  }

  #specFor(entry: LibraryEntry, fit: FitDecision | undefined, threads: number): ModelSpec {
    const { file, origin } = entry.model;
    const common = { id: file, file };
    // More than one thread makes the tiny model slower, never faster.
    if (origin === 'embedded')
      return { ...common, sequences: sequencesDefault, contextTokens: embeddedContextTokens, threads: 1 };
    if (fit?.kind !== 'fits')
      return { ...common, sequences: sequencesDefault, contextTokens: contextTokensDefault, threads };
    const { sequences, contextTokens, gpuLayers, mmap } = fit.settings;
    const trained = entry.metadata?.contextTokens ?? contextTokens;
    const knowsDevices = this.#options.memory.current?.knowsDevices === true;
    return {
      ...common,
      sequences,
      contextTokens: Math.min(contextTokens, trained),
      threads,
      // Where the engine may use a graphics card of which nothing is known, it knows better than a plan without one.
      ...(knowsDevices && { gpuLayers, mmap }),
    };
  }

  /** What is wrong with the model that a setting names, when all that it can mean cannot be used. */
  #problemOf(setting: string): string | undefined {
    const entries = path.isAbsolute(setting)
      ? [this.#options.library.at(setting)].filter((entry) => entry !== undefined)
      : this.#options.library.snapshot.entries.filter(({ model }) => model.name === setting);
    return entries.every(({ problem }) => problem !== undefined) ? entries[0]?.problem : undefined;
  }

  /** Installed ones that can be used, the one that a setting names by its path, and those that could be downloaded. */
  #models(setting: string): readonly RoleModel[] {
    const installed = this.#options.library.snapshot.entries.filter(({ problem }) => problem === undefined);
    const named = path.isAbsolute(setting) ? this.#options.library.at(setting) : undefined;
    const here: InstalledModel[] = installed.map(({ model }) => model);
    if (named !== undefined && !here.includes(named.model)) here.push(named.model);
    const has = ({ model, file }: Downloadable): boolean =>
      here.some(({ name, file: place }) => name === model.name && path.basename(place) === file.file);
    const absent = this.#downloadables.filter((each) => !has(each));
    const offered = here.map((model) => (this.#isFailed(model.file) ? { ...model, reserved: notLoaded } : model));
    return [...offered, ...absent.map(({ model, file }) => fromCatalog(model, file))];
  }

  #fit(model: RoleModel, memory: string): boolean {
    if (model.origin === 'embedded') return true;
    const entry = model.file === undefined ? undefined : this.#options.library.at(model.file);
    const fit = entry && this.fits.decide(entry, memory);
    return fit === undefined ? this.fits.fitsBySize(model.bytes, memory) : fit.kind === 'fits';
  }

  #isFailed(file: ModelId): boolean {
    return this.#failed.has(file) && this.#failed.get(file) === this.#options.library.at(file)?.metadata;
  }

  #changed(): void {
    this.#version++;
  }

  #get(id: ModelId): Known {
    const known = this.#known.get(id);
    if (known === undefined) throw new RangeError(`no model '${id}' has been chosen`);
    return known;
  }
}

function settingOf(role: TaskClass, { model, models }: ModelSettings): string {
  return models[role] ?? model;
}

function roleSettings(settings: ModelSettings): RoleSettings {
  const of = (role: TaskClass): string => settingOf(role, settings);
  return { completion: of('completion'), summarize: of('summarize'), translate: of('translate'), chat: settings.model };
}

function promisesOf({ completion, summarize, translate }: ModelSettings): Partial<Record<Role, number>> {
  return { completion: completion.targetMs, summarize: summarize.targetMs, translate: translate.targetMs };
}
