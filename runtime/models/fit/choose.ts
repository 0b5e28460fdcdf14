/**
 * The best way to load a model that fits, and why; or what it would need, and which smaller model fits. Pure.
 *
 * Where there is plenty, a load gets more sequences than it needs. Else what is given up, in this order, until the load fits:
 * 1. context beyond what completions want, which only background work (summaries, translations) uses;
 * 2. sequences, down to two, so that a completion need not wait behind background work;
 * 3. layers on the graphics processor, one by one: each that stays on the host costs every token time;
 * 4. as a last resort, with all layers offloaded again as far as possible: the completions' own context and the second sequence.
 */
import type { ModelFile } from '../gguf/describe.ts';
import {
  type Budget,
  type Capacity,
  capacityBytes,
  capacityOf,
  excessBytes,
  type MachineMemory,
  staysWithin,
} from './budget.ts';
import type { FitDecision, Fits, Reduction, Wanted } from './decision.ts';
import { type LoadSettings, memoryPredictor, type Target } from './memory.ts';
import { weightsOf } from './weights.ts';
import { whyNot, whyThis } from './words.ts';

/** A model to fall back to, in the order of preference: installed, or in the catalog with nothing but its size known. */
export interface Alternative {
  readonly name: string;
  readonly model: ModelFile | { readonly fileBytes: number };
}

const sequencesMin = 2;
const contextTokensMin = 1_024;
/** Below this a file to summarize or translate no longer fits. */
const backgroundTokensMin = 2_048;
/** Share of the weights in repacked formats from which on mapping the file wastes more than it saves. */
const repackedShareMax = 0.1;
/** A load within this share of the memory leaves room for another one beside it. */
const plentyShare = 0.5;

export function fitModel(
  name: string,
  model: ModelFile,
  machine: MachineMemory,
  budget: Budget,
  asked: Wanted,
  alternatives: readonly Alternative[] = [],
): FitDecision {
  const capacity = capacityOf(machine, budget);
  const wanted = withinTraining(model, asked);
  const fits = plentyOf(model, machine, capacity, wanted) ?? bestOf(model, machine, capacity, wanted);
  if (fits !== undefined) return { ...fits, message: whyThis(name, model, machine, capacity, wanted, fits) };
  const among = (fitting: typeof fitsWell): Alternative | undefined =>
    alternatives.find((each) => fitting(each, machine, capacity, asked));
  const smaller = (among(fitsWell) ?? among(fitsAtAll))?.name;
  const availableBytes = capacityBytes(capacity);
  const neededBytes = availableBytes + leastExcess(model, machine, capacity, wanted);
  return {
    kind: 'tooLarge',
    neededBytes,
    availableBytes,
    smaller,
    message: whyNot(name, machine, neededBytes, availableBytes, smaller),
  };
}

/** Beyond the context that it was trained for a model answers nonsense, and the cells of it would be memory for nothing. */
function withinTraining({ contextTokens }: ModelFile, { contexts, ...rest }: Wanted): Wanted {
  if (contextTokens === undefined) return { contexts, ...rest };
  const within = Object.entries(contexts).map(([role, tokens]) => [role, Math.min(tokens, contextTokens)]);
  return { ...rest, contexts: Object.fromEntries(within) };
}

type Chosen = Omit<Fits, 'message'>;

/** All that is wanted and more sequences, as many as leave room for others. */
function plentyOf(model: ModelFile, machine: MachineMemory, capacity: Capacity, wanted: Wanted): Chosen | undefined {
  const predict = memoryPredictor(model, targetOf(machine));
  const gpuLayers = machine.devices.length === 0 ? 0 : model.layers + 1;
  const contextTokens = contextSteps(wanted).comfortable[0] ?? contextTokensMin;
  const mmap = wanted.mmap ?? prefersMmap(model, machine);
  const plenty = shareOf(capacity, plentyShare);
  for (let sequences = wanted.sequencesMax ?? 0; sequences > wanted.sequences; sequences--) {
    const settings = { gpuLayers, contextTokens, sequences, mmap };
    const need = predict(settings);
    if (staysWithin(need, plenty)) return { kind: 'fits', settings, need, reduced: [] };
  }
  return undefined;
}

function shareOf({ devices, host, pool }: Capacity, share: number): Capacity {
  return {
    devices: devices.map((bytes) => bytes * share),
    host: host * share,
    pool: pool === undefined ? undefined : pool * share,
  };
}

function bestOf(model: ModelFile, machine: MachineMemory, capacity: Capacity, wanted: Wanted): Chosen | undefined {
  const predict = memoryPredictor(model, targetOf(machine));
  const mmap = wanted.mmap ?? prefersMmap(model, machine);
  const layersMax = machine.devices.length === 0 ? 0 : model.layers + 1;
  const steps = contextSteps(wanted);
  const floors = [
    { contexts: steps.comfortable, sequencesMin: Math.min(sequencesMin, wanted.sequences) },
    { contexts: [...steps.comfortable, ...steps.bare], sequencesMin: 1 },
  ];
  for (const floor of floors) {
    for (let gpuLayers = layersMax; gpuLayers >= 0; gpuLayers--) {
      const at = (contextTokens: number, sequences: number): LoadSettings => ({
        gpuLayers,
        contextTokens,
        sequences,
        mmap,
      });
      // Memory grows with context and sequences, so when the least of both is too much, all of it is.
      const least = at(floor.contexts.at(-1) ?? contextTokensMin, floor.sequencesMin);
      if (!staysWithin(predict(least), capacity)) continue;
      for (let sequences = wanted.sequences; sequences >= floor.sequencesMin; sequences--)
        for (const contextTokens of floor.contexts) {
          const settings = at(contextTokens, sequences);
          const need = predict(settings);
          if (staysWithin(need, capacity))
            return { kind: 'fits', settings, need, reduced: reductions(settings, layersMax, wanted) };
        }
    }
  }
  return undefined;
}

function targetOf(machine: MachineMemory): Target {
  const { backend, arch, devices } = machine;
  return { backend, arch, shares: devices.map(({ freeBytes, totalBytes: total }) => freeBytes ?? total) };
}

/** Repacked weights exist twice under a map, and the file's pages crowd out what else the system would keep. */
function prefersMmap(model: ModelFile, machine: MachineMemory): boolean {
  if (machine.backend !== 'cpu') return true;
  const weights = weightsOf(model, machine.arch);
  const places = [...weights.layers, weights.output, weights.input];
  const bytes = places.reduce((sum, each) => sum + each.bytes, 0);
  const repacked = places.reduce((sum, each) => sum + each.repackedBytes, weights.tiedRepackedBytes);
  return repacked <= bytes * repackedShareMax;
}

/** From the largest context that anybody wants down to what completions want, then, as a last resort, below it; each is half the last. */
function contextSteps({ contexts }: Wanted): { comfortable: readonly number[]; bare: readonly number[] } {
  const all = Object.values(contexts);
  const largest = all.length === 0 ? contextTokensMin : Math.max(...all);
  const floor = Math.min(largest, contexts.completion ?? backgroundTokensMin);
  return { comfortable: halves(largest, floor), bare: halves(floor, Math.min(floor, contextTokensMin)).slice(1) };
}

/** Both ends are among them. */
function halves(from: number, to: number): readonly number[] {
  const steps: number[] = [];
  for (let tokens = from; tokens > to; tokens = Math.floor(tokens / 2)) steps.push(tokens);
  return [...steps, to];
}

function reductions(settings: LoadSettings, layersMax: number, wanted: Wanted): readonly Reduction[] {
  const { completion = 0, ...background } = wanted.contexts;
  const reduced: Reduction[] = [];
  if (settings.contextTokens < Math.max(0, ...Object.values(background))) reduced.push('context');
  if (settings.sequences < wanted.sequences) reduced.push('sequences');
  if (settings.gpuLayers < layersMax) reduced.push('layers');
  if (settings.contextTokens < completion) reduced.push('completionContext');
  return reduced;
}

/** What is missing for the smallest load, with the layers where the least is missing. */
function leastExcess(model: ModelFile, machine: MachineMemory, capacity: Capacity, wanted: Wanted): number {
  const predict = memoryPredictor(model, targetOf(machine));
  const mmap = wanted.mmap ?? prefersMmap(model, machine);
  const { bare, comfortable } = contextSteps(wanted);
  const contextTokens = [...comfortable, ...bare].at(-1) ?? contextTokensMin;
  const layersMax = machine.devices.length === 0 ? 0 : model.layers + 1;
  const excesses = Array.from({ length: layersMax + 1 }, (_, gpuLayers) =>
    excessBytes(predict({ gpuLayers, contextTokens, sequences: 1, mmap }), capacity),
  );
  return Math.min(...excesses);
}

/** Bytes beside the weights of a model of which only the file's size is known: KV cells, buffers and vocabulary of an ordinary one. */
const unknownBytes = 0.6e9;
const unknownShare = 0.1;

function fitsAtAll({ model }: Alternative, machine: MachineMemory, capacity: Capacity, wanted: Wanted): boolean {
  if ('tensors' in model) return bestOf(model, machine, capacity, withinTraining(model, wanted)) !== undefined;
  return fitsBySize(model.fileBytes, capacity);
}

/** Of a model of which only the file's size is known: an estimate, as before a download. */
export function fitsBySize(fileBytes: number, capacity: Capacity): boolean {
  return neededBySize(fileBytes) <= capacityBytes(capacity);
}

export function neededBySize(fileBytes: number): number {
  return fileBytes * (1 + unknownShare) + unknownBytes;
}

/** Without what is given up as a last resort. */
function fitsWell(alternative: Alternative, machine: MachineMemory, capacity: Capacity, wanted: Wanted): boolean {
  const { model } = alternative;
  if (!('tensors' in model)) return fitsAtAll(alternative, machine, capacity, wanted);
  const chosen = bestOf(model, machine, capacity, withinTraining(model, wanted));
  if (chosen === undefined || chosen.reduced.includes('completionContext')) return false;
  return chosen.settings.sequences >= Math.min(sequencesMin, wanted.sequences);
}
