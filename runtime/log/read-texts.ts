/** Prompts and answers of a log with text, put together again from their lines (texts.ts). */
import { type PromptParts, partNames } from '../core/prompt-parts.ts';
import type { TaskId } from '../core/task.ts';
import { type Log, LogError } from './read.ts';
import type { PromptText } from './texts.ts';

/** What one task was given and answered. */
export interface TaskText {
  readonly id: TaskId;
  /** Of the first that is known of it, on the clock of the events. */
  readonly atMs: number;
  /** Absent: it was given before text was kept. Parts that it did not have are not there. */
  readonly prompt?: Partial<PromptParts>;
  readonly answer: string;
}

/** In the order in which the tasks came. @throws LogError for a part that goes on from what is not there. */
export function textsOf({ turns, texts }: Pick<Log, 'turns' | 'texts'>): readonly TaskText[] {
  const tasks = new Map<TaskId, TaskText>();
  for (const [index, { atMs, id, prompt, answer = '' }] of texts.entries()) {
    const known = tasks.get(id);
    // The header comes first, and lines are counted from one.
    const parts = prompt ? partsAgain(prompt, tasks, turns.length + index + 2) : known?.prompt;
    tasks.set(id, {
      ...{ id, atMs: known?.atMs ?? atMs },
      ...(parts && { prompt: parts }),
      answer: (known?.answer ?? '') + answer,
    });
  }
  return [...tasks.values()];
}

function partsAgain(
  prompt: PromptText,
  tasks: ReadonlyMap<TaskId, TaskText>,
  line: number,
): NonNullable<TaskText['prompt']> {
  const parts: Partial<Record<keyof PromptParts, string>> = {};
  for (const name of partNames) {
    const part = prompt[name];
    if (part === undefined) continue;
    const { text, like, same = 0 } = part;
    const begin = like === undefined ? '' : (tasks.get(like)?.prompt?.[name] ?? '');
    if (begin.length < same)
      throw new LogError(`Line ${line} of the log is damaged: its ${name} goes on from what the log does not have.`);
    parts[name] = begin.slice(0, same) + text;
  }
  return parts;
}
