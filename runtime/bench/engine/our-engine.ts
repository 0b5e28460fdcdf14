/** The engine process of the product behind its port, as a bench drives it: it loads, starts, stops, and reads CPU time. */
import path from 'node:path';
import type { ModelInfo } from '../../core/event.ts';
import type { LengthQuantiles } from '../../core/lengths.ts';
import type { Prompt, TaskId } from '../../core/task.ts';
import type { Dispose, Engine, EngineEvent, EngineRequest, ModelSpec } from '../../engine/engine.ts';
import { LlamaEngine } from '../../engine/llama/process.ts';
import { cpuMsOf } from './cpu-time.ts';
import { type LoadOptions, programs } from './model.ts';

export interface OurLoadOptions extends LoadOptions {
  /** Who plans the passes, by the name of the policy. */
  readonly policy: string;
}

/** An answer that a bench asks for. */
export interface Job {
  readonly id: TaskId;
  readonly prompt: Prompt;
  readonly maxTokens: number;
}

/** Far enough that no promise is at stake where a bench is not about promises. */
const targetMsAmple = 30 * 60 * 1000;

const model = 'bench';

export class OurEngine {
  readonly info: ModelInfo;
  /** The id of its model in requests. */
  readonly model = model;
  readonly #engine: LlamaEngine;

  private constructor(engine: LlamaEngine, info: ModelInfo) {
    this.#engine = engine;
    this.info = info;
  }

  /** @throws when the model cannot be loaded. */
  static async load(options: OurLoadOptions): Promise<OurEngine> {
    const engine = newEngine(options.policy);
    const loaded = new Promise<ModelInfo>((resolve, reject) => {
      engine.onEvent((event) => {
        if (event.kind === 'loaded') resolve(event.info);
        if (event.kind === 'loadFailed') reject(new Error(String(event.error.message)));
        if (event.kind === 'lost') reject(new Error(event.reason));
      });
    });
    engine.send({ kind: 'load', spec: modelSpec(model, options) });
    try {
      return new OurEngine(engine, await loaded);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  get port(): Engine {
    return this.#engine;
  }

  start({ id, prompt, maxTokens }: Job): void {
    const request: EngineRequest = {
      id,
      class: 'summarize',
      model,
      prompt,
      limits: { maxTokens, stop: [] },
      sla: { kind: 'e2e', targetMs: targetMsAmple },
      ageMs: 0,
      answerTokens: certain(maxTokens),
      relegated: false,
      generated: [],
    };
    this.#engine.send({ kind: 'start', request });
  }

  stop(id: TaskId): void {
    this.#engine.send({ kind: 'stop', id });
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    return this.#engine.onEvent(listener);
  }

  /** CPU time of the engine process so far, in ms. */
  cpuMs(): number {
    const { pid } = this.#engine;
    if (pid === undefined) throw new Error('The engine process has ended.');
    return cpuMsOf(pid);
  }

  /** Calls back for each event until `done` says so. Rejects when a request fails or the engine is lost. */
  until(done: (event: EngineEvent) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const off = this.onEvent((event) => {
        const failure = failureOf(event);
        if (failure === undefined && !done(event)) return;
        off();
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      });
    });
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** A length that is known: all its quantiles are the same. */
export function certain(tokens: number): LengthQuantiles {
  return { p10: tokens, p25: tokens, p50: tokens, p75: tokens, p90: tokens };
}

/** What the engine process says belongs to whoever looks for a cause. */
const log = (line: string): void => void process.stderr.write(`engine: ${line}\n`);

export function newEngine(policy: string): LlamaEngine {
  return new LlamaEngine({ program: path.join(programs, 'engine.mjs'), env: process.env, policy, log });
}

export function modelSpec(id: string, { file, sequences, contextTokens, threads }: LoadOptions): ModelSpec {
  return { id, file, sequences, contextTokens, threads };
}

function failureOf(event: EngineEvent): string | undefined {
  if (event.kind === 'lost') return event.reason;
  if (event.kind === 'ended' && event.outcome.kind === 'failed') return String(event.outcome.error.message);
  return undefined;
}
