/** What is left of a workflow goes to a smaller model: the features, the loop and two simulated models together, on a virtual clock. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Holdings } from '../../../runtime/core/residency/holdings.ts';
import type { Words } from '../../../runtime/core/sentence.ts';
import type { Substitution } from '../../../runtime/core/task.ts';
import { VirtualClock } from '../../../runtime/engine/clock.ts';
import { SimulatedEngine } from '../../../runtime/engine/simulated.ts';
import { halfBillionModel } from '../../../runtime/engine/simulated-model.ts';
import type { ChosenModel, TaskSpec } from '../../../runtime/features/tasks.ts';
import { SummarizeFeature, type TextKit } from '../../../runtime/features/text.ts';
import { Loop } from '../../../runtime/loop.ts';
import { textsSide } from '../../../runtime/main/texts-side.ts';
import type { TextResultSaid as TextResult } from '../../../runtime/protocol.ts';
import { story } from '../../loop-world.ts';
import { grammarsFolder } from '../../syntax/world.ts';
import { settingsOf } from '../../whole-settings.ts';

const slow = 12;

/** Twelve times as slow as the small one. */
const largeCosts = {
  prefill: halfBillionModel.costs.prefill.map(([count, ms]) => [count, slow * ms] as const),
  decode: halfBillionModel.costs.decode.map(([count, ms]) => [count, slow * ms] as const),
  msPerKiloContext: slow * halfBillionModel.costs.msPerKiloContext,
};

const bytes = (id: string): number => (id === 'large' ? 6e9 : 0.5e9);

interface WorldOptions {
  readonly isChosen?: boolean;
  readonly substitution?: Substitution;
  /** Memory that models may take, in bytes. */
  readonly budgetBytes?: number;
}

/** A user whose automatic choice is the large model, with the small one beside it. */
class World {
  readonly clock = new VirtualClock();
  readonly notes: string[] = [];
  /** Labels of stages as status shows them, once each. */
  readonly stages = new Set<string>();
  /** Models of the tasks that were started, in their order. */
  readonly started: string[] = [];
  onStarted: (count: number) => void = () => undefined;
  readonly #options: WorldOptions;
  readonly #loop: Loop;
  readonly #kit: TextKit;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    const { clock } = this;
    const engine = new SimulatedEngine({
      ...{ clock, seed: 1, models: { large: { costs: largeCosts, loadMs: 10 }, small: { loadMs: 10 } } },
      answer: ({ model }) => {
        this.started.push(model);
        this.onStarted(this.started.length);
        return story;
      },
    });
    const holdings: Holdings = {
      of: (id) => ({
        ...{ classes: ['summarize', 'translate'], isPinned: false, isNamed: options.isChosen ?? false },
        ...{ bytesFull: bytes(id), bytesSmall: bytes(id), fileBytes: bytes(id), cachedBytes: bytes(id) },
        ...{ loadMsCached: 10, loadMsCold: 10 },
      }),
      memory: () => ({ budgetBytes: this.#budget, cacheBytes: 0, isCacheShared: true, reading: undefined }),
      wholeBytes: this.#budget,
    };
    const now = (): number => clock.now();
    const loop = new Loop(engine, {
      now,
      timer: (ms, callback) => clock.at(clock.now() + ms, callback),
      specOf: (id) => ({ id, file: `/models/${id}.gguf`, sequences: 2, contextTokens: 2_048, threads: 1 }),
      scheduler: { holdings },
    });
    this.#loop = loop;
    const model = (id: string, chosen: boolean): ChosenModel => ({
      ...this.describe(id),
      id,
      chosen,
      contextTokens: 2_048,
    });
    const registry = {
      choose: () => model('large', options.isChosen ?? false),
      describe: (id: string) => this.describe(id),
      lighter: () => [model('small', false)],
    };
    const args = { media: path.resolve(import.meta.dirname, '../../../media'), grammars: grammarsFolder };
    this.#kit = textsSide({ args, loop, registry, holdings, now });
    this.#kit.workflows.onChange(() => {
      for (const { stages } of this.#kit.workflows.views)
        for (const { label } of stages) this.stages.add(String(label));
    });
  }

  forget(): void {
    this.notes.length = 0;
    this.started.length = 0;
    this.stages.clear();
  }

  /** Somebody else has work for the large model, and a closer deadline. */
  disturb(): void {
    const spec: TaskSpec = {
      class: 'translate',
      ...{ model: 'large', arrivalMs: this.clock.now(), limits: { maxTokens: 700, stop: [] } },
      sla: { kind: 'e2e', targetMs: 400_000 },
      prompt: { kind: 'chat', user: 'Translate this.' },
      substitution: 'never',
    };
    this.#loop.submit(spec);
  }

  get #budget(): number {
    return this.#options.budgetBytes ?? 16e9;
  }

  describe(id: string): { name: string; demo: boolean } {
    return { name: `The ${id} one`, demo: false };
  }

  /** Of a text in about twelve parts. */
  async commitMessage(targetMs: number): Promise<TextResult> {
    const { substitution = 'automatically' } = this.#options;
    const text = Array.from({ length: 2_400 }, (_, line) => `+line ${line} of it\n`).join('');
    const request = {
      document: TextDocument.create('file:///home/project/change', 'diff', 1, text),
      ...{ settings: settingsOf({ substitution }), receivedMs: this.clock.now(), targetMs },
      purpose: 'commitMessage' as const,
    };
    const listener = { onText: () => undefined, onNote: (note: Words) => this.notes.push(String(note)) };
    const done = new SummarizeFeature(this.#kit).run(request, listener, new AbortController().signal);
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    done.then(over, over);
    // Prompts and grammars are read from the disk: the clock stands while something else is on its way.
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.step();
    }
    return done;
  }
}

const note =
  'What is left is written by The small one, which is smaller and faster than The large one, as time runs out.';

/** What all of it takes on the large model, about, in ms; it is known once the first message was written. */
const ampleMs = 1_200_000;
const scarceMs = 150_000;

describe('a workflow whose time runs out, with a smaller model beside the chosen one', () => {
  it('when only the smaller one would be on time, then it writes the answer, on time, and the answer says so', async () => {
    const world = new World();
    expect(await world.commitMessage(ampleMs)).toMatchObject({ kept: true, model: 'The large one' });
    expect(world.notes).toEqual([]);
    world.forget();
    const result = await world.commitMessage(scarceMs);
    expect(result).toMatchObject({ kept: true, model: 'The small one', insteadOf: 'The large one' });
    expect(result.notes).toContain(note);
    expect(new Set(world.started)).toEqual(new Set(['small']));
    expect([...world.stages]).toContain('part 3, lines 699–1041, by The small one');
  }, 60_000);

  it('when others hold it up half-way, then what is left goes there, and each stage says who has it', async () => {
    const world = new World();
    await world.commitMessage(ampleMs);
    world.forget();
    world.onStarted = (count) => {
      if (count === 3) world.disturb();
    };
    const result = await world.commitMessage(800_000);
    expect(result).toMatchObject({ kept: true, model: 'The large one' });
    expect(result.notes).toContain(note);
    expect(world.started.slice(0, 3)).toEqual(['large', 'large', 'large']);
    expect(world.started.at(-1)).toBe('small');
    const labels = [...world.stages];
    expect(labels).toContain('the whole, by The small one');
    expect(labels).not.toContain('part 1, lines 1–352, by The small one');
  }, 60_000);

  const waits = 'then the chosen one writes all of it, late or not';
  it.each([
    ['he chose the model by its name', { isChosen: true }],
    ['he wants no other model to answer', { substitution: 'never' }],
    ['he wants to be asked', { substitution: 'ask' }],
    ['the smaller one would need the room of the chosen one', { budgetBytes: 6.2e9 }],
  ] satisfies [string, WorldOptions][])(
    `when %s, ${waits}`,
    async (_, options) => {
      const world = new World(options);
      await world.commitMessage(ampleMs);
      world.forget();
      const result = await world.commitMessage(scarceMs);
      expect(result).toMatchObject({ kept: false, model: 'The large one' });
      expect(result.notes).not.toContain(note);
      expect(new Set(world.started)).toEqual(new Set(['large']));
    },
    60_000,
  );
});
