/**
 * Which model serves a client's tasks. Loads nothing; how the models chosen so far are loaded is in chosen.ts.
 *
 * A choice is worked out once for a client's settings and the state of the machine (what is installed, what memory is free, how fast
 * models were found to be) and looked up from then on: it is asked for at every keystroke.
 */
import path from 'node:path';
import { sentence, type Words } from '../core/sentence.ts';
import { type ModelId, type TaskClass, type TaskError, taskClasses } from '../core/task.ts';
import type { ModelSpec } from '../engine/engine.ts';
import type { ChosenModel, ModelSettings, Models } from '../features/tasks.ts';
import type { Catalog, Role } from './catalog/catalog.ts';
import { ChosenModels } from './chosen.ts';
import { ModelsError, withoutProblem } from './errors.ts';
import { Fits } from './fits.ts';
import type { ModelFile } from './gguf/describe.ts';
import { GrantedWishes } from './granted.ts';
import type { Library } from './library.ts';
import { type Downloadable, downloadables, fileEntry } from './library-entry.ts';
import { lighterThan } from './lighter.ts';
import type { OwnBytes } from './machine.ts';
import type { Memory } from './memory.ts';
import { Pace } from './pace.ts';
import { fromCatalog, type InstalledModel, type RoleModel } from './role-models.ts';
import { chooseRole, type RoleChoice, type RoleSettings } from './roles.ts';
import { budgetBytes, type HeldReport, type ModelSizes } from './sizes.ts';
import type { Granted, ResidencyWishes } from './wishes.ts';

export interface RegistryOptions {
  readonly catalog: Catalog;
  readonly library: Pick<Library, 'snapshot' | 'at' | 'look' | 'onChange'>;
  readonly memory: Pick<Memory, 'current' | 'onChange'>;
  /** What all models together may take, in the user's words, as it stands. */
  readonly memorySetting: () => string;
  /** What the user wants of single models, as it stands; the same object until it changes. */
  readonly wishes?: () => ResidencyWishes;
  /**
   * From a task's arrival to the moment that its promise names, in ms, on an idle machine with the model loaded; undefined while the
   * model's passes have not been measured here.
   */
  readonly predictMs?: (model: ModelId, role: TaskClass) => number | undefined;
}

/** Why a model is not chosen by itself, to stand behind "because". */
const notLoaded = sentence('it could not be loaded');

type Choice = ChosenModel | TaskError;

interface Choices {
  readonly version: number;
  readonly byRole: Map<TaskClass, Choice>;
}

export class Registry implements Models {
  readonly fits: Fits;
  readonly #options: RegistryOptions;
  readonly #downloadables: readonly Downloadable[];
  readonly #chosen: ChosenModels;
  readonly #pace: Pace;
  /** By the snapshot of a client's settings: a new one is made whenever they change. */
  readonly #choices = new WeakMap<ModelSettings, Choices>();
  /** Models that could not be loaded, with what their files said of themselves then. */
  readonly #failed = new Map<ModelId, ModelFile | undefined>();
  /** Counts what a choice may depend on. */
  #version = 0;
  /** By the latest choice, of whatever client. */
  #completionModel: ModelId | undefined;
  readonly #granted: GrantedWishes;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#downloadables = downloadables(options.catalog);
    this.fits = new Fits(() => options.memory.current);
    this.#chosen = new ChosenModels(this.fits, () => options.memory.current);
    this.#granted = new GrantedWishes({
      ...options,
      fits: this.fits,
      chosen: this.#chosen,
      downloadable: this.#downloadables.map(({ model }) => model.name),
      budgetBytes: () => this.budgetBytes(),
    });
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
    const choice = choices.byRole.get(role) ?? this.#choose(role, settings);
    choices.byRole.set(role, choice);
    // Also of a known one: another client may have chosen something else meanwhile.
    if ('id' in choice) this.#chosen.again(choice);
    if (role === 'completion') this.#completionModel = 'id' in choice ? choice.id : undefined;
    return choice;
  }

  /** Installed models that may answer instead of this one and are smaller, the largest first; each may be asked from now on. */
  lighter(role: TaskClass, settings: ModelSettings, than: ModelId): ChosenModel[] {
    const models = this.#models('');
    const own = models.find(({ file }) => file === than);
    if (own === undefined) return [];
    return lighterThan(own, models, role)
      .filter((model) => this.#fit(model, settings.memory))
      .flatMap(({ file }) => {
        const entry = this.#options.library.at(file);
        const model = this.#chosen.known(file) ?? (entry && this.#chosen.take(entry, false, settings));
        return model !== undefined && 'id' in model ? [model] : [];
      });
  }

  /** For people: who serves the role and why, or what to do. */
  explain(role: TaskClass, settings: ModelSettings): RoleChoice {
    const setting = settingOf(role, settings);
    const unserved = (message: Words): RoleChoice => ({ kind: 'unserved', role, code: 'unusable', message });
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
      if (error instanceof ModelsError) return unserved(error.words);
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

  /** This and the next four: see ChosenModels. */
  specOf(id: ModelId, isSmall = false): ModelSpec {
    return this.#chosen.specOf(id, isSmall);
  }

  sizesOf(id: ModelId): ModelSizes {
    const { kept, minutes } = this.wishes;
    const wished = { isKept: kept.has(id), unloadAfterMinutes: minutes.get(id) };
    return { ...this.#chosen.sizesOf(id), ...wished, isPinned: id === this.#completionModel, isGone: this.#isGone(id) };
  }

  holds(id: ModelId, info: HeldReport): void {
    this.#chosen.holds(id, info);
    this.#granted.changed();
  }

  ownBytes(id: ModelId): OwnBytes {
    return this.#chosen.ownBytes(id);
  }

  describe(id: ModelId): { readonly name: string; readonly demo: boolean; readonly pinned?: 'completion' | 'user' } {
    const pinned = this.pinOf(id);
    return { ...this.#chosen.describe(id), ...(pinned && { pinned }) };
  }

  /** What of the user's wishes is granted, and what is not. */
  get wishes(): Granted {
    return this.#granted.of(this.#completionModel);
  }

  /** Why it leaves for no other. */
  pinOf(id: ModelId): 'completion' | 'user' | undefined {
    if (id === this.#completionModel) return 'completion';
    return this.wishes.kept.has(id) ? 'user' : undefined;
  }

  /** Models compute in the memory that also caches their files: there is no other device, or it has none of its own. */
  get isUnified(): boolean {
    const machine = this.#options.memory.current;
    return machine === undefined || machine.isUnified || machine.devices.length === 0;
  }

  /** What all models together may take; undefined before memory was read. */
  budgetBytes(): number | undefined {
    // Who set what cannot be used is told when a model is chosen by it.
    const capacity = withoutProblem(() => this.fits.capacity(this.#options.memorySetting()));
    return capacity && budgetBytes(capacity);
  }

  #choose(role: TaskClass, settings: ModelSettings): Choice {
    const setting = settingOf(role, settings);
    if (path.isAbsolute(setting) && this.#options.library.at(setting) === undefined) {
      // Its head is read while it is already asked for; whoever is in a hurry hears from the engine what is wrong with it.
      void this.#options.library.look(setting);
      const file = path.normalize(setting);
      return this.#chosen.take(fileEntry({ path: file, bytes: 0 }, undefined, undefined), true, settings);
    }
    const choice = this.explain(role, settings);
    if (choice.kind === 'unserved') return { code: 'modelUnavailable', message: choice.message };
    const entry = this.#options.library.at(choice.model.file);
    if (entry === undefined) throw new RangeError(`${choice.model.file} was chosen and is in no library`);
    return this.#chosen.take(entry, choice.named, settings);
  }

  /** What is wrong with the model that a setting names, when all that it can mean cannot be used. */
  #problemOf(setting: string): Words | undefined {
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

  /** While the models folder cannot be read, nothing is known to be gone. */
  #isGone(id: ModelId): boolean {
    const { library } = this.#options;
    const entry = library.at(id);
    return library.snapshot.problem === undefined && (entry === undefined || entry.problem !== undefined);
  }

  #isFailed(file: ModelId): boolean {
    return this.#failed.has(file) && this.#failed.get(file) === this.#options.library.at(file)?.metadata;
  }

  #changed(): void {
    this.#version++;
    this.#granted.changed();
  }
}

function settingOf(role: TaskClass, { model, models }: ModelSettings): string {
  return models[role] ?? model;
}

function roleSettings(settings: ModelSettings): RoleSettings {
  const of = (role: TaskClass): string => settingOf(role, settings);
  return {
    completion: of('completion'),
    summarize: of('summarize'),
    translate: of('translate'),
    generate: of('generate'),
    chat: settings.model,
  };
}

function promisesOf(settings: ModelSettings): Partial<Record<Role, number>> {
  return Object.fromEntries(taskClasses.map((name) => [name, settings[name].targetMs]));
}
