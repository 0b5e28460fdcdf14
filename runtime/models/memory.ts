/**
 * The memory of this machine as models may plan with it: the last reading, as if nothing of ours were loaded. Models come and go, so
 * which one is the best must not depend on which one is loaded just now.
 */
import type { MachineMemory, PoolMemory } from './fit/budget.ts';

export interface MachineReading extends MachineMemory {
  /** `devices` are all that the engine may compute with. False where it may find a graphics card of which it has not told. */
  readonly knowsDevices: boolean;
}

/** A reading of all pools; `ownBytes` of each says what our loaded models take of it. */
export type MemoryReader = () => Promise<MachineReading>;

/**
 * Other programs take and give memory all the time. A reading replaces the one before when it differs by more than this share of a
 * pool, so that a choice does not go back and forth with a browser's tabs.
 */
const noticeableShare = 0.05;

export class Memory {
  readonly #read: MemoryReader;
  readonly #listeners = new Set<() => void>();
  #current: MachineReading | undefined;
  #reading: Promise<void> | undefined;

  constructor(read: MemoryReader) {
    this.#read = read;
  }

  /** Undefined before the first reading. */
  get current(): MachineReading | undefined {
    return this.#current;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Never rejects: where nothing can be read, what was known stays. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #refresh(): Promise<void> {
    const read = await this.#read().catch(() => undefined);
    if (read === undefined) return;
    const reading = withoutOurs(read);
    if (this.#current !== undefined && !differs(this.#current, reading)) return;
    this.#current = reading;
    for (const listener of this.#listeners) listener();
  }
}

function withoutOurs(memory: MachineReading): MachineReading {
  return { ...memory, host: emptied(memory.host), devices: memory.devices.map(emptied) };
}

function emptied({ totalBytes, freeBytes, ownBytes }: PoolMemory): PoolMemory {
  return {
    totalBytes,
    freeBytes: freeBytes === undefined ? undefined : Math.min(totalBytes, freeBytes + ownBytes),
    ownBytes: 0,
  };
}

function differs(a: MachineReading, b: MachineReading): boolean {
  const pools = [a.host, ...a.devices];
  const others = [b.host, ...b.devices];
  return (
    a.backend !== b.backend ||
    a.knowsDevices !== b.knowsDevices ||
    pools.length !== others.length ||
    pools.some((pool, index) => isNoticeable(pool, others[index]))
  );
}

function isNoticeable(a: PoolMemory, b: PoolMemory | undefined): boolean {
  if (b === undefined || a.totalBytes !== b.totalBytes || (a.freeBytes === undefined) !== (b.freeBytes === undefined))
    return true;
  return Math.abs((a.freeBytes ?? 0) - (b.freeBytes ?? 0)) > a.totalBytes * noticeableShare;
}
