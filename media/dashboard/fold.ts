/**
 * What the page knows of tasks, passes and models: a fold of what the runtime tells, within bounds. Pure: draws nothing, reads no clock;
 * times are in ms on the runtime's clock.
 */
import type {
  KnownWatchItem,
  ModelScore,
  WatchItem,
  WatchNews,
  WatchOutcome,
} from '../../runtime/protocol/dashboard.ts';
import { CostErrors } from './cost-errors.ts';

export const tasksMax = 10_000;
export const passesMax = 20_000;
export const decisionsMax = 500;
/** Of one task: more has happened to none. */
const notesMax = 16;

type Item<Kind extends KnownWatchItem['kind']> = Extract<KnownWatchItem, { readonly kind: Kind }>;
export type TaskClass = Item<'submit'>['class'] | 'idle';
export type Phase = 'waiting' | 'running' | 'paused';

/** A time in which a task did one thing; without an end it goes on. */
export interface Stretch {
  readonly phase: Phase;
  readonly fromMs: number;
  toMs?: number;
}

/** Something that happened to a task, beside waiting and running. */
export type Note =
  | { readonly kind: 'relegated' | 'restarted' }
  | { readonly kind: 'substituted' | 'offered'; readonly by: string; readonly why: string };

export interface Task {
  readonly id: string;
  readonly class: TaskClass;
  readonly sla: Item<'submit'>['sla'];
  readonly arrivalMs: number;
  /** Whose row it stands in: the one it was asked for. */
  readonly model: string;
  /** Counted from 0; of two tasks that are there at the same time each has its own. */
  readonly row: number;
  readonly stretches: Stretch[];
  readonly notes: Note[];
  firstTokenMs?: number;
  settledMs?: number;
  /** The newer request of its document. */
  supersededBy?: string;
  outcome?: WatchOutcome;
  promptTokens: number;
  reusedTokens: number;
  evaluatedTokens: number;
  generatedTokens: number;
}

export interface Pass {
  readonly model: string;
  readonly step: 'prefill' | 'decode';
  readonly fromMs: number;
  readonly toMs: number;
}

/** A model on its way into memory; without an end it still is. */
export interface Load {
  readonly model: string;
  readonly fromMs: number;
  toMs?: number;
}

export type Decision = Item<'decision' | 'loaded' | 'loadFailed' | 'engineLost'>;

/** Tokens since the first turn that is known. */
export interface Totals {
  evaluated: number;
  generated: number;
  /** Of these, for answers that nobody took, and guesses that were wrong. */
  wasted: number;
  prompt: number;
  reused: number;
}

export class Fold {
  readonly tasks = new Map<string, Task>();
  readonly costErrors = new CostErrors();
  passes: Pass[] = [];
  decisions: Decision[] = [];
  loads: Load[] = [];
  totals: Totals = { evaluated: 0, generated: 0, wasted: 0, prompt: 0, reused: 0 };
  scores: readonly ModelScore[] = [];
  leftOut = 0;
  originMs = 0;
  /** The last that was heard, and the first that is known. */
  nowMs = 0;
  firstMs: number | undefined;
  #lastSubmit: Pick<Item<'submit'>, 'id' | 'atMs'> | undefined;
  /** By model: which rows are taken. */
  readonly #rows = new Map<string, boolean[]>();

  news({ past, originMs, nowMs, items, leftOut, scores }: WatchNews): void {
    // Whoever begins with the past tells everything anew: the page may have missed something, or it is another runtime.
    if (past) this.#forget();
    this.originMs = originMs;
    this.nowMs = nowMs;
    this.scores = scores;
    this.leftOut += leftOut;
    for (const item of items) this.#item(item);
    this.#bound();
  }

  #forget(): void {
    this.tasks.clear();
    this.#rows.clear();
    this.passes = [];
    this.decisions = [];
    this.loads = [];
    this.totals = { evaluated: 0, generated: 0, wasted: 0, prompt: 0, reused: 0 };
    this.leftOut = 0;
    this.firstMs = undefined;
  }

  #item(item: WatchItem): void {
    this.firstMs ??= item.atMs;
    switch (item.kind) {
      case 'submit':
        return this.#submit(item);
      case 'pass':
        return this.#pass(item);
      case 'decision':
        this.decisions.push(item);
        if (item.action === 'load' && item.model !== undefined)
          this.loads.push({ model: item.model, fromMs: item.atMs });
        return;
      case 'loaded':
      case 'loadFailed':
        this.decisions.push(item);
        for (const load of this.loads) if (load.model === item.model) load.toMs ??= item.atMs;
        return;
      case 'engineLost':
        this.decisions.push(item);
        for (const load of this.loads) load.toMs ??= item.atMs;
        for (const task of this.tasks.values()) if (phaseOf(task) === 'running') this.#restarted(task, item.atMs);
        return;
      case 'unloaded':
      case 'ended':
      case 'withdraw':
      case 'other':
        return;
      default: {
        const task = this.tasks.get(item.id);
        if (task !== undefined && task.outcome === undefined) this.#ofTask(task, item);
      }
    }
  }

  #submit({ id, atMs, model, class: name, sla, arrivalMs, idle }: Item<'submit'>): void {
    this.#lastSubmit = { id, atMs };
    const rows = this.#rows.get(model) ?? [];
    const free = rows.indexOf(false);
    const row = free < 0 ? rows.length : free;
    rows[row] = true;
    this.#rows.set(model, rows);
    this.tasks.set(id, {
      ...{ id, class: idle ? 'idle' : name, sla, arrivalMs, model, row, notes: [] },
      stretches: [{ phase: 'waiting', fromMs: arrivalMs }],
      ...{ promptTokens: 0, reusedTokens: 0, evaluatedTokens: 0, generatedTokens: 0 },
    });
  }

  #ofTask(
    task: Task,
    item: Item<'accepted' | 'tokens' | 'start' | 'stop' | 'settle' | 'relegate' | 'substitute' | 'offer'>,
  ): void {
    switch (item.kind) {
      case 'start':
        return enter(task, 'running', item.atMs);
      case 'stop':
        return item.keep ? enter(task, 'paused', item.atMs) : undefined;
      case 'accepted':
        task.promptTokens = item.promptTokens;
        task.reusedTokens = item.reusedTokens;
        this.totals.prompt += item.promptTokens;
        this.totals.reused += item.reusedTokens;
        return;
      case 'tokens':
        task.firstTokenMs ??= item.atMs;
        task.generatedTokens += item.count;
        this.totals.generated += item.count;
        return;
      case 'settle':
        return this.#settle(task, item);
      case 'relegate':
        return note(task, { kind: 'relegated' });
      case 'substitute':
        return note(task, { kind: 'substituted', by: item.by, why: item.why });
      case 'offer':
        return note(task, { kind: 'offered', by: item.by, why: item.why });
      default:
        item satisfies never;
    }
  }

  #settle(task: Task, { atMs, outcome }: Item<'settle'>): void {
    close(task, atMs);
    task.settledMs = atMs;
    task.outcome = outcome;
    const isSuperseded = outcome.kind === 'cancelled' && outcome.by === 'superseded';
    // It happens in the turn in which the other one is submitted.
    const other = this.#lastSubmit;
    if (isSuperseded && other?.atMs === atMs && other.id !== task.id) task.supersededBy = other.id;
    const rows = this.#rows.get(task.model);
    if (rows) rows[task.row] = false;
    // What was evaluated ahead is there for the request that comes.
    const isWaste = outcome.kind !== 'finished' && task.class !== 'idle';
    if (isWaste) this.totals.wasted += task.evaluatedTokens + task.generatedTokens;
  }

  #pass({ model, step, tokens, wallMs, atMs, id, drafted = 0, accepted = 0 }: Item<'pass'>): void {
    this.passes.push({ model, step, fromMs: atMs - wallMs, toMs: atMs });
    const wrong = Math.max(0, drafted - accepted);
    this.totals.wasted += wrong;
    this.totals.evaluated += wrong;
    if (step !== 'prefill') return;
    this.totals.evaluated += tokens;
    const task = id === undefined ? undefined : this.tasks.get(id);
    if (task === undefined) return;
    task.evaluatedTokens += tokens;
    // The pass in flight when its task was given up.
    if (task.outcome && task.outcome.kind !== 'finished' && task.class !== 'idle') this.totals.wasted += tokens;
  }

  #restarted(task: Task, atMs: number): void {
    enter(task, 'waiting', atMs);
    note(task, { kind: 'restarted' });
  }

  /** The oldest leave, but none that is not over. A tenth more than the bound is let in, so that not every turn moves everything. */
  #bound(): void {
    this.passes = bounded(this.passes, passesMax);
    this.decisions = bounded(this.decisions, decisionsMax);
    this.loads = bounded(this.loads, decisionsMax);
    if (this.tasks.size <= tasksMax) return;
    for (const [id, { outcome }] of this.tasks) {
      if (this.tasks.size <= tasksMax) return;
      if (outcome !== undefined) this.tasks.delete(id);
    }
  }
}

export function phaseOf({ stretches }: Pick<Task, 'stretches'>): Phase | undefined {
  const last = stretches.at(-1);
  return last?.toMs === undefined ? last?.phase : undefined;
}

function enter(task: Task, phase: Phase, atMs: number): void {
  close(task, atMs);
  task.stretches.push({ phase, fromMs: atMs });
}

function close({ stretches }: Task, atMs: number): void {
  const last = stretches.at(-1);
  if (last !== undefined) last.toMs ??= atMs;
}

function note({ notes }: Task, added: Note): void {
  if (notes.length < notesMax) notes.push(added);
}

function bounded<T>(list: T[], max: number): T[] {
  return list.length > max * 1.1 ? list.slice(-max) : list;
}
