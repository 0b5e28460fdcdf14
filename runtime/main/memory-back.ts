/**
 * What a model that leaves gives back, before anything is loaded into it: the engine waits for the memory, bounded, and says how much came.
 * When that is less than the model held, the scheduler hears of the unload only after what is free was read anew, so that the next load
 * is planned with the memory that there is. An engine port around another one; everything else passes at once.
 */
import type { ModelId } from '../core/task.ts';
import type { Dispose, Engine, EngineCommand, EngineEvent } from '../engine/engine.ts';
import { sizeOf } from '../models/size-words.ts';
import type { Shortfall } from '../residence.ts';

export interface MemoryBackOptions {
  readonly engine: Engine;
  /** Hears every event first. @returns what an unload should have given back and has not. */
  readonly heard: (event: EngineEvent) => Shortfall | undefined;
  /** Reads what is free, not earlier than now. Never rejects. */
  readonly refresh: () => Promise<void>;
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly log: (line: string) => void;
}

/** A graphics driver that does not tell by then is not waited for: the load is planned with what was known. In ms. */
export const readMsMax = 2_000;
/** What was missing is looked for once more after this, as some drivers give memory back late, in ms. */
export const lateMs = 10_000;

type Unloaded = Extract<EngineEvent, { readonly kind: 'unloaded' }>;

export class MemoryBack implements Engine {
  readonly #options: MemoryBackOptions;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #unsubscribe: Dispose;
  /** Unloads of which nobody has heard yet, with what stops waiting. */
  readonly #held = new Map<ModelId, Dispose>();
  #callOffLate: Dispose | undefined;

  constructor(options: MemoryBackOptions) {
    this.#options = options;
    this.#unsubscribe = options.engine.onEvent((event) => this.#hear(event));
  }

  /** Whether the model has left, and what is free is being read. */
  isReading(model: ModelId): boolean {
    return this.#held.has(model);
  }

  get pid(): number | undefined {
    return this.#options.engine.pid;
  }

  send(command: EngineCommand): void {
    this.#options.engine.send(command);
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  kill(): void {
    this.#options.engine.kill();
  }

  close(): Promise<void> {
    this.#unsubscribe();
    this.#forget();
    this.#callOffLate?.();
    this.#listeners.clear();
    return this.#options.engine.close();
  }

  #hear(event: EngineEvent): void {
    const shortfall = this.#options.heard(event);
    // What it held is back with its process.
    if (event.kind === 'lost') this.#forget();
    if (event.kind === 'unloaded' && shortfall !== undefined) this.#read(event, shortfall);
    else this.#tell(event);
  }

  #read(event: Unloaded, { heldBytes, freedBytes }: Shortfall): void {
    const { timer, refresh, log } = this.#options;
    const { model } = event;
    const come = `${sizeOf(freedBytes)} of the ${sizeOf(heldBytes)} of ${model} came back`;
    const isOver = (): boolean => this.#held.get(model) !== callOff;
    const tell = (line: string): void => {
      if (isOver()) return;
      callOff();
      this.#held.delete(model);
      log(`${come}: ${line}`);
      this.#readLate();
      this.#tell(event);
    };
    const callOff = timer(readMsMax, () =>
      tell(`what is free could not be read within ${readMsMax / 1_000} s, so what was known counts`),
    );
    this.#held.get(model)?.();
    this.#held.set(model, callOff);
    void refresh().then(() => tell('loads go by what is free now'));
  }

  #readLate(): void {
    this.#callOffLate?.();
    this.#callOffLate = this.#options.timer(lateMs, () => void this.#options.refresh());
  }

  #forget(): void {
    for (const callOff of this.#held.values()) callOff();
    this.#held.clear();
  }

  #tell(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
