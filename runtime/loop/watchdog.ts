/**
 * Ends an engine that no longer answers, so that the rules for a lost engine apply: a process that hangs in native code looks alive to
 * everything but the clock. Watches what goes through the port and decides nothing else.
 *
 * 1. Requests are inside and the engine has said nothing for longer than {@link silenceMsMin} and {@link passesMax} of its longest
 *    passes: it is ended. Where no pass was measured yet, {@link loadSilenceMsMax} counts instead.
 * 2. A model is being loaded or unloaded and nothing was heard of any such work for {@link loadSilenceMsMax}: it is ended.
 *
 * Silence is counted in ticks, each as long as it should have been at most: a machine that slept, or a runtime that was stopped, has
 * not waited for anybody.
 */
import type { ModelId, TaskId } from '../core/task.ts';
import type { Dispose, EngineCommand, EngineEvent } from '../engine/engine.ts';

export const silenceMsMin = 10_000;
export const passesMax = 20;
export const loadSilenceMsMax = 120_000;
export const tickMs = 2_500;

export interface WatchdogOptions {
  readonly now: () => number;
  readonly timer: (ms: number, callback: () => void) => Dispose;
  /** The longest pass that one of these models makes, as predicted, in ms; undefined when one of them has not been measured. */
  readonly passMsMax: (models: ReadonlySet<ModelId>) => number | undefined;
  /** Ends the engine, which says `lost` then. */
  readonly kill: () => void;
  readonly log: (line: string) => void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #running = new Map<TaskId, ModelId>();
  /** Models on their way in or out. */
  readonly #moving = new Set<ModelId>();
  #silentMs = 0;
  #moveSilentMs = 0;
  #tickedMs = 0;
  #cancelTick: Dispose | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  sent(command: EngineCommand): void {
    if (command.kind === 'start') {
      if (this.#running.size === 0) this.#silentMs = 0;
      this.#running.set(command.request.id, command.request.model);
      this.#arm();
    }
    if (command.kind === 'load' || command.kind === 'unload' || command.kind === 'resize') {
      if (this.#moving.size === 0) this.#moveSilentMs = 0;
      this.#moving.add(command.kind === 'load' ? command.spec.id : command.model);
      this.#arm();
    }
  }

  heard(event: EngineEvent): void {
    this.#silentMs = 0;
    switch (event.kind) {
      case 'ended':
        this.#running.delete(event.id);
        return this.#rest();
      case 'loaded':
      case 'loadFailed':
      case 'unloaded':
      case 'resized':
      case 'resizeFailed':
        this.#moving.delete(event.model);
        this.#moveSilentMs = 0;
        return this.#rest();
      case 'loading':
        this.#moveSilentMs = 0;
        return;
      case 'lost':
        this.#running.clear();
        this.#moving.clear();
        return this.#rest();
      case 'accepted':
      case 'tokens':
      case 'pass':
      case 'calibrated':
        return;
      default:
        event satisfies never;
    }
  }

  dispose(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #arm(): void {
    if (this.#cancelTick !== undefined) return;
    this.#tickedMs = this.#options.now();
    this.#cancelTick = this.#options.timer(tickMs, () => this.#tick());
  }

  /** With nothing to watch there is no timer. */
  #rest(): void {
    if (this.#running.size === 0 && this.#moving.size === 0) this.dispose();
  }

  #tick(): void {
    this.#cancelTick = undefined;
    const passedMs = Math.min(tickMs, Math.max(0, this.#options.now() - this.#tickedMs));
    if (this.#running.size > 0) this.#silentMs += passedMs;
    if (this.#moving.size > 0) this.#moveSilentMs += passedMs;
    this.#arm();
    const hang = this.#hang();
    if (hang === undefined) return;
    this.#silentMs = 0;
    this.#moveSilentMs = 0;
    this.#options.log(`the engine is ended: ${hang}`);
    this.#options.kill();
  }

  #hang(): string | undefined {
    if (this.#moving.size > 0 && this.#moveSilentMs >= loadSilenceMsMax)
      return `nothing was heard of the load or unload of ${[...this.#moving].join(', ')} for ${seconds(this.#moveSilentMs)}`;
    if (this.#running.size === 0) return undefined;
    const passMs = this.#options.passMsMax(new Set(this.#running.values()));
    const limitMs = passMs === undefined ? loadSilenceMsMax : Math.max(silenceMsMin, passesMax * passMs);
    return this.#silentMs >= limitMs
      ? `it has said nothing for ${seconds(this.#silentMs)} with ${this.#running.size} requests inside`
      : undefined;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
