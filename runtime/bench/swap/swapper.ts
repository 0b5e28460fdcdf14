/** An engine with one model that stays and two that take turns in the second place: what a swap does to it is what is measured. */
import { newCostModel } from '../../core/estimate.ts';
import type { ModelInfo } from '../../core/event.ts';
import type { Prompt } from '../../core/task.ts';
import type { EngineEvent, ModelSpec } from '../../engine/engine.ts';
import type { LlamaEngine } from '../../engine/llama/process.ts';
import { certain, newEngine } from '../engine/our-engine.ts';

/** A promise that is kept by far: nobody is relegated, and no pass is cut short. */
const targetMs = 60_000;

export interface Completed {
  readonly ttftMs: number;
  readonly reusedTokens: number;
}

/** One model out, the other one in. */
export interface Swapped {
  readonly unloadMs: number;
  readonly freedBytes: number;
  readonly loadMs: number;
  readonly info: ModelInfo;
}

const stays = 'stays';

export class Swapper {
  readonly #engine: LlamaEngine;
  readonly #specs: readonly [ModelSpec, ModelSpec, ModelSpec];
  /** Which of the two that take turns is there. */
  #present: 1 | 2 = 1;
  #requests = 0;

  private constructor(engine: LlamaEngine, specs: readonly [ModelSpec, ModelSpec, ModelSpec]) {
    this.#engine = engine;
    this.#specs = specs;
  }

  /** @throws when a model cannot be loaded. */
  static async open(files: readonly [string, string, string], threads: number): Promise<Swapper> {
    const engine = newEngine('punctual');
    const specOf = (id: string, file: string): ModelSpec => ({ id, file, sequences: 2, contextTokens: 2_048, threads });
    const specs = [specOf(stays, files[0]), specOf('one', files[1]), specOf('other', files[2])] as const;
    const swapper = new Swapper(engine, specs);
    try {
      await swapper.#load(specs[0]);
      await swapper.#load(specs[1]);
    } catch (error) {
      await engine.close();
      throw error;
    }
    return swapper;
  }

  get pid(): number {
    if (this.#engine.pid === undefined) throw new Error('The engine process has ended.');
    return this.#engine.pid;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** The first token of an answer of the model that stays. */
  async complete(prompt: Prompt): Promise<Completed> {
    const id = `r${++this.#requests}`;
    const startedMs = performance.now();
    let reusedTokens = 0;
    let ttftMs = Number.NaN;
    const ended = this.#until((event) => {
      if (event.kind === 'accepted' && event.id === id) reusedTokens = event.reusedTokens;
      if (event.kind === 'tokens' && event.id === id) ttftMs = performance.now() - startedMs;
      return event.kind === 'ended' && event.id === id;
    });
    this.#engine.send({
      kind: 'start',
      request: {
        id,
        class: 'completion',
        model: stays,
        prompt,
        limits: { maxTokens: 1, stop: [] },
        sla: { kind: 'ttft', targetMs },
        ageMs: 0,
        answerTokens: certain(1),
        relegated: false,
        generated: [],
      },
    });
    await ended;
    return { ttftMs, reusedTokens };
  }

  async swap(): Promise<Swapped> {
    const out = this.#specs[this.#present];
    this.#present = this.#present === 1 ? 2 : 1;
    let freedBytes = 0;
    const startedMs = performance.now();
    const left = this.#until((event) => {
      if (event.kind === 'unloaded') freedBytes = event.freedBytes ?? 0;
      return event.kind === 'unloaded' && event.model === out.id;
    });
    this.#engine.send({ kind: 'unload', model: out.id });
    await left;
    const unloadedMs = performance.now();
    const info = await this.#load(this.#specs[this.#present]);
    return { unloadMs: unloadedMs - startedMs, freedBytes, loadMs: performance.now() - unloadedMs, info };
  }

  async #load(spec: ModelSpec): Promise<ModelInfo> {
    let info: ModelInfo | undefined;
    const loaded = this.#until((event) => {
      if (event.kind === 'loadFailed') throw new Error(String(event.error.message));
      if (event.kind === 'loaded' && event.model === spec.id) info = event.info;
      return info !== undefined;
    });
    this.#engine.send({ kind: 'load', spec });
    await loaded;
    if (info === undefined) throw new Error('A model was loaded without saying what it can do.');
    // Its passes are not measured while it is measured: it takes what is known of any machine.
    this.#engine.send({ kind: 'costs', model: spec.id, costs: newCostModel() });
    return info;
  }

  /** Calls back for each event until `isOver` says so. Rejects when it throws, or the engine is lost. */
  #until(isOver: (event: EngineEvent) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const off = this.#engine.onEvent((event) => {
        try {
          if (event.kind === 'lost') throw new Error(event.reason);
          if (!isOver(event)) return;
          off();
          resolve();
        } catch (error) {
          off();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }
}
