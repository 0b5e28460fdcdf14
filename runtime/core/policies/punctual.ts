/**
 * The policy of the house: keep as many promises as can be kept. This file is its task level; the step level is punctual-step.ts.
 *
 * 1. A task that cannot be on time any more, even if it started now and alone, is relegated: it gives way to all others, and is
 *    served on what they leave.
 * 2. Completions start at once, earliest deadline first; {@link kept} sequences are kept for them and for the prefixes of their
 *    documents.
 * 3. Any other task starts when the forecast says that it will be on time and that everything committed still is (SABER's rule with
 *    remaining tokens and remaining time), while the completions that are expected take their share of the device.
 * 4. A task that does not fit now waits until it does, or until it is hopeless. When nothing committed runs, the first one starts
 *    anyway: a device never idles while work waits.
 * 5. Relegated tasks fill what is left, shortest first, but leave one sequence free for a task that can still be on time.
 */
import { prefillTotalMs } from '../estimate.ts';
import { forecastDefaults, rollForward } from '../forecast.ts';
import type { Policy, Room, TaskPolicy, Work } from '../policy.ts';
import { Queue } from '../queue.ts';
import type { SequenceView } from '../step.ts';
import type { TaskId } from '../task.ts';
import { planStep } from './punctual-step.ts';

/** Waiting tasks whose admission is looked at in one turn: a bound on the cost of deciding. */
const candidatesMax = 4;

/** A waiting task counts as this much later per ms of its own work: short ones first when deadlines are near each other. */
const workWeight = 0.5;

/** A waiting task becomes hopeless by this share of its predicted work at the earliest, as the prediction may be wrong. */
const hopeShare = 0.9;

/** A document counts as being edited for this long after a completion was asked for in it, in ms. */
const editedMs = 30_000;

interface Waiting {
  readonly id: TaskId;
  readonly rank: number;
  readonly work: Work;
}

export class PunctualTasks implements TaskPolicy {
  readonly #completions = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  readonly #others = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  /** The same tasks as in `others`, by the time from which they are hopeless. */
  readonly #hopes = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  readonly #relegated = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  /** Work of tasks that were added before their costs were known: ranked at the next turn. */
  #fresh: Work[] = [];
  /** When each document asked for a completion last, the longest ago first. */
  readonly #documents = new Map<string, number>();

  add(work: Work, nowMs: number): void {
    if (work.document !== undefined) {
      this.#documents.delete(work.document);
      this.#documents.set(work.document, nowMs);
    }
    this.#fresh.push(work);
  }

  /**
   * Sequences that only completions may take: as many as they occupy at a time by Little's law, with a reserve for their bursts. A
   * completion that finds none free misses its promise, and takes its document's prefix with it.
   */
  #kept({ sequences, demand, costs, limits }: Room): number {
    const prefillMs = prefillTotalMs(costs, demand.prefillTokens('completion'), 0, limits.chunkTokens);
    const decodeMs = demand.decodeTokens('completion') * costs.decodeMs(Math.ceil(sequences / 2), 0);
    const X = (globalThis as any).X ?? {};
    const occupied = (X.occ ?? 1.5) * (demand.ratePerSecond('completion') * (prefillMs + decodeMs)) / 1_000;
    return Math.max(0, Math.min(sequences - (X.emin ?? 2), Math.max(1, Math.ceil(occupied + (X.sig ?? 1) * Math.sqrt(occupied)))));
  }

  remove(id: TaskId): void {
    this.#fresh = this.#fresh.filter((work) => work.id !== id);
    for (const queue of [this.#completions, this.#others, this.#hopes, this.#relegated]) queue.remove(id);
  }

  first(): Work | undefined {
    const [fresh] = this.#fresh;
    return (this.#completions.first() ?? this.#others.first() ?? this.#relegated.first())?.work ?? fresh;
  }

  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    this.#rankFresh(room);
    this.#relegateHopeless(nowMs);
    if (running.length >= room.sequences) return undefined;
    const completion = this.#completions.first();
    if (completion !== undefined) return completion.work; // 2
    const others = running.filter((work) => work.promise === 'e2e');
    const left = room.sequences - this.#kept(room) - others.length;
    if (left <= 0) return undefined;
    const fitting = this.#fitting(running, room, nowMs);
    if (fitting !== undefined) return fitting; // 3
    if (!others.some((work) => !work.relegated)) {
      const any = this.#others.first() ?? this.#relegated.first();
      if (any !== undefined) return any.work; // 4
    }
    return left > 1 ? this.#relegated.first()?.work : undefined; // 5
  }

  /**
   * A task that cannot be on time gives up its sequence when a completion finds none free, or when another task would be on time with it.
   */
  pause(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    const loser = running.find((work) => work.promise === 'e2e' && isHopeless(work, room, nowMs));
    if (loser === undefined) return undefined;
    const rest = running.filter((work) => work !== loser);
    const isWanted =
      this.#completions.first() === undefined
        ? this.#hasSequence(rest, room) && this.#fitting(rest, room, nowMs) !== undefined
        : running.length >= room.sequences;
    if (!isWanted) return undefined;
    loser.relegated = true;
    return loser;
  }

  /** Whether another task than a completion finds a sequence. */
  #hasSequence(running: readonly Work[], room: Room): boolean {
    const others = running.filter((work) => work.promise === 'e2e');
    return running.length < room.sequences && others.length < room.sequences - this.#kept(room);
  }

  #rankFresh({ costs, limits }: Room): void {
    for (const work of this.#fresh) {
      const { id, deadlineMs } = work;
      if (work.promise === 'ttft') {
        this.#completions.add({ id, rank: deadlineMs, work });
        continue;
      }
      const soloMs =
        prefillTotalMs(costs, work.prefillTokens, 0, limits.chunkTokens) +
        work.decodeTokens * costs.decodeMs(1, work.prefillTokens);
      if (work.relegated) {
        this.#relegated.add({ id, rank: relRank(work, soloMs), work });
        continue;
      }
      this.#others.add({ id, rank: deadlineMs + workWeight * soloMs, work });
      this.#hopes.add({ id, rank: deadlineMs - soloMs * hopeShare, work });
    }
    this.#fresh = [];
  }

  #relegateHopeless(nowMs: number): void {
    for (let first = this.#hopes.first(); first !== undefined && first.rank < nowMs; first = this.#hopes.first()) {
      const { id, work } = first;
      this.#hopes.remove(id);
      this.#others.remove(id);
      work.relegated = true;
      this.#relegated.add({ id, rank: relRank(work, work.deadlineMs - first.rank), work });
    }
  }

  /** The first of the next few candidates with which the forecast breaks no promise that it keeps without it. */
  #fitting(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    if (this.#others.size === 0) return undefined;
    const before = onTime(running, room, nowMs);
    for (const { work } of this.#others.firstOnes(candidatesMax)) {
      const after = onTime([...running, work], room, nowMs);
      if (after.has(work.id) && [...before].every((id) => after.has(id))) return work;
    }
    return undefined;
  }
}

function relRank(work: Work, soloMs: number): number { const X = (globalThis as any).X ?? {}; return X.rr === 'arr' ? work.arrivalMs : work.arrivalMs + (X.rr ?? 1e6) * soloMs; }
function soloMs(work: Work, { costs, limits }: Room): number {
  return (
    prefillTotalMs(costs, work.prefillTokens, work.contextTokens, limits.chunkTokens) +
    work.decodeTokens * costs.decodeMs(1, work.contextTokens + work.prefillTokens)
  );
}

function isHopeless(work: Work, room: Room, nowMs: number): boolean {
  return work.relegated || nowMs + soloMs(work, room) * hopeShare > work.deadlineMs;
}

/** Who will be on time if nothing arrives but what the demand makes expect. */
function onTime(works: readonly Work[], room: Room, nowMs: number): Set<TaskId> {
  const { limits, costs } = room;
  const sequences = works.map(viewOf);
  const view = { nowMs, sequences, limits, costs, lastKind: undefined, passes: 0 };
  const forecasts = rollForward(planStep, view, { ...forecastDefaults, takenShare: takenShare(room) });
  const kept = works.filter((work) => (forecasts.get(work.id)?.endMs ?? Number.POSITIVE_INFINITY) <= work.deadlineMs);
  return new Set(kept.map((work) => work.id));
}

/** The share of the device that completions will take. */
function takenShare({ demand, costs, limits }: Room): number {
  const prefillMs = prefillTotalMs(costs, demand.prefillTokens('completion'), 0, limits.chunkTokens);
  const oneMs = costs.decodeMs(1, 0);
  const decodeMs = demand.decodeTokens('completion') * Math.max(0, Math.min(oneMs, costs.decodeMs(2, 0) - oneMs));
  return Math.min(0.9, (demand.ratePerSecond('completion') * (prefillMs + decodeMs)) / 1_000);
}

export function viewOf(work: Work): SequenceView {
  const decoding = work.prefillTokens === 0;
  return {
    id: work.id,
    class: work.class,
    promise: work.promise,
    arrivalMs: work.arrivalMs,
    deadlineMs: work.deadlineMs,
    decoding,
    tokensLeft: Math.max(1, work.prefillTokens),
    contextTokens: work.contextTokens,
    decodeTokens: Math.max(1, work.decodeTokens),
    started: decoding,
    relegated: work.relegated,
  };
}

export const punctual: Policy = {
  name: 'punctual',
  newTaskPolicy: () => new PunctualTasks(),
  planStep,
  speculates: true,
};
