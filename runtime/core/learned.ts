/**
 * What a runtime learns about its work from its own events: how long prompts and answers are, what passes cost, what arrives. The
 * models behind it are pure (estimate.ts, lengths.ts, demand.ts); this file owns their states and says which event teaches which.
 */
import { type DemandModel, demandOf, learnArrival, learnWork, newDemandModel } from './demand.ts';
import { type CostModel, type Costs, costsOf, learn, newCostModel } from './estimate.ts';
import type { Event } from './event.ts';
import type { Knowledge } from './knowledge.ts';
import { answerLength, emptyLengthModel, type LengthModel, type LengthQuantiles, learnLength } from './lengths.ts';
import type { Demand } from './policy.ts';
import { charsOf, type PromptParts, partsOf, sharedChars } from './prompt-parts.ts';
import { type ModelId, type Task, type TaskId, warmUpKey } from './task.ts';

/** Source code, before anything was tokenized. */
const charsPerTokenStart = 3.5;
/** How much one more prompt counts. */
const charsPerTokenGain = 0.05;
/** Documents whose last prompt is remembered; the one not asked for the longest time is forgotten first. */
const documentsMax = 64;

interface Seen {
  readonly task: Task;
  prefilledTokens: number;
  generatedTokens: number;
  promptTokens: number;
  lastPrompt: LastPrompt | undefined;
}

/** The prompt that a document was asked with last, and how much of it was evaluated before it was taken back. */
interface LastPrompt {
  readonly id: TaskId;
  readonly parts: PromptParts;
  readonly tokens: number;
  evaluatedTokens: number;
}

interface Device {
  model: CostModel;
  /** Laid out at the first question after a report. */
  costs: Costs | undefined;
  charsPerToken: number;
  suffixFirst: boolean;
}

export class Learned implements Knowledge {
  readonly #devices = new Map<ModelId, Device>();
  readonly #tasks = new Map<TaskId, Seen>();
  readonly #lastPrompts = new Map<string, LastPrompt>();
  #lengths: LengthModel = emptyLengthModel;
  #demandModel: DemandModel = newDemandModel();
  #nowMs = 0;

  get demand(): Demand {
    return demandOf(this.#demandModel, this.#nowMs);
  }

  /** For status, and to be kept for the next runtime. */
  costModel(id: ModelId): CostModel {
    return this.#deviceOf(id).model;
  }

  costs(id: ModelId): Costs {
    const device = this.#deviceOf(id);
    device.costs ??= costsOf(device.model);
    return device.costs;
  }

  /** What the last prompt of the same document, or its warm-up, shares with this one is expected to be in a sequence still. */
  prefillTokens(task: Task): number {
    const parts = partsOf(task.prompt);
    const { charsPerToken, suffixFirst } = this.#deviceOf(task.model);
    const shared = Math.max(...keysOf(task).map((key) => this.#sharedChars(key, parts, suffixFirst)), 0);
    return Math.max(1, Math.ceil((charsOf(parts) - shared) / charsPerToken));
  }

  #sharedChars(key: string, parts: PromptParts, suffixFirst: boolean): number {
    const last = this.#lastPrompts.get(key);
    if (last === undefined) return 0;
    const evaluatedShare = Math.min(1, last.evaluatedTokens / last.tokens);
    return Math.min(sharedChars(last.parts, parts, suffixFirst), Math.floor(charsOf(last.parts) * evaluatedShare));
  }

  answerTokens(task: Task): LengthQuantiles {
    const inputTokens = charsOf(partsOf(task.prompt)) / this.#deviceOf(task.model).charsPerToken;
    const { maxTokens } = task.limits;
    return answerLength(this.#lengths, { class: task.class, inputTokens, maxTokens, ...languageOf(task) });
  }

  learn(event: Event, nowMs: number): void {
    this.#nowMs = nowMs;
    switch (event.kind) {
      case 'submit':
        if (event.task.idle !== true) this.#demandModel = learnArrival(this.#demandModel, event.task.class, nowMs);
        this.#tasks.set(event.task.id, { task: event.task, ...nothingSeen });
        return;
      case 'accepted':
        return this.#accepted(event);
      case 'loaded':
        this.#deviceOf(event.model).suffixFirst = event.info.suffixFirst === true;
        return;
      case 'costs':
        Object.assign(this.#deviceOf(event.model), { model: event.costs, costs: undefined });
        return;
      case 'pass': {
        const device = this.#deviceOf(event.pass.model);
        device.model = learn(device.model, event.pass);
        device.costs = undefined;
        const seen = event.pass.id === undefined ? undefined : this.#tasks.get(event.pass.id);
        if (seen === undefined) return;
        seen.prefilledTokens += event.pass.tokens;
        if (seen.lastPrompt !== undefined) seen.lastPrompt.evaluatedTokens += event.pass.tokens;
        return;
      }
      case 'tokens': {
        const seen = this.#tasks.get(event.id);
        if (seen !== undefined) seen.generatedTokens += event.tokens.length;
        return;
      }
      case 'finish':
        return this.#ended(event.id, true);
      case 'ended':
        return this.#ended(event.id, event.outcome.kind === 'finished' && event.outcome.reason === 'stop');
      default:
    }
  }

  /** A task that never ran is forgotten with its settlement. */
  forget(id: TaskId): void {
    this.#tasks.delete(id);
  }

  #accepted({ id, promptTokens, reusedTokens, follows }: Extract<Event, { readonly kind: 'accepted' }>): void {
    const seen = this.#tasks.get(id);
    if (seen === undefined || promptTokens <= 0) return;
    seen.promptTokens = promptTokens;
    const { task } = seen;
    const parts = partsOf(task.prompt);
    const device = this.#deviceOf(task.model);
    // Of the prompt whose sequence it has taken, no more is left than what both share. Another document's would have been parked.
    for (const last of keysOf(task).map((key) => this.#lastPrompts.get(key)))
      if (last !== undefined && last.id === follows)
        last.evaluatedTokens = Math.min(last.evaluatedTokens, reusedTokens);
    device.charsPerToken += charsPerTokenGain * (Math.max(1, charsOf(parts)) / promptTokens - device.charsPerToken);
    const [key] = keysOf(task);
    if (key === undefined) return;
    seen.lastPrompt = { id, parts, tokens: promptTokens, evaluatedTokens: reusedTokens };
    this.#lastPrompts.delete(key);
    this.#lastPrompts.set(key, seen.lastPrompt);
    for (const [oldest] of this.#lastPrompts) {
      if (this.#lastPrompts.size <= documentsMax) break;
      this.#lastPrompts.delete(oldest);
    }
  }

  #ended(id: TaskId, isWhole: boolean): void {
    const seen = this.#tasks.get(id);
    // Idle work ends many times and teaches nothing about what people ask for.
    if (seen === undefined || seen.task.idle === true) return;
    this.#tasks.delete(id);
    const { task, prefilledTokens, generatedTokens, promptTokens } = seen;
    const work = { prefillTokens: prefilledTokens, decodeTokens: generatedTokens };
    this.#demandModel = learnWork(this.#demandModel, task.class, work);
    if (generatedTokens === 0) return;
    const sample = { class: task.class, inputTokens: promptTokens, tokens: generatedTokens, ended: isWhole };
    this.#lengths = learnLength(this.#lengths, { ...sample, ...languageOf(task) });
  }

  #deviceOf(id: ModelId): Device {
    const known = this.#devices.get(id);
    if (known !== undefined) return known;
    const device = { model: newCostModel(), costs: undefined, charsPerToken: charsPerTokenStart, suffixFirst: false };
    this.#devices.set(id, device);
    return device;
  }
}

const nothingSeen = { prefilledTokens: 0, generatedTokens: 0, promptTokens: 0, lastPrompt: undefined };

/** Under which the prompts of a task's document are remembered, its own first. */
function keysOf({ supersedeKey, idle }: Task): string[] {
  if (supersedeKey === undefined) return [];
  const keys = [supersedeKey, warmUpKey(supersedeKey)];
  return idle ? keys.reverse() : keys;
}

function languageOf({ language }: Task): { language?: string } {
  return language === undefined ? {} : { language };
}
