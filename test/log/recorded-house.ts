/**
 * The loop as the runtime has it, with a recorder, a simulated engine, and a machine whose memory, page cache and files change under it.
 * A day in it: several models in a memory that holds two, keystrokes, translations, workflows, failed loads, engines that die.
 */
import { newCostModel } from '../../runtime/core/estimate.ts';
import type { Holding, Holdings, MemoryView } from '../../runtime/core/residency/holdings.ts';
import type { ModelId } from '../../runtime/core/task.ts';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { SimulatedEngine } from '../../runtime/engine/simulated.ts';
import type { TaskHandle, TaskSpec } from '../../runtime/features/tasks.ts';
import { Recorder, type RecorderOptions } from '../../runtime/log/recorder.ts';
import { Loop } from '../../runtime/loop.ts';

const gigabyte = 1e9;

/** A secret that no log may have. */
export const secret = 'hunter2';

const models: Readonly<Record<string, { readonly gigabytes: number; readonly isPinned: boolean }>> = {
  '/home/jsmith/models/ghost.gguf': { gigabytes: 1, isPinned: true },
  '/home/jsmith/models/prose.gguf': { gigabytes: 4, isPinned: false },
  '/home/jsmith/models/polyglot.gguf': { gigabytes: 5, isPinned: false },
  '/home/jsmith/more/prose.gguf': { gigabytes: 3, isPinned: false },
};
export const modelIds = Object.keys(models);
const [ghost = ''] = modelIds;

/** What the runtime's side knows of the machine: it changes without any event. */
class Machine implements Holdings {
  readonly cached = new Map<ModelId, number>();
  gone: ModelId | undefined;
  wholeBytes = 7 * gigabyte;
  reading: ModelId | undefined;

  of(id: ModelId): Holding {
    const { gigabytes, isPinned } = models[id] ?? { gigabytes: 1, isPinned: false };
    const bytesFull = gigabytes * gigabyte;
    return {
      classes: ['completion', 'summarize', 'translate'],
      ...{ isPinned, isNamed: false, isGone: this.gone === id },
      ...{ bytesFull, bytesSmall: bytesFull * 0.8, fileBytes: bytesFull, cachedBytes: this.cached.get(id) ?? 0 },
      ...{ loadMsCached: 500 * gigabytes, loadMsCold: 3_000 * gigabytes },
    };
  }

  memory(): MemoryView {
    const { wholeBytes, reading } = this;
    return { budgetBytes: wholeBytes, cacheBytes: 8 * gigabyte, isCacheShared: false, reading };
  }
}

export class RecordedHouse {
  readonly clock = new VirtualClock();
  readonly machine = new Machine();
  readonly engine = new SimulatedEngine({ clock: this.clock, seed: 1 });
  readonly recorder: Recorder;
  readonly loop: Loop;
  readonly lines: string[] = [];
  readonly #asked: TaskHandle[] = [];
  #random: number;

  constructor(seed: number, options: Partial<RecorderOptions> = {}) {
    this.#random = seed;
    const timer = (ms: number, callback: () => void) => this.clock.at(this.clock.now() + ms, callback);
    const log = (line: string) => this.lines.push(line);
    this.recorder = new Recorder({
      ...{ bytesMax: 1e9, version: '1.2.3', userFolder: '/home/jsmith', timer, log },
      ...options,
    });
    this.loop = new Loop(this.engine, {
      now: () => this.clock.now(),
      timer,
      specOf: (id): ModelSpec => ({ id, file: id, sequences: 2, contextTokens: 2_048, threads: 1 }),
      log,
      holdings: this.machine,
      recorder: this.recorder,
      costStore: {
        load: () => Promise.resolve({ ...newCostModel(), pace: 1.5 }),
        save: () => Promise.resolve(),
      },
      files: {
        loads: (id) => this.machine.cached.set(id, this.machine.of(id).fileBytes),
        read: (id) => {
          this.machine.reading = id;
        },
        stop: () => {
          this.machine.reading = undefined;
        },
      },
    });
  }

  /** Below `count`. */
  next(count: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * count);
  }

  run(ms: number): void {
    const untilMs = this.clock.now() + ms;
    let isOver = false;
    this.clock.at(untilMs, () => {
      isOver = true;
    });
    this.clock.runUntil(() => isOver);
  }

  submit(spec: Pick<TaskSpec, 'class' | 'model' | 'prompt' | 'sla'> & Partial<TaskSpec>): void {
    const arrivalMs = this.clock.now();
    this.#asked.push(this.loop.submit({ arrivalMs, limits: { maxTokens: 40, stop: [] }, ...spec }));
  }

  /** One thing after the other, with some seconds between bursts; every kind of trouble comes several times. */
  async day(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#something();
      // What is read of a disk is there.
      await Promise.resolve();
      this.run(this.next(4) === 0 ? this.next(20_000) : this.next(400));
    }
    this.run(200_000);
  }

  #something(): void {
    const model = modelIds[1 + this.next(3)] ?? ghost;
    switch (this.next(16)) {
      case 0:
      case 1:
        return this.submit({
          ...{ class: 'translate', model, sla: { kind: 'e2e', targetMs: 300 + this.next(40_000) } },
          prompt: { kind: 'chat', user: `Translate this ${secret}. `.repeat(1 + this.next(30)) },
          language: 'python>java',
          substitution: (['never', 'automatically'] as const)[this.next(2)] ?? 'never',
        });
      case 2:
        return this.submit({
          ...{ class: 'summarize', model, sla: { kind: 'e2e', targetMs: 10_000 } },
          prompt: { kind: 'chat', user: secret.repeat(100) },
          rest: {
            ...{ workflow: `Summarizing ${secret}.ts`, deadlineMs: this.clock.now() + 60_000, prefillTokens: 500 },
            ...{ decodeTokens: 100, leastTokens: 20, sideBySide: 2 },
          },
        });
      case 3:
        return this.#asked[this.next(this.#asked.length)]?.cancel();
      case 4:
        return this.#asked.at(-1)?.finish();
      case 5:
        return this.loop.tell({ kind: 'signal', signal: { kind: 'selectionMade', language: 'python' } });
      case 6:
        return this.loop.prepare(modelIds[this.next(4)] ?? ghost);
      case 7:
        return this.#machineChanges();
      case 8:
        return this.#trouble(model);
      default:
        return this.#type();
    }
  }

  #machineChanges(): void {
    const id = modelIds[this.next(4)] ?? ghost;
    this.machine.cached.set(id, this.next(3) * gigabyte);
    this.machine.wholeBytes = (6 + this.next(3)) * gigabyte;
    this.machine.gone = this.next(6) === 0 ? modelIds[3] : undefined;
    this.machine.reading = undefined;
    if (this.next(2) === 0) return this.loop.tell({ kind: 'wake' });
    const releaseAfterMs = this.next(2) === 0 ? 30_000 : Number.POSITIVE_INFINITY;
    this.loop.tell({ kind: 'conditions', changes: { releaseAfterMs, readsAhead: this.next(2) === 0 } });
  }

  #trouble(model: ModelId): void {
    if (this.next(2) > 0) return this.engine.die(`died of ${this.next(10)} in /home/jsmith/programs/engine.mjs`);
    this.engine.failLoad(model, 'no memory');
    this.submit({
      ...{ class: 'translate', model, sla: { kind: 'e2e', targetMs: 60_000 } },
      prompt: { kind: 'chat', user: secret },
    });
  }

  /** A few keystrokes in one of three documents, some of them faster than the engine; before each it is asked how long an answer would take. */
  #type(): void {
    const model = modelIds[this.next(4)] ?? ghost;
    const prompt = { kind: 'chat', user: secret } as const;
    const limits = { maxTokens: 40, stop: [] };
    // A question: no log has it, so it must change nothing.
    this.loop.forecastTtftMs({
      ...{
        class: 'completion',
        model,
        sla: { kind: 'ttft', targetMs: 300 },
        arrivalMs: this.clock.now(),
        prompt,
        limits,
      },
    });
    const document = `file:///home/jsmith/${secret}/${this.next(3)}.ts`;
    const prefix = `${document}\n${`const ${secret} = ${this.next(3)};\n`.repeat(20)}`;
    for (let typed = `if (${secret}`; typed.length < 16; typed += 'x'.repeat(1 + this.next(4))) {
      this.submit({
        ...{ class: 'completion', model: ghost, sla: { kind: 'ttft', targetMs: 300 }, supersedeKey: document },
        prompt: {
          ...{ kind: 'infill', prefix, suffix: ')\n}'.repeat(this.next(3)), typed },
          context: {
            ...{ repository: secret, path: 'a.ts' },
            pieces: [{ path: 'b.ts', text: secret, comments: `// ${secret}\n`.repeat(this.next(2)) }],
          },
        },
        ...(this.next(5) === 0 && { idle: true as const }),
      });
      this.run(this.next(150));
    }
  }
}
