/** Tasks and models that a test scripts; they mirror the order of the real loop: text first, then the end, never within `submit`. */
import type { Outcome } from '../../runtime/core/task.ts';
import type {
  ChosenModel,
  Models,
  TaskHandle,
  TaskListener,
  TaskNote,
  TaskOffer,
  TaskResult,
  TaskSpec,
  Tasks,
} from '../../runtime/features/tasks.ts';
import { settingsOf } from '../whole-settings.ts';

export const settings = settingsOf();
export const chosenSettings = settingsOf({ model: 'embedded' });

export interface Script {
  /** Before the first piece; the result says the same. */
  readonly notes?: readonly TaskNote[];
  /** Put to the asker, if he can be asked. */
  readonly offer?: TaskOffer;
  readonly pieces?: readonly string[];
  readonly outcome?: Outcome;
  /** Never ends unless it is cancelled. */
  readonly hangs?: boolean;
}

export class ScriptedTasks implements Tasks {
  readonly specs: TaskSpec[] = [];
  readonly cancelled: string[] = [];
  readonly finished: string[] = [];
  forecast: (spec: TaskSpec) => number = () => 0;
  readonly #answer: (spec: TaskSpec, attempt: number) => Script;

  constructor(answer: (spec: TaskSpec, attempt: number) => Script) {
    this.#answer = answer;
  }

  now(): number {
    return 1_000;
  }

  /** As the script of the test says: by default everything is on time. */
  forecastTtftMs(spec: TaskSpec): number {
    return this.forecast(spec);
  }

  submit(spec: TaskSpec, { onText, onNote, onOffer }: TaskListener = {}): TaskHandle {
    const id = `t${this.specs.push(spec)}`;
    const {
      notes = [],
      offer,
      pieces = [],
      outcome = { kind: 'finished', reason: 'stop' },
      hangs = false,
    } = this.#answer(spec, this.specs.length);
    let end: (outcome: Outcome, list: string[]) => void = () => undefined;
    let isOver = false;
    const isEnded = new Promise<Outcome>((resolve) => {
      end = (outcome, list) => {
        list.push(id);
        isOver = true;
        resolve(outcome);
      };
    });
    const run = async (): Promise<TaskResult> => {
      let text = '';
      for (const note of notes) onNote?.(note);
      if (offer !== undefined) onOffer?.(offer);
      const by = notes.flatMap((note) => (note.reason === 'substituted' ? [note.by] : [])).at(-1);
      for (const piece of pieces) {
        await Promise.resolve();
        if (isOver) break;
        text += piece;
        onText?.(piece);
      }
      const how = hangs || isOver ? await isEnded : outcome;
      return {
        outcome: how,
        text,
        ttftMs: 5,
        e2eMs: 10,
        kept: how.kind === 'finished',
        generatedTokens: pieces.length,
        relegated: notes.some(({ reason }) => reason === 'relegated'),
        ...(by !== undefined && { answeredBy: by }),
      };
    };
    return {
      id,
      done: run(),
      cancel: () => end({ kind: 'cancelled', by: 'client' }, this.cancelled),
      finish: () => end({ kind: 'finished', reason: 'stop' }, this.finished),
    };
  }
}

/** `auto` leads to the demonstration model, everything else to a real one of that name. */
export const models: Models = {
  describe: (id) => ({ name: `The ${id}`, demo: false }),
  choose(_, { model: choice }): ChosenModel {
    const demo = choice === 'auto' || choice === 'embedded';
    return { id: choice, name: demo ? 'Demo' : choice, demo, chosen: choice !== 'auto', contextTokens: 2_048 };
  },
};
