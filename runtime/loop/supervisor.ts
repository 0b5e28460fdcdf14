/**
 * Stands between the loop and the engine and has a say when the engine has died: a start waits, or is refused for a while, as the circuit
 * says (circuit.ts). An engine port around another one; while the engine lives, everything passes at once.
 *
 * A refused start is a load that failed with a sentence, so whoever waits for the model is told, and what the scheduler knows of failed
 * loads holds for it.
 */
import { sentence, type Words } from '../core/sentence.ts';
import type { TaskError } from '../core/task.ts';
import type { Dispose, Engine, EngineCommand, EngineEvent } from '../engine/engine.ts';
import { Circuit, type OpenCircuit } from './circuit.ts';

export interface SupervisorOptions {
  readonly engine: Engine;
  readonly now: () => number;
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly log: (line: string) => void;
}

export class Supervisor implements Engine {
  readonly #options: SupervisorOptions;
  readonly #circuit = new Circuit();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #unsubscribe: Dispose;
  /** What the engine will be told when its start is due. */
  #held: EngineCommand[] = [];
  readonly #callOffs = new Set<Dispose>();
  #isUp = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#unsubscribe = options.engine.onEvent((event) => this.#heard(event));
  }

  /** What a user should know, in whole sentences with what to do: that the engine is not started any more for now. */
  get problems(): readonly Words[] {
    const { now } = this.#options;
    const open = this.#circuit.refusal(now());
    return open === undefined ? [] : [sentenceOf(open, now())];
  }

  get pid(): number | undefined {
    return this.#options.engine.pid;
  }

  send(command: EngineCommand): void {
    if (this.#held.length > 0) this.#held.push(command);
    else if (this.#isUp || command.kind !== 'load') this.#options.engine.send(command);
    else this.#start(command);
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
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
    this.#held = [];
    this.#listeners.clear();
    return this.#options.engine.close();
  }

  /** The first load after a death starts the engine. */
  #start(command: Extract<EngineCommand, { readonly kind: 'load' }>): void {
    const { engine, now, log } = this.#options;
    const open = this.#circuit.refusal(now());
    if (open !== undefined) {
      const error: TaskError = { code: 'modelUnavailable', message: sentenceOf(open, now()) };
      return this.#later(0, () => this.#tell({ kind: 'loadFailed', model: command.spec.id, error }));
    }
    const waitMs = this.#circuit.waitMs(now());
    if (waitMs === 0) {
      this.#isUp = true;
      return engine.send(command);
    }
    log(`the engine is started again in ${Math.round(waitMs)} ms`);
    this.#held.push(command);
    this.#later(waitMs, () => this.#release());
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    this.#isUp = true;
    for (const command of held) this.#options.engine.send(command);
  }

  #heard(event: EngineEvent): void {
    if (event.kind === 'ended' && event.outcome.kind === 'finished') this.#circuit.answered();
    if (event.kind === 'lost') this.#lost(event.reason);
    this.#tell(event);
  }

  #lost(reason: string): void {
    const { now, log } = this.#options;
    this.#isUp = false;
    this.#circuit.died(reason, now());
    for (const problem of this.problems) log(String(problem));
  }

  #tell(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #later(ms: number, callback: () => void): void {
    const callOff = this.#options.timer(ms, () => {
      this.#callOffs.delete(callOff);
      callback();
    });
    this.#callOffs.add(callOff);
  }
}

function sentenceOf({ deaths, untilMs, reason }: OpenCircuit, nowMs: number): Words {
  const restS = Math.max(1, Math.ceil((untilMs - nowMs) / 1_000));
  return sentence(
    "The engine ended {0} times in a row without an answer ({1}), so it rests for {2} s: choose another model, or run 'Punctual: Restart Runtime' to try at once.",
    deaths,
    reason,
    restS,
  );
}
