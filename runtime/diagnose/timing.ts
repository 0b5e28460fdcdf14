/**
 * Real tasks that are timed: completions at a typical length of prompt, as while somebody types. They go the way of every other task, so
 * what else computes is in the figures. The texts are made up here; nothing of a user's is read.
 */
import { SaidError, sentence } from '../core/sentence.ts';
import type { TaskClass } from '../core/task.ts';
import type { ChosenModel, TaskHandle, TaskResult, TaskSpec, Tasks } from '../features/tasks.ts';

/** What somebody who types has in the window, and what of it is new to the model at a pause; see `ordinary` in loop/speeds.ts. */
const heldChars = 2_200;
const newChars = 190;
/** A window is at most this share of a small context. */
const charsPerTokenMin = 2;
const contextShareMax = 0.5;

const answerTokens = 16;

/** Learned of separately: how long answers to made-up code are says nothing of a user's. */
const language = 'punctual-probe';

export interface Timing {
  /** To the first token, or to the end of an answer that had none. */
  readonly ttftMs: number;
  readonly e2eMs: number;
  readonly promptTokens: number | undefined;
  readonly generatedTokens: number;
}

export interface TimingOptions {
  readonly tasks: Pick<Tasks, 'submit' | 'now'>;
  readonly model: Pick<ChosenModel, 'id' | 'contextTokens'>;
  readonly class: TaskClass;
  readonly sla: TaskSpec['sla'];
  readonly signal: AbortSignal;
}

/** The task did not come to an answer; the message says why in one sentence. */
export class TimingError extends SaidError {}

/** One task of the class. @param turn each has an end of its own, so that it is evaluated anew. @throws TimingError, or the reason of the signal. */
export async function timed(options: TimingOptions, turn: number): Promise<Timing> {
  const { tasks, model, signal, sla } = options;
  signal.throwIfAborted();
  const handle = tasks.submit({
    class: options.class,
    sla,
    arrivalMs: tasks.now(),
    model: model.id,
    language,
    prompt: options.class === 'completion' ? infill(model.contextTokens, turn) : question(turn),
    limits: { maxTokens: answerTokens, stop: [] },
    substitution: 'never',
    probe: true,
  });
  const result = await ended(handle, signal);
  return timingOf(result);
}

async function ended(handle: TaskHandle, signal: AbortSignal): Promise<TaskResult> {
  const cancel = (): void => handle.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await handle.done;
  } finally {
    signal.removeEventListener('abort', cancel);
    signal.throwIfAborted();
  }
}

function timingOf({ outcome, ttftMs, e2eMs, promptTokens, generatedTokens }: TaskResult): Timing {
  switch (outcome.kind) {
    case 'finished':
      return { ttftMs: ttftMs ?? e2eMs, e2eMs, promptTokens, generatedTokens };
    case 'failed':
      throw new TimingError(outcome.error.message);
    case 'cancelled':
      throw new TimingError(sentence('It was cancelled.'));
    default:
      return outcome satisfies never;
  }
}

function infill(contextTokens: number, turn: number): TaskSpec['prompt'] {
  const chars = Math.min(heldChars, contextTokens * contextShareMax * charsPerTokenMin - newChars);
  const head = code(0, Math.max(0, chars));
  return { kind: 'infill', prefix: `${head}${code(1_000 * (turn + 1), newChars)}export function `, suffix: '\n' };
}

function question(turn: number): TaskSpec['prompt'] {
  return { kind: 'chat', user: `Say in one sentence what this does:\n\n${code(1_000 * (turn + 1), newChars)}` };
}

/** Functions that differ by their numbers, at least this many characters of them. */
function code(first: number, charsMin: number): string {
  let text = '';
  for (let number = first; text.length < charsMin; number++)
    text += `export function area${number}(width: number, height: number): number {\n  return width * height + ${number};\n}\n\n`;
  return text;
}
