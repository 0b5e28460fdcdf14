/**
 * The policy of the house: keep as many promises as can be kept. This file is its task level; the step level is punctual-step.ts.
 *
 * 1. Completions start at once, earliest deadline first. Sequences are kept for them, as many as they occupy by Little's law.
 * 2. Every other newcomer is committed to. When the forecast says that not all commitments can be kept, beside what is expected, the
 *    one with the most work left is given up, provided that this helps the others (reserve.ts). It is told at once.
 * 3. What is committed to starts by deadline, later the longer it is. What was given up, or is hopeless, fills what is left, the oldest
 *    first, but leaves one sequence free; it pauses when a completion or a commitment finds none, and goes on later where it was.
 *    The only sequence that there is, a commitment gives up too.
 *    A call of a workflow stands for all that follows it (punctual-whole.ts): rank, hope and what is given up are those of the workflow.
 * 4. Of those that wait, one that is late by {@link sequenceAgedMs} goes before all others, one at a time, and is not paused: nobody
 *    starves.
 */
import type { Policy, Room, TaskPolicy, Work } from '../policy.ts';
import { Queue } from '../queue.ts';
import { expectedWorks, givenUp, PredictionTrust } from '../reserve.ts';
import type { TaskClass, TaskId } from '../task.ts';
import { keepsAll } from './punctual-forecast.ts';
import { keptSequences } from './punctual-kept.ts';
import { allMechanisms, type PunctualOptions } from './punctual-options.ts';
import { decodesTogether } from './punctual-pass.ts';
import { plannerOf } from './punctual-step.ts';
import { areOneWhole, callsLooked, lostWholes, wholeDeadlineMs, wholeLeastMs, wholeSoloMs } from './punctual-whole.ts';

/** Waiting commitments that one decision looks at: a bound on its cost. */
const candidatesMax = 8;

/** Without a new task, commitments are looked at again after this long, in ms. */
const reviewMs = 500;

/** A waiting task counts as this much later per ms of its own work: short ones first when deadlines are near each other. */
const workWeight = 0.5;

/** A task is given up, for good, by this share of its predicted work at the earliest, as the prediction may be wrong. */
const toldHopeShare = 0.9;

/**
 * A task gets a sequence before all others when its deadline passed this long ago, in ms. With agedTurn of the step level
 * (punctual-step.ts) this bounds how long any task with an E2E promise takes, whatever else comes; from its arrival to its end at most
 *   target + sequenceAgedMs + L (R + agedTurn (P + O))
 * with L the time of the longest pass, P the passes that the task needs, O those that relegated tasks need which arrived before it, R
 * those that the tasks in the sequences need when it has become the first of the aged, and the longest target of itself and those before
 * it. A second model that is busy too doubles L. In the last part, one pass in agedTurn has the oldest of the aged in it.
 */
export const sequenceAgedMs = 120_000;

interface Waiting {
  readonly id: TaskId;
  readonly rank: number;
  readonly work: Work;
}

export class PunctualTasks implements TaskPolicy {
  readonly #options: PunctualOptions;
  readonly #completions = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  readonly #committed = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  /** The same tasks as in `committed`, by the time from which they are hopeless. */
  readonly #hopes = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  /** The oldest first. */
  readonly #relegated = new Queue<Waiting>(Number.POSITIVE_INFINITY);
  /** Tasks that were added before their costs were known: ranked at the next turn. */
  readonly #fresh = new Map<TaskId, Work>();
  /** Tasks that were given up, and whose askers have not been told. */
  readonly #untold: Work[] = [];
  readonly #promises = new Map<TaskClass, Work>();
  readonly #trust = new PredictionTrust();
  /** As told last. */
  #running: readonly Work[] = [];
  #reviewedMs = Number.NEGATIVE_INFINITY;

  constructor(options: PunctualOptions) {
    this.#options = options;
  }

  add(work: Work): void {
    // One that was paused is another from now on.
    if (work.rest !== undefined) this.#running = this.#running.filter(({ id }) => id !== work.id);
    this.#fresh.set(work.id, work);
    if (work.rest === undefined) this.#promises.set(work.class, work);
  }

  remove(id: TaskId): void {
    if (this.#fresh.delete(id)) return;
    for (const queue of [this.#completions, this.#committed, this.#hopes, this.#relegated]) queue.remove(id);
  }

  first(): Work | undefined {
    const ranked = (this.#completions.first() ?? this.#committed.first() ?? this.#relegated.first())?.work;
    // Nothing is ranked while the model is not there: any of the fresh ones may be the most urgent.
    return [...this.#fresh.values(), ...(ranked ? [ranked] : [])].sort(byUrgency)[0];
  }

  hopeless(nowMs: number): Work | undefined {
    const untold = this.#untold.shift();
    if (untold !== undefined) return untold;
    const first = this.#hopes.first();
    if (first === undefined || first.rank >= nowMs) return undefined;
    this.#relegate(first.work);
    return first.work;
  }

  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    this.#running = running;
    this.#trust.observe(running);
    const work = this.#choose(running, room, nowMs);
    if (work !== undefined) this.#trust.watch(work);
    return work;
  }

  #choose(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    const isNew = this.#rankFresh(room, nowMs);
    if (this.#options.forecasts && (isNew || Math.abs(nowMs - this.#reviewedMs) >= reviewMs))
      this.#review(running, room, nowMs);
    if (running.length >= room.sequences) return undefined;
    const aged = this.#aged(running, nowMs);
    if (aged !== undefined) return aged; // 4
    const completion = this.#completions.first();
    if (completion !== undefined) return completion.work; // 1
    const left = this.#sequencesLeft(running, room);
    if (left <= 0) return undefined;
    const committed = this.#committed.first();
    if (committed !== undefined) return committed.work; // 3
    const isIdle = !running.some((work) => work.promise === 'e2e' && !work.relegated);
    return left > 1 || isIdle ? this.#relegated.first()?.work : undefined; // 3
  }

  stopped(work: Work): void {
    this.#running = this.#running.filter((other) => other !== work);
    this.#trust.forget(work);
  }

  pause(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    return this.#options.pauses ? this.#inTheWay(running, room, nowMs) : undefined;
  }

  #inTheWay(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    const isCrowded = pausingPays(room) || !running.some((work) => work.promise === 'ttft');
    const loser = isCrowded ? running.find((work) => mayPause(work, room, nowMs)) : undefined;
    if (this.#completions.size > 0) {
      if (running.length < room.sequences) return undefined;
      return loser === undefined ? lastInTheWay(running, nowMs) : this.#give(loser);
    }
    if (loser === undefined || this.#committed.size === 0 || !pausingPays(room)) return undefined;
    const rest = running.filter((work) => work !== loser);
    const helps = this.#sequencesLeft(running, room) <= 0 && this.#sequencesLeft(rest, room) > 0;
    return helps ? this.#give(loser) : undefined;
  }

  /** It gives way from now on, and its asker is told. */
  #give(work: Work): Work {
    if (!work.relegated) this.#untold.push(work);
    work.relegated = true;
    return work;
  }

  #aged(running: readonly Work[], nowMs: number): Work | undefined {
    const oldest = this.#relegated.first()?.work;
    if (oldest === undefined || !isAged(oldest, nowMs)) return undefined;
    const isBefore = (work: Work): boolean => isAged(work, nowMs) && work.arrivalMs <= oldest.arrivalMs;
    return running.some(isBefore) ? undefined : oldest;
  }

  /** Whether anything but completions was added. */
  #rankFresh(room: Room, nowMs: number): boolean {
    let isNew = false;
    for (const work of this.#fresh.values()) {
      const { id, deadlineMs } = work;
      isNew ||= work.promise === 'e2e';
      if (work.promise === 'ttft') this.#completions.add({ id, rank: deadlineMs, work });
      else if (work.relegated) this.#addRelegated(work);
      else {
        const wholeMs = wholeDeadlineMs(work);
        const hopelessMs = wholeMs - wholeLeastMs(work, room) * toldHopeShare;
        this.#committed.add({ id, rank: wholeMs + workWeight * wholeSoloMs(work, room), work });
        if (this.#options.relegates) this.#hopes.add({ id, rank: hopelessMs, work });
        if (this.#options.relegates && hopelessMs < nowMs) this.#giveUp(work);
      }
    }
    this.#fresh.clear();
    return isNew;
  }

  #addRelegated(work: Work): void {
    this.#relegated.add({ id: work.id, rank: work.arrivalMs, work });
  }

  #giveUp(work: Work): void {
    this.#relegate(work);
    this.#untold.push(work);
  }

  /** With it go the other calls of its workflow, and their askers are told. */
  #relegate(work: Work): void {
    this.#relegateOne(work);
    if (work.rest === undefined) return;
    const others = [...this.#running, ...this.#waitingCalls()].filter((other) => areOneWhole(other, work));
    for (const other of others.filter(({ relegated }) => !relegated)) {
      this.#relegateOne(other);
      this.#untold.push(other);
    }
  }

  #waitingCalls(): Work[] {
    return this.#committed.firstOnes(callsLooked).map(({ work }) => work);
  }

  #relegateOne(work: Work): void {
    work.relegated = true;
    this.#hopes.remove(work.id);
    if (this.#committed.remove(work.id) !== undefined) this.#addRelegated(work);
  }

  /** Gives up what must be, so that the other promises, and what is expected, can be kept. */
  #review(running: readonly Work[], room: Room, nowMs: number): void {
    this.#reviewedMs = nowMs;
    const started = running.filter((work) => work.promise === 'e2e' && !work.relegated);
    const waiting = this.#committed.firstOnes(candidatesMax).map(({ work }) => work);
    const isLost = (work: Work): boolean => wholeDeadlineMs(work) <= nowMs;
    const works = [...started, ...waiting].filter((work) => !isLost(work));
    const lost = works.some(({ rest }) => rest !== undefined)
      ? lostWholes(
          [...started, ...this.#waitingCalls()].filter((work) => !isLost(work)),
          room,
          nowMs,
        )
      : this.#lostTasks(works, room, nowMs);
    for (const work of [...started.filter(isLost), ...lost]) if (!work.relegated) this.#giveUp(work);
  }

  #lostTasks(works: readonly Work[], room: Room, nowMs: number): Work[] {
    const expected = this.#expected(works, room, nowMs);
    const isKept = (left: readonly Work[]): boolean => keepsAll([...left, ...expected], room, nowMs);
    return this.#trust.isGood && works.length > 0 ? givenUp(works, isKept) : [];
  }

  /** Completions are left out, see keepsAll. */
  #expected(works: readonly Work[], { demand }: Room, nowMs: number): Work[] {
    return expectedWorks(works, demand, this.#promises, nowMs).filter((work) => work.promise === 'e2e');
  }

  /** Sequences that others than completions may still take. */
  #sequencesLeft(running: readonly Work[], room: Room): number {
    const others = running.filter((work) => work.promise === 'e2e').length;
    const kept = this.#options.keepsSequences ? keptSequences(room) : 0;
    return Math.min(room.sequences - running.length, room.sequences - kept - others);
  }
}

function byUrgency(a: Work, b: Work): number {
  return Number(a.relegated) - Number(b.relegated) || a.deadlineMs - b.deadlineMs;
}

function isAged(work: Work, nowMs: number): boolean {
  return work.promise === 'e2e' && work.relegated && nowMs - wholeDeadlineMs(work) > sequenceAgedMs;
}

/** With one sequence none can be kept for completions: then a commitment waits for one, and goes on with its promise. */
function lastInTheWay(running: readonly Work[], nowMs: number): Work | undefined {
  const [only, ...others] = running;
  return only?.promise === 'e2e' && others.length === 0 && !isAged(only, nowMs) ? only : undefined;
}

/**
 * Where all sequences advance together, a pause delays one by much and helps another by little: there only a completion that finds
 * nothing but long work gets a sequence so.
 */
function pausingPays({ costs, sequences }: Room): boolean {
  return !decodesTogether(costs, sequences);
}

/** Only what cannot be on time any more, and has not waited for long. */
function mayPause(work: Work, room: Room, nowMs: number): boolean {
  if (work.promise === 'ttft' || isAged(work, nowMs)) return false;
  return work.relegated || nowMs + wholeLeastMs(work, room) * toldHopeShare > wholeDeadlineMs(work);
}

/** The policy with some of its mechanisms taken away. */
export function punctualWith(options: Partial<PunctualOptions>): Policy {
  const all = { ...allMechanisms, ...options };
  return {
    name: 'punctual',
    newTaskPolicy: () => new PunctualTasks(all),
    planStep: plannerOf(all),
    speculates: true,
  };
}

export const punctual: Policy = punctualWith({});
