/**
 * The models that clients have been given so far: how each is loaded, and what it takes. A choice of a model that is here already
 * replaces what was known of it.
 */
import { sentence } from '../core/sentence.ts';
import type { ModelId, TaskError } from '../core/task.ts';
import { type ModelSpec, sameSpec } from '../engine/engine.ts';
import type { ChosenModel, ModelSettings } from '../features/tasks.ts';
import type { FitDecision } from './fit/decision.ts';
import type { Fits } from './fits.ts';
import { type LibraryEntry, nameOf } from './library-entry.ts';
import type { OwnBytes } from './machine.ts';
import type { MachineReading } from './memory.ts';
import { isInstructed } from './role-models.ts';
import {
  type ByRegistry,
  type HeldReport,
  type ModelSizes,
  type OwnSizes,
  ownBytesOf,
  reportedBytesOf,
  sizesFor,
} from './sizes.ts';

/** The embedded model's training context. */
const embeddedContextTokens = 2_048;
/** Of a model of which nothing could be read yet. */
const contextTokensDefault = 4_096;
const sequencesDefault = 4;
/** Models that clients may name in one runtime's life; each stays in the status. */
const modelsMax = 64;

/** A report that differs from the prediction by more than this factor is a mistake of one of them. */
const correctionMax = 2;

const nothing: OwnBytes = { host: 0, devices: 0 };

interface Known {
  readonly name: string;
  readonly demo: boolean;
  readonly spec: ModelSpec;
  /** By prediction; nothing where none was possible. */
  readonly ownBytes: OwnBytes;
  readonly sizes: OwnSizes;
  /** What the engine will say that it holds, by prediction; 0 where none was possible. */
  readonly reportedBytes: number;
  /** What it said, for each byte of that. */
  readonly correction: number;
  /** By the latest choice of it. */
  readonly isNamed: boolean;
}

export class ChosenModels {
  readonly #fits: Fits;
  readonly #machine: () => MachineReading | undefined;
  readonly #known = new Map<ModelId, Known>();

  constructor(fits: Fits, machine: () => MachineReading | undefined) {
    this.#fits = fits;
    this.#machine = machine;
  }

  /** @param isNamed the user chose it by its name. */
  take(entry: LibraryEntry, isNamed: boolean, settings: ModelSettings): ChosenModel | TaskError {
    const { file } = entry.model;
    if (!this.#known.has(file) && this.#known.size >= modelsMax) {
      return {
        code: 'modelUnavailable',
        message: sentence(
          "This runtime has been given {0} different models already: run 'punctual stop', then try again.",
          modelsMax,
        ),
      };
    }
    const demo = entry.model.origin === 'embedded';
    const name = entry.title === '' ? nameOf(file) : entry.title;
    const fit = demo ? undefined : this.#fits.decide(entry, settings.memory);
    const spec = this.#specFor(entry, fit, settings.threads);
    const ownBytes = fit?.kind === 'fits' ? ownBytesOf(fit.need) : nothing;
    const sizes = sizesFor(entry, fit, spec, fit && this.#fits.capacity(settings.memory));
    // The thread count of the latest choice counts at the next load.
    const reportedBytes = fit?.kind === 'fits' ? reportedBytesOf(fit.need) : 0;
    const former = this.#known.get(file);
    // What was found out of a load holds for loads like it, whatever their threads.
    const isLike = former !== undefined && sameSpec({ ...former.spec, threads: spec.threads }, spec);
    const correction = isLike ? former.correction : 1;
    this.#known.set(file, { name, demo, spec, ownBytes, sizes, reportedBytes, correction, isNamed });
    // The demonstration model has learned two questions, and this is not one of them.
    const instructed = !demo && isInstructed(entry.model);
    const model = { id: file, name, demo, chosen: isNamed, contextTokens: spec.contextTokens };
    return instructed ? { ...model, instructed } : model;
  }

  /** As it was chosen last; undefined when it never was. */
  known(id: ModelId): ChosenModel | undefined {
    const known = this.#known.get(id);
    if (known === undefined) return undefined;
    const { name, demo, isNamed: chosen, spec } = known;
    return { id, name, demo, chosen, contextTokens: spec.contextTokens };
  }

  /** It was chosen once more, by its name or not. */
  again({ id, chosen }: ChosenModel): void {
    const known = this.#get(id);
    if (known.isNamed !== chosen) this.#known.set(id, { ...known, isNamed: chosen });
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
    const knowsDevices = this.#machine()?.knowsDevices === true;
    return {
      ...common,
      sequences,
      contextTokens,
      threads,
      // Where the engine may use a graphics card of which nothing is known, it knows better than a plan without one.
      ...(knowsDevices && { gpuLayers, mmap }),
    };
  }

  /**
   * @param isSmall with one sequence.
   * @throws RangeError for an id that no choice has led to: a mistake of the caller.
   */
  specOf(id: ModelId, isSmall: boolean): ModelSpec {
    const { spec } = this.#get(id);
    return isSmall ? { ...spec, sequences: 1 } : spec;
  }

  /** @throws RangeError as above. */
  sizesOf(id: ModelId): Omit<ModelSizes, ByRegistry> {
    const { sizes, correction, isNamed } = this.#get(id);
    return { ...sizes, bytes: sizes.bytes * correction, bytesSmall: sizes.bytesSmall * correction, isNamed };
  }

  has(id: ModelId): boolean {
    return this.#known.has(id);
  }

  /** What it really holds, as the engine says of a load with all its sequences, counts from now on instead of the prediction. */
  holds(id: ModelId, { heldBytes = 0, sequences }: HeldReport): void {
    const known = this.#known.get(id);
    if (known === undefined || known.reportedBytes === 0 || heldBytes === 0 || sequences !== known.spec.sequences)
      return;
    const correction = Math.min(correctionMax, Math.max(1 / correctionMax, heldBytes / known.reportedBytes));
    this.#known.set(id, { ...known, correction });
  }

  /** What a loaded model takes of this machine's memory and gives back when it goes. */
  ownBytes(id: ModelId): OwnBytes {
    return this.#known.get(id)?.ownBytes ?? nothing;
  }

  /** @throws RangeError as above. */
  describe(id: ModelId): { readonly name: string; readonly demo: boolean } {
    const { name, demo } = this.#get(id);
    return { name, demo };
  }

  #get(id: ModelId): Known {
    const known = this.#known.get(id);
    if (known === undefined) throw new RangeError(`no model '${id}' has been chosen`);
    return known;
  }
}
