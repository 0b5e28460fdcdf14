/**
 * Plays a load on a target in open loop: every request comes at its time, whatever has become of the others, and is taken back at its
 * time. Times of the load are stretched on the way in, so that a slow machine sees the same load in its own measure, and told
 * unstretched.
 */
import type { Prompt } from '../../../core/task.ts';
import type { Arrival, Load } from '../../replay/arrivals.ts';
import type { OutcomeRow } from '../../replay/score.ts';
import type { AnswerEnd, Target } from './target.ts';

export interface Clock {
  /** In ms. */
  now(): number;
  /** Calls once at that time, or as soon as possible after it. @returns takes the call back. */
  at(ms: number, call: () => void): () => void;
}

export interface PlayOptions {
  readonly clock: Clock;
  /** Real ms for one ms of the load. */
  readonly stretch: number;
  /** What is under way after the last arrival may take so much longer, in ms of the load; then it counts as unanswered. */
  readonly graceMs: number;
  readonly promptOf: (arrival: Arrival) => Prompt;
}

/** What is known of a request so far. Times are in ms of the load. */
interface Played {
  readonly arrival: Arrival;
  firstTokenMs?: number;
  endMs?: number;
  tokens: number;
  outcome: OutcomeRow['outcome'];
}

export async function play(load: Load, target: Target, options: PlayOptions): Promise<OutcomeRow[]> {
  const { clock, stretch, graceMs } = options;
  const startMs = clock.now();
  const loadMs = (): number => (clock.now() - startMs) / stretch;
  const at = (ms: number, call: () => void): (() => void) => clock.at(startMs + ms * stretch, call);
  const played = load.arrivals.map((arrival): Played => ({ arrival, tokens: 0, outcome: 'unanswered' }));
  let dropEnd: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    const takeBack = new Set<() => void>();
    let left = played.length;
    let isOver = false;
    const settle = (one: Played, end: AnswerEnd): void => {
      // What is taken back because the time is over stays unanswered.
      if (isOver) return;
      one.endMs = loadMs();
      one.outcome = end;
      left -= 1;
      if (left === 0) resolve();
    };
    const stage: Stage = { at, loadMs, options, takeBack, settle };
    for (const one of played) at(one.arrival.atMs, () => begin(one, target, stage));
    dropEnd = at(left === 0 ? 0 : load.durationMs + graceMs, () => {
      isOver = true;
      for (const cancel of [...takeBack]) cancel();
      resolve();
    });
  });
  dropEnd();
  return played.map(rowOf);
}

interface Stage {
  readonly at: (ms: number, call: () => void) => () => void;
  readonly loadMs: () => number;
  readonly options: PlayOptions;
  /** How to take back each of those that have not ended. */
  readonly takeBack: Set<() => void>;
  readonly settle: (one: Played, end: AnswerEnd) => void;
}

function begin(one: Played, target: Target, { at, loadMs, options, takeBack, settle }: Stage): void {
  const { arrival } = one;
  const { sla, cancelAtMs } = arrival;
  const stretched = { ...sla, targetMs: sla.targetMs * options.stretch };
  let dropTimer: () => void = () => undefined;
  const cancel = target.ask(
    { arrival, prompt: options.promptOf(arrival), sla: stretched },
    {
      token: () => {
        one.firstTokenMs ??= loadMs();
        one.tokens += 1;
      },
      ended: (end) => {
        takeBack.delete(cancel);
        dropTimer();
        settle(one, end);
      },
    },
  );
  takeBack.add(cancel);
  if (cancelAtMs !== undefined) dropTimer = at(cancelAtMs, cancel);
}

/** What was evaluated again or reused cannot be seen from outside the targets, so tokens wasted are no figure of this bench. */
function rowOf({ arrival, firstTokenMs, endMs, tokens, outcome }: Played): OutcomeRow {
  return {
    id: arrival.id,
    outcome,
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...(endMs !== undefined && { endMs }),
    relegated: false,
    prefilledTokens: 0,
    reusedTokens: 0,
    generatedTokens: tokens,
  };
}

/** The real clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  at: (ms, call) => {
    const timer = setTimeout(call, Math.max(0, ms - performance.now()));
    return () => clearTimeout(timer);
  },
};
