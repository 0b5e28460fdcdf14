/** What computes, as the composition root builds it: the engine, the loop that drives it, and what residency goes by. */
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Words } from '../core/sentence.ts';
import { LlamaEngine } from '../engine/llama/process.ts';
import type { Machine } from '../host/machine.ts';
import { Recorder } from '../log/recorder.ts';
import { Supervisor } from '../loop/supervisor.ts';
import { Loop, type LoopOptions } from '../loop.ts';
import { Calibrations } from '../models/calibrations.ts';
import type { Memory } from '../models/memory.ts';
import type { Registry } from '../models/registry.ts';
import type { Log } from '../observe/journal.ts';
import { Telemetry } from '../observe/telemetry.ts';
import type { LogArea, LogLevel } from '../protocol.ts';
import { Residence } from '../residence.ts';
import type { WatchSource } from '../server/dashboard.ts';
import type { Arguments } from './arguments.ts';
import { MemoryBack } from './memory-back.ts';

const movingStates: ReadonlySet<string> = new Set(['loading', 'resizing', 'unloading']);

export interface EngineSideOptions extends Pick<LoopOptions, 'now' | 'timer'> {
  readonly args: Arguments;
  readonly env: NodeJS.ProcessEnv;
  /** Of Punctual. */
  readonly version: string;
  readonly registry: Registry;
  readonly memory: Memory;
  readonly machine: Machine;
  readonly logOf: (area: LogArea, usual?: LogLevel) => Log;
}

export class EngineSide {
  readonly engine: LlamaEngine;
  readonly residence: Residence;
  readonly loop: Loop;
  readonly recorder: Recorder;
  readonly telemetry: Telemetry;
  readonly #back: MemoryBack;
  readonly #supervisor: Supervisor;

  constructor({ args, env, version, registry, memory, machine, now, timer, logOf }: EngineSideOptions) {
    const log = logOf('engine');
    this.engine = new LlamaEngine({ program: args.engineProgram, env, log });
    this.residence = new Residence({
      models: registry,
      machine,
      changed: (changes) => this.loop.tell({ kind: 'conditions', changes }),
      looked: () => this.loop.tell({ kind: 'wake' }),
      readEnded: () => this.loop.tell({ kind: 'wake' }),
    });
    const { engine, residence } = this;
    this.recorder = new Recorder({
      ...{ bytesMax: args.logBytesMax, version, userFolder: homedir(), timer },
      log: logOf('state', 'warn'),
    });
    this.telemetry = new Telemetry({
      ...{ version, env, log: logOf('telemetry') },
      exporters: () => import(pathToFileURL(args.telemetryProgram).href),
      status: () => this.loop.status(),
      nameOf: (id) => registry.describe(id).name,
      epochOffsetMs: () => Date.now() - now(),
    });
    this.#back = new MemoryBack({
      ...{ engine, timer, log },
      heard: (event) => residence.heard(event),
      // One that has begun before may have read too early.
      refresh: () => memory.refresh().then(() => memory.refresh()),
    });
    const costStore = new Calibrations({
      folder: path.join(args.home.folder, 'calibrations'),
      log: logOf('state', 'warn'),
    });
    this.#supervisor = new Supervisor({ engine: this.#back, now, timer, log: logOf('engine', 'warn') });
    this.loop = new Loop(this.#supervisor, {
      ...{
        now,
        timer,
        log: logOf('scheduler'),
        costStore,
        files: residence,
        holdings: residence,
        recorder: this.#recorders(),
      },
      specOf: (id, isSmall) => registry.specOf(id, isSmall),
    });
    this.loop.metrics.onSettled = (settled) => this.telemetry.settled(settled);
  }

  /** See {@link Supervisor.problems} and {@link Telemetry.problems}. */
  get problems(): readonly Words[] {
    return [...this.#supervisor.problems, ...this.telemetry.problems];
  }

  /** Those who hear of every turn. */
  #recorders(): NonNullable<LoopOptions['recorder']> {
    const { recorder, telemetry } = this;
    return {
      begin: (options) => recorder.begin(options),
      note: (atMs, event, effects) => {
        recorder.note(atMs, event, effects);
        telemetry.note(atMs, event, effects);
      },
    };
  }

  /** For those who watch. */
  get watch(): WatchSource {
    const { recorder, loop } = this;
    return {
      follow: (charsMax, listener) => recorder.follow(charsMax, listener),
      scores: () => loop.residency.scores(loop.now()),
      now: () => loop.now(),
      originMs: performance.timeOrigin,
    };
  }

  /** Whether a model comes, goes, or changes its size: what is free meanwhile is neither what was nor what will be. */
  get isMoving(): boolean {
    return this.loop.status().models.some(({ id, state }) => movingStates.has(state) && !this.#back.isReading(id));
  }
}
