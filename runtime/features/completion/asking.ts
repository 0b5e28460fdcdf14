/**
 * A new task for a completion: with which prompt, when, and for how much; and a warm-up, which evaluates a prompt while nobody waits.
 *
 * 1. Which prompt is on time (prompts.ts).
 * 2. Whether to ask at all, and after which wait (restraint.ts), in which the prompt is evaluated if nobody else needs the device.
 * 3. How much to ask for (extent.ts), in at most how many tokens (pace.ts).
 * 4. What proves too long for the model is asked again with less.
 */
import type { InfillPrompt, TaskError } from '../../core/task.ts';
import type { ChosenModel, TaskResult, TaskSpec, Tasks } from '../tasks.ts';
import { offeredTo } from './context/index.ts';
import { type CursorText, cursorText } from './cursor.ts';
import { type AnswerEnd, type AnswerEnds, type ExtentPlace, endByLine } from './extent.ts';
import type { Generation } from './generation.ts';
import { Pace } from './pace.ts';
import { type WindowLimits, windowDefault } from './prompt.ts';
import { type ChosenPrompt, type PromptQuestion, Prompts } from './prompts.ts';
import { type Asked, type CompletionRequest, keyOf, type WarmUpRequest } from './request.ts';
import { placeOf, type Restrained, type Restraint } from './restraint.ts';

const shortenTries = 3;
/** What takes less to evaluate is not worth a task of its own: the last token is evaluated again anyhow. */
const aheadMsMin = 40;

export interface AskingOptions {
  readonly tasks: Tasks;
  /** Without one, every question is a task at once. */
  readonly restraint: Restraint | undefined;
  /** Without them, the cursor's line alone says how much is asked for. */
  readonly ends: AnswerEnds | undefined;
  /** Makes the task, for whoever waits for it. */
  readonly begin: (asked: Asked, spec: TaskSpec, end: AnswerEnd) => Generation;
}

export type Heard =
  | { readonly kind: 'ended'; readonly result: TaskResult; readonly chosen: ChosenPrompt }
  | { readonly kind: 'silent'; readonly why: Restrained };

const takenBack: Heard = { kind: 'silent', why: { reason: 'cancelled' } };

export class Asking {
  readonly #options: AskingOptions;
  readonly #prompts = new Prompts();
  readonly #pace = new Pace();

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  async ask(asked: Asked, signal: AbortSignal): Promise<Heard> {
    const { restraint } = this.#options;
    const { request, model, here, key } = asked;
    const { targetMs } = request.settings.completion;
    const question: PromptQuestion = {
      ...{ text: here.text, offset: here.offset, offered: offeredTo(model, request.context), targetMs },
      forecastMs: (prompt) => this.#options.tasks.forecastTtftMs(this.#specOf(request, model, prompt)),
    };
    let wanted: WindowLimits = windowDefault;
    let chosen = this.#prompts.choose(key, question); // 1
    const wait = { ...placeOf(asked), invoked: request.invoked, targetMs, forecastMs: chosen.forecastMs };
    const ahead = (): (() => void) => this.#evaluateAhead(request, model, chosen);
    const why = restraint && (await restraint.before(wait, signal, ahead)); // 2
    if (why) return { kind: 'silent', why };
    for (let left = shortenTries; ; left--) {
      const result = await this.#answer(asked, chosen.prompt, signal); // 3
      if (result === undefined) return takenBack;
      const error = result.outcome.kind === 'failed' ? result.outcome.error : undefined;
      if (error?.code !== 'promptTooLong' || left === 0) return { kind: 'ended', result, chosen };
      wanted = shortened(wanted, error); // 4
      chosen = this.#prompts.shorten(key, question, wanted);
    }
  }

  /** Over when it is done or somebody needs the device; says nothing, as nobody waits for it. */
  async warmUp(request: WarmUpRequest, model: ChosenModel, signal: AbortSignal): Promise<void> {
    const { tasks } = this.#options;
    const here = cursorText(request);
    const prompt = this.#prompts.warmUp(keyOf(request), { ...here, offered: offeredTo(model, request.context) });
    const spec = this.#specOf({ ...request, receivedMs: tasks.now() }, model, prompt);
    const handle = tasks.submit({ ...spec, limits: { maxTokens: 0, stop: [] }, idle: true });
    const cancel = (): void => handle.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    // What the next keystroke changes is parsed then; the whole document while there is time.
    (await this.#options.ends?.at(placeIn(request, here)))?.judge?.delete();
    await handle.done.finally(() => signal.removeEventListener('abort', cancel));
  }

  /**
   * While a question waits its prompt is evaluated as idle work: the first token comes sooner, and what the next key types goes on from it.
   * @returns ends it; the task that comes then finds what was evaluated.
   */
  #evaluateAhead(request: CompletionRequest, model: ChosenModel, { prompt, forecastMs }: ChosenPrompt): () => void {
    if (forecastMs < aheadMsMin) return () => undefined;
    const spec = this.#specOf(request, model, prompt);
    const handle = this.#options.tasks.submit({ ...spec, limits: { maxTokens: 0, stop: [] }, idle: true });
    return () => handle.cancel();
  }

  /** Undefined when nobody waits for it any more. */
  async #answer(asked: Asked, prompt: InfillPrompt, signal: AbortSignal): Promise<TaskResult | undefined> {
    const { request, model, here } = asked;
    const { ends, begin } = this.#options;
    const end = ends ? await ends.at(placeIn(request, here)) : endByLine(here.text, here.offset);
    if (signal.aborted) {
      end.judge?.delete();
      return undefined;
    }
    const { lead = '', stop } = end;
    const led = lead === '' ? prompt : { ...prompt, typed: (prompt.typed ?? '') + lead };
    const generation = begin(asked, this.#specOf(request, model, led, stop), end);
    const waited = await generation.wait(here.around, signal);
    if (waited.kind !== 'ended') return undefined;
    const { result } = waited;
    this.#pace.learn(result.answeredBy ?? model.id, result);
    return result;
  }

  #specOf(
    {
      settings,
      client,
      document,
      receivedMs,
    }: Pick<CompletionRequest, 'settings' | 'client' | 'document' | 'receivedMs'>,
    model: ChosenModel,
    prompt: InfillPrompt,
    stop: readonly string[] = [],
  ): TaskSpec {
    const { targetMs, maxTokens } = settings.completion;
    return {
      class: 'completion',
      sla: { kind: 'ttft', targetMs },
      arrivalMs: receivedMs,
      model: model.id,
      prompt,
      limits: { maxTokens: this.#pace.tokensMax(model.id, maxTokens, targetMs), stop },
      substitution: settings.substitution,
      supersedeKey: keyOf({ client, document }),
    };
  }
}

function placeIn({ document }: Pick<CompletionRequest, 'document'>, { text, offset }: CursorText): ExtentPlace {
  return { uri: document.uri, languageId: document.languageId, text, offset };
}

/** The engine says how many tokens the prompt had and how many fit; a tenth less is asked for, as tokens are not spread evenly. */
function shortened(limits: WindowLimits, { promptTokens = 2, promptTokensMax = 1 }: TaskError): WindowLimits {
  const share = (0.9 * promptTokensMax) / promptTokens;
  return { prefixChars: Math.floor(limits.prefixChars * share), suffixChars: Math.floor(limits.suffixChars * share) };
}
