/**
 * Part `cancel`: how many forward passes end between a stop and the engine being free of the task, at seeded random moments of its
 * prefill and of its decoding, beside two answers that decode all the time.
 *
 * A stop is sent after everything that has already come from the engine was read. The pass in flight then counts as one; a pass that
 * ends while the stop is on its way through the pipe counts too, although the engine could not know.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Prompt, TaskId } from '../../core/task.ts';
import type { BenchResult } from '../bench.ts';
import { integer, newRandom, type Random } from '../random.ts';
import { modelFile, type PartOptions } from './model.ts';
import { OurEngine } from './our-engine.ts';
import { inventedPrompt } from './prompts.ts';
import { nearestRank } from './statistics.ts';

export interface CancelOptions extends PartOptions {
  readonly policy: string;
}

type Phase = 'prefill' | 'decode';

/** What one cancellation took. */
export interface Cancelled {
  /** The phase that the task was in when the stop was sent. */
  readonly phase: Phase;
  /** Passes that ended between the stop and the task's end. */
  readonly passes: number;
  readonly ms: number;
}

const cancelsFull = 120;
const cancelsQuick = 30;
const backgroundStreams = 2;
const backgroundTokens = 1_500;
/** Five chunks: long enough to be stopped within. */
const promptTokens = 320;
const answerTokens = 256;
/** A task is stopped after so many passes of its phase at most. */
const passesMax: Record<Phase, number> = { prefill: 4, decode: 8 };

export async function cancel(options: CancelOptions): Promise<BenchResult> {
  const { quick, policy, log } = options;
  const file = await modelFile(options);
  const engine = await OurEngine.load({ file, sequences: 4, contextTokens: 2_048, threads: 1, policy });
  const background = new Background(engine);
  try {
    const random = newRandom(1, 'cancel');
    const cancelled: Cancelled[] = [];
    const wanted = quick ? cancelsQuick : cancelsFull;
    const kept = inventedPrompt(random, promptTokens);
    for (let index = 0; index < wanted; index += 1) {
      const phase: Phase = index % 2 === 0 ? 'prefill' : 'decode';
      // A task that is to decode has a prompt that the engine holds already, so that it does so soon.
      const prompt = phase === 'prefill' ? inventedPrompt(random, promptTokens) : kept;
      cancelled.push(await cancelOnce(engine, `c${index}`, prompt, phase, random));
      if ((index + 1) % 20 === 0) log(`${index + 1} of ${wanted} cancelled`);
    }
    return summarizeCancel(cancelled);
  } finally {
    background.end();
    await engine.close();
  }
}

/** Answers that decode all the time: one that has ended begins again. */
class Background {
  readonly #end: () => void;

  constructor(engine: OurEngine) {
    const random = newRandom(2, 'background');
    const prompts = Array.from({ length: backgroundStreams }, () => inventedPrompt(random, 16));
    let starts = 0;
    const names = new Map<TaskId, Prompt>();
    const start = (prompt: Prompt): void => {
      const id = `background ${starts++}`;
      names.set(id, prompt);
      engine.start({ id, prompt, maxTokens: backgroundTokens });
    };
    this.#end = engine.onEvent((event) => {
      const prompt = event.kind === 'ended' ? names.get(event.id) : undefined;
      if (prompt !== undefined) start(prompt);
    });
    prompts.forEach(start);
  }

  end(): void {
    this.#end();
  }
}

/** Starts a task, stops it at a random moment of the phase, and counts until it has ended. */
async function cancelOnce(
  engine: OurEngine,
  id: TaskId,
  prompt: Prompt,
  phase: Phase,
  random: Random,
): Promise<Cancelled> {
  let passesToWait = integer(random, 0, passesMax[phase]);
  const shareOfPass = random();
  let reached: (passMs: number) => void = () => undefined;
  const moment = new Promise<number>((resolve) => {
    reached = resolve;
  });
  let now: Phase | undefined;
  let stoppedMs: number | undefined;
  let passes = 0;
  let lastPassMs = 0;
  const over = engine.until((event) => {
    if (event.kind === 'accepted' && event.id === id) now = 'prefill';
    if (event.kind === 'tokens' && event.id === id) now = 'decode';
    if (event.kind === 'pass') {
      lastPassMs = event.pass.wallMs;
      if (stoppedMs !== undefined) passes += 1;
      if (now === phase && passesToWait-- <= 0) reached(lastPassMs);
    }
    return event.kind === 'ended' && event.id === id;
  });
  engine.start({ id, prompt, maxTokens: answerTokens });
  await sleep(shareOfPass * (await moment));
  await nextTurn();
  stoppedMs = performance.now();
  const stoppedIn = now ?? phase;
  engine.stop(id);
  await over;
  return { phase: stoppedIn, passes, ms: performance.now() - stoppedMs };
}

export function summarizeCancel(cancelled: readonly Cancelled[]): BenchResult {
  const of = (phase: Phase) => {
    const own = cancelled.filter((one) => one.phase === phase);
    const passes = own.map((one) => one.passes);
    const ms = own.map((one) => one.ms);
    return {
      count: own.length,
      passesP99: nearestRank(passes, 0.99),
      passesMax: Math.max(...passes),
      msP50: nearestRank(ms, 0.5),
      msP99: nearestRank(ms, 0.99),
    };
  };
  const phases = { prefill: of('prefill'), decode: of('decode') };
  return {
    figures: {
      'engine.cancel_passes_p99': nearestRank(
        cancelled.map(({ passes }) => passes),
        0.99,
      ),
    },
    details: { cancels: cancelled.length, ...phases },
  };
}
