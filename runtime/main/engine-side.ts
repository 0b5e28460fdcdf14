/** What computes, as the composition root builds it: the engine, the loop that drives it, and what residency goes by. */
import path from 'node:path';
import { LlamaEngine } from '../engine/llama/process.ts';
import type { Machine } from '../host/machine.ts';
import { Loop, type LoopOptions } from '../loop.ts';
import { Calibrations } from '../models/calibrations.ts';
import type { Memory } from '../models/memory.ts';
import type { Registry } from '../models/registry.ts';
import { Residence } from '../residence.ts';
import type { Arguments } from './arguments.ts';

export interface EngineSideOptions extends Pick<LoopOptions, 'now' | 'timer'> {
  readonly args: Arguments;
  readonly env: NodeJS.ProcessEnv;
  readonly registry: Registry;
  readonly memory: Memory;
  readonly machine: Machine;
  readonly log: (line: string) => void;
}

export class EngineSide {
  readonly engine: LlamaEngine;
  readonly residence: Residence;
  readonly loop: Loop;

  constructor({ args, env, registry, memory, machine, now, timer, log }: EngineSideOptions) {
    this.engine = new LlamaEngine({ program: args.engineProgram, env, log });
    this.residence = new Residence({
      models: registry,
      machine,
      changed: (changes) => this.loop.tell({ kind: 'conditions', changes }),
      looked: () => this.loop.tell({ kind: 'wake' }),
      memoryMissing: () => void memory.refresh(),
      readEnded: () => this.loop.tell({ kind: 'wake' }),
    });
    const { engine, residence } = this;
    const costStore = new Calibrations({ folder: path.join(args.home.folder, 'calibrations'), log });
    this.loop = new Loop(engine, {
      ...{ now, timer, log, costStore, files: residence, scheduler: { holdings: residence } },
      specOf: (id, isSmall) => registry.specOf(id, isSmall),
    });
    engine.onEvent((event) => residence.heard(event));
  }
}
