/**
 * What keystrokes cost on the real engine: the recorded editing session through the completion feature as it is, with the tokenizer and
 * the prefixes of real models; idle time is skipped. Nothing here depends on how fast the machine is, but which of the requests are
 * taken back before their answer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FeedbackBook } from '../../features/completion/feedback-book.ts';
import { CompletionFeature } from '../../features/completion/index.ts';
import type { ChosenModel, TaskSpec } from '../../features/tasks.ts';
import { Loop } from '../../loop.ts';
import { clientSettingsSchema, machineDefaults } from '../../protocol.ts';
import { aims } from '../aims.ts';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { newEngine } from '../engine/our-engine.ts';
import { countOf, listed, oneOf } from '../options.ts';
import { Progress } from '../progress.ts';
import { integer, newRandom } from '../random.ts';
import type { Window } from '../replay/arrivals.ts';
import { playedEdits } from '../replay/sessions.ts';
import { halfOf, readTraces, type Traces } from '../replay/traces.ts';
import { figureTable } from '../tables.ts';
import { Vocabulary } from '../vocabulary.ts';
import { sessions } from '../workloads.ts';
import { SkippingClock } from './clock.ts';
import { figuresByName, type KeystrokeFigures, keystrokeFigures, type Played, sourceTable } from './figures.ts';
import { embeddedModel, modelOf, type Order, orders } from './models.ts';
import { type Asked, Session } from './session.ts';
import { Unjudged } from './unjudged.ts';
import { WatchedTasks } from './watched-tasks.ts';

const sessionsFull = 8;
const sessionsQuick = 2;
const sessionsMost = 200;
const seed = 401;
const windows = ['tuning', 'reporting'] as const;

/** So that a machine that is slow today shortens no prompt. */
const targetMs = 60_000;
/** Enough for a line; how long answers are changes nothing of what is measured. */
const maxTokens = 24;
const contextTokens = 2_048;
/** Within this time after its last task the engine is done with what it was asked to stop, in real ms. */
const restMs = 20;

interface PlayOptions {
  readonly count: number;
  readonly window: Window;
  readonly log: (line: string) => void;
}

export const keystrokesBench: Bench = {
  name: 'keystrokes',
  summary: 'what each keystroke evaluates of its prompt, and how many tasks a shown suggestion takes',
  takes: { full: '3 minutes', quick: '1 minute' },
  options: [
    { name: 'sessions', value: 'N', help: `so many pieces of the recording (default: ${sessionsFull})` },
    { name: 'order', value: 'NAME', help: `how the model reads a prompt: ${orders.join(', ')} (default: both)` },
    { name: 'window', value: 'NAME', help: `half of the recording: ${windows.join(', ')} (default: reporting)` },
  ],

  async run({ quick, log, values = {} }: BenchOptions): Promise<BenchResult> {
    const count = countOf('sessions', values['sessions'], quick ? sessionsQuick : sessionsFull, sessionsMost);
    const window = oneOf('window', values['window'] ?? 'reporting', windows);
    const traces = readTraces();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-keystrokes-'));
    try {
      const played: Played[] = [];
      const figures = new Map<Order, KeystrokeFigures>();
      for (const order of listed('order', values['order'], orders)) {
        const file = await modelOf(order, embeddedModel(), folder);
        const one = await play(traces, order, file, { count, window, log });
        played.push(one);
        figures.set(order, await counted(one, file));
      }
      const named = figuresByName(figures);
      return {
        figures: named,
        details: { sessions: count, window, seed, maxTokens, targetMs },
        tables: [figureTable(named, aims), sourceTable(played)],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function counted(played: Played, file: string): Promise<KeystrokeFigures> {
  const vocabulary = await Vocabulary.open(file);
  try {
    return keystrokeFigures(played, (text) => vocabulary.count(text));
  } finally {
    await vocabulary.close();
  }
}

async function play(traces: Traces, order: Order, file: string, { count, window, log }: PlayOptions): Promise<Played> {
  const clock: SkippingClock = new SkippingClock(
    () => performance.now(),
    () => tasks.live > 0 || performance.now() - tasks.settledAtMs < restMs,
  );
  const loop = new Loop(newEngine('punctual'), {
    now: () => clock.now(),
    // The loop's own timers watch over the engine, which computes in real time.
    timer: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    specOf: (id) => ({ id, file, sequences: 2, contextTokens, threads: 1 }),
  });
  const tasks: WatchedTasks = new WatchedTasks(loop);
  const progress = new Progress({ total: count, what: `sessions ${order}`, log });
  try {
    // Nobody's first keystroke waits for the load.
    await loop.submit(firstTask(order, loop.now())).done;
    const asked: Asked[] = [];
    for (let index = 0; index < count; index += 1) {
      asked.push(...(await playOne(traces, order, { index, window }, tasks, clock)));
      progress.step();
    }
    const idle = tasks.prefills.filter(({ isIdle }) => isIdle);
    const idleTokens = idle.reduce(
      (sum, prefill) => sum + (prefill.promptTokens ?? 0) - (prefill.reusedTokens ?? 0),
      0,
    );
    return { order, asked, idleTokens };
  } finally {
    await loop.close();
  }
}

function firstTask(model: string, arrivalMs: number): TaskSpec {
  return {
    ...{ class: 'completion', sla: { kind: 'ttft', targetMs }, arrivalMs, model },
    prompt: { kind: 'infill', prefix: 'let value =', suffix: '' },
    limits: { maxTokens: 1, stop: [] },
  };
}

function playOne(
  { editing, suggestions }: Traces,
  order: Order,
  { index, window }: { readonly index: number; readonly window: Window },
  tasks: WatchedTasks,
  clock: SkippingClock,
): Promise<readonly Asked[]> {
  const random = newRandom(seed, `session ${index}`);
  const { start, end } = halfOf(editing.edits.length, window);
  const lengthMs = integer(random, ...sessions.lengthMs) - sessions.openLeadMs;
  const from = integer(random, start, end);
  const half = halfOf(suggestions.length, window);
  const edits = playedEdits(editing, from, end, lengthMs, suggestions.slice(half.start, half.end), random);
  const model: ChosenModel = { id: order, name: order, demo: false, chosen: true, contextTokens };
  const models = { choose: () => model, describe: () => model };
  const timer = (ms: number, callback: () => void): (() => void) => clock.timer(ms, callback);
  const restraint = new Unjudged({ now: () => clock.now(), timer, book: new FeedbackBook() });
  const completion = new CompletionFeature(tasks, models, [], { timer, restraint });
  const settings = { ...clientSettingsSchema.parse({ completion: { targetMs, maxTokens } }), ...machineDefaults };
  return new Session({ name: `session ${index}`, editing, from, edits, completion, tasks, clock, settings }).play();
}
