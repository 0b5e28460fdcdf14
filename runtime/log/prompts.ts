/**
 * Prompts without their text, exactly as far as decisions depend on it (core/prompt-parts.ts): how long each part is, and how much of it
 * begins as the same part of another prompt of the same document does. Reading makes texts of these: none of what a user wrote, but of
 * the same lengths and with the same beginnings in common.
 *
 * Why that is exact: a part begins as the prompt does that it shares the most with, and goes on with a letter of its own. Whatever
 * third prompt it is compared with, what both share is what that prompt shares with the other one, or ends with that letter.
 */
import type { Effect, Event } from '../core/event.ts';
import { type PromptParts, partNames, partsOf, sharedStart } from '../core/prompt-parts.ts';
import type { Prompt, Task, TaskId } from '../core/task.ts';

/** A part of a prompt: its length, and what of it begins as the same part of the prompt of task `like`. */
export interface PartShape {
  readonly chars: number;
  readonly like?: TaskId | undefined;
  readonly same?: number | undefined;
}

/** Parts that the prompt does not have are not there. */
export type PromptShape = { readonly kind: Prompt['kind'] } & {
  readonly [name in (typeof partNames)[number]]?: PartShape | undefined;
};

interface Held {
  readonly id: TaskId;
  readonly document: string;
  readonly isIdle: boolean;
  readonly parts: PromptParts;
  isInside: boolean;
  isSettled: boolean;
}

/** Documents whose last prompts are compared with: more than predictions remember. */
const documentsMax = 256;

/** From prompts to their shapes. Holds on to the texts that a prediction may still compare with, and to no others. */
export class PromptShapes {
  /** Of tasks that are not gone. */
  readonly #live = new Map<TaskId, Held>();
  /** The last prompt of each document that an engine has taken in, and its last warm-up. */
  readonly #last = new Map<string, Held>();

  /** Of a task that is submitted now. @param parts what is compared, where that is not its prompt as it stands. */
  shapeOf(task: Task, parts: PromptParts = partsOf(task.prompt)): PromptShape {
    const { id, prompt, supersedeKey: document, idle } = task;
    const others = document === undefined ? [] : this.#of(document);
    const shape: Record<string, PartShape> = {};
    for (const name of partNames) if (parts[name] !== '') shape[name] = partShape(name, parts, others);
    if (document !== undefined)
      this.#live.set(id, { id, document, parts, isIdle: idle === true, isInside: false, isSettled: false });
    return { kind: prompt.kind, ...shape };
  }

  /** To be called for each turn after the shapes of what it submitted were asked for. */
  note(event: Event, effects: readonly Effect[]): void {
    if (event.kind === 'accepted') this.#accepted(event.id);
    if (event.kind === 'ended') this.#change(event.id, { isInside: false });
    if (event.kind === 'engineLost') for (const id of this.#live.keys()) this.#change(id, { isInside: false });
    for (const effect of effects) {
      if (effect.kind === 'start') this.#change(effect.task.id, { isInside: true });
      if (effect.kind === 'settle') this.#change(effect.id, { isSettled: true });
    }
  }

  #accepted(id: TaskId): void {
    const held = this.#live.get(id);
    if (held === undefined) return;
    const key = `${held.isIdle ? 'idle' : 'asked'} ${held.document}`;
    this.#last.delete(key);
    this.#last.set(key, held);
    for (const [oldest] of this.#last) {
      if (this.#last.size <= documentsMax) return;
      this.#last.delete(oldest);
    }
  }

  #change(id: TaskId, change: Partial<Pick<Held, 'isInside' | 'isSettled'>>): void {
    const held = this.#live.get(id);
    if (held === undefined) return;
    Object.assign(held, change);
    if (held.isSettled && !held.isInside) this.#live.delete(id);
  }

  #of(document: string): Held[] {
    return [...this.#live.values(), ...this.#last.values()].filter((held) => held.document === document);
  }
}

function partShape(name: (typeof partNames)[number], parts: PromptParts, others: readonly Held[]): PartShape {
  const text = parts[name];
  let best: { like: TaskId; same: number } | undefined;
  for (const other of others) {
    const same = sharedStart(other.parts[name], text);
    if (same > (best?.same ?? 0)) best = { like: other.id, same };
    if (same === text.length) break;
  }
  return { chars: text.length, ...best };
}

/** Letters that stand for what is new in a prompt, one for each task in turn; below the surrogates. */
const letterFirst = 0x100;
const letters = 0xd000;

/** From shapes to texts. */
export class ShapedPrompts {
  readonly #parts = new Map<TaskId, PromptParts>();

  /** @throws RangeError when the shape refers to what is not there. */
  promptOf(id: TaskId, shape: PromptShape): Prompt {
    const letter = String.fromCharCode(letterFirst + (this.#parts.size % letters));
    const parts = Object.fromEntries(
      partNames.map((name) => [name, this.#textOf(name, shape[name], letter)]),
    ) as unknown as PromptParts;
    this.#parts.set(id, parts);
    const { user, context, prefix, suffix, typed } = parts;
    if (shape.kind === 'chat') return { kind: 'chat', user };
    const pieces = [{ path: '', text: '', comments: context }];
    return { kind: 'infill', prefix, suffix, typed, context: { repository: '', path: '', pieces } };
  }

  #textOf(name: (typeof partNames)[number], shape: PartShape | undefined, letter: string): string {
    if (shape === undefined) return '';
    const { chars, like, same = 0 } = shape;
    const other = like === undefined ? '' : this.#parts.get(like)?.[name];
    if (other === undefined || other.length < same || chars < same)
      throw new RangeError(`its ${name} refers to what the log does not have`);
    return other.slice(0, same) + letter.repeat(chars - same);
  }
}
