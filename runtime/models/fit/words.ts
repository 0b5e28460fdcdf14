/** What a fit decision says to the user: one sentence each. */
import { listed, sentence, type Words } from '../../core/sentence.ts';
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
): Words {
  const taken = sizeOf(computingBytes(need));
  const { sequences, contextTokens } = settings;
  const streams = sequences === 1 ? sentence('one sequence') : sentence('{0} sequences', sequences);
  const choice = sentence(
    '{0} takes {1} of the {2} with {3} of {4} tokens',
    name,
    taken,
    place(machine, capacity),
    streams,
    contextTokens,
  );
  const given = reduced.map((each) => gaveUp(each, settings.gpuLayers, model, wanted));
  return given.length === 0 ? sentence('{0}.', choice) : sentence('{0}; to make it fit, {1}.', choice, listed(given));
}

function place({ devices, isUnified }: MachineMemory, capacity: Capacity): Words {
  if (isUnified) return sentence('{0} of shared memory that are free for models', sizeOf(capacity.pool ?? 0));
  if (devices.length === 0) return sentence('{0} of RAM that are free for models', sizeOf(capacity.host));
  const free = sizeOf(capacity.devices.reduce((sum, each) => sum + each, 0));
  const where =
    devices.length === 1 ? sentence('graphics memory') : sentence('graphics memory of {0} devices', devices.length);
  return sentence('{0} of {1} that are free for models', free, where);
}

function gaveUp(reduction: Reduction, gpuLayers: number, model: ModelFile, wanted: Wanted): Words {
  switch (reduction) {
    case 'context':
      return sentence('long files are summarized and translated in smaller pieces');
    case 'sequences':
      return sentence('fewer tasks run side by side ({0} were wanted)', wanted.sequences);
    case 'layers':
      return gpuLayers === 0
        ? sentence('the CPU computes all of it')
        : sentence('{0} of its {1} layers stay on the CPU', model.layers + 1 - gpuLayers, model.layers + 1);
    case 'completionContext':
      return sentence('completions see less of the file ({0} tokens were wanted)', wanted.contexts.completion ?? 0);
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
): Words {
  const kind =
    machine.devices.length === 0 ? sentence('RAM') : machine.isUnified ? sentence('shared memory') : sentence('memory');
  const lack = sentence(
    '{0} does not fit: it would need {1} of {2}, and {3} are free for models',
    name,
    sizeOf(neededBytes),
    kind,
    sizeOf(availableBytes),
  );
  return smaller === undefined
    ? sentence('{0}; close other programs, raise the memory budget, or choose a much smaller model.', lack)
    : sentence('{0}; {1} fits.', lack, smaller);
}
