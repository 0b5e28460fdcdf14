/**
 * One load and one read ahead at a time, on one disk that they share. A load takes its start, then the cached part of its file, then the
 * cold part; in the cold part a reader beside it takes half of the disk. Fluid: time is an argument, nothing happens in between.
 */
import { gigabyte, host } from './workloads.ts';

interface Load {
  readonly model: string;
  readonly startedMs: number;
  /** Left of what takes no disk. */
  fixedMs: number;
  coldBytes: number;
}

interface Reading {
  readonly model: string;
  bytes: number;
}

const coldBytesPerMs = (host.coldGbPerSecond * gigabyte) / 1_000;
const cachedBytesPerMs = (host.cachedGbPerSecond * gigabyte) / 1_000;
/** Sums of many small times never come out even. */
const bytesMin = 1;
const msMin = 1e-6;

export class Disk {
  #load: Load | undefined;
  #reading: Reading | undefined;

  get loading(): Load | undefined {
    return this.#load;
  }

  get reading(): string | undefined {
    return this.#reading?.model;
  }

  /** @param extraMs before the load proper: contexts of others are made smaller. */
  load(model: string, cachedBytes: number, coldBytes: number, extraMs: number, nowMs: number): void {
    if (this.#load !== undefined) throw new Error(`${model} loads while ${this.#load.model} does.`);
    const fixedMs = extraMs + host.loadStartMs + cachedBytes / cachedBytesPerMs;
    this.#load = { model, startedMs: nowMs, fixedMs, coldBytes };
  }

  read(model: string, bytes: number): void {
    this.#reading = { model, bytes };
  }

  stopReading(): void {
    this.#reading = undefined;
  }

  /** In how many ms something ends or changes pace, if nothing else happens. */
  get nextMs(): number {
    const load = this.#load;
    let next = Number.POSITIVE_INFINITY;
    if (load !== undefined) next = load.fixedMs > msMin ? load.fixedMs : load.coldBytes / this.#loadRate();
    if (this.#reading !== undefined) next = Math.min(next, this.#reading.bytes / this.#readRate());
    return next;
  }

  /** @returns bytes that were read ahead, and whether the load or the reading is over. */
  advance(ms: number): { readonly readBytes: number; readonly isLoaded: boolean; readonly isRead: boolean } {
    const readBytes = this.#reading === undefined ? 0 : Math.min(this.#reading.bytes, ms * this.#readRate());
    const load = this.#load;
    if (load !== undefined) {
      if (load.fixedMs > msMin) load.fixedMs -= ms;
      else load.coldBytes -= ms * this.#loadRate();
    }
    if (this.#reading !== undefined) this.#reading.bytes -= readBytes;
    return {
      readBytes,
      isLoaded: load !== undefined && load.fixedMs <= msMin && load.coldBytes <= bytesMin,
      isRead: this.#reading !== undefined && this.#reading.bytes <= bytesMin,
    };
  }

  endLoad(): void {
    this.#load = undefined;
  }

  #loadRate(): number {
    return this.#reading === undefined ? coldBytesPerMs : coldBytesPerMs / 2;
  }

  #readRate(): number {
    const load = this.#load;
    return load !== undefined && load.fixedMs <= msMin ? coldBytesPerMs / 2 : coldBytesPerMs;
  }
}

/** A load with nothing beside it, in ms. */
export function loadMs(cachedBytes: number, coldBytes: number): number {
  return host.loadStartMs + cachedBytes / cachedBytesPerMs + coldBytes / coldBytesPerMs;
}
