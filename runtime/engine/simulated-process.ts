/**
 * One life of the simulated engine, from its first load to its end: what the engine process is to the real one.
 */
import type { Policy } from '../core/policy.ts';
import type { ModelId, TaskError, TaskId } from '../core/task.ts';
import type { VirtualClock } from './clock.ts';
import type { EngineCommand, EngineEvent, EngineRequest } from './engine.ts';
import type { Pass, PassItem, PassItemResult } from './pass.ts';
import { costsOf, endToken, promptTokens, type SimulatedModel, type SimulatedTokenizer } from './simulated-model.ts';
import { parkMs, SimulatedModels } from './simulated-models.ts';
import type { Kept } from './slots.ts';
import { StepMachine } from './step-machine.ts';

/** Measured for 600 tokens of a 0.5 B model and a file, as {@link parkMs}. */
const restoreMs = 3;

/** What is asked and answered, in tokens. */
export interface Script {
  readonly promptTokens: readonly number[];
  readonly answerTokens: readonly number[];
}

/** The answer of one request, as far as it has been given. */
interface Progress {
  readonly tokens: readonly number[];
  readonly next: number;
}

/** What a life of the engine needs of the world around it. */
export interface SimulatedHost {
  readonly planStep: Policy['planStep'];
  readonly speculates: boolean;
  emit(events: readonly EngineEvent[]): void;
  model(id: ModelId): SimulatedModel;
  answer(request: EngineRequest): string;
  readonly script: ((request: EngineRequest) => Script) | undefined;
  takeFailure(id: TaskId): boolean;
  takeLoadFailure(id: ModelId): string | undefined;
  /** What documents held in models that have left, by file. */
  readonly archive: Map<string, readonly Kept[]>;
}

/** One life of the engine, from its first load to its end. */
export class SimulatedProcess {
  readonly #clock: VirtualClock;
  readonly #tokenizer: SimulatedTokenizer;
  readonly #host: SimulatedHost;
  readonly #machine: StepMachine;
  readonly #scripts = new Map<TaskId, Progress>();
  readonly #models: SimulatedModels;
  #inFlight: Pass | undefined;
  #isOver = false;

  constructor(clock: VirtualClock, tokenizer: SimulatedTokenizer, host: SimulatedHost) {
    this.#machine = new StepMachine(host.planStep, host.speculates);
    this.#models = new SimulatedModels({
      clock,
      machine: this.#machine,
      tokenizer,
      host,
      emit: (events) => this.#emit(events),
      isBusy: (id) => this.#inFlight?.model === id,
      resumed: () => this.#drive(),
    });
    this.#clock = clock;
    this.#tokenizer = tokenizer;
    this.#host = host;
  }

  handle(command: EngineCommand): void {
    switch (command.kind) {
      case 'load':
        this.#models.load(command.spec);
        break;
      case 'unload':
        this.#models.unload(command.model);
        break;
      case 'resize':
        this.#models.resize(command.model, command);
        break;
      case 'costs':
        // Its passes cost what its table says.
        break;
      case 'start':
        this.#start(command.request);
        break;
      case 'relegate':
        this.#machine.relegate(command.id);
        break;
      case 'stop':
        this.#emit(this.#machine.stop(command.id, command.keep));
        break;
      default:
        command satisfies never;
    }
  }

  /** What is under way comes to nothing. */
  end(): void {
    this.#isOver = true;
    this.#models.end();
  }

  #start(request: EngineRequest): void {
    if (this.#machine.has(request.id)) throw new Error(`The request ${request.id} is already running.`);
    const unsupported = this.#checkSupport(request);
    if (unsupported !== undefined) {
      this.#emit([failed(request.id, unsupported)]);
      return;
    }
    const script = this.#host.script?.(request) ?? this.#tokenized(request);
    const tokens = [...script.answerTokens, endToken];
    this.#scripts.set(request.id, { tokens, next: request.generated.length });
    this.#emit(this.#machine.start(request, script.promptTokens, this.#clock.now()));
    this.#drive();
  }

  #tokenized(request: EngineRequest): Script {
    return {
      promptTokens: promptTokens(this.#tokenizer, request.prompt),
      answerTokens: this.#tokenizer.tokenize(this.#host.answer(request)),
    };
  }

  #checkSupport(request: EngineRequest): TaskError | undefined {
    const info = this.#models.infoOf(request.model);
    if (info === undefined) return undefined;
    const { kind } = request.prompt;
    if (kind === 'infill' && !info.infill) {
      return { code: 'infillUnsupported', message: 'This model cannot complete code between two texts.' };
    }
    if (kind === 'chat' && !info.chat) return { code: 'chatUnsupported', message: 'This model has no chat template.' };
    return undefined;
  }

  #drive(): void {
    if (this.#inFlight !== undefined) return;
    const pass = this.#machine.next(this.#clock.now());
    if (pass === undefined) return;
    this.#inFlight = pass;
    const costs = costsOf(this.#host.model(pass.model).costs);
    const tokens = pass.items.reduce((sum, item) => sum + item.tokens.length, 0);
    const contextTokens = pass.items.reduce((sum, item) => sum + item.keep, 0);
    // Measured: a guess costs about as much as one more sequence.
    const drafted = pass.items.reduce((sum, { draft }) => sum + (draft?.length ?? 0), 0);
    const moveMs = pass.items.reduce((sum, item) => sum + this.#moveMs(item), 0);
    const wallMs =
      moveMs +
      (pass.kind === 'prefill'
        ? costs.prefillMs(tokens, contextTokens)
        : costs.decodeMs(pass.items.length + drafted, contextTokens));
    this.#clock.at(this.#clock.now() + wallMs, () => this.#complete(pass, wallMs));
  }

  #moveMs({ moves }: PassItem): number {
    return (moves?.park === undefined ? 0 : parkMs) + (moves?.restore === undefined ? 0 : restoreMs);
  }

  #complete(pass: Pass, wallMs: number): void {
    if (this.#isOver) return;
    const items = pass.items.map((item) => this.#result(item));
    this.#inFlight = undefined;
    this.#emit(this.#machine.complete(pass, { items, wallMs }));
    this.#models.passed();
    this.#drive();
  }

  #result(item: PassItem): PassItemResult {
    if (this.#host.takeFailure(item.id))
      return { kind: 'failed', message: 'The simulated engine was told to fail here.' };
    if (!item.sample) return { kind: 'done' };
    const { tokens, next } = this.#scripts.get(item.id) ?? { tokens: [], next: 0 };
    const draft = item.draft ?? [];
    const wrong = draft.findIndex((guess, index) => guess !== tokens[next + index]);
    const accepted = wrong < 0 ? draft.length : wrong;
    const token = tokens[next + accepted] ?? endToken;
    this.#scripts.set(item.id, { tokens, next: next + accepted + 1 });
    // It is certain of what it was told to say.
    const logProbabilities = item.tellsProbability && Array.from({ length: accepted + 1 }, () => 0);
    return { kind: 'done', token, accepted, ...(logProbabilities && { logProbabilities }) };
  }

  #emit(events: readonly EngineEvent[]): void {
    for (const event of events) if (event.kind === 'ended') this.#scripts.delete(event.id);
    this.#host.emit(events);
  }
}

export function failed(id: TaskId, error: TaskError): EngineEvent {
  return { kind: 'ended', id, outcome: { kind: 'failed', error } };
}
