/** What the page knows of one task, and how that changes. Pure; times are in ms on the runtime's clock. */
import type { KnownWatchItem, WatchOutcome } from '../../runtime/protocol/dashboard.ts';

export type Item<Kind extends KnownWatchItem['kind']> = Extract<KnownWatchItem, { readonly kind: Kind }>;
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

export type Verdict = 'kept' | 'broken' | 'undecided';

export interface Task {
  readonly id: string;
  /** Counted up as tasks come. */
  readonly order: number;
  readonly class: TaskClass;
  /** What was promised to whoever asked: of a call of a workflow, the promise of the workflow. */
  readonly sla: Item<'submit'>['sla'];
  /** When it was asked for: of a call of a workflow, when the workflow was. */
  readonly arrivalMs: number;
  /** Whose row it stands in: the one it was asked for. */
  readonly model: string;
  /** Counted from 0; of two tasks that are there at the same time each has its own. */
  readonly row: number;
  readonly workflow?: string;
  /** It only measures: nobody was promised anything. */
  readonly isProbe: boolean;
  readonly stretches: Stretch[];
  readonly notes: Note[];
  verdict: Verdict;
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

/** Of one task: more has happened to none. */
const notesMax = 16;
/** Of one task: beyond it the last one goes on, whatever the task does. */
export const stretchesMax = 256;

export function taskOf(item: Item<'submit'>, order: number, row: number): Task {
  const { id, atMs, model, class: name, sla, arrivalMs, idle, probe, workflow, dueMs } = item;
  const promised = dueMs === undefined ? sla : ({ kind: 'e2e', targetMs: dueMs - arrivalMs } as const);
  return {
    ...{ id, order, class: idle ? 'idle' : name, sla: promised, arrivalMs, model, row },
    ...(workflow !== undefined && { workflow }),
    ...{ isProbe: probe === true, verdict: 'undecided', notes: [] },
    // A call of a workflow waits from its turn on, not since its workflow was asked for.
    stretches: [{ phase: 'waiting', fromMs: workflow === undefined ? arrivalMs : atMs }],
    ...{ promptTokens: 0, reusedTokens: 0, evaluatedTokens: 0, generatedTokens: 0 },
  };
}

/** When it is first seen on the timeline. */
export function beginOf({ stretches, arrivalMs }: Pick<Task, 'stretches' | 'arrivalMs'>): number {
  return stretches[0]?.fromMs ?? arrivalMs;
}

export function phaseOf({ stretches }: Pick<Task, 'stretches'>): Phase | undefined {
  const last = stretches.at(-1);
  return last?.toMs === undefined ? last?.phase : undefined;
}

export function enter(task: Task, phase: Phase, atMs: number): void {
  if (task.stretches.length >= stretchesMax) return;
  close(task, atMs);
  task.stretches.push({ phase, fromMs: atMs });
}

export function close({ stretches }: Task, atMs: number): void {
  const last = stretches.at(-1);
  if (last !== undefined) last.toMs ??= atMs;
}

export function note({ notes }: Task, added: Note): void {
  if (notes.length < notesMax) notes.push(added);
}
