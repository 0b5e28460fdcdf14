/**
 * What a turn of the scheduler looks like in a log: the event and the effects without anything that a user wrote. Texts are lengths
 * (prompts.ts), tokens are counts, documents and workflows are numbered, models go by the names of their files, and the user's folder is ~.
 */
import type { Effect, Event } from '../core/event.ts';
import type { PassReport } from '../core/pass-report.ts';
import type { LearnedResidency } from '../core/residency/learned.ts';
import type { ModelId, Task, TaskId } from '../core/task.ts';
import { ModelNames } from './names.ts';
import { type PromptShape, PromptShapes } from './prompts.ts';

/** A task as it is logged. */
export type LoggedTask = Omit<Task, 'prompt' | 'limits' | 'supersedeKey'> & {
  readonly prompt: PromptShape;
  readonly maxTokens: number;
  readonly document?: string;
};

export type LoggedEvent =
  | Exclude<Event, { readonly kind: 'submit' | 'tokens' }>
  | { readonly kind: 'submit'; readonly task: LoggedTask }
  | { readonly kind: 'tokens'; readonly id: string; readonly count: number };

/** One line of a log. */
export interface LoggedTurn {
  readonly atMs: number;
  readonly event: LoggedEvent;
  /** Absent: nothing was decided. */
  readonly effects?: readonly LoggedEffect[];
}

export type LoggedEffect =
  | Exclude<Effect, { readonly kind: 'start' }>
  | (Omit<Extract<Effect, { readonly kind: 'start' }>, 'task' | 'generated'> & {
      readonly id: string;
      readonly model: string;
      /** How many tokens had been sent before. */
      readonly generated: number;
    });

export function loggedEffect(effect: Effect): LoggedEffect {
  if (effect.kind !== 'start') return effect;
  const { kind, task, ageMs, answerTokens, relegated, generated } = effect;
  return { kind, id: task.id, model: task.model, ageMs, answerTokens, relegated, generated: generated.length };
}

/** Documents and workflows that are known again: many times more than there can be tasks at once. */
export const documentsMax = 4_096;

/** Makes the lines of one log, in its order. */
export class TurnLines {
  /** What its models are called in the log. */
  readonly names: ModelNames;
  readonly #shapes = new PromptShapes();
  /** Documents and workflows by what they are called in the log; the one named the longest ago first. */
  readonly #documents = new Map<string, string>();
  #numbersGiven = 0;

  constructor(userFolder: string) {
    this.names = new ModelNames(userFolder);
  }

  lineOf(atMs: number, event: Event, effects: readonly Effect[]): string {
    // Three of four turns: written without a look for paths in them, which takes longer than all the rest.
    if (effects.length === 0 && event.kind === 'tokens') return tokensLine(atMs, event.id, event.tokens.length);
    if (effects.length === 0 && event.kind === 'pass') return this.#passLine(atMs, event.pass);
    const logged = this.#eventOf(event);
    this.#shapes.note(event, effects);
    const turn: LoggedTurn = {
      atMs,
      event: logged,
      ...(effects.length > 0 && { effects: effects.map(loggedEffect) }),
    };
    return `${this.names.inJson(JSON.stringify(turn))}\n`;
  }

  #passLine(atMs: number, pass: PassReport): string {
    const event: LoggedEvent = { kind: 'pass', pass: { ...pass, model: this.names.nameOf(pass.model) } };
    const turn: LoggedTurn = { atMs, event };
    return `${JSON.stringify(turn)}\n`;
  }

  #eventOf(event: Event): LoggedEvent {
    switch (event.kind) {
      case 'submit':
        this.names.meet(event.task.model);
        return { kind: 'submit', task: this.#taskOf(event.task) };
      case 'tokens':
        return { kind: 'tokens', id: event.id, count: event.tokens.length };
      case 'holdings':
        for (const { id } of event.models) this.names.meet(id);
        return event;
      case 'wanted':
        this.names.meet(event.model);
        return event;
      case 'recalled':
        for (const { model } of mentionedIn(event.learned)) this.names.meet(model);
        return event;
      default:
        return event;
    }
  }

  #taskOf(task: Task): LoggedTask {
    const { prompt: _, limits, supersedeKey, rest, ...plain } = task;
    return {
      ...plain,
      prompt: this.#shapes.shapeOf(task),
      maxTokens: limits.maxTokens,
      ...(supersedeKey !== undefined && { document: this.#numbered(supersedeKey) }),
      ...(rest && { rest: { ...rest, workflow: this.#numbered(rest.workflow) } }),
    };
  }

  /** Tasks live for minutes, so whoever comes back after so many others is nobody's rival any more. */
  #numbered(name: string): string {
    let known = this.#documents.get(name);
    if (known === undefined) {
      this.#numbersGiven += 1;
      known = `d${this.#numbersGiven}`;
    }
    this.#documents.delete(name);
    this.#documents.set(name, known);
    const [oldest] = this.#documents.keys();
    if (this.#documents.size > documentsMax && oldest !== undefined) this.#documents.delete(oldest);
    return known;
  }
}

/** As JSON writes it. */
function tokensLine(atMs: number, id: TaskId, count: number): string {
  return `{"atMs":${atMs},"event":{"kind":"tokens","id":${JSON.stringify(id)},"count":${count}}}\n`;
}

function mentionedIn({ models, signals, profiles }: LearnedResidency): readonly { readonly model: ModelId }[] {
  return [...models, ...profiles, ...signals.flatMap(({ hits }) => hits)];
}
