/** What the simulated machine asks of whoever decides about residency. */
import type { Decision, EditorSignal, ResidencyView, Use } from '../../core/residency/types.ts';

export interface Contender {
  /** A task of the model arrived. */
  use(model: string, use: Use, nowMs: number): void;
  signal(signal: EditorSignal, nowMs: number): void;
  decide(view: ResidencyView): readonly Decision[];
}

export interface ContenderSetup {
  readonly make: () => Contender;
  readonly pinsCompletion: boolean;
  /** KV cells of evicted models are kept in files. */
  readonly parks: boolean;
  /** It is asked this often when nothing happens, in ms; undefined: only at events. */
  readonly reviewMs: number | undefined;
}
