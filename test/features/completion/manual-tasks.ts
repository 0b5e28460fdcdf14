/** Tasks whose answers a test gives by hand, piece by piece; a cancelled one ends at once. */
import type { Outcome } from '../../../runtime/core/task.ts';
import type { TaskHandle, TaskListener, TaskResult, TaskSpec, Tasks } from '../../../runtime/features/tasks.ts';

export class ManualTask {
  readonly spec: TaskSpec;
  readonly #listener: TaskListener;
  readonly #settle: (result: TaskResult) => void;
  #text = '';
  /** How it ended. */
  outcome: Outcome | undefined;

  constructor(spec: TaskSpec, listener: TaskListener, settle: (result: TaskResult) => void) {
    this.spec = spec;
    this.#listener = listener;
    this.#settle = settle;
  }

  say(text: string): void {
    this.#text += text;
    this.#listener.onText?.(text);
  }

  end(outcome: Outcome = { kind: 'finished', reason: 'stop' }): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    const kept = outcome.kind === 'finished';
    this.#settle({ outcome, text: this.#text, e2eMs: 10, kept, generatedTokens: 1, relegated: false });
  }
}

export class ManualTasks implements Tasks {
  readonly all: ManualTask[] = [];

  get last(): ManualTask {
    const task = this.all.at(-1);
    if (task === undefined) throw new Error('There was no task.');
    return task;
  }

  /** Those that run still. */
  get running(): ManualTask[] {
    return this.all.filter(({ outcome }) => outcome === undefined);
  }

  submit(spec: TaskSpec, listener: TaskListener = {}): TaskHandle {
    for (const rival of this.running)
      if (spec.supersedeKey === rival.spec.supersedeKey) rival.end({ kind: 'cancelled', by: 'superseded' });
    let settle: (result: TaskResult) => void = () => undefined;
    const done = new Promise<TaskResult>((resolve) => {
      settle = resolve;
    });
    const task = new ManualTask(spec, listener, settle);
    this.all.push(task);
    return {
      id: `t${this.all.length}`,
      done,
      cancel: () => task.end({ kind: 'cancelled', by: 'client' }),
      finish: () => task.end(),
    };
  }

  now(): number {
    return 1_000;
  }

  forecastTtftMs(): number {
    return 0;
  }
}
