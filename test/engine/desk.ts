/** Someone who asks a real engine for completions of documents, and looks at the files that the engine keeps for them. */
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { type EventOf, Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

export interface Answered {
  readonly text: string;
  readonly promptTokens: number;
  readonly reusedTokens: number;
}

/** One sequence, so that two documents cannot both stay in it. */
export const deskSpec: ModelSpec = { id: 'm', file: embeddedModel, sequences: 1, contextTokens: 1_024, threads: 1 };

export class Desk {
  readonly lines: string[] = [];
  readonly engine = new LlamaEngine({
    program: engineProgram,
    env: process.env,
    log: (line) => this.lines.push(line),
  });
  readonly recorder = new Recorder(this.engine);
  #asked = 0;

  async load(spec = deskSpec): Promise<EventOf<'loaded'>> {
    const count = (): number => this.recorder.of('loaded').length + this.recorder.of('loadFailed').length;
    const before = count();
    this.engine.send({ kind: 'load', spec });
    await this.recorder.until(() => count() > before);
    const last = this.recorder.events.findLast(({ kind }) => kind === 'loaded' || kind === 'loadFailed');
    if (last?.kind !== 'loaded') throw new Error(`The model was not loaded: ${JSON.stringify(last)}`);
    return last;
  }

  async unload(model = deskSpec.id): Promise<EventOf<'unloaded'>> {
    const before = this.recorder.of('unloaded').length;
    this.engine.send({ kind: 'unload', model });
    await this.recorder.until(() => this.recorder.of('unloaded').length > before);
    const [unloaded] = this.recorder.of('unloaded').slice(before);
    if (unloaded === undefined) throw new Error('Nothing was unloaded.');
    return unloaded;
  }

  /** @param document undefined: nobody will ask for it again, so it is not parked. @returns the id of the request. */
  start(prefix: string, document?: string, overrides: Partial<EngineRequest> = {}): string {
    this.#asked += 1;
    const id = `request ${this.#asked}`;
    const request = engineRequest({
      id,
      model: deskSpec.id,
      document,
      prompt: { kind: 'infill', prefix, suffix: '' },
      limits: { maxTokens: 12, stop: [] },
      answerTokens: certainLength(12),
      ...overrides,
    });
    this.engine.send({ kind: 'start', request });
    return id;
  }

  async answer(id: string): Promise<Answered> {
    await this.recorder.until(() => this.recorder.hasEnded(id));
    expect(this.recorder.outcome(id)?.kind).toBe('finished');
    const { promptTokens = 0, reusedTokens = 0 } = this.recorder.accepted(id) ?? {};
    return { text: this.recorder.text(id), promptTokens, reusedTokens };
  }

  ask(prefix: string, document?: string, overrides: Partial<EngineRequest> = {}): Promise<Answered> {
    return this.answer(this.start(prefix, document, overrides));
  }

  /** Tokens that were really evaluated for prompts so far. */
  get prefilledTokens(): number {
    const passes = this.recorder.of('pass').filter(({ pass }) => pass.kind === 'prefill');
    return passes.reduce((sum, { pass }) => sum + pass.tokens, 0);
  }
}

/** One for each engine that is there, and those that were left behind. */
export function keptFolders(): string[] {
  return readdirSync(os.tmpdir())
    .filter((name) => name.startsWith('punctual-kv-'))
    .map((name) => path.join(os.tmpdir(), name));
}

/** What is parked for models that are there. */
export function liveFiles(): string[] {
  return keptFolders().flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('live-'))
      .flatMap((name) => filesIn(path.join(folder, name))),
  );
}

/** What is kept of models that have left, their indexes included. */
export function archivedFiles(): string[] {
  return keptFolders().flatMap((folder) => filesIn(path.join(folder, 'archive')));
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

export const bank = `class Account {\n${Array.from({ length: 8 }, (_, index) => `  deposit${index}(amount) {\n    this.balance += amount;\n  }\n`).join('')}  withdraw(`;
export const words = `def count_words(text):\n${Array.from({ length: 8 }, (_, index) => `    line${index} = text.split()\n    total += len(line${index})\n`).join('')}    return`;
