/**
 * Promises that nobody has written down: what `auto` stands for. Each follows from what forward passes of the model that serves the class
 * were found to cost here; until that is known, the usual one of the wire counts. Owns what stands.
 */
import type { TaskClass } from '../core/task.ts';
import type { ClientSettings } from '../protocol.ts';
import { steadyPromise } from './promise.ts';

/** What the measurement of a model says of an ordinary task of a class. */
export interface Ordinary {
  readonly model: string;
  /** To what the promise is about, on an idle machine. */
  readonly ms: number;
}

/** What stands for a class. */
export interface AutomaticTarget {
  readonly targetMs: number;
  readonly ordinaryMs: number;
}

export type OrdinaryOf = (name: TaskClass, settings: ClientSettings) => Ordinary | undefined;

export class AutomaticTargets {
  readonly #ordinary: OrdinaryOf;
  /** By class and model: another model is another machine, as far as promises go. */
  readonly #standing = new Map<string, AutomaticTarget>();
  readonly #latest = new Map<TaskClass, AutomaticTarget>();
  /** The same object while nothing changes, as choices of models are looked up by it. */
  readonly #resolved = new WeakMap<ClientSettings, { readonly key: string; readonly settings: ClientSettings }>();

  constructor(ordinary: OrdinaryOf) {
    this.#ordinary = ordinary;
  }

  /** What a client's settings come to. */
  over(settings: ClientSettings): ClientSettings {
    const { automatic } = settings;
    if (automatic.length === 0) return settings;
    const targets = automatic.map(
      (name) => [name, this.#of(name, settings)?.targetMs ?? settings[name].targetMs] as const,
    );
    const key = targets.join();
    const known = this.#resolved.get(settings);
    if (known?.key === key) return known.settings;
    const changed = Object.fromEntries(targets.map(([name, targetMs]) => [name, { ...settings[name], targetMs }]));
    const resolved: ClientSettings = { ...settings, ...changed };
    this.#resolved.set(settings, { key, settings: resolved });
    return resolved;
  }

  /** What was promised last where the promise is automatic; undefined while it follows from no measurement. */
  latest(name: TaskClass): AutomaticTarget | undefined {
    return this.#latest.get(name);
  }

  #of(name: TaskClass, settings: ClientSettings): AutomaticTarget | undefined {
    const ordinary = this.#ordinary(name, settings);
    if (ordinary === undefined) return undefined;
    const key = `${name} ${ordinary.model}`;
    const targetMs = steadyPromise(name, ordinary.ms, this.#standing.get(key)?.targetMs);
    const target = { targetMs, ordinaryMs: ordinary.ms };
    this.#standing.set(key, target);
    this.#latest.set(name, target);
    return target;
  }
}
