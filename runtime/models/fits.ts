/** Which models fit into the memory that they may take, and how each is best loaded: every answer is worked out once for a reading of memory. */
import { sentence } from '../core/sentence.ts';
import type { TaskClass } from '../core/task.ts';
import type { Role } from './catalog/catalog.ts';
import { ModelsError } from './errors.ts';
import {
  type Budget,
  type Capacity,
  capacityBytes,
  capacityOf,
  type MachineMemory,
  parseBudget,
} from './fit/budget.ts';
import { type Alternative, fitModel, fitsBySize, neededBySize } from './fit/choose.ts';
import type { FitDecision, Wanted } from './fit/decision.ts';
import type { ModelFile } from './gguf/describe.ts';
import type { LibraryEntry } from './library-entry.ts';

/** For ghost text a window of some 900 tokens and its answer. */
const completionTokens = 2_048;
/** A file to summarize or translate and the answer; each sequence pays for it in memory, so not the model's maximum. */
const backgroundTokens = 4_096;
/**
 * Where keystrokes come, more sequences keep more promises: half of them stay free for bursts, and each document finds its KV cells again
 * (docs/MEASUREMENTS.md: four instead of eight lose 2 points on a processor and 25 on a graphics card).
 */
const completionSequences = 8;
/** On a graphics card a pass of sixteen takes little longer than one of eight, and 88.7 % of promises are kept instead of 81.4 (there, too). */
const completionSequencesGraphics = 16;
const backgroundSequences = 4;
/** Settings that are in use at once: one for each window, as good as always the same. */
const budgetsMax = 16;

/** @throws ModelsError `badMemory` */
function budgetOf(setting: string): Budget {
  const budget = parseBudget(setting);
  if (budget === undefined)
    throw new ModelsError(
      'badMemory',
      sentence(
        "The setting punctual.memory is '{0}': give 'auto', a size such as '6 GB', or a share such as '50%'.",
        setting.slice(0, 40),
      ),
    );
  return budget;
}

export class Fits {
  readonly #machine: () => MachineMemory | undefined;
  /** By the setting and what the file says of itself: another file, or a changed one, says it in another object. */
  readonly #decisions = new Map<string, WeakMap<ModelFile, FitDecision>>();
  #decidedFor: MachineMemory | undefined;

  constructor(machine: () => MachineMemory | undefined) {
    this.#machine = machine;
  }

  /** What models may take by this setting; undefined before memory was read. */
  capacity(setting: string): Capacity | undefined {
    const machine = this.#machine();
    return machine && capacityOf(machine, budgetOf(setting));
  }

  /** Undefined when nothing can be said: memory was not read yet, or the file cannot be used. */
  decide(entry: LibraryEntry, setting: string, alternatives: readonly Alternative[] = []): FitDecision | undefined {
    const machine = this.#machine();
    const { metadata, model } = entry;
    if (machine === undefined || metadata === undefined) return undefined;
    const decide = (): FitDecision =>
      fitModel(model.name, metadata, machine, budgetOf(setting), wantedOf(entry, machine), alternatives);
    // What is suggested instead depends on what is installed, and is asked for by a person: it is worked out each time.
    if (alternatives.length > 0) return decide();
    const decisions = this.#decisionsFor(setting, machine);
    const decision = decisions.get(metadata) ?? decide();
    decisions.set(metadata, decision);
    return decision;
  }

  /** Of a file that is not here; true before memory was read. */
  fitsBySize(fileBytes: number, setting: string): boolean {
    const capacity = this.capacity(setting);
    return capacity === undefined || fitsBySize(fileBytes, capacity);
  }

  /** In bytes, of a file that is not here: what it would need, and what there is. Undefined before memory was read. */
  estimate(fileBytes: number, setting: string): { readonly needed: number; readonly available: number } | undefined {
    const capacity = this.capacity(setting);
    return capacity && { needed: neededBySize(fileBytes), available: capacityBytes(capacity) };
  }

  #decisionsFor(setting: string, machine: MachineMemory): WeakMap<ModelFile, FitDecision> {
    if (this.#decidedFor !== machine || this.#decisions.size > budgetsMax) this.#decisions.clear();
    this.#decidedFor = machine;
    const known = this.#decisions.get(setting) ?? new WeakMap<ModelFile, FitDecision>();
    this.#decisions.set(setting, known);
    return known;
  }
}

function wantedOf({ model }: LibraryEntry, { devices }: MachineMemory): Wanted {
  const contexts: Partial<Record<TaskClass, number>> = {};
  const serves = (role: Role): boolean => model.suitability[role] !== undefined;
  if (serves('completion')) contexts.completion = completionTokens;
  if (serves('summarize')) contexts.summarize = backgroundTokens;
  if (serves('translate')) contexts.translate = backgroundTokens;
  if (!serves('completion')) return { contexts, sequences: backgroundSequences };
  const isGraphics = devices.length > 0;
  return {
    contexts,
    sequences: completionSequences,
    ...(isGraphics && { sequencesMax: completionSequencesGraphics }),
  };
}
