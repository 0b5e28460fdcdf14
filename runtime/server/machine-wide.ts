/**
 * The settings that are the machine's and not a client's: there is one memory and one runtime for all windows. Owns what stands.
 *
 * A client that names none of them (the command line, unless its options say otherwise) changes nothing. Of two windows that disagree the
 * last one to say something wins, for both, and what it said stands until another one speaks, also when it has gone: nobody can tell
 * a user who closed a window from one who changed his mind.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type ClientSettings,
  type MachineSettings,
  machineDefaults,
  type SaidSettings,
  standingAfter,
} from '../protocol.ts';

export class MachineWide {
  readonly #changed: (standing: MachineSettings) => void;
  readonly #resolve: (settings: ClientSettings) => ClientSettings;
  #standing: MachineSettings = machineDefaults;
  /** The same object for the same settings while nothing changes, as choices of models are looked up by it. */
  #whole = new WeakMap<SaidSettings, ClientSettings>();

  /** @param resolve puts in what the settings leave to the runtime; the same object for the same settings while nothing changes. */
  constructor(changed: (standing: MachineSettings) => void, resolve = (settings: ClientSettings) => settings) {
    this.#changed = changed;
    this.#resolve = resolve;
  }

  get standing(): MachineSettings {
    return this.#standing;
  }

  /** A client has come or changed its settings. */
  says(said: SaidSettings): void {
    const before = this.#standing;
    const after = standingAfter(before, said);
    if (isDeepStrictEqual(after, before)) return;
    this.#standing = after;
    this.#whole = new WeakMap();
    this.#changed(after);
  }

  /** A client's settings with those of the machine, as they stand now. */
  over(said: SaidSettings): ClientSettings {
    const whole = this.#whole.get(said) ?? { ...said, ...this.#standing };
    this.#whole.set(said, whole);
    return this.#resolve(whole);
  }
}
