/** Reads the memory of the machine that the runtime is on. */
import type { ModelId } from '../core/task.ts';
import { hostPool, readHost } from './fit/host.ts';
import type { MachineReading, MemoryReader } from './memory.ts';

export interface MachineOptions {
  /** Models that hold memory now. */
  readonly loaded: () => readonly ModelId[];
  /** What each of them takes of the RAM, in bytes, by prediction. */
  readonly ownBytes: (model: ModelId) => number;
  readonly engineRuns: () => boolean;
  /** PUNCTUAL_GPU, which says what the engine computes with. */
  readonly gpu: string | undefined;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

/** The engine does not tell of graphics memory: what it can use of it, it plans for itself. */
export function machineReader({ loaded, ownBytes, engineRuns, gpu, platform, arch }: MachineOptions): MemoryReader {
  return async (): Promise<MachineReading> => ({
    backend: 'cpu',
    arch,
    host: hostPool(
      await readHost(),
      loaded().reduce((sum, id) => sum + ownBytes(id), 0),
    ),
    devices: [],
    isUnified: false,
    engineRuns: engineRuns(),
    knowsDevices: computesOnCpu(gpu, platform, arch),
  });
}

const graphicsBackends = ['auto', 'vulkan', 'metal', 'cuda'];

/** A sentence when PUNCTUAL_GPU names no back end that there is: the engine computes on the processor then. */
export function gpuProblems(gpu: string | undefined): string[] {
  if (gpu === undefined || gpu === '' || gpu === 'off' || graphicsBackends.includes(gpu)) return [];
  const known = [...graphicsBackends, 'off'].join(', ');
  return [`PUNCTUAL_GPU is '${gpu}', so the processor computes: set it to one of ${known}, then run 'punctual stop'.`];
}

/** As the engine process decides it (engine/llama/main.ts). */
function computesOnCpu(gpu: string | undefined, platform: NodeJS.Platform, arch: string): boolean {
  if (gpu === undefined) return !(platform === 'darwin' && arch === 'arm64');
  return !graphicsBackends.includes(gpu);
}
