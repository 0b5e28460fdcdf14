/** What an asker is told beside the answer: that it comes later than promised, or from another model than the one that was chosen. */
import { sentence, type Words } from '../core/sentence.ts';
import type { ChosenModel, Models, TaskNote, TaskResult } from './tasks.ts';

type Describe = Models['describe'];

/** For the person who asked. */
export function noteSentence(note: TaskNote, chosen: ChosenModel, describe: Describe): Words {
  switch (note.reason) {
    case 'relegated':
      return sentence('It cannot be done by its time any more: it goes on in what time others leave.');
    case 'substituted':
      return sentence('{0} answers, as {1} would have come too late.', describe(note.by).name, chosen.name);
    default:
      return note satisfies never;
  }
}

/** Passes each sentence on once: a second attempt, with a shorter prompt, meets what the first one met. */
export function toldOnce(tell: (words: Words) => void): (words: Words) => void {
  const told = new Set<string>();
  return (words) => {
    if (told.has(String(words))) return;
    told.add(String(words));
    tell(words);
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
