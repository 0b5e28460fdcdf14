/** What a fit decision says to the user: one sentence each. */
import type { ModelFile } from '../gguf/describe.ts';
import { sizeOf } from '../size-words.ts';
import { type Capacity, computingBytes, type MachineMemory } from './budget.ts';
import type { Fits, Reduction, Wanted } from './decision.ts';

export function whyThis(
  name: string,
  model: ModelFile,
  machine: MachineMemory,
  capacity: Capacity,
  wanted: Wanted,
  { settings, need, reduced }: Pick<Fits, 'settings' | 'need' | 'reduced'>,
): string {
  const taken = sizeOf(computingBytes(need));
  const { sequences, contextTokens } = settings;
  const streams = sequences === 1 ? 'one sequence' : `${sequences} sequences`;
  const choice = `${name} takes ${taken} of the ${place(machine, capacity)} with ${streams} of ${contextTokens} tokens`;
  const given = reduced.map((each) => gaveUp(each, settings.gpuLayers, model, wanted));
  return `${choice}${given.length === 0 ? '' : `; to make it fit, ${given.join(' and ')}`}.`;
}

function place({ devices, isUnified }: MachineMemory, capacity: Capacity): string {
  if (isUnified) return `${sizeOf(capacity.pool ?? 0)} of shared memory that are free for models`;
  if (devices.length === 0) return `${sizeOf(capacity.host)} of RAM that are free for models`;
  const free = sizeOf(capacity.devices.reduce((sum, each) => sum + each, 0));
  const where = devices.length === 1 ? 'graphics memory' : `graphics memory of ${devices.length} devices`;
  return `${free} of ${where} that are free for models`;
}

function gaveUp(reduction: Reduction, gpuLayers: number, model: ModelFile, wanted: Wanted): string {
  switch (reduction) {
    case 'context':
      return 'long files are summarized and translated in smaller pieces';
    case 'sequences':
      return `fewer tasks run side by side (${wanted.sequences} were wanted)`;
    case 'layers':
      return gpuLayers === 0
        ? 'the CPU computes all of it'
        : `${model.layers + 1 - gpuLayers} of its ${model.layers + 1} layers stay on the CPU`;
    case 'completionContext':
      return `completions see less of the file (${wanted.contexts.completion} tokens were wanted)`;
    default:
      return reduction satisfies never;
  }
}

export function whyNot(
  name: string,
  machine: MachineMemory,
  neededBytes: number,
  availableBytes: number,
  smaller: string | undefined,
): string {
  const kind = machine.devices.length === 0 ? 'RAM' : machine.isUnified ? 'shared memory' : 'memory';
  const lack = `${name} does not fit: it would need ${sizeOf(neededBytes)} of ${kind}, and ${sizeOf(availableBytes)} are free for models`;
  return smaller === undefined
    ? `${lack}; close other programs, raise the memory budget, or choose a much smaller model.`
    : `${lack}; ${smaller} fits.`;
}
