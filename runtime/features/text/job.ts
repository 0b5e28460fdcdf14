/**
 * One request on its way from a document to a streamed text, whatever it asks for: who answers, what was streamed, what is to be said
 * beside it, and the result. Small requests are one question; the others are workflows.
 */
import type { Words } from '../../core/sentence.ts';
import type { TaskError } from '../../core/task.ts';
import type { Degradation } from '../../core/workflow.ts';
import type { TextResultSaid as TextResult, WireTaskClass } from '../../protocol.ts';
import type { Syntax } from '../../syntax/index.ts';
import { Consent } from '../consent.ts';
import { FeatureError } from '../errors.ts';
import { answering, toldOnce } from '../notes.ts';
import type { Prompts } from '../prompts/library.ts';
import type { Prompt } from '../prompts/prompt.ts';
import type { PromptTask } from '../prompts/tasks.ts';
import { type ChosenModel, isTaskError, type Models, type TaskResult, type Tasks } from '../tasks.ts';
import type { CallContext, CallPromise, WorkflowCall } from '../workflows/call.ts';
import { CallFailed } from '../workflows/call.ts';
import type { WorkflowListener } from '../workflows/run.ts';
import type { WorkflowOrder, Workflows } from '../workflows/workflows.ts';
import { type Answer, Asker, type Asking, type Question } from './ask.ts';
import { type LighterModels, smallerSentence } from './lighter.ts';
import type { TextListener, TextRequest } from './request.ts';

/** What features about texts are built from. */
export interface TextKit {
  readonly tasks: Tasks;
  readonly models: Models;
  readonly prompts: Pick<Prompts, 'take'>;
  readonly workflows: Workflows;
  /** Without it nobody else takes up what is left of a workflow. */
  readonly lighter?: LighterModels;
  readonly syntax: Pick<Syntax, 'read'>;
}

/** The parts of a workflow that a feature decides. */
export type JobOrder = Pick<WorkflowOrder, 'title' | 'calls' | 'degradations'>;

export interface JobListener extends WorkflowListener {
  /** All calls have ended: the last chance to emit text. */
  readonly finish?: () => void | Promise<void>;
}

export class TextJob {
  readonly kit: TextKit;
  readonly request: TextRequest;
  readonly model: ChosenModel;
  readonly asker: Asker;
  readonly #class: Extract<WireTaskClass, 'summarize' | 'translate'>;
  readonly #listener: TextListener;
  readonly #signal: AbortSignal;
  readonly #tell: (words: Words) => void;
  readonly #notes: Words[] = [];
  #problems: TextResult['problems'];
  readonly #answers: Answer[] = [];
  #text = '';
  #firstTextMs: number | undefined;

  /** @throws FeatureError when there is no model. */
  constructor(
    kit: TextKit,
    name: Extract<WireTaskClass, 'summarize' | 'translate'>,
    request: TextRequest,
    listener: TextListener,
    signal: AbortSignal,
  ) {
    this.kit = kit;
    this.request = request;
    this.#class = name;
    this.#listener = listener;
    this.#signal = signal;
    const model = kit.models.choose(name, request.settings);
    if (isTaskError(model)) throw new FeatureError('taskFailed', model.message);
    this.model = model;
    this.#tell = toldOnce(listener.onNote);
    const { substitution } = request.settings;
    const { onOffer } = listener;
    const describe: Models['describe'] = (id) => kit.models.describe(id);
    const consent = new Consent({ substitution, onOffer, chosen: model, describe });
    this.asker = new Asker({ tasks: kit.tasks, models: kit.models, model, consent, onNote: this.#tell });
  }

  /** Aborts when nobody waits any more. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  get targetMs(): number {
    return this.request.targetMs ?? this.request.settings[this.#class].targetMs;
  }

  /** The promise of the request as a whole. */
  get promise(): CallPromise {
    return { arrivalMs: this.request.receivedMs, sla: { kind: 'e2e', targetMs: this.targetMs } };
  }

  /** @throws FeatureError, and the signal's reason once nobody waits any more. */
  async prompt(task: PromptTask): Promise<Prompt> {
    const { prompt, problem } = await this.kit.prompts.take(task, this.request.workspace);
    this.#signal.throwIfAborted();
    if (problem !== undefined) this.note(problem);
    return prompt;
  }

  /** For the person who waits, at once and in the result. */
  note(words: Words): void {
    if (!this.#notes.some((each) => String(each) === String(words))) this.#notes.push(words);
    this.#tell(words);
  }

  /** Of the text as it is: what of it is wrong, in the result only. */
  mark(problems: NonNullable<TextResult['problems']>): void {
    this.#problems = problems;
  }

  /** As far as it was emitted. */
  get text(): string {
    return this.#text;
  }

  emit(text: string): void {
    if (text === '') return;
    this.#firstTextMs ??= this.kit.tasks.now();
    this.#text += text;
    this.#listener.onText(text);
  }

  /**
   * The answer to one question is the whole answer; `check` may have notes about it. With `shape` it is not streamed, but emitted in that
   * shape when it is whole.
   *
   * @returns the error when the prompt is too long. @throws FeatureError
   */
  async whole(
    question: Question,
    check?: (text: string) => Promise<void>,
    shape?: (text: string) => string,
  ): Promise<TextResult | TaskError> {
    const onText = shape === undefined ? (text: string) => this.emit(text) : undefined;
    const answer = await this.#ask(question, { promise: this.promise, signal: this.#signal, onText });
    const { outcome, e2eMs, ttftMs = e2eMs, kept } = answer.result;
    if (outcome.kind === 'cancelled') throw this.#signal.reason;
    if (outcome.kind === 'finished') {
      if (shape !== undefined) this.emit(shape(answer.text));
      await check?.(this.#text);
      this.#signal.throwIfAborted();
      // What was asked for beside it takes its time, too.
      const isAlone = this.#answers.length === 1;
      const lateMs = this.kit.tasks.now() - this.request.receivedMs;
      return this.#result(isAlone ? { e2eMs, ttftMs, kept } : { e2eMs: lateMs, ttftMs, kept: lateMs <= this.targetMs });
    }
    if (outcome.error.code === 'promptTooLong') return outcome.error;
    throw failureOf(outcome.error);
  }

  /** A question of a call. @throws CallFailed, or the signal's reason */
  async question(
    question: Question,
    { promise, signal, model }: CallContext,
    onText?: (text: string) => void,
  ): Promise<Answer> {
    const answer = await this.#ask(question, { promise, signal, model, onText });
    const { outcome } = answer.result;
    if (outcome.kind === 'cancelled') throw signal.reason;
    if (outcome.kind === 'failed') throw new CallFailed(outcome.error);
    return answer;
  }

  /** @throws FeatureError, or the signal's reason */
  async workflow(order: JobOrder, { finish, onDegrade, ...listener }: JobListener): Promise<TextResult> {
    const { kit, request, model, targetMs } = this;
    const arrivalMs = request.receivedMs;
    const whole: WorkflowOrder = {
      ...order,
      ...{ class: this.#class, arrivalMs, targetMs, model: model.id },
      degradations: [...(order.degradations ?? []), ...this.#smaller],
      nameOf: (id) => kit.models.describe(id).name,
      ...(kit.lighter && { readyInMs: kit.lighter.readyInMs }),
    };
    const told: WorkflowListener = {
      ...listener,
      onDegrade: (step, why) => {
        if (step.kind === 'smaller') this.note(smallerSentence(kit.models.describe(step.model).name, model));
        onDegrade?.(step, why);
      },
    };
    const outcome = await kit.workflows.run(whole, { ...told, onStages: this.#onStages(order.calls) }, this.#signal);
    if (outcome.kind === 'cancelled') throw this.#signal.reason;
    if (outcome.kind === 'failed') throw failureOf(outcome.error);
    await finish?.();
    this.#signal.throwIfAborted();
    const e2eMs = kit.tasks.now() - arrivalMs;
    const ttftMs = (this.#firstTextMs ?? kit.tasks.now()) - arrivalMs;
    return this.#result({ e2eMs, ttftMs, kept: e2eMs <= targetMs });
  }

  /** A question that the answer can do without: it counts only once it is taken. @throws the signal's reason */
  async askAside(question: Question, asking: Asking): Promise<Answer> {
    const answer = await this.asker.ask(question, asking);
    asking.signal.throwIfAborted();
    return answer;
  }

  take(answer: Answer): void {
    this.#answers.push(answer);
  }

  /** Whether the asker can take back what was streamed. */
  get mayRestart(): boolean {
    return this.#listener.onRestart !== undefined;
  }

  /** This takes the place of everything that was streamed. */
  restart(text: string): void {
    this.#listener.onRestart?.();
    this.#text = '';
    this.emit(text);
  }

  /** Who chose a model by its name, or wants to be asked or none other, gets that one's answer. */
  get #smaller(): Degradation[] {
    const { kit, model, request, asker } = this;
    if (kit.lighter === undefined || model.chosen || asker.consent.substitution !== 'automatically') return [];
    const lighter = kit.lighter.of(model, this.#class, request.settings);
    return lighter.map(({ id, share }) => ({ kind: 'smaller', model: id, share }));
  }

  #onStages(calls: readonly WorkflowCall[]) {
    let told = -1;
    return (stages: readonly { readonly state: string }[]): void => {
      const done = stages.filter(({ state }) => state !== 'blocked' && state !== 'submitted').length;
      if (done === told) return;
      told = done;
      this.#listener.onStage?.({ done, of: calls.length });
    };
  }

  async #ask(question: Question, asking: Asking): Promise<Answer> {
    const answer = await this.asker.ask(question, asking);
    this.#answers.push(answer);
    return answer;
  }

  #result(times: Pick<TextResult, 'e2eMs' | 'ttftMs' | 'kept'>): TextResult {
    const results = this.#answers.map(({ result }) => result);
    const { models } = this.kit;
    const other = results.find(({ answeredBy }) => answeredBy !== undefined) ?? bySmaller(this.#answers);
    return {
      text: this.#text,
      ...answering(other, this.model, (id) => models.describe(id)),
      targetMs: this.targetMs,
      ...times,
      ...(results.some(({ relegated }) => relegated) && { relegated: true }),
      end: endOf(this.#answers),
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(this.#problems !== undefined && { problems: this.#problems }),
    };
  }
}

/** Whoever wrote a part only is named in a note. */
function bySmaller(answers: readonly Answer[]): Pick<TaskResult, 'answeredBy'> {
  const by = answers.at(-1)?.by;
  return by !== undefined && answers.every((answer) => answer.by !== undefined) ? { answeredBy: by } : {};
}

/** What is most worth knowing: one that is not whole makes the whole answer not whole. */
function endOf(answers: readonly Answer[]): TextResult['end'] {
  if (answers.some(({ looped }) => looped)) return 'repetition';
  const isCut = ({ outcome }: TaskResult): boolean => outcome.kind === 'finished' && outcome.reason === 'length';
  return answers.some(({ result }) => isCut(result)) ? 'length' : 'stop';
}

function failureOf({ code, message }: TaskError): FeatureError {
  return new FeatureError(code === 'shuttingDown' ? 'shuttingDown' : 'taskFailed', message);
}
