/** One question to the model: submitted as a task, its answer filtered while it streams, ended when the model repeats itself. */
import type { Words } from '../../core/sentence.ts';
import type { ModelId } from '../../core/task.ts';
import type { Consent } from '../consent.ts';
import { closingFence, FenceFilter, LeadingSpaceFilter } from '../fence.ts';
import { noteSentence } from '../notes.ts';
import type { Prompt } from '../prompts/prompt.ts';
import { endsInLoop } from '../repetition.ts';
import type { ChosenModel, Models, TaskResult, TaskSpec, Tasks } from '../tasks.ts';
import type { CallPromise } from '../workflows/call.ts';

export interface Question {
  readonly prompt: Pick<Prompt, 'class' | 'answer'>;
  /** The prompt with its slots filled. */
  readonly text: string;
  /** Of the answer. */
  readonly maxTokens: number;
  /** What the answer is written in, as far as it says how long it will be: `from>to` for a translation. */
  readonly language?: string;
}

export interface Answer {
  readonly result: TaskResult;
  readonly text: string;
  /** It was ended because it repeated itself. */
  readonly looped: boolean;
  /** It was asked instead of the chosen one. */
  readonly by?: ModelId;
}

/** Who waits for an answer, and what becomes of it. */
export interface Asking {
  readonly promise: CallPromise;
  readonly signal: AbortSignal;
  /** Instead of the chosen one, as time runs out. */
  readonly model?: ModelId | undefined;
  readonly onText?: ((text: string) => void) | undefined;
}

export interface AskerOptions {
  readonly tasks: Tasks;
  readonly models: Models;
  readonly model: ChosenModel;
  readonly consent: Consent;
  readonly onNote: (words: Words) => void;
}

export class Asker {
  readonly #options: AskerOptions;

  constructor(options: AskerOptions) {
    this.#options = options;
  }

  get model(): ChosenModel {
    return this.#options.model;
  }

  /** Whether another model may answer. */
  get consent(): Pick<Consent, 'substitution'> {
    return this.#options.consent;
  }

  /** For a prediction, too. @param model instead of the chosen one: then nobody else stands in for it, as it stands in itself. */
  specOf({ prompt, text, maxTokens, language }: Question, promise: CallPromise, model?: ModelId): TaskSpec {
    return {
      ...promise,
      class: prompt.class,
      model: model ?? this.model.id,
      ...(language !== undefined && { language }),
      prompt: { kind: 'chat', user: text },
      limits: { maxTokens, stop: prompt.answer === 'code' ? [closingFence] : [] },
      substitution: model === undefined ? this.#options.consent.substitution : 'never',
    };
  }

  /** To its end, whatever that is: an abort makes it a cancelled one. */
  async ask(question: Question, { promise, signal, model: other, onText }: Asking): Promise<Answer> {
    const { tasks, models, model, consent, onNote } = this.#options;
    const filter = question.prompt.answer === 'code' ? new FenceFilter() : new LeadingSpaceFilter();
    let text = '';
    let looped = false;
    const emit = (piece: string): void => {
      if (piece === '') return;
      text += piece;
      onText?.(piece);
    };
    const handle = tasks.submit(this.specOf(question, promise, other), {
      onText: (piece) => {
        if (looped) return;
        emit(filter.push(piece));
        looped = endsInLoop(text);
        if (looped) handle.finish();
      },
      onNote: (note) => onNote(noteSentence(note, model, (id) => models.describe(id))),
      ...consent.listener,
    });
    const cancel = (): void => handle.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const result = await handle.done.finally(() => signal.removeEventListener('abort', cancel));
    if (result.outcome.kind === 'finished' && !looped) emit(filter.end());
    return { result, text, looped, ...(other !== undefined && { by: other }) };
  }
}
