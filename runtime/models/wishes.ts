/**
 * What the user said of single models in `punctual.residency`: which of them leave memory for no other, and after how long without use
 * they leave by themselves. Owns what a name there means, and that pins are granted only as far as they fit together. Pure.
 *
 * 1. The completion model goes first: it stays in any case, and what is pinned gets the memory beside it.
 * 2. Pins are granted in their order; one that does not fit beside those before it is none, which is told, and the next one is tried.
 * 3. A name that leads to no installed model is told. It counts as soon as there is one.
 */
import path from 'node:path';
import { listed as inWords, sentence, type Words } from '../core/sentence.ts';
import type { ModelId } from '../core/task.ts';
import { didYouMean } from './near.ts';
import { sizeOf } from './size-words.ts';

export interface ResidencyWishes {
  /** Names or absolute paths, the most important first. */
  readonly pinned: readonly string[];
  /** For all models, or by name or absolute path; `*` are the others. 0: never. */
  readonly unloadAfterMinutes: number | Readonly<Record<string, number>>;
}

export const noWishes: ResidencyWishes = { pinned: [], unloadAfterMinutes: 30 };

/** Under which the time of all models that are not named stands. */
const others = '*';
/** When there is none. */
const minutesDefault = 30;

/** An installed model as far as it matters here. */
export interface WishedModel {
  readonly id: ModelId;
  readonly name: string;
  /** What it takes of the memory for models. */
  readonly bytes: number;
}

export interface WishSources {
  readonly wishes: ResidencyWishes;
  readonly installed: readonly WishedModel[];
  /** Whether that is all there is; else nobody can tell that a name leads nowhere. */
  readonly isRead: boolean;
  /** Of models that could be downloaded. */
  readonly downloadable: readonly string[];
  readonly completion: ModelId | undefined;
  /** What models may take together; undefined before memory was read: then nothing speaks against a pin. */
  readonly budgetBytes: number | undefined;
}

export interface Granted {
  readonly kept: ReadonlySet<ModelId>;
  /** Of pins that were not granted: a sentence for each model. */
  readonly refused: ReadonlyMap<ModelId, Words>;
  /** By model, in minutes; those of `minutesOfOthers` are not among them. */
  readonly minutes: ReadonlyMap<ModelId, number>;
  /** Names that lead nowhere, in a sentence each. */
  readonly unknown: readonly Words[];
}

export function grantWishes(sources: WishSources): Granted {
  const { pinned, unloadAfterMinutes } = sources.wishes;
  const minutes = new Map<ModelId, number>();
  const unknown: Words[] = [];
  const named = (name: string, what: 'pins' | 'gives a time to'): readonly WishedModel[] => {
    const found = sources.installed.filter((model) => isCalled(model, name));
    if (found.length === 0 && sources.isRead) unknown.push(unknownName(sources, name, what));
    return found;
  };
  const pins = [...new Set(pinned)].flatMap((name) => named(name, 'pins'));
  for (const [name, time] of timesOf(unloadAfterMinutes))
    for (const { id } of named(name, 'gives a time to')) minutes.set(id, time);
  return { ...grantPins(sources, pins), minutes, unknown };
}

/** What is not granted, in sentences. */
export function wishProblems({ refused, unknown }: Granted): Words[] {
  return [...refused.values(), ...unknown];
}

/** After so many minutes a model leaves that has no time of its own. */
export function minutesOfOthers(wish: ResidencyWishes['unloadAfterMinutes']): number {
  return typeof wish === 'number' ? wish : (wish[others] ?? minutesDefault);
}

function timesOf(wish: ResidencyWishes['unloadAfterMinutes']): [name: string, minutes: number][] {
  return typeof wish === 'number' ? [] : Object.entries(wish).filter(([name]) => name !== others);
}

function isCalled({ id, name }: WishedModel, wanted: string): boolean {
  return path.isAbsolute(wanted) ? path.normalize(wanted) === id : wanted === name;
}

function grantPins(
  { installed, completion, budgetBytes = Number.POSITIVE_INFINITY }: WishSources,
  pins: readonly WishedModel[],
): Pick<Granted, 'kept' | 'refused'> {
  const kept = new Set<ModelId>();
  const refused = new Map<ModelId, Words>();
  const first = installed.find(({ id }) => id === completion);
  const staying: WishedModel[] = first === undefined ? [] : [first]; // 1
  for (const pin of pins) {
    const besideIt = staying.filter(({ id }) => id !== pin.id);
    if (sumOf([...besideIt, pin]) > budgetBytes) {
      refused.set(pin.id, refusal(pin, besideIt, completion, budgetBytes)); // 2
      continue;
    }
    kept.add(pin.id);
    if (!staying.includes(pin)) staying.push(pin);
  }
  return { kept, refused };
}

function sumOf(models: readonly WishedModel[]): number {
  return models.reduce((sum, { bytes }) => sum + bytes, 0);
}

function refusal(
  pin: WishedModel,
  besideIt: readonly WishedModel[],
  completion: ModelId | undefined,
  budgetBytes: number,
): Words {
  const facts = [pin.name, sizeOf(pin.bytes), sizeOf(budgetBytes)] as const;
  if (besideIt.length === 0) {
    return sentence(
      '{0} is not pinned: it takes {1}, and models may take {2} together; raise punctual.memory.',
      ...facts,
    );
  }
  const others = besideIt.map(({ id, name, bytes }) =>
    id === completion
      ? sentence('{0} (completions, {1})', name, sizeOf(bytes))
      : sentence('{0} ({1})', name, sizeOf(bytes)),
  );
  return sentence(
    '{0} is not pinned: it takes {1} beside {3}, and models may take {2} together; pin fewer models or raise punctual.memory.',
    ...facts,
    inWords(others),
  );
}

function unknownName({ installed, downloadable }: WishSources, name: string, what: 'pins' | 'gives a time to'): Words {
  const shown = name.slice(0, nameCharsMax);
  const told =
    what === 'pins'
      ? sentence("punctual.residency pins '{0}'", shown)
      : sentence("punctual.residency gives a time to '{0}'", shown);
  if (path.isAbsolute(name))
    return sentence('{0}, and no installed model has that path: import it, or correct the path.', told);
  if (downloadable.includes(name)) return sentence('{0}, which is not installed: it counts once it is.', told);
  const known = [...installed.map((model) => ({ name: model.name })), ...downloadable.map((each) => ({ name: each }))];
  return sentence(
    "{0}, and no model is called so{1}: 'punctual models list' shows the names.",
    told,
    didYouMean(name, known),
  );
}

/** Of a name in a sentence. */
const nameCharsMax = 80;
