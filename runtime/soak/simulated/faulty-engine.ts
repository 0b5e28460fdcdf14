/** An engine port around another one that can fall silent, as a process does that hangs: nothing gets in or out until it is ended. */
import type { Dispose, Engine, EngineCommand, EngineEvent } from '../../engine/engine.ts';

export class FaultyEngine implements Engine {
  readonly #engine: Engine;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #onCommand: (command: EngineCommand) => void;
  #isUp = false;
  #isSilent = false;

  /** @param onCommand hears what reaches the engine, before it does. */
  constructor(engine: Engine, onCommand: (command: EngineCommand) => void) {
    this.#engine = engine;
    this.#onCommand = onCommand;
    engine.onEvent((event) => {
      if (event.kind === 'lost') this.#isUp = this.#isSilent = false;
      if (!this.#isSilent) for (const listener of [...this.#listeners]) listener(event);
    });
  }

  get pid(): number | undefined {
    return this.#engine.pid;
  }

  /** It hangs from now on, if there is a process that can. */
  fallSilent(): void {
    this.#isSilent = this.#isUp;
  }

  send(command: EngineCommand): void {
    if (this.#isSilent) return;
    if (command.kind === 'load') this.#isUp = true;
    this.#onCommand(command);
    this.#engine.send(command);
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  kill(): void {
    this.#isSilent = false;
    this.#engine.kill();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
