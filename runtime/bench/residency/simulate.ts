/**
 * A day on a simulated machine: models come and go by a contender's decisions, tasks run on what is resident. Virtual time, from event
 * to event. What a contender must not do (evict what runs or loads, use more memory than there is) ends the run with an error.
 */
import type { Decision, ResidencyView } from '../../core/residency/types.ts';
import type { Contender, ContenderSetup } from './contender.ts';
import type { BenchDay, BenchTask } from './day.ts';
import { Disk } from './disk.ts';
import { type Ending, earliest } from './endings.ts';
import { type Queued, SimulatedModel } from './model.ts';
import { PageCache } from './page-cache.ts';
import { type SimulatedDay, Tally } from './tally.ts';
import { type DeviceName, devices, gigabyte, host } from './workloads.ts';

/** A pass of another model that a completion waits for, and what a load beside it costs a prefill. */
const passMs = 30;
const loadSlowdown = 1.1;
/** Beyond the last arrival by this much, whoever still waits would wait for ever. */
const patienceMs = 3_600_000;

export interface SimulateOptions {
  readonly device: DeviceName;
  readonly day: BenchDay;
  readonly setup: ContenderSetup;
  readonly keepsDecisions?: boolean;
}

export function simulate(options: SimulateOptions): SimulatedDay {
  return new Machine(options).run();
}

class Machine implements ResidencyView {
  readonly models: readonly SimulatedModel[];
  readonly budgetBytes: number;
  readonly cacheBytes = host.cacheGb * gigabyte;
  readonly isCacheShared = false;
  nowMs = 0;
  readonly #day: BenchDay;
  readonly #setup: ContenderSetup;
  readonly #contender: Contender;
  readonly #byId: ReadonlyMap<string, SimulatedModel>;
  readonly #cache = new PageCache(this.cacheBytes);
  readonly #disk = new Disk();
  readonly #tally = new Tally();
  readonly #keepsDecisions: boolean;
  #endings: Ending[] = [];
  #sparesCache = false;
  #arrived = 0;
  #signalled = 0;
  #wakeMs = Number.POSITIVE_INFINITY;
  #reviewAtMs: number;

  constructor({ device, day, setup, keepsDecisions }: SimulateOptions) {
    const hardware = devices[device];
    this.budgetBytes = hardware.memoryGb * gigabyte;
    this.models = day.fleet.map(
      (spec) => new SimulatedModel(spec, hardware, this.#cache, setup.pinsCompletion && spec.role === 'completion'),
    );
    this.#byId = new Map(this.models.map((model) => [model.id, model]));
    this.#day = day;
    this.#setup = setup;
    this.#contender = setup.make();
    this.#keepsDecisions = keepsDecisions ?? false;
    this.#reviewAtMs = setup.reviewMs ?? Number.POSITIVE_INFINITY;
  }

  get reading(): string | undefined {
    return this.#disk.reading;
  }

  run(): SimulatedDay {
    const { tasks } = this.#day;
    const lastMs = (tasks.at(-1)?.arrivalMs ?? 0) + patienceMs;
    while (this.#tally.rows.length < tasks.length || this.#disk.loading !== undefined) {
      if (this.#step()) this.#decide();
      if (this.nowMs > lastMs) throw new Error(`${tasks.length - this.#tally.rows.length} tasks wait for ever.`);
    }
    return this.#tally;
  }

  /** To the next thing that happens. True when the contender has to be asked. */
  #step(): boolean {
    const task = this.#day.tasks[this.#arrived];
    const signal = this.#day.signals[this.#signalled];
    const ending = earliest(this.#endings);
    const diskMs = this.nowMs + this.#disk.nextMs;
    const taskMs = task?.arrivalMs ?? Number.POSITIVE_INFINITY;
    const signalMs = signal?.atMs ?? Number.POSITIVE_INFINITY;
    const endingMs = ending?.atMs ?? Number.POSITIVE_INFINITY;
    const timerMs = Math.min(this.#wakeMs, this.#reviewAtMs);
    const nextMs = Math.min(taskMs, signalMs, endingMs, diskMs, timerMs);
    const hasDiskNews = this.#advance(Math.max(nextMs, this.nowMs));
    if (endingMs <= nextMs && ending !== undefined) return this.#end(ending) || hasDiskNews;
    if (taskMs <= nextMs && task !== undefined) return this.#arrive(task) || hasDiskNews;
    if (signalMs <= nextMs && signal !== undefined) {
      this.#signalled += 1;
      this.#contender.signal(signal, this.nowMs);
      return true;
    }
    return hasDiskNews || timerMs <= nextMs;
  }

  /** True when a load or a reading is over. */
  #advance(toMs: number): boolean {
    const { reading } = this.#disk;
    const { readBytes, isLoaded, isRead } = this.#disk.advance(toMs - this.nowMs);
    this.nowMs = toMs;
    if (reading !== undefined && readBytes > 0) {
      this.#cache.add(reading, readBytes);
      this.#tally.readAheadBytes += readBytes;
    }
    if (isRead) this.#disk.stopReading();
    if (isLoaded) this.#loaded();
    return isLoaded || isRead;
  }

  #loaded(): void {
    const { loading } = this.#disk;
    if (loading === undefined) throw new Error('A load is over that never began.');
    const model = this.#get(loading.model);
    const missing = model.fileBytes - this.#cache.cachedBytes(model.id);
    const free = this.cacheBytes - this.#cache.usedBytes;
    this.#cache.add(model.id, this.#sparesCache ? Math.min(missing, free) : missing);
    this.#tally.loaded(model.id, this.nowMs - loading.startedMs);
    this.#disk.endLoad();
    model.state = 'ready';
    model.readySinceMs = this.nowMs;
    this.#startWaiting(model);
  }

  #arrive(task: BenchTask): boolean {
    const model = this.#get(task.role);
    this.#arrived += 1;
    const workMs = model.workMs(task);
    this.#contender.use(
      model.id,
      { class: task.class, targetMs: task.deadlineMs - task.arrivalMs, workMs },
      this.nowMs,
    );
    this.#tally.use(model.id);
    model.lastUsedMs = this.nowMs;
    const { class: taskClass, arrivalMs, deadlineMs } = task;
    model.waiting.push({ id: String(task.id), class: taskClass, arrivalMs, deadlineMs, workMs, task });
    this.#startWaiting(model);
    return task.class !== 'completion' || model.state !== 'ready';
  }

  #end(ending: Ending): boolean {
    this.#endings = this.#endings.filter((other) => other !== ending);
    const { model, kind } = ending;
    if (kind === 'resize') model.state = 'ready';
    else {
      model.running -= 1;
      model.lastUsedMs = this.nowMs;
    }
    this.#startWaiting(model);
    return (
      model.id !== 'completion' || this.models.some(({ state, waiting }) => state !== 'ready' && waiting.length > 0)
    );
  }

  #startWaiting(model: SimulatedModel): void {
    while (model.canStart) {
      const queued = model.waiting.shift();
      if (queued === undefined) return;
      this.#start(model, queued);
    }
  }

  #start(model: SimulatedModel, { task }: Queued): void {
    const others = this.models.reduce(
      (count, other) => count + Number(other !== model && other.running > 0 && other.id !== 'completion'),
      0,
    );
    const isCompletion = task.class === 'completion';
    // Completions go first at every pass, so they wait for one pass of another model; everything else shares the device.
    const slowdown = (isCompletion ? 1 : 1 + others) * (this.#disk.loading === undefined ? 1 : loadSlowdown);
    const { firstMs, lastMs } = model.serve(task, slowdown);
    const passWaitMs = isCompletion && others > 0 ? passMs : 0;
    const waitedMs = this.nowMs - task.arrivalMs + passWaitMs;
    this.#tally.rows.push({
      task,
      ttftMs: waitedMs + firstMs,
      e2eMs: waitedMs + lastMs,
      isSubstituted: task.role !== model.id,
    });
    model.running += 1;
    this.#endings.push({ atMs: this.nowMs + passWaitMs + lastMs, model, kind: 'task' });
  }

  #decide(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    if (this.#setup.reviewMs !== undefined) this.#reviewAtMs = this.nowMs + this.#setup.reviewMs;
    for (const decision of this.#contender.decide(this)) {
      if (this.#keepsDecisions) this.#tally.decisions.push({ atMs: this.nowMs, decision });
      this.#perform(decision);
    }
  }

  #perform(decision: Decision): void {
    switch (decision.kind) {
      case 'load':
        return this.#load(decision);
      case 'wait':
        this.#wakeMs = Math.min(this.#wakeMs, Math.max(decision.untilMs, this.nowMs + 1));
        return;
      case 'drain':
        this.#get(decision.model).isDraining = true;
        return;
      case 'resume': {
        const model = this.#get(decision.model);
        model.isDraining = false;
        return this.#startWaiting(model);
      }
      case 'resize':
        return this.#resize(this.#get(decision.model), decision.isSmall);
      case 'substitute':
        return this.#substitute(decision);
      case 'readAhead':
        return this.#readAhead(decision);
      case 'stopReading':
        return this.#disk.stopReading();
      case 'release':
        return this.#evict(this.#get(decision.model));
      default:
        decision satisfies never;
    }
  }

  #load({ model: id, isSmall, isAhead, evict, downsize, sparesCache }: Extract<Decision, { kind: 'load' }>): void {
    const model = this.#get(id);
    if (model.state !== 'absent') throw new Error(`${id} is ${model.state} and cannot be loaded.`);
    for (const victim of evict) this.#evict(this.#get(victim));
    for (const other of downsize) this.#resize(this.#get(other), true);
    this.#sparesCache = sparesCache;
    model.state = 'loading';
    model.readySinceMs = this.nowMs;
    model.isSmall = isSmall;
    model.isDraining = false;
    if (this.#disk.reading === id) this.#disk.stopReading();
    this.#checkMemory();
    this.#cache.touch(id);
    const cached = this.#cache.cachedBytes(id);
    const extraMs = downsize.length > 0 ? host.resizeMs : 0;
    this.#disk.load(id, cached, model.fileBytes - cached, extraMs, this.nowMs);
    this.#tally.load(id, isAhead);
  }

  #evict(model: SimulatedModel): void {
    if (model.state !== 'ready' || model.running > 0) throw new Error(`${model.id} is evicted while it is in use.`);
    if (model.isPinned) throw new Error(`${model.id} is evicted although it is pinned.`);
    model.forget(this.#setup.parks);
    model.state = 'absent';
    model.isDraining = false;
    this.#tally.evict(model.id);
  }

  #resize(model: SimulatedModel, isSmall: boolean): void {
    if (model.state !== 'ready' || model.running > 0) throw new Error(`${model.id} is resized while it is in use.`);
    model.forget(this.#setup.parks);
    model.isSmall = isSmall;
    model.state = 'resizing';
    this.#checkMemory();
    this.#tally.resizes += 1;
    this.#endings.push({ atMs: this.nowMs + host.resizeMs, model, kind: 'resize' });
  }

  #substitute({ model: id, by, tasks, asks }: Extract<Decision, { kind: 'substitute' }>): void {
    if (asks) return;
    const from = this.#get(id);
    const to = this.#get(by);
    const moved = from.waiting.filter((queued) => tasks.includes(queued.id));
    for (const queued of moved) {
      from.waiting.splice(from.waiting.indexOf(queued), 1);
      to.waiting.push({ ...queued, workMs: to.workMs(queued.task) });
    }
    this.#startWaiting(to);
    this.#wakeMs = this.nowMs;
  }

  #readAhead({ model: id, drop }: Extract<Decision, { kind: 'readAhead' }>): void {
    const model = this.#get(id);
    for (const { model: file, bytes } of drop) this.#cache.drop(file, bytes);
    this.#cache.touch(id);
    const missing = model.fileBytes - this.#cache.cachedBytes(id);
    if (missing > 0) this.#disk.read(id, missing);
  }

  #checkMemory(): void {
    const used = this.models.reduce((sum, model) => sum + model.heldBytes, 0);
    if (used > this.budgetBytes) throw new Error(`${used} bytes are used of ${this.budgetBytes}.`);
  }

  #get(id: string): SimulatedModel {
    const model = this.#byId.get(id);
    if (model === undefined) throw new Error(`There is no model '${id}'.`);
    return model;
  }
}
