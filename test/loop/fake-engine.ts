/** An engine that says what a test lets it say, and nothing else; a restart is a `lost`, as with a real one. */
import type { ModelInfo } from '../../runtime/core/event.ts';
import type { Engine, EngineCommand, EngineEvent } from '../../runtime/engine/engine.ts';

export const info: ModelInfo = {
  sequences: 2,
  contextTokens: 2_048,
  chunkTokens: 64,
  infill: true,
  chat: true,
  memoryBytes: 1,
  loadMs: 1,
  device: 'a processor',
};

export class FakeEngine implements Engine {
  readonly pid = undefined;
  readonly commands: EngineCommand[] = [];
  kills = 0;
  closed = false;
  #listener: (event: EngineEvent) => void = () => {};

  send(command: EngineCommand): void {
    this.commands.push(command);
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  kill(): void {
    this.kills += 1;
    this.say({ kind: 'lost', reason: 'killed' });
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  say(event: EngineEvent): void {
    this.#listener(event);
  }

  sent<K extends EngineCommand['kind']>(kind: K): Extract<EngineCommand, { kind: K }>[] {
    return this.commands.filter((command): command is Extract<EngineCommand, { kind: K }> => command.kind === kind);
  }
}
