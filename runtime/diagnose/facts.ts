/** What a probe has found, as data: everything that findings are made of. No text of the user's, no path, no token is in it. */
import type { Words } from '../core/sentence.ts';
import type { ClientFacts, Speed, WireTaskClass } from '../protocol.ts';

/** Which C library programs here are linked to; `none` where the system has its own. */
export interface CLibrary {
  readonly kind: 'glibc' | 'musl' | 'none';
  readonly version?: string;
}

export interface RuntimeFacts {
  readonly version: string;
  readonly protocol: number;
  /** Of Node. */
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly uptimeMs: number;
  readonly cLibrary: CLibrary;
  /** What of the environment could not be followed, in whole sentences. */
  readonly problems: readonly Words[];
}

export interface EngineFacts {
  readonly isRunning: boolean;
  readonly restarts: number;
  /** Releases; absent where nobody says. */
  readonly llamaCpp?: string;
  readonly library?: string;
  /** `cpu`, `vulkan`, `metal`, `cuda`; absent before the engine has told. */
  readonly backend?: string;
  /** Of graphics cards. */
  readonly devices: readonly { readonly totalBytes: number; readonly freeBytes?: number }[];
}

export interface MachineFacts {
  readonly cores: number;
  readonly totalBytes: number;
  readonly freeBytes?: number;
  /** What models may take together, and one sentence that says why. */
  readonly budgetBytes: number;
  readonly budget: Words;
  readonly power: string;
  readonly pressure: string;
}

export interface DiskFacts {
  /** Why the models folder cannot be used. */
  readonly problem?: Words;
  readonly freeBytes?: number;
}

/** Completions or answers that were timed. */
export interface Timed {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the prompt; what was evaluated before is in it. */
  readonly promptTokens?: number;
  /** As it came, while the answer was written. */
  readonly tokensPerSecond?: number;
}

export interface ModelFacts {
  readonly classes: readonly WireTaskClass[];
  readonly name: string;
  readonly demo: boolean;
  /** Its file is there and can be read. */
  readonly isThere: boolean;
  /** Whether its hash is known and was found right; absent where nobody publishes one. */
  readonly verified?: boolean;
  readonly bytes: number;
  /** Of its file in the page cache; absent where the system does not tell. */
  readonly cachedBytes?: number;
  readonly fits?: boolean;
  readonly fit?: Words;
  /** What would fit instead. */
  readonly smaller?: string;
  /** It was in memory before the probe. */
  readonly wasLoaded: boolean;
  /** From the first question to the first token of a model that was not there. */
  readonly loadMs?: number;
  /** Why it did not answer. */
  readonly error?: Words;
  readonly timed?: Timed;
  readonly speed?: Speed;
}

/** What is promised for a class, and what stands behind it. */
export interface PromiseFacts {
  readonly class: WireTaskClass;
  readonly kind: 'ttft' | 'e2e';
  readonly targetMs: number;
  readonly isAutomatic: boolean;
  /** Of an ordinary task on an idle machine, by measured costs. */
  readonly ordinaryMs?: number;
  /** Of the last minutes. */
  readonly kept: number;
  readonly decided: number;
}

export interface Facts {
  readonly client: ClientFacts;
  readonly runtime: RuntimeFacts;
  readonly engine: EngineFacts;
  readonly machine: MachineFacts;
  readonly disk: DiskFacts;
  readonly models: readonly ModelFacts[];
  /** Classes without a model, with what to do. */
  readonly unserved: readonly { readonly class: WireTaskClass; readonly message: Words }[];
  readonly promises: readonly PromiseFacts[];
}
