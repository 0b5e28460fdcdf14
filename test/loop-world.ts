/** The loop with a simulated engine on a virtual clock, and what a feature hears of its tasks. */
import type { Holdings } from '../runtime/core/residency/holdings.ts';
import type { SchedulerOptions } from '../runtime/core/scheduler-options.ts';
import type { Task } from '../runtime/core/task.ts';
import { VirtualClock } from '../runtime/engine/clock.ts';
import type { ModelSpec } from '../runtime/engine/engine.ts';
import { SimulatedEngine } from '../runtime/engine/simulated.ts';
import type { TaskHandle, TaskNote, TaskOffer, TaskResult, TaskSpec } from '../runtime/features/tasks.ts';
import { Loop } from '../runtime/loop.ts';

/** 400 different words, so that a repetition or a gap would show. */
export const story = Array.from({ length: 400 }, (_, index) => `word${index} `).join('');

/** A small model and a large one, of which one fits. */
export const oneOfTwo: Holdings = {
  of: (id) => {
    const bytes = id === 'small' ? 1e9 : 6e9;
    return {
      classes: ['summarize', 'translate'],
      isPinned: false,
      isNamed: false,
      bytesFull: bytes,
      bytesSmall: bytes,
      fileBytes: bytes,
      cachedBytes: 0,
      loadMsCached: 30_000,
      loadMsCold: 60_000,
    };
  },
  memory: () => ({ budgetBytes: 6.5e9, cacheBytes: 0, isCacheShared: true, reading: undefined }),
  wholeBytes: 6.5e9,
};

export class House {
  readonly clock = new VirtualClock();
  readonly engine = new SimulatedEngine({
    clock: this.clock,
    seed: 1,
    answer: ({ prompt }) => (prompt.kind === 'infill' ? 'return a + b;' : story),
  });
  readonly lines: string[] = [];
  readonly loop: Loop;

  constructor(scheduler: Partial<SchedulerOptions> = {}) {
    this.loop = new Loop(this.engine, {
      now: () => this.clock.now(),
      timer: (ms, callback) => this.clock.at(this.clock.now() + ms, callback),
      specOf: (id): ModelSpec => ({ id, file: `/models/${id}.gguf`, sequences: 2, contextTokens: 2_048, threads: 1 }),
      log: (line) => this.lines.push(line),
      windowMs: 60_000,
      scheduler,
    });
  }

  submit(overrides: Partial<TaskSpec> = {}): Asked {
    return new Asked(this.loop, {
      class: 'completion',
      sla: { kind: 'ttft', targetMs: 500 },
      arrivalMs: this.clock.now(),
      model: 'm',
      prompt: { kind: 'infill', prefix: 'function add(a, b) {', suffix: '}' },
      limits: { maxTokens: 64, stop: [] },
      ...overrides,
    });
  }

  translate(overrides: Partial<TaskSpec> = {}): Asked {
    return this.submit({
      class: 'translate',
      sla: { kind: 'e2e', targetMs: 60_000 },
      prompt: { kind: 'chat', user: 'Translate this.' },
      limits: { maxTokens: 2_000, stop: [] },
      ...overrides,
    });
  }

  /** Runs the clock until the condition holds, which has to happen. */
  until(condition: () => boolean): void {
    if (!this.clock.runUntil(condition)) throw new Error('Everything came to rest before what the test waits for.');
  }

  of(taskClass: Task['class']) {
    const found = this.loop.status().classes.find((status) => status.class === taskClass);
    if (!found) throw new Error(`no status of ${taskClass}`);
    return found;
  }
}

/** A task with what has been heard of it. */
export class Asked {
  readonly handle: TaskHandle;
  readonly pieces: string[] = [];
  readonly notes: TaskNote[] = [];
  readonly offers: TaskOffer[] = [];
  /** Set once the task has settled and the microtasks have run. */
  result: TaskResult | undefined;

  constructor(loop: Loop, spec: TaskSpec) {
    this.handle = loop.submit(spec, {
      onText: (text) => {
        if (this.result) throw new Error('text after the end');
        this.pieces.push(text);
      },
      onNote: (note) => {
        if (this.result) throw new Error('a note after the end');
        this.notes.push(note);
      },
      onOffer: (offer) => {
        if (this.result) throw new Error('a question after the end');
        this.offers.push(offer);
      },
    });
    void this.handle.done.then((result) => {
      this.result = result;
    });
  }

  get text(): string {
    return this.pieces.join('');
  }
}
