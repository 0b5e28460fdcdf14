/**
 * How well one run kept its promises, by the rules of the project. Pure: a load, what became of each request, the machine's costs.
 *
 * 1. A completion that the editor takes back before its target is over is no promise: it counts nowhere but among wasted tokens. This
 *    follows from the load alone, so every policy has the same promises.
 * 2. A promise that no order can keep is one whose own uncached prefill takes more than 0.9 of the time to its first token: what its
 *    document would leave to evaluate if it had the machine alone (alone.ts), the same for every policy. `keepable` leaves these out,
 *    `all` counts them.
 * 3. The time of a promise is that to the first token (ttft) or to the end of the whole answer (e2e). It is the true time for whatever
 *    was answered, relegated or not, and 10 x the target for what was rejected or never answered: refusing must not look fast. The
 *    quantiles count all promises, also those that no order can keep, unless they say `keepable`.
 * 4. Wasted is what was evaluated or generated for a request that did not finish, less what a later request reused.
 */
import type { Costs } from '../../core/estimate.ts';
import { quantile } from '../bench.ts';
import type { BenchClass } from '../workloads.ts';
import { ownPrefillMs } from './alone.ts';
import type { Arrival, Load } from './arrivals.ts';

/** What became of one arrival: what a simulator or an engine reports. Times are on the clock of the load. */
export interface OutcomeRow {
  readonly id: string;
  /**
   * `finished`: the whole answer was given. `cancelled`: taken back at `cancelAtMs`, or superseded, before that. `rejected`: refused or
   * given up by the policy. `unanswered`: still waiting or running when the run was ended.
   */
  readonly outcome: 'finished' | 'cancelled' | 'rejected' | 'unanswered';
  /** When the first token was there; absent when there was none. */
  readonly firstTokenMs?: number;
  /** When the outcome was settled. */
  readonly endMs?: number;
  /** The policy found it hopeless at some time, and gave way to others with it. */
  readonly relegated: boolean;
  /** Prompt tokens that were evaluated for it: neither those found in a cache nor those that a warm-up had evaluated. Twice evaluated counts twice. */
  readonly prefilledTokens: number;
  /**
   * Of `prefilledTokens`, those that another request found in the cache later: it started on the same sequence with a common prefix that
   * reaches beyond them. Each counts once, however often it was reused.
   */
  readonly reusedTokens: number;
  /** Tokens that were generated for it, also those that nobody saw. */
  readonly generatedTokens: number;
}

export interface Goodput {
  readonly promises: number;
  readonly kept: number;
  /** Kept over promises; NaN without promises. */
  readonly share: number;
  readonly keptPerSecond: number;
}

/** In ms; NaN without promises. */
export interface Tail {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface ClassScore {
  readonly keepable: Goodput;
  readonly all: Goodput;
  /** Of the time that was promised: TTFT for completions, E2E for the others. */
  readonly time: Tail;
}

export interface RunScore {
  /** Over the promises that some order can keep. */
  readonly keepable: Goodput;
  readonly all: Goodput;
  /** Over all ttft promises. */
  readonly ttft: Tail;
  /** Over the ttft promises that some order can keep. */
  readonly keepableTtft: Tail;
  /**
   * Over the completions that were not taken back before their first token, promises or not. Which they are follows from the policy: the
   * slower one has fewer of them.
   */
  readonly shownTtft: Tail;
  /** Over all e2e promises. */
  readonly e2e: Tail;
  readonly classes: Readonly<Record<BenchClass, ClassScore>>;
  readonly relegated: number;
  readonly rejected: number;
  readonly finishedCompletions: number;
  readonly wastedTokens: number;
  readonly wastedPerFinishedCompletion: number;
}

/** Share of a ttft target that the request's own prefill may take. */
const ownPrefillShare = 0.9;
/** What counts as the time of a promise that was never answered, in targets. */
const unansweredTargets = 10;

/** Whether somebody still wants the answer when its target is over. */
export function isPromise({ class: taskClass, atMs, sla, cancelAtMs }: Arrival): boolean {
  return taskClass !== 'completion' || cancelAtMs === undefined || cancelAtMs >= atMs + sla.targetMs;
}

/** Whether some order can keep the promise: the prefill that is its own (alone.ts) leaves room before the first token. */
export function isKeepable({ sla }: Arrival, ownMs: number): boolean {
  return sla.kind === 'e2e' || ownMs <= ownPrefillShare * sla.targetMs;
}

/** The time of a promise in ms, by rule 3. */
export function promisedMs(arrival: Arrival, row: OutcomeRow): number {
  const isEnd = arrival.sla.kind === 'e2e';
  const isAnswered = isEnd ? row.outcome === 'finished' : row.outcome !== 'rejected';
  const answeredMs = isEnd ? row.endMs : row.firstTokenMs;
  if (!isAnswered || answeredMs === undefined) return unansweredTargets * arrival.sla.targetMs;
  return answeredMs - arrival.atMs;
}

/** @throws RangeError when the rows are not one for each arrival. */
export function scoreRun(load: Load, rows: readonly OutcomeRow[], costs: Costs): RunScore {
  const pairs = paired(load, rows);
  const ownMs = ownPrefillMs(load, costs);
  const judge = ({ arrival, row }: Pair): Judged => ({
    arrival,
    ms: promisedMs(arrival, row),
    isKeepable: isKeepable(arrival, ownMs.get(arrival.id) ?? 0),
  });
  const promises = pairs.filter(({ arrival }) => isPromise(arrival)).map(judge);
  const firstTokens = promises.filter(({ arrival }) => arrival.sla.kind === 'ttft');
  const seconds = load.durationMs / 1_000;
  const ofClass = (name: BenchClass): ClassScore => {
    const own = promises.filter(({ arrival }) => arrival.class === name);
    return { ...goodputs(own, seconds), time: tailOf(own) };
  };
  const finishedCompletions = pairs.filter(
    ({ arrival, row }) => arrival.class === 'completion' && row.outcome === 'finished',
  ).length;
  const wastedTokens = rows.reduce((sum, row) => sum + wastedOn(row), 0);
  return {
    ...goodputs(promises, seconds),
    ttft: tailOf(firstTokens),
    keepableTtft: tailOf(firstTokens.filter((promise) => promise.isKeepable)),
    shownTtft: tailOf(pairs.filter(isShown).map(judge)),
    e2e: tailOf(promises.filter(({ arrival }) => arrival.sla.kind === 'e2e')),
    classes: { completion: ofClass('completion'), summarize: ofClass('summarize'), translate: ofClass('translate') },
    relegated: rows.filter(({ relegated }) => relegated).length,
    rejected: rows.filter(({ outcome }) => outcome === 'rejected').length,
    finishedCompletions,
    wastedTokens,
    wastedPerFinishedCompletion: wastedTokens / finishedCompletions,
  };
}

interface Pair {
  readonly arrival: Arrival;
  readonly row: OutcomeRow;
}

function isShown({ arrival, row }: Pair): boolean {
  return arrival.sla.kind === 'ttft' && (row.outcome !== 'cancelled' || row.firstTokenMs !== undefined);
}

/** A promise and what became of it. */
interface Judged {
  readonly arrival: Arrival;
  readonly ms: number;
  readonly isKeepable: boolean;
}

function paired(load: Load, rows: readonly OutcomeRow[]): Pair[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  if (byId.size !== rows.length || rows.length !== load.arrivals.length)
    throw new RangeError(`${rows.length} rows of ${byId.size} requests, but ${load.arrivals.length} arrived.`);
  return load.arrivals.map((arrival) => {
    const row = byId.get(arrival.id);
    if (row === undefined) throw new RangeError(`Nothing is reported of "${arrival.id}".`);
    return { arrival, row };
  });
}

function goodputs(judged: readonly Judged[], seconds: number): { keepable: Goodput; all: Goodput } {
  return {
    keepable: goodputOf(
      judged.filter((promise) => promise.isKeepable),
      seconds,
    ),
    all: goodputOf(judged, seconds),
  };
}

function goodputOf(judged: readonly Judged[], seconds: number): Goodput {
  const kept = judged.filter(({ arrival, ms }) => ms <= arrival.sla.targetMs).length;
  return { promises: judged.length, kept, share: kept / judged.length, keptPerSecond: kept / seconds };
}

function tailOf(judged: readonly Judged[]): Tail {
  const times = judged.map(({ ms }) => ms);
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
}

function wastedOn({ outcome, prefilledTokens, reusedTokens, generatedTokens }: OutcomeRow): number {
  return outcome === 'finished' ? 0 : generatedTokens + prefilledTokens - reusedTokens;
}
