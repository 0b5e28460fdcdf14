/** A replayed request on its way: as the load has it, as it was submitted, and what has become of it. Pure. */
import type { StepPlan } from '../../core/step.ts';
import type { Task, TaskId } from '../../core/task.ts';
import type { Script } from '../../engine/simulated-process.ts';
import type { Arrival } from './arrivals.ts';
import { isPromise, type OutcomeRow } from './score.ts';

export const replayedModel = 'replayed';

/** Of the made-up text that stands for a prompt: what the runtime takes for the length of a token from the start, so it learns nothing wrong. */
const charsPerToken = 3.5;

/** One forward pass; times in virtual ms. */
export interface ReplayPass {
  readonly kind: StepPlan['kind'];
  readonly startMs: number;
  readonly endMs: number;
  /** Who took part; a prefill is of one. */
  readonly ids: readonly TaskId[];
  /** Prompt tokens of a prefill, one for each sequence of a decode. */
  readonly tokens: number;
}

/** Whose prompts were evaluated, or tokens for whomever. */
export const busyKinds = ['completion prompts', 'other prompts', 'decode'] as const;
export type BusyKind = (typeof busyKinds)[number];

/** Any token that ends nothing. */
const answerToken = 7;

/** A row as it is filled in. */
export interface Progress {
  /** As in the load. */
  readonly whole: Arrival;
  /** As it was submitted. */
  arrival: Arrival;
  outcome: OutcomeRow['outcome'];
  firstTokenMs: number | undefined;
  endMs: number | undefined;
  relegated: boolean;
  /** Found in the cache when it started first. */
  foundTokens: number | undefined;
  prefilledTokens: number;
  reusedTokens: number;
  generatedTokens: number;
}

export function newProgress(arrival: Arrival): Progress {
  return {
    whole: arrival,
    arrival,
    outcome: 'unanswered',
    firstTokenMs: undefined,
    endMs: undefined,
    relegated: false,
    foundTokens: undefined,
    prefilledTokens: 0,
    reusedTokens: 0,
    generatedTokens: 0,
  };
}

export function rowOf({ whole: _, arrival, foundTokens: __, firstTokenMs, endMs, ...row }: Progress): OutcomeRow {
  return {
    id: arrival.id,
    ...row,
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...(endMs !== undefined && { endMs }),
  };
}

export function taskOf({ id, class: taskClass, sla, atMs, promptTokens, maxTokens, document }: Arrival): Task {
  return {
    id,
    class: taskClass,
    sla,
    arrivalMs: atMs,
    model: replayedModel,
    prompt: { kind: 'chat', user: ' '.repeat(Math.round(charsPerToken * promptTokens.length)) },
    limits: { maxTokens, stop: [] },
    ...(document !== undefined && { supersedeKey: document }),
  };
}

export function promptShareOf(rows: readonly Progress[]): number {
  const promises = rows.filter(({ whole }) => whole.class === 'completion' && isPromise(whole));
  const tokens = (of: 'whole' | 'arrival'): number =>
    promises.reduce((sum, row) => sum + row[of].promptTokens.length, 0);
  return promises.length === 0 ? 1 : tokens('arrival') / tokens('whole');
}

/** @param ownToken takes the place of the first token, where no prompt may find another one. */
export function scriptOf({ promptTokens, answerTokens }: Arrival, ownToken?: number): Script {
  return {
    promptTokens: ownToken === undefined ? promptTokens : [ownToken, ...promptTokens.slice(1)],
    // The end is a token as well.
    answerTokens: Array<number>(answerTokens - 1).fill(answerToken),
  };
}
