/** Plays a log again through the scheduler of this version, and compares what it decides with what was decided then. */
import type { Event } from '../core/event.ts';
import { Learned } from '../core/learned.ts';
import { policyNamed } from '../core/policies/index.ts';
import type { ResidencyOptions } from '../core/residency/options.ts';
import { Scheduler } from '../core/scheduler.ts';
import { type SchedulerOptions, schedulerDefaults } from '../core/scheduler-options.ts';
import type { Task } from '../core/task.ts';
import { type LoggedTask, loggedEffect } from './entries.ts';
import type { ReadTurn } from './format.ts';
import { ShapedPrompts } from './prompts.ts';
import { type Log, LogError } from './read.ts';

/** The first turn in which not the same was decided. */
export interface Difference {
  /** Of the log; its first one has no turn. */
  readonly line: number;
  readonly atMs: number;
  readonly event: ReadTurn['event'];
  readonly recorded: readonly object[];
  readonly replayed: readonly object[];
}

export interface Replay {
  /** Played, up to a difference. */
  readonly events: number;
  readonly decisions: number;
  /** From the first to the last event, in ms. */
  readonly spanMs: number;
  readonly difference?: Difference;
}

/**
 * @param changes options that are others than they were: what would have been decided then.
 * @throws LogError for a policy that this version does not have, and for a prompt that refers to what the log lacks.
 */
export function replay({ header, turns }: Log, changes: Partial<SchedulerOptions> = {}): Replay {
  const scheduler = new Scheduler({ ...optionsOf(header.options), ...changes });
  const events = new Events();
  const firstMs = turns[0]?.atMs ?? 0;
  let decisions = 0;
  for (const [index, turn] of turns.entries()) {
    const { atMs, event, effects: recorded } = turn;
    const line = index + 2;
    const effects = scheduler.on(events.of(turn, line), atMs);
    // As they would be read back: without members that are undefined.
    const replayed: object[] = JSON.parse(JSON.stringify(effects.map(loggedEffect)));
    const so = { events: index + 1, spanMs: atMs - firstMs };
    const [then, now] = [canonical(recorded), canonical(replayed)];
    if (then !== now)
      return {
        ...so,
        decisions,
        difference: { line, atMs, event, recorded: JSON.parse(then), replayed: JSON.parse(now) },
      };
    decisions += effects.length;
  }
  return { events: turns.length, decisions, spanMs: (turns.at(-1)?.atMs ?? firstMs) - firstMs };
}

function optionsOf({ policy: name, waitingMax, loadRetryMs, residency }: Log['header']['options']): SchedulerOptions {
  const policy = policyNamed(name);
  if (policy === undefined) throw new LogError(`The log names the policy '${name}', which this version does not have.`);
  return {
    ...schedulerDefaults,
    ...{ policy, knowledge: new Learned(), waitingMax, loadRetryMs },
    residency: residency as Partial<ResidencyOptions>,
  };
}

/** From logged events to those that the scheduler takes. */
class Events {
  readonly #prompts = new ShapedPrompts();

  of({ event }: ReadTurn, line: number): Event {
    if (event.kind === 'tokens') return this.#tokens(event);
    if (event.kind !== 'submit') return event as unknown as Event;
    try {
      return { kind: 'submit', task: this.#task(event['task'] as LoggedTask) };
    } catch (error) {
      if (error instanceof RangeError) throw new LogError(`Line ${line} of the log is damaged: ${error.message}.`);
      throw error;
    }
  }

  /** Which tokens they were decides nothing. */
  #tokens(event: ReadTurn['event']): Event {
    const { id, count } = event as unknown as { readonly id: string; readonly count: number };
    return { kind: 'tokens', id, tokens: Array.from({ length: count }, () => 0), text: '' };
  }

  #task({ prompt, maxTokens, document, ...plain }: LoggedTask): Task {
    return {
      ...plain,
      prompt: this.#prompts.promptOf(plain.id, prompt),
      limits: { maxTokens, stop: [] },
      ...(document !== undefined && { supersedeKey: document }),
    };
  }
}

/** Members in one order, as reading may change it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
