/**
 * What prompts and answers said, for a log whose user has asked for their text: lines of their own behind all turns, so that the turns are
 * the same with and without them, and a log without text has nothing that must be taken out.
 *
 * Of a part that begins as the same part of an earlier prompt does, only what follows is written: keystrokes cost what they type. What is
 * compared are prompts whose text was kept, so these lines need no others. Paths of models and the user's folder are left out here, too:
 * of an answer, which comes in pieces, what may be the beginning of one waits for what follows.
 */
import type { Effect, Event } from '../core/event.ts';
import { type PromptParts, partNames, partsOf } from '../core/prompt-parts.ts';
import type { Prompt, Task, TaskId } from '../core/task.ts';
import type { ModelNames } from './names.ts';
import { PromptShapes } from './prompts.ts';

type PartName = (typeof partNames)[number];

/** A part of a prompt: the first `same` characters of the same part of the prompt of `like`, then `text`. */
export interface PartText {
  readonly text: string;
  readonly like?: TaskId | undefined;
  readonly same?: number | undefined;
}

/** Parts that the prompt does not have are not there. */
export type PromptText = { readonly kind: Prompt['kind'] } & { readonly [name in PartName]?: PartText | undefined };

/** What a task was given, or a piece of what it answered. */
export type LoggedText = { readonly atMs: number; readonly id: TaskId } & (
  | { readonly prompt: PromptText; readonly answer?: undefined }
  | { readonly answer: string; readonly prompt?: undefined }
);

/** Answers whose end is held: more than an engine writes at once. */
const heldMax = 1_024;

/** Makes the lines, from turns in their order. */
export class TextLines {
  readonly #names: ModelNames;
  readonly #shapes = new PromptShapes();
  /** The end of an answer that may be the beginning of a path: kept over an engine's death, as answers go on after it. */
  readonly #held = new Map<TaskId, string>();

  /** @param names of the turns' lines, which have met the models of a turn before its text comes here. */
  constructor(names: ModelNames) {
    this.#names = names;
  }

  /** Of turns without text there are none. */
  linesOf(atMs: number, event: Event, effects: readonly Effect[]): readonly string[] {
    const text = this.#textOf(atMs, event);
    this.#shapes.note(event, effects);
    return text === undefined ? [] : [`${JSON.stringify({ text })}\n`];
  }

  #textOf(atMs: number, event: Event): LoggedText | undefined {
    if (event.kind === 'submit') return { atMs, id: event.task.id, prompt: this.#promptOf(event.task) };
    if (event.kind === 'tokens') return this.#answerOf(atMs, event.id, event.text);
    return event.kind === 'ended' ? this.#endOf(atMs, event.id) : undefined;
  }

  #promptOf(task: Task): PromptText {
    const raw = partsOf(task.prompt);
    const parts = Object.fromEntries(partNames.map((name) => [name, this.#names.in(raw[name])])) as PromptParts;
    const { kind, ...shape } = this.#shapes.shapeOf(task, parts);
    const prompt: Partial<Record<PartName, PartText>> = {};
    for (const name of partNames) {
      const part = shape[name];
      if (part === undefined) continue;
      const { like, same = 0 } = part;
      prompt[name] = { ...(like !== undefined && { like, same }), text: parts[name].slice(same) };
    }
    return { kind, ...prompt };
  }

  #answerOf(atMs: number, id: TaskId, text: string): LoggedText | undefined {
    const whole = this.#names.in((this.#held.get(id) ?? '') + text);
    const told = whole.length - this.#names.begunAtEnd(whole);
    this.#hold(id, whole.slice(told));
    return told === 0 ? undefined : { atMs, id, answer: whole.slice(0, told) };
  }

  /** No path has become of it. */
  #endOf(atMs: number, id: TaskId): LoggedText | undefined {
    const answer = this.#held.get(id);
    this.#held.delete(id);
    return answer === undefined ? undefined : { atMs, id, answer };
  }

  #hold(id: TaskId, text: string): void {
    this.#held.delete(id);
    if (text !== '') this.#held.set(id, text);
    // Of a cancelled task whose engine died no end comes.
    const [oldest] = this.#held.keys();
    if (this.#held.size > heldMax && oldest !== undefined) this.#held.delete(oldest);
  }
}
