/** What an asker is told beside the answer: that it comes later than promised, or from another model than the one that was chosen. */
import type { ChosenModel, Models, TaskNote, TaskResult } from './tasks.ts';

type Describe = Models['describe'];

/** For the person who asked. */
export function noteSentence(note: TaskNote, chosen: ChosenModel, describe: Describe): string {
  switch (note.reason) {
    case 'relegated':
      return 'It cannot be done by its time any more: it goes on in what time others leave.';
    case 'substituted':
      return `${describe(note.by).name} answers, as ${chosen.name} would have come too late.`;
    default:
      return note satisfies never;
  }
}

/** Passes each sentence on once: a second attempt, with a shorter prompt, meets what the first one met. */
export function toldOnce(tell: (sentence: string) => void): (sentence: string) => void {
  const told = new Set<string>();
  return (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    tell(sentence);
  };
}

export interface Answering {
  /** For people: who answered. */
  readonly model: string;
  readonly demo: boolean;
  /** Whom the user had chosen, when that is another. */
  readonly insteadOf?: string;
}

export function answering(
  { answeredBy }: Pick<TaskResult, 'answeredBy'>,
  { name, demo }: ChosenModel,
  describe: Describe,
): Answering {
  if (answeredBy === undefined) return { model: name, demo };
  const other = describe(answeredBy);
  return { model: other.name, demo: other.demo, insteadOf: name };
}
