/**
 * The port between the runtime and whatever runs models: commands in, events out.
 *
 * Implementations: `llama/` (a child process with node-llama-cpp) and `simulated.ts` (a virtual clock). Both pass the suite in
 * test/engine/contract.ts. What every engine guarantees:
 * 1. A `start` is answered by exactly one `ended`, and nothing about that id follows it.
 * 2. `accepted` comes before the first `tokens`; tokens come in order.
 * 3. A `stop` takes effect after the pass in flight, in prefill too; a stop for an unknown or ended id has no answer.
 * 4. An error of one sequence neither fails nor delays another by more than its own passes.
 * 5. When the engine itself dies, `lost` is its last word about everything before; the next `load` starts it again.
 * 6. A `load` is answered by one `loaded` or `loadFailed`, an `unload` by one `unloaded`, a `resize` by one `resized` or `resizeFailed`,
 *    in the order of the commands, and nobody but them ends a load: not the end of the request that asked for it.
 * 7. What the documents of a model held when it left is there again when it comes back, as far as that pays.
 */
import type { CostModel } from '../core/estimate.ts';
import type { ModelInfo } from '../core/event.ts';
import type { LengthQuantiles } from '../core/lengths.ts';
import type { PassReport } from '../core/pass-report.ts';
import type { Limits, ModelId, Outcome, Prompt, Sla, TaskClass, TaskError, TaskId } from '../core/task.ts';

/** How a model is to be loaded. */
export interface ModelSpec {
  readonly id: ModelId;
  /** Absolute path of the GGUF file. */
  readonly file: string;
  /** Sequences side by side, 1 to 16. */
  readonly sequences: number;
  /** Context of each sequence in tokens; the model's own maximum bounds it. */
  readonly contextTokens: number;
  /** Compute threads; 0 leaves it to the engine (physical cores less one, at least one). */
  readonly threads: number;
  /** Layers on the graphics processor, the output counting as one more; the engine decides when it is not given. */
  readonly gpuLayers?: number | undefined;
  /** Whether the file is mapped or read; the engine decides when it is not given. */
  readonly mmap?: boolean | undefined;
}

/** Whether two specs differ in nothing but the context, so that the weights that are there can stay. */
export function sameWeights(a: ModelSpec, b: ModelSpec): boolean {
  return a.file === b.file && a.gpuLayers === b.gpuLayers && a.mmap === b.mmap;
}

/** Whether a loaded model is what a `load` asks for. Then nothing is loaded again, and its requests go on. */
export function sameSpec(a: ModelSpec, b: ModelSpec): boolean {
  const { sequences, contextTokens, threads } = a;
  const isSameContext = sequences === b.sequences && contextTokens === b.contextTokens && threads === b.threads;
  return isSameContext && sameWeights(a, b);
}

export interface EngineRequest {
  readonly id: TaskId;
  readonly class: TaskClass;
  readonly model: ModelId;
  /** Requests of one document share prefixes: what the engine holds for it is worth keeping. */
  readonly document?: string | undefined;
  readonly prompt: Prompt;
  readonly limits: Limits;
  readonly sla: Sla;
  /** How long ago the task had arrived when the command was sent, in ms: its deadline is `sla.targetMs` after that. */
  readonly ageMs: number;
  /** Answer tokens in all, as predicted: what a planner expects, never a limit. */
  readonly answerTokens: LengthQuantiles;
  /** Found hopeless: it gives way to every promise that can still be kept. */
  readonly relegated: boolean;
  /** Tokens of the answer that an earlier engine already produced: they are prefilled after the prompt and not emitted again. */
  readonly generated: readonly number[];
}

export type EngineCommand =
  /**
   * A model of this id that is there with another spec makes room first. When the new one cannot be loaded, that is said with
   * `loadFailed`, and the former one comes back with a `loaded` of its own, if it can.
   */
  | { readonly kind: 'load'; readonly spec: ModelSpec }
  | { readonly kind: 'unload'; readonly model: ModelId }
  /**
   * A context of another size over the weights that are there: in a fraction of the time of a load. Requests of the model wait meanwhile
   * and go on; those that are too long for the new one fail. When it cannot be made, everything stays as it was.
   */
  | {
      readonly kind: 'resize';
      readonly model: ModelId;
      readonly sequences: number;
      readonly contextTokens: number;
    }
  /**
   * What is known of the passes of a loaded model; without it the engine measures them, as idle work. Both sides learn from the same
   * reports from here on. It comes after `loaded`, as only the engine can say which device a measurement must be of.
   */
  | { readonly kind: 'costs'; readonly model: ModelId; readonly costs?: CostModel | undefined }
  | { readonly kind: 'start'; readonly request: EngineRequest }
  /** The request cannot be on time any more: it gives way to those that can. Ignored for unknown ids. */
  | { readonly kind: 'relegate'; readonly id: TaskId }
  /**
   * `keep`: the request will be started again with what it has generated, so its KV cells are worth keeping. A later stop without it says
   * that it will not.
   */
  | { readonly kind: 'stop'; readonly id: TaskId; readonly keep?: boolean | undefined };

export type EngineEvent =
  | { readonly kind: 'loading'; readonly model: ModelId; readonly fraction: number }
  | { readonly kind: 'loaded'; readonly model: ModelId; readonly info: ModelInfo }
  | { readonly kind: 'loadFailed'; readonly model: ModelId; readonly error: TaskError }
  /** The memory is back: how many bytes of it, and how long that took from the beginning of the unload. */
  | {
      readonly kind: 'unloaded';
      readonly model: ModelId;
      readonly freedBytes?: number | undefined;
      readonly tookMs?: number | undefined;
    }
  | { readonly kind: 'resized'; readonly model: ModelId; readonly info: ModelInfo }
  /** The model is there as before; when not even that was possible, `unloaded` follows. */
  | { readonly kind: 'resizeFailed'; readonly model: ModelId; readonly error: TaskError }
  /** The prompt is known, and how much of it the sequence held already: it was the work of `follows`. */
  | {
      readonly kind: 'accepted';
      readonly id: TaskId;
      readonly promptTokens: number;
      readonly reusedTokens: number;
      readonly follows?: TaskId | undefined;
    }
  /**
   * `text` may be empty while a character is incomplete; `tokens` are what a resumed request passes as `generated`. `logProbabilities`, one
   * for each token and told of completions only: natural logarithm of the share that the token had among the likeliest ones.
   */
  | {
      readonly kind: 'tokens';
      readonly id: TaskId;
      readonly tokens: readonly number[];
      readonly text: string;
      readonly logProbabilities?: readonly number[] | undefined;
    }
  | { readonly kind: 'ended'; readonly id: TaskId; readonly outcome: Outcome }
  | { readonly kind: 'pass'; readonly pass: PassReport }
  /** The measurement that a `costs` command asked for is complete; its passes were reported like all others. */
  | { readonly kind: 'calibrated'; readonly model: ModelId }
  /** The engine died; every request and model it had is gone. */
  | { readonly kind: 'lost'; readonly reason: string };

/** What computes, as its driver tells. Figures are sums over all graphics cards: the library does not tell them apart. */
export interface DeviceReport {
  readonly backend: 'cpu' | 'cuda' | 'vulkan' | 'metal';
  /** One for each graphics card; none where the processor computes, and then the figures are 0. */
  readonly names: readonly string[];
  readonly totalBytes: number;
  /** By all programs; 0 also where the driver does not tell. */
  readonly usedBytes: number;
  /** The part of the total that is the machine's RAM: on Apple silicon, and of integrated graphics. */
  readonly unifiedBytes: number;
}

/** Tells what computes. */
export interface DeviceTeller {
  /**
   * The memory of the devices as it is now. The first question starts an engine that is not up: nothing else would tell what a first
   * load may take. One that has ended since is not started for it.
   * @returns undefined when nobody can say. Never rejects.
   */
  devices(): Promise<DeviceReport | undefined>;
}

export type Dispose = () => void;

export interface Engine {
  send(command: EngineCommand): void;
  /** Events come in order, never from within `send`. */
  onEvent(listener: (event: EngineEvent) => void): Dispose;
  /** Ends an engine that no longer answers, whatever it does just now; `lost` follows, and the next `load` starts it again. */
  kill(): void;
  /** Ends the engine; no event follows. Resolves when its process is gone. */
  close(): Promise<void>;
  /** For status and diagnosis: the process that computes, if there is one now. */
  readonly pid: number | undefined;
}
