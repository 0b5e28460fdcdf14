/**
 * What the page knows of tasks, passes and models: a fold of what the runtime tells, within bounds. Pure: draws nothing, reads no clock;
 * times are in ms on the runtime's clock.
 */
import type { ModelScore, WatchItem, WatchNews } from '../../runtime/protocol/dashboard.ts';
import { Answers, verdictOf } from './answers.ts';
import { CostErrors } from './cost-errors.ts';
import { bounded, Tasks } from './history.ts';
import { close, enter, type Item, note, phaseOf, type Task, taskOf } from './task.ts';

export const passesMax = 20_000;
export const decisionsMax = 500;

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
  readonly tasks = new Tasks();
  readonly answers = new Answers();
  readonly costErrors = new CostErrors();
  /** In the order of their ends. */
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
  /** As many tasks as have come. */
  #submitted = 0;
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
    this.answers.clear();
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
        for (const task of this.tasks.live) if (phaseOf(task) === 'running') this.#restarted(task, item.atMs);
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

  #submit(item: Item<'submit'>): void {
    const { id, atMs, model } = item;
    this.#lastSubmit = { id, atMs };
    const rows = this.#rows.get(model) ?? [];
    const free = rows.indexOf(false);
    const row = free < 0 ? rows.length : free;
    rows[row] = true;
    this.#rows.set(model, rows);
    this.#submitted += 1;
    const task = taskOf(item, this.#submitted, row);
    this.tasks.add(task);
    this.answers.submitted(task);
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
    this.tasks.end(task, atMs);
    task.outcome = outcome;
    task.verdict = verdictOf(task);
    this.answers.settled(task);
    const isSuperseded = outcome.kind === 'cancelled' && outcome.by === 'superseded';
    // It happens in the turn in which the other one is submitted.
    const other = this.#lastSubmit;
    if (isSuperseded && other?.atMs === atMs && other.id !== task.id) task.supersededBy = other.id;
    this.#free(task);
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

  #free({ model, row }: Task): void {
    const rows = this.#rows.get(model);
    if (rows) rows[row] = false;
  }

  #restarted(task: Task, atMs: number): void {
    enter(task, 'waiting', atMs);
    note(task, { kind: 'restarted' });
  }

  #bound(): void {
    this.passes = bounded(this.passes, passesMax);
    this.decisions = bounded(this.decisions, decisionsMax);
    this.loads = bounded(this.loads, decisionsMax);
    const before = this.tasks.oldestEndMs;
    for (const lost of this.tasks.bound()) this.#free(lost);
    // What was before that is known in part only.
    const oldest = this.tasks.oldestEndMs;
    if (oldest !== before) this.firstMs = oldest;
  }
}
