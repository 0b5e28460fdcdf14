/** The house on a virtual clock, with a simulated engine that can be made to fail, and everybody who asks it. */
import { exponential, integer, newRandom, pick, type Random } from '../../bench/random.ts';
import type { Prompt } from '../../core/task.ts';
import { VirtualClock } from '../../engine/clock.ts';
import type { EngineCommand, EngineRequest } from '../../engine/engine.ts';
import { SimulatedEngine } from '../../engine/simulated.ts';
import type { TaskSpec } from '../../features/tasks.ts';
import { Supervisor } from '../../loop/supervisor.ts';
import { Loop } from '../../loop.ts';
import { draw } from '../draw.ts';
import type { Tally } from '../tally.ts';
import { Asked } from './asked.ts';
import { FaultyEngine } from './faulty-engine.ts';

/** What ends the engine that reads it. */
const poison = 'POISON';
/** Texts with it, which are asked for again and again. */
const poisons = 5;

const models = ['small', 'large'] as const;
const classes = { completion: 6, summarize: 2, translate: 2, generate: 1 };
/** Far beyond what is left to do when nobody asks any more. */
const restStepsMax = 300_000;
const windows = 50;
const arrivalGapMs = 1_500;
const cancelledShare = 0.1;

export class SimulatedWorld {
  readonly clock = new VirtualClock();
  readonly engine: SimulatedEngine;
  readonly faulty: FaultyEngine;
  readonly loop: Loop;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #supervisor: Supervisor;
  readonly #all: Asked[] = [];
  readonly #live = new Set<Asked>();
  /** A machine that slept finds its clock ahead. */
  #skewMs = 0;
  #dyingLoads = 0;
  #count = 0;
  #isOpen = true;

  constructor(seed: number, tally: Tally) {
    this.#random = newRandom(seed, 'work');
    this.#tally = tally;
    this.engine = new SimulatedEngine({ clock: this.clock, seed, answer: (request) => this.#answer(request) });
    this.faulty = new FaultyEngine(this.engine, (command) => this.#onCommand(command));
    const now = (): number => this.clock.now() + this.#skewMs;
    const timer = (ms: number, callback: () => void): (() => void) => this.clock.at(this.clock.now() + ms, callback);
    this.#supervisor = new Supervisor({ engine: this.faulty, now, timer, log: () => undefined });
    this.#supervisor.onEvent((event) => {
      for (const { excuses } of this.#live) {
        if (event.kind === 'lost') excuses.deaths += 1;
        if (event.kind === 'loadFailed') excuses.loadFailures += 1;
      }
    });
    this.loop = new Loop(this.#supervisor, {
      ...{ now, timer },
      specOf: (id) => ({ id, file: `/models/${id}.gguf`, sequences: 3, contextTokens: 4_096, threads: 1 }),
    });
    this.#arrive();
  }

  get isResting(): boolean {
    return this.#supervisor.problems.length > 0;
  }

  sleep(ms: number): void {
    this.#skewMs += ms;
  }

  /** The next loads end the engine while they run; 0: no load does any more. */
  dieAtLoads(loads: number): void {
    this.#dyingLoads = loads;
  }

  poison(): void {
    this.ask('summarize', `${poison} ${integer(this.#random, 0, poisons)}`).excuses.isVictim = true;
  }

  /** @returns a task that is under way, if there is one. */
  anyLive(random: Random): Asked | undefined {
    return this.#live.size === 0 ? undefined : pick(random, [...this.#live]);
  }

  ask(kind: keyof typeof classes, words = ''): Asked {
    const random = this.#random;
    this.#count += 1;
    const text = words || `${kind} ${this.#count} ${'context '.repeat(integer(random, 0, 200))}`;
    const isTtft = kind === 'completion' || kind === 'generate';
    const prompt: Prompt =
      kind === 'completion' ? { kind: 'infill', prefix: text, suffix: '' } : { kind: 'chat', user: text };
    const spec: TaskSpec = {
      class: kind,
      sla: isTtft ? { kind: 'ttft', targetMs: 500 } : { kind: 'e2e', targetMs: 60_000 },
      arrivalMs: this.loop.now(),
      model: kind === 'completion' ? models[0] : pick(random, models),
      prompt,
      limits: { maxTokens: 2_000, stop: [] },
      ...(kind === 'completion' && { supersedeKey: `window ${integer(random, 0, windows)}` }),
    };
    const asked = new Asked(this.loop, spec, answerTo(prompt));
    this.#all.push(asked);
    this.#live.add(asked);
    if (this.loop.status().models.some(({ state }) => state === 'failed')) asked.excuses.loadFailures += 1;
    void asked.handle.done.then(() => this.#live.delete(asked));
    return asked;
  }

  /** What happens until then, with what follows from promises in between. */
  async runFor(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms;
    let isOver = false;
    this.clock.at(untilMs, () => {
      isOver = true;
    });
    while (!isOver && this.clock.step()) await Promise.resolve();
  }

  /** Nobody asks any more; runs until nothing is left to happen. */
  async comeToRest(): Promise<void> {
    this.#isOpen = false;
    // What never comes to rest is found as tasks that never ended.
    for (let steps = 0; steps < restStepsMax && this.clock.step(); steps += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #arrive(): void {
    if (!this.#isOpen) return;
    const random = this.#random;
    const asked = this.ask(draw(random, classes));
    if (random() < cancelledShare)
      this.clock.at(this.clock.now() + exponential(random, 1_500), () => asked.result === undefined && asked.cancel());
    this.clock.at(this.clock.now() + exponential(random, arrivalGapMs), () => this.#arrive());
  }

  /** To be called at rest. */
  judge(): void {
    for (const asked of this.#all) asked.judge(this.#tally);
  }

  #answer({ prompt }: EngineRequest): string {
    if (textOf(prompt).includes(poison)) this.clock.at(this.clock.now() + 1, () => this.engine.die('poisoned'));
    return answerTo(prompt);
  }

  #onCommand(command: EngineCommand): void {
    if (command.kind !== 'load' || this.#dyingLoads === 0) return;
    this.#dyingLoads -= 1;
    this.clock.at(this.clock.now() + 100, () => this.engine.die('died while it loaded'));
  }
}

function textOf(prompt: Prompt): string {
  return prompt.kind === 'chat' ? prompt.user : prompt.prefix;
}

/** Words that differ from each other and from those of other answers, so that a repetition or a gap shows. */
function answerTo(prompt: Prompt): string {
  const text = textOf(prompt);
  const name = /\d+/.exec(text)?.[0] ?? '0';
  const words = 4 + (text.length % (prompt.kind === 'chat' ? 60 : 12));
  return Array.from({ length: words }, (_, index) => `w${name}x${index} `).join('');
}
