/** Asks the cases of prompts and judges the answers; with changed prompts each case is asked with both, one after the other. */
import { BenchError } from '../../bench/bench.ts';
import type { TaskListener, TaskSpec, Tasks } from '../../features/tasks.ts';
import type { TextKit } from '../../features/text.ts';
import type { PromptSource } from './changed.ts';
import type { PromptTask, ReadyCase, Scores } from './subjects.ts';

export interface CaseJudged {
  readonly task: PromptTask;
  readonly id: string;
  readonly shipped: ArmJudged;
  /** With the prompt that was changed. */
  readonly changed?: ArmJudged;
}

export interface ArmJudged {
  /** What would be shown. */
  readonly text: string;
  readonly scores: Scores;
}

export interface ToJudge {
  readonly task: PromptTask;
  readonly one: ReadyCase;
}

export interface EvaluateOptions {
  readonly kit: Omit<TextKit, 'prompts'>;
  readonly shipped: PromptSource;
  readonly changed?: PromptSource | undefined;
  readonly onCase?: (judged: CaseJudged) => void;
}

/** @throws BenchError when the model cannot be asked. */
export async function evaluate(cases: readonly ToJudge[], options: EvaluateOptions): Promise<CaseJudged[]> {
  const judged: CaseJudged[] = [];
  for (const { task, one } of cases) {
    const shipped = await judgeArm(one, options, options.shipped);
    const changed = options.changed && (await judgeArm(one, options, options.changed));
    const result = { task, id: one.id, shipped, ...(changed && { changed }) };
    judged.push(result);
    options.onCase?.(result);
  }
  return judged;
}

async function judgeArm(one: ReadyCase, { kit }: EvaluateOptions, prompts: PromptSource): Promise<ArmJudged> {
  const tasks = new WatchedTasks(kit.tasks);
  const answer = await one.ask({ ...kit, tasks, prompts });
  // An answer of nothing is judged; a model that could not be asked is not.
  if (answer.text === '' && tasks.failure !== undefined) throw new BenchError(`${one.id}: ${tasks.failure}`);
  return { text: answer.text, scores: await one.judge(answer, kit.syntax) };
}

/** Remembers whether the last task failed. */
class WatchedTasks implements Tasks {
  failure: string | undefined;
  readonly #tasks: Tasks;

  constructor(tasks: Tasks) {
    this.#tasks = tasks;
  }

  now(): number {
    return this.#tasks.now();
  }

  forecastTtftMs(spec: TaskSpec): number {
    return this.#tasks.forecastTtftMs(spec);
  }

  submit(spec: TaskSpec, listener?: TaskListener) {
    const handle = this.#tasks.submit(spec, listener);
    void handle.done.then(({ outcome }) => {
      this.failure = outcome.kind === 'failed' ? String(outcome.error.message) : undefined;
    });
    return handle;
  }
}
