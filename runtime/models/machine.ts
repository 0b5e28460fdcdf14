/** Reads the memory of the machine that the runtime is on: RAM from the system, graphics memory from the engine. */
import { sentence, type Words } from '../core/sentence.ts';
import type { ModelId } from '../core/task.ts';
import type { DeviceReport, DeviceTeller } from '../engine/engine.ts';
import type { PoolMemory } from './fit/budget.ts';
import { type HostReport, hostPool, readHost } from './fit/host.ts';
import type { MachineReading, MemoryReader } from './memory.ts';

/** What a model takes of the RAM and of graphics memory, in bytes, by prediction. */
export interface OwnBytes {
  readonly host: number;
  readonly devices: number;
}

export interface MachineOptions {
  /** Models that hold memory now. */
  readonly loaded: () => readonly ModelId[];
  /** A model comes, goes or changes its size: what is free just now is neither before nor after. */
  readonly isMoving: () => boolean;
  readonly ownBytes: (model: ModelId) => OwnBytes;
  readonly engineRuns: () => boolean;
  /** Says how much RAM there is; the system does unless it is given. */
  readonly host?: () => Promise<HostReport>;
  readonly engine: DeviceTeller;
  /** The engine has answered after nobody waited any more: a new reading has more in it. */
  readonly late: () => void;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  /** PUNCTUAL_GPU, which says what the engine computes with. */
  readonly gpu: string | undefined;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

/** For opening a graphics card, with its engine process. The first choice of a model waits for it, no longer than for its files. */
const reportMsMax = 1_500;

/**
 * Where nothing but the processor may compute, the engine is not asked. Elsewhere it is, and started for the first question, although no
 * model is wanted yet: which model is the best depends on the answer, and a choice without it would be another one a moment later. The
 * process is needed for the first load anyway.
 */
export function machineReader(options: MachineOptions): MemoryReader {
  const { engineRuns, gpu, platform, arch } = options;
  const ram = new Ram(options);
  const graphics = computesOnCpu(gpu, platform, arch) ? undefined : new Graphics(options);
  return async (): Promise<MachineReading> => {
    const found = graphics === undefined ? processor : await graphics.read();
    const host = await ram.read();
    const { backend, devices, isUnified } = found ?? processor;
    return { backend, arch, host, devices, isUnified, engineRuns: engineRuns(), knowsDevices: found !== undefined };
  };
}

type Found = Pick<MachineReading, 'backend' | 'devices' | 'isUnified'>;

const processor: Found = { backend: 'cpu', devices: [], isUnified: false };

/** What the system tells, and the last of it that can be relied on: a load that is half done is neither free nor a model's. */
class Ram {
  readonly #options: MachineOptions;
  #known: PoolMemory | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  async read(): Promise<PoolMemory> {
    const { loaded, isMoving, ownBytes, host = readHost } = this.#options;
    const before = loaded().join();
    const wasMoving = isMoving();
    const report = await host();
    const isSteady = !wasMoving && !isMoving() && loaded().join() === before;
    const own = loaded().reduce((sum, id) => sum + ownBytes(id).host, 0);
    if (this.#known === undefined || isSteady) this.#known = hostPool(report, own);
    return this.#known;
  }
}

/** What the engine tells, and the last of it that can be relied on. */
class Graphics {
  readonly #options: MachineOptions;
  #known: Found | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  /** Undefined before the first answer. */
  async read(): Promise<Found | undefined> {
    const { loaded, isMoving, ownBytes, engine, late, timer } = this.#options;
    const before = loaded().join();
    if (isMoving()) return this.#known;
    const answer = engine.devices();
    let isLate = false;
    let stopWaiting: () => void = () => undefined;
    const patience = new Promise<undefined>((resolve) => {
      stopWaiting = timer(reportMsMax, () => {
        isLate = true;
        resolve(undefined);
      });
    });
    const report = await Promise.race([answer, patience]).finally(stopWaiting);
    if (isLate) void answer.then((told) => told !== undefined && late());
    if (report === undefined || isMoving() || loaded().join() !== before) return this.#known;
    const own = loaded().reduce((sum, id) => sum + ownBytes(id).devices, 0);
    this.#known = foundIn(report, own) ?? this.#known;
    return this.#known;
  }
}

/**
 * 1. An engine that computes on the processor after all has no devices.
 * 2. Beside a graphics card, integrated graphics are in the sums, and llama.cpp does not use them: their memory is left out. All that is
 *    in use counts as the card's, as nobody says what of it is not.
 * 3. A driver that tells of nothing in use does not tell what is free.
 * 4. Several cards count as equal parts: llama.cpp deals layers out by what each has free, so all are filled to the same share.
 * @returns undefined when the driver tells of no memory at all.
 */
function foundIn(
  { backend, names, totalBytes, usedBytes, unifiedBytes }: DeviceReport,
  own: number,
): Found | undefined {
  if (backend === 'cpu') return processor;
  const isMixed = unifiedBytes > 0 && unifiedBytes < totalBytes;
  const count = Math.max(1, names.length - (isMixed ? 1 : 0));
  const total = isMixed ? totalBytes - unifiedBytes : totalBytes;
  if (total === 0) return undefined;
  const pool: PoolMemory = {
    totalBytes: total / count,
    freeBytes: usedBytes === 0 ? undefined : Math.max(0, total - usedBytes) / count,
    ownBytes: own / count,
  };
  return { backend, devices: Array.from({ length: count }, () => pool), isUnified: unifiedBytes > 0 && !isMixed };
}

const graphicsBackends = ['auto', 'vulkan', 'metal', 'cuda'];

/** A sentence when PUNCTUAL_GPU names no back end that there is: the engine computes on the processor then. */
export function gpuProblems(gpu: string | undefined): Words[] {
  if (gpu === undefined || gpu === '' || gpu === 'off' || graphicsBackends.includes(gpu)) return [];
  const known = [...graphicsBackends, 'off'].join(', ');
  return [
    sentence(
      "PUNCTUAL_GPU is '{0}', so the processor computes: set it to one of {1}, then run 'punctual stop'.",
      gpu,
      known,
    ),
  ];
}

/** As the engine process decides it (engine/llama/main.ts). */
function computesOnCpu(gpu: string | undefined, platform: NodeJS.Platform, arch: string): boolean {
  if (gpu === undefined) return !(platform === 'darwin' && arch === 'arm64');
  return !graphicsBackends.includes(gpu);
}
