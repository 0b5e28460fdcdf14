/** Drives an engine under test for the contract suite, and checks after each test what must hold for every request. */
import { expect } from 'vitest';
import type { Engine, EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

/** An engine under test and how to drive it. */
export interface Subject {
  readonly engine: Engine;
  /** Two sequences, infill and chat; `longPrompt` makes it write at least 100 tokens. */
  readonly spec: ModelSpec;
  /** A model that cannot infill. */
  readonly chatOnlySpec: ModelSpec;
  /** Makes time pass until the condition holds. */
  until(recorder: Recorder, condition: () => boolean): Promise<void>;
  /** The engine dies of something that is not its fault. */
  kill(): void;
}

/** Both engines write long answers to it. */
export const longPrompt = { kind: 'infill', prefix: 'function f() {\n  return', suffix: '\n}\n' } as const;

export class ContractDriver {
  readonly subject: Subject;
  readonly recorder: Recorder;
  readonly #started: string[] = [];

  constructor(subject: Subject) {
    this.subject = subject;
    this.recorder = new Recorder(subject.engine);
  }

  until(condition: () => boolean): Promise<void> {
    return this.subject.until(this.recorder, condition);
  }

  /** Starts a request of eight tokens, unless told otherwise, and returns its id. */
  start(overrides: Partial<EngineRequest> = {}): string {
    const id = `request-${this.#started.length + 1}`;
    const request = engineRequest({
      id,
      model: this.subject.spec.id,
      prompt: longPrompt,
      limits: { maxTokens: 8, stop: [] },
      ...overrides,
    });
    this.#started.push(id);
    this.subject.engine.send({ kind: 'start', request });
    return id;
  }

  async load(spec: ModelSpec): Promise<void> {
    const before = this.recorder.of('loaded').length;
    this.subject.engine.send({ kind: 'load', spec });
    await this.until(() => this.recorder.of('loaded').length > before || this.recorder.of('loadFailed').length > 0);
    expect(this.recorder.of('loadFailed')).toEqual([]);
  }

  /** Exactly one end each (none for what was lost), nothing after it, and nothing before `accepted`. */
  checkOrder(): void {
    const isLost = this.recorder.of('lost').length > 0;
    for (const id of this.#started) {
      const kinds = this.recorder.about(id).map((event) => event.kind);
      const ends = kinds.filter((kind) => kind === 'ended').length;
      if (isLost) expect(ends).toBeLessThanOrEqual(1);
      else expect(ends).toBe(1);
      if (ends === 1) expect(kinds.at(-1)).toBe('ended');
      if (kinds.includes('tokens')) expect(kinds[0]).toBe('accepted');
    }
  }
}
