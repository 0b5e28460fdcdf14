/**
 * SABER's machine as a fluid: each of the L requests that run and are not paused advances at v(L) tokens per second, from event to
 * event, without a loop over tokens. Policies see it through the interfaces of the core: no prompts, as many sequences as there are
 * requests, of which a pass advances the 100 at most for which the speed was measured.
 */
import type { Costs } from '../../core/estimate.ts';
import type { Demand, Policy, Room, Work } from '../../core/policy.ts';
import type { SequenceView, StepLimits, StepView } from '../../core/step.ts';
import type { TaskClass } from '../../core/task.ts';
import { type SaberClass, saber, saberLoadMax, saberSpeed } from '../workloads.ts';
import type { Predict } from './lengths.ts';
import type { Request } from './requests.ts';

/** The classes of the core that stand for SABER's: policies tell small work from large by it, and how often it comes. */
const taskClassOf: Record<SaberClass, TaskClass> = {
  question: 'completion',
  summary: 'summarize',
  generation: 'translate',
  translation: 'translate',
};

/** A request that has ended within this time of its deadline, in ms, is on time: times are sums of many. */
const roundingMs = 1e-6;

const speeds = Float64Array.from({ length: saber.requests + 2 }, (_, load) => saberSpeed(load));

function speedOf(load: number): number {
  return speeds[load] ?? saberSpeed(load);
}

const saberCosts: Costs = { prefillMs: () => 0, decodeMs: (sequences) => 1_000 / speedOf(sequences) };

const limits: StepLimits = {
  chunkTokens: 1,
  decodeSequences: saberLoadMax,
  passMsMax: Number.POSITIVE_INFINITY,
};

export interface MachineOptions {
  readonly predict: Predict;
  /** What of an answer will come as good as certainly; undefined where predictions are certain. */
  readonly least?: Predict | undefined;
  /**
   * Policies decide at arrivals and ends, and those that may pause what runs also this often in between, in ms: predictions change and
   * deadlines pass while nothing happens.
   */
  readonly reviewMs: number | undefined;
}

export interface RunResult {
  /** Whether each request ended by its deadline. */
  readonly onTime: readonly boolean[];
  /** Tokens generated for requests that did not end on time, as a share of all. */
  readonly wastedShare: number;
  /** Most requests that held a sequence at once. */
  readonly runningMax: number;
}

interface Job {
  readonly request: Request;
  readonly work: Work;
  readonly view: Mutable<SequenceView>;
  doneTokens: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Runs the policy until no deadline is left ahead. */
export function runMachine(requests: readonly Request[], policy: Policy, options: MachineOptions): RunResult {
  return new Machine(requests, policy, options).run();
}

class Machine {
  readonly #requests: readonly Request[];
  readonly #policy: Policy;
  readonly #tasks: ReturnType<Policy['newTaskPolicy']>;
  readonly #options: MachineOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #seen = new Seen();
  readonly #room: Room;
  readonly #onTime: boolean[];
  #running: Job[] = [];
  #active: Job[] = [];
  #arrived = 0;
  #nowMs = 0;
  #runningMax = 0;
  #tokensOnTime = 0;
  #tokens = 0;
  #decisions = 0;
  #isPlanDue = true;

  constructor(requests: readonly Request[], policy: Policy, options: MachineOptions) {
    this.#requests = requests;
    this.#policy = policy;
    this.#tasks = policy.newTaskPolicy();
    this.#options = options;
    this.#onTime = requests.map(() => false);
    this.#room = { sequences: requests.length, limits, costs: saberCosts, demand: this.#seen };
  }

  run(): RunResult {
    const lastMs = this.#requests.reduce((last, { deadlineMs }) => Math.max(last, deadlineMs), 0);
    while (this.#arrived < this.#requests.length || (this.#running.length > 0 && this.#nowMs <= lastMs)) {
      this.#advance();
      this.#decide();
    }
    return { onTime: this.#onTime, wastedShare: 1 - this.#tokensOnTime / this.#tokens, runningMax: this.#runningMax };
  }

  /** To the next arrival, end or review, whichever comes first. */
  #advance(): void {
    const perMs = speedOf(this.#active.length) / 1_000;
    const arriving = this.#requests[this.#arrived];
    let ending: Job | undefined;
    for (const job of this.#active) if (ending === undefined || left(job) < left(ending)) ending = job;
    const arrivalMs = arriving?.arrivalMs ?? Number.POSITIVE_INFINITY;
    const endMs = ending === undefined ? Number.POSITIVE_INFINITY : this.#nowMs + left(ending) / perMs;
    const reviewMs = this.#nowMs + (this.#options.reviewMs ?? Number.POSITIVE_INFINITY);
    const nextMs = Math.min(arrivalMs, endMs, this.#running.length > 0 ? reviewMs : Number.POSITIVE_INFINITY);
    const tokens = (nextMs - this.#nowMs) * perMs;
    for (const job of this.#active) job.doneTokens += tokens;
    this.#tokens += tokens * this.#active.length;
    this.#nowMs = nextMs;
    if (ending !== undefined && endMs === nextMs) this.#end(ending);
    else if (arriving !== undefined && arrivalMs === nextMs) this.#arrive(arriving);
  }

  #arrive(request: Request): void {
    const job = newJob(request, this.#options);
    this.#jobs.set(request.id, job);
    this.#arrived += 1;
    this.#seen.arrive(job.work);
    this.#tasks.add(job.work, this.#nowMs);
  }

  #end(job: Job): void {
    const { id, tokens, deadlineMs } = job.request;
    // What was still expected when it turned out to be over.
    job.work.decodeTokens = this.#options.predict(job.request, tokens);
    this.#jobs.delete(id);
    this.#running = this.#running.filter((other) => other !== job);
    this.#isPlanDue = true;
    if (this.#nowMs > deadlineMs + roundingMs) return;
    this.#onTime[Number(id)] = true;
    this.#tokensOnTime += tokens;
  }

  #decide(): void {
    const mayPause = this.#options.reviewMs !== undefined;
    if (mayPause) this.#predict();
    const running = this.#running.map(({ work }) => work);
    for (;;) {
      const work = this.#tasks.next(running, this.#room, this.#nowMs);
      if (work === undefined) break;
      this.#tasks.remove(work.id);
      running.push(work);
      this.#running.push(this.#job(work.id));
      this.#isPlanDue = true;
    }
    this.#runningMax = Math.max(this.#runningMax, this.#running.length);
    if (mayPause || this.#isPlanDue) this.#plan();
    this.#isPlanDue = false;
  }

  /** News of what runs. Who was given up and is late by now is taken off: nothing that is measured depends on it. */
  #predict(): void {
    this.#running = this.#running.filter(({ request, work }) => !work.relegated || request.deadlineMs > this.#nowMs);
    for (const { request, work, view, doneTokens } of this.#running) {
      work.decodeTokens = this.#options.predict(request, doneTokens);
      view.decodeTokens = work.decodeTokens;
      work.leastTokens = this.#options.least?.(request, doneTokens);
      view.leastTokens = work.leastTokens;
    }
  }

  #plan(): void {
    for (const job of this.#running) job.view.relegated = job.work.relegated;
    this.#decisions += 1;
    const view: StepView = {
      nowMs: this.#nowMs,
      sequences: this.#running.map((job) => job.view),
      limits,
      costs: saberCosts,
      lastKind: 'decode',
      passes: this.#decisions,
    };
    const plan = this.#policy.planStep(view);
    if (plan?.kind === 'prefill') throw new Error(`${this.#policy.name} prefills where no prompt is left.`);
    this.#active = plan === undefined ? [] : plan.ids.map((id) => this.#job(id));
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`${this.#policy.name} runs '${id}', which is not there.`);
    return job;
  }
}

function left(job: Job): number {
  return Math.max(0, job.request.tokens - job.doneTokens);
}

/** Spelled out field by field, as half a million are made: objects of one shape, without copies. */
function newJob(request: Request, { predict, least }: MachineOptions): Job {
  const { id, arrivalMs, deadlineMs } = request;
  const taskClass = taskClassOf[request.class];
  const decodeTokens = predict(request, 0);
  const leastTokens = least?.(request, 0);
  const work: Work = {
    id,
    class: taskClass,
    promise: 'e2e',
    arrivalMs,
    deadlineMs,
    prefillTokens: 0,
    decodeTokens,
    leastTokens,
    contextTokens: 0,
    maxTokens: saber.answerTokens[request.class],
    relegated: false,
  };
  const view: SequenceView = {
    id,
    class: taskClass,
    promise: 'e2e',
    arrivalMs,
    deadlineMs,
    decoding: true,
    tokensLeft: 1,
    contextTokens: 0,
    decodeTokens,
    leastTokens,
    started: true,
    relegated: false,
  };
  return { request, work, view, doneTokens: 0 };
}

/** The demand as it was seen so far. */
class Seen implements Demand {
  readonly #count = new Map<TaskClass, number>();
  readonly #tokens = new Map<TaskClass, number>();
  #nowMs = 0;

  arrive({ class: taskClass, arrivalMs, decodeTokens }: Work): void {
    this.#nowMs = arrivalMs;
    this.#count.set(taskClass, this.#of(this.#count, taskClass) + 1);
    this.#tokens.set(taskClass, this.#of(this.#tokens, taskClass) + decodeTokens);
  }

  ratePerSecond(taskClass: TaskClass): number {
    return (this.#of(this.#count, taskClass) * 1_000) / Math.max(this.#nowMs, rateMsMin);
  }

  decodeTokens(taskClass: TaskClass): number {
    return this.#of(this.#tokens, taskClass) / Math.max(1, this.#of(this.#count, taskClass));
  }

  prefillTokens(): number {
    return 0;
  }

  #of(counts: ReadonlyMap<TaskClass, number>, taskClass: TaskClass): number {
    return counts.get(taskClass) ?? 0;
  }
}

/** Before this time, in ms, a rate is too uncertain to be larger than what has been seen. */
const rateMsMin = 5_000;
