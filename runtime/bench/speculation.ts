/**
 * What prompt-lookup speculation is worth on the real engine: the step machine and llama.cpp in this process, one thread, with a
 * made-up model whose answer walks a known list of words, so that the prompt decides how much of the answer is a copy.
 *
 * Figures are of CPU time, which other programs on the machine blur less than wall time, with and without guesses in alternating
 * pairs. The prompt is in the KV already; what is measured is everything from there to the last token.
 */
import { getLlama } from 'node-llama-cpp';
import { draftTokensMax } from '../core/draft.ts';
import { certainLength } from '../core/lengths.ts';
import { alternate, byArrival } from '../core/step.ts';
import { KvFolder } from '../engine/llama/kv-folder.ts';
import { LoadedModel } from '../engine/llama/model.ts';
import type { Pass, PassItem, PassResult } from '../engine/pass.ts';
import { StepMachine } from '../engine/step-machine.ts';
import { type Bench, type BenchOptions, type BenchResult, median } from './bench.ts';
import { benchModel, modelFile } from './engine/model.ts';
import { type MedianInterval, medianInterval } from './engine/statistics.ts';

const answerTokens = 96;
const pairsFull = 7;
const pairsQuick = 2;
const costRoundsFull = 9;
const costRoundsQuick = 4;
const costContextTokens = 256;

/** How much of the answer stands in the prompt: pieces of so many tokens, each followed by a foreign one. */
const cases = {
  /** Nothing of the answer stands in the prompt. */
  unrelated: 0,
  /** Each two tokens of the answer that stand in the prompt are followed by a wrong one: every guess fails. */
  misleading: 2,
  pieces4: 4,
  pieces16: 16,
  /** The whole answer in one piece. */
  copy: Number.POSITIVE_INFINITY,
} as const;

type CaseName = keyof typeof cases;

export const speculation: Bench = {
  name: 'speculation',
  takes: { full: '10 minutes', quick: '4 minutes' },
  note: benchModel.note,
  summary: 'guessing what an answer copies from its prompt: gain, loss, and what the longer passes cost',

  async run(options: BenchOptions): Promise<BenchResult> {
    const { quick, log } = options;
    const file = await modelFile(options);
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
    const spec = { id: 'm', file, sequences: 2, contextTokens: 1_024, threads: 1 };
    const model = await LoadedModel.load(llama, { device: 'CPU', kvFolder: new KvFolder(), log }, spec, () => {});
    try {
      const words = await wordsOf(model);
      const passes = await passCosts(model, words, quick ? costRoundsQuick : costRoundsFull);
      log(`ms of a pass by its tokens: ${[...passes].map(([tokens, ms]) => `${tokens}: ${ms.toFixed(0)}`).join(', ')}`);
      const measured = new Map<CaseName, Measured>();
      for (const name of Object.keys(cases) as CaseName[]) {
        const each = await measure(model, promptOf(words, cases[name]), quick ? pairsQuick : pairsFull);
        measured.set(name, each);
        log(
          `${name}: ${each.plainMs.toFixed(1)} -> ${each.guessedMs.toFixed(1)} ms per token, ${each.accepted} of ${each.drafted} guesses right`,
        );
      }
      return summarizeSpeculation(measured, passes);
    } finally {
      await model.dispose();
    }
  },
};

/** Of one case: medians per token, and what became of the guesses in all pairs together. */
export interface Measured {
  readonly plainMs: number;
  readonly guessedMs: number;
  /** CPU time without guesses over that with them: above 1 is a gain. */
  readonly speedup: MedianInterval;
  /** Of the first answer, when nothing was known of guesses yet. */
  readonly firstSpeedup: number;
  readonly passes: number;
  readonly drafted: number;
  readonly accepted: number;
}

export function summarizeSpeculation(
  measured: ReadonlyMap<string, Measured>,
  passes: ReadonlyMap<number, number>,
): BenchResult {
  const of = (name: string): Measured => {
    const found = measured.get(name);
    if (found === undefined) throw new Error(`The case ${name} was not measured.`);
    return found;
  };
  const oneMs = passes.get(1) ?? Number.NaN;
  return {
    figures: {
      'speculation.copy_speedup': of('copy').speedup.median,
      'speculation.pieces16_speedup': of('pieces16').speedup.median,
      'speculation.misleading_cost': 1 / of('misleading').speedup.median,
      'speculation.unrelated_cost': 1 / of('unrelated').speedup.median,
    },
    details: {
      cases: Object.fromEntries(measured),
      passMs: Object.fromEntries(passes),
      passOverOne: Object.fromEntries([...passes].map(([tokens, ms]) => [tokens, ms / oneMs])),
    },
  };
}

/** The words that an answer walks, in order: asked from the model itself, from a token that is none of them. */
async function wordsOf(model: LoadedModel): Promise<readonly number[]> {
  const run = new Run(model, 0, false);
  return (await run.answer([foreignToken(0)])).tokens;
}

/** Special tokens and pieces of words stand at the beginning of the vocabulary; these ids are far behind the walked list. */
function foreignToken(index: number): number {
  return 20_000 + index;
}

/** @param piece tokens of the answer in a row; the first foreign token after them stands where the answer goes on differently. */
export function promptOf(words: readonly number[], piece: number): readonly number[] {
  const body = words.flatMap((word, index) => {
    if (piece === 0) return [foreignToken(index)];
    return (index + 1) % piece === 0 ? [word, foreignToken(index)] : [word];
  });
  return [...body, foreignToken(words.length)];
}

/** Answers of one step machine on one slot of the model. */
class Run {
  readonly #model: LoadedModel;
  readonly #slot: number;
  readonly #machine: StepMachine;
  #requests = 0;

  constructor(model: LoadedModel, slot: number, speculates: boolean) {
    this.#model = model;
    this.#slot = slot;
    this.#machine = new StepMachine((view) => alternate(view, byArrival), speculates);
    this.#machine.addModel({ ...model.machineModel, sequences: 1 });
  }

  /** Brings a prompt into the KV, so that the next answer to it is decoding alone. */
  async warm(prompt: readonly number[]): Promise<void> {
    await this.answer(prompt, 1);
  }

  async answer(prompt: readonly number[], maxTokens = answerTokens): Promise<Answer> {
    this.#requests += 1;
    const request = {
      id: `${this.#slot} ${this.#requests}`,
      class: 'translate',
      model: this.#model.spec.id,
      prompt: { kind: 'chat', user: '' },
      limits: { maxTokens, stop: [] },
      sla: { kind: 'e2e', targetMs: 3_600_000 },
      ageMs: 0,
      answerTokens: certainLength(maxTokens),
      relegated: false,
      generated: [],
    } as const;
    const answer = { tokens: [] as number[], cpuMs: 0, passes: 0, drafted: 0, accepted: 0 };
    const startedMs = cpuMs();
    this.#machine.start(request, prompt, 0);
    for (let pass = this.#machine.next(0); pass !== undefined; pass = this.#machine.next(0)) {
      for (const event of this.#machine.complete(pass, await this.#compute(pass))) {
        if (event.kind === 'tokens') answer.tokens.push(...event.tokens);
        if (event.kind !== 'pass') continue;
        answer.passes += 1;
        answer.drafted += event.pass.drafted ?? 0;
        answer.accepted += event.pass.accepted ?? 0;
      }
    }
    return { ...answer, cpuMs: cpuMs() - startedMs };
  }

  /** The machine has one slot and calls it 0. What a pass took is told in CPU time, so decisions stand on that too. */
  async #compute(pass: Pass): Promise<PassResult> {
    const startedMs = cpuMs();
    const { items } = await this.#model.run(pass.items.map((item) => ({ ...item, slot: this.#slot })));
    return { items, wallMs: cpuMs() - startedMs };
  }
}

interface Answer {
  readonly tokens: readonly number[];
  readonly cpuMs: number;
  readonly passes: number;
  readonly drafted: number;
  readonly accepted: number;
}

async function measure(model: LoadedModel, prompt: readonly number[], pairs: number): Promise<Measured> {
  const plain = new Run(model, 0, false);
  const guessing = new Run(model, 1, true);
  for (const run of [plain, guessing]) await run.warm(prompt);
  // What the first answer teaches counts for the others, as it would for the next task of its class.
  const [firstPlain, first] = [await plain.answer(prompt), await guessing.answer(prompt)];
  const plainMs: number[] = [];
  const guessed: Answer[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // Who goes first changes, so that neither side profits from the other's warm caches.
    const before = pair % 2 === 0 ? await plain.answer(prompt) : undefined;
    const answer = await guessing.answer(prompt);
    const other = before ?? (await plain.answer(prompt));
    if (answer.tokens.join() !== other.tokens.join()) throw new Error('Guessing changed an answer.');
    plainMs.push(other.cpuMs);
    guessed.push(answer);
  }
  const total = (of: (answer: Answer) => number): number => guessed.reduce((sum, answer) => sum + of(answer), 0);
  return {
    plainMs: median(plainMs) / answerTokens,
    guessedMs: median(guessed.map((answer) => answer.cpuMs)) / answerTokens,
    speedup: medianInterval(guessed.map((answer, pair) => (plainMs[pair] ?? Number.NaN) / answer.cpuMs)),
    firstSpeedup: firstPlain.cpuMs / first.cpuMs,
    passes: total((answer) => answer.passes),
    drafted: total((answer) => answer.drafted),
    accepted: total((answer) => answer.accepted),
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU ms of a pass of 1, 2, … tokens of one sequence with a sample at each: medians, rounds over all sizes in turn. */
async function passCosts(model: LoadedModel, words: readonly number[], rounds: number): Promise<Map<number, number>> {
  const context = Array.from({ length: costContextTokens }, (_, index) => foreignToken(index));
  for (let keep = 0; keep < costContextTokens; keep += 64)
    await model.run([{ id: 'cost', slot: 0, keep, tokens: context.slice(keep, keep + 64), sample: false }]);
  const sizes = Array.from({ length: draftTokensMax + 1 }, (_, index) => index + 1);
  const times = new Map(sizes.map((tokens) => [tokens, [] as number[]]));
  const item: PassItem = { id: 'cost', slot: 0, keep: costContextTokens, tokens: words.slice(0, 1), sample: true };
  for (let round = 0; round < rounds; round += 1) {
    for (const tokens of sizes) {
      const startedMs = cpuMs();
      await model.run([{ ...item, draft: words.slice(1, tokens) }]);
      times.get(tokens)?.push(cpuMs() - startedMs);
    }
  }
  return new Map([...times].map(([tokens, ms]) => [tokens, median(ms)]));
}
