/**
 * The engine port on a virtual clock: the same step machine as the real engine, with a table instead of a processor. Everything is
 * synchronous and a pure function of the seed, the commands and their times. For tests, simulations and benches.
 */
import { punctual } from '../core/policies/punctual.ts';
import type { Policy } from '../core/policy.ts';
import type { ModelId, TaskId } from '../core/task.ts';
import type { VirtualClock } from './clock.ts';
import type {
  DeviceReport,
  DeviceTeller,
  Dispose,
  Engine,
  EngineCommand,
  EngineEvent,
  EngineRequest,
} from './engine.ts';
import { answerFromSeed, halfBillionModel, type SimulatedModel, SimulatedTokenizer } from './simulated-model.ts';
import { notLoaded, resizeFailed } from './simulated-models.ts';
import { failed, type Script, SimulatedProcess } from './simulated-process.ts';
import type { Kept } from './slots.ts';

export interface SimulatedEngineOptions {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** By model id; a model that is not named is a {@link halfBillionModel}. */
  readonly models?: Readonly<Record<ModelId, Partial<SimulatedModel>>>;
  /** The whole answer to a request, without its end. The default is a text that depends on seed and prompt only. */
  readonly answer?: (request: EngineRequest) => string;
  /** Stands in for tokenizer and answers, where a bench knows both in tokens. The answer ends by itself after its last token. */
  readonly script?: (request: EngineRequest) => Script;
  /** The default is the policy of the house. */
  readonly planStep?: Policy['planStep'];
  /** What it says that it computes with; a processor unless told otherwise. */
  readonly devices?: () => DeviceReport;
  /** Whether answers are guessed at (core/draft.ts); off unless it is said, as made-up answers copy nothing. */
  readonly speculates?: boolean;
}

const processor: DeviceReport = { backend: 'cpu', names: [], totalBytes: 0, usedBytes: 0, unifiedBytes: 0 };

export class SimulatedEngine implements Engine, DeviceTeller {
  readonly #clock: VirtualClock;
  readonly #options: SimulatedEngineOptions;
  readonly #tokenizer = new SimulatedTokenizer();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #failing = new Set<TaskId>();
  readonly #loadFailures = new Map<ModelId, string>();
  /** What documents held in models that have left: it outlives the engine's process, as files do. */
  readonly #archive = new Map<string, readonly Kept[]>();
  #outbox: EngineEvent[] = [];
  #closed = false;
  /** What is lost when the engine dies; undefined when no engine is running. */
  #process: SimulatedProcess | undefined;

  constructor(options: SimulatedEngineOptions) {
    this.#clock = options.clock;
    this.#options = options;
  }

  /** There is no process that computes. */
  get pid(): undefined {
    return undefined;
  }

  send(command: EngineCommand): void {
    if (this.#closed) return;
    if (command.kind === 'load') this.#process ??= this.#newProcess();
    if (this.#process === undefined) this.#answerWithoutProcess(command);
    else this.#process.handle(command);
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  devices(): Promise<DeviceReport | undefined> {
    return Promise.resolve(this.#closed ? undefined : (this.#options.devices?.() ?? processor));
  }

  kill(): void {
    this.die();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#process?.end();
    this.#process = undefined;
    this.#outbox = [];
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** The engine process crashes now. */
  die(reason = 'the simulated engine was killed'): void {
    if (this.#process === undefined) return;
    this.#process.end();
    this.#process = undefined;
    this.#emit([{ kind: 'lost', reason }]);
  }

  /** The next pass in which this request takes part fails for it. */
  failSequence(id: TaskId): void {
    this.#failing.add(id);
  }

  /** The next load or resize of this model fails. */
  failLoad(model: ModelId, message: string): void {
    this.#loadFailures.set(model, message);
  }

  #newProcess(): SimulatedProcess {
    const process: SimulatedProcess = new SimulatedProcess(this.#clock, this.#tokenizer, {
      // Nothing that an older process still says is heard after its end.
      emit: (events) => {
        if (this.#process === process) this.#emit(events);
      },
      model: (id) => ({ ...halfBillionModel, ...this.#options.models?.[id] }),
      planStep: this.#options.planStep ?? punctual.planStep,
      speculates: this.#options.speculates ?? false,
      script: this.#options.script,
      answer: (request) => this.#options.answer?.(request) ?? answerFromSeed(this.#options.seed, request.prompt),
      takeFailure: (id) => this.#failing.delete(id),
      takeLoadFailure: (id) => {
        const message = this.#loadFailures.get(id);
        this.#loadFailures.delete(id);
        return message;
      },
      archive: this.#archive,
    });
    return process;
  }

  #answerWithoutProcess(command: EngineCommand): void {
    if (command.kind === 'unload') this.#emit([{ kind: 'unloaded', model: command.model }]);
    if (command.kind === 'resize') this.#emit([resizeFailed(command.model)]);
    if (command.kind === 'start') this.#emit([failed(command.request.id, notLoaded(command.request.model))]);
  }

  /** Events go out from the clock, never from within `send`. */
  #emit(events: readonly EngineEvent[]): void {
    if (events.length === 0) return;
    if (this.#outbox.length === 0) this.#clock.at(this.#clock.now(), () => this.#flush());
    this.#outbox.push(...events);
  }

  #flush(): void {
    const events = this.#outbox;
    this.#outbox = [];
    for (const event of events) for (const listener of [...this.#listeners]) listener(event);
  }
}
