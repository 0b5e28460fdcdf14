/**
 * One session with one rule for when a suggestion is asked for: how many requests, and how many suggestions that are there before the next
 * key. The prompts are the product's own, and what of one is in the cache is what was evaluated until the next key came. Nobody else uses
 * the machine. Pure.
 *
 * What is left out, for all rules alike: suggestions that need no request (typed as suggested, kept, joined), because what a model says is
 * not simulated here.
 */
import type { InfillPrompt } from '../../core/task.ts';
import { costsOf } from '../../engine/simulated-model.ts';
import { Prompts } from '../../features/completion/prompts.ts';
import type { Situation } from '../../features/completion/situation.ts';
import type { Machine } from '../workloads.ts';
import type { TypedEdit } from './session.ts';

/** A rule, for one session. */
export interface Waiting {
  edited(atMs: number, grownBy: number): void;
  /** From receipt on, in ms. */
  delayMs(question: WaitingQuestion): number;
  answered(decodeMs: number): void;
}

export interface WaitingQuestion {
  readonly nowMs: number;
  readonly situation: Situation;
  readonly forecastMs: number;
  readonly targetMs: number;
}

export interface Tally {
  readonly edits: number;
  readonly requests: number;
  /** Whose whole answer was there before the next key. */
  readonly shown: number;
  readonly durationMs: number;
}

export interface PlayOptions {
  readonly machine: Machine;
  readonly targetMs: number;
}

/** VS Code asks so long after an edit, if no other came. */
export const editorWaitMs = 50;
export const charactersPerToken = 4;

export function playTyping(edits: readonly TypedEdit[], rule: Waiting, { machine, targetMs }: PlayOptions): Tally {
  const evaluated = new Evaluated(machine);
  const prompts = new Prompts();
  const tally = {
    edits: edits.length,
    requests: 0,
    shown: 0,
    durationMs: (edits.at(-1)?.atMs ?? 0) - (edits[0]?.atMs ?? 0),
  };
  for (const { atMs, gapMs, text, offset, situation, grownBy, answerTokens, slowness } of edits) {
    rule.edited(atMs, grownBy);
    if (gapMs <= editorWaitMs) continue;
    const forecastMs = (prompt: InfillPrompt): number => evaluated.prefillMs(prompt);
    const chosen = prompts.choose('document', { text, offset, targetMs, forecastMs });
    const question = { nowMs: atMs + editorWaitMs, situation, forecastMs: chosen.forecastMs, targetMs };
    const startMs = editorWaitMs + rule.delayMs(question);
    if (gapMs <= startMs) continue;
    tally.requests += 1;
    const ttftMs = slowness * chosen.forecastMs;
    const decodeMs = slowness * (answerTokens - 1) * evaluated.decodeMs(chosen.prompt);
    evaluated.take(chosen.prompt, (gapMs - startMs) / ttftMs);
    if (startMs + ttftMs + decodeMs >= gapMs) continue;
    tally.shown += 1;
    rule.answered(decodeMs);
  }
  return tally;
}

/** What the engine holds of the document's last prompt. */
export class Evaluated {
  readonly #costs: ReturnType<typeof costsOf>;
  #held = '';

  constructor({ model }: Machine) {
    this.#costs = costsOf(model.costs);
  }

  prefillMs(prompt: InfillPrompt): number {
    const text = written(prompt);
    const heldTokens = Math.floor(sharedChars(this.#held, text) / charactersPerToken);
    // The last token is always evaluated: the first one of the answer is sampled from it.
    return this.#costs.prefillMs(Math.max(1, tokensOf(text) - heldTokens), heldTokens);
  }

  decodeMs(prompt: InfillPrompt): number {
    return this.#costs.decodeMs(1, tokensOf(written(prompt)));
  }

  /** @param share of its evaluation that there was time for. */
  take(prompt: InfillPrompt, share: number): void {
    const text = written(prompt);
    const shared = sharedChars(this.#held, text);
    this.#held = text.slice(0, shared + Math.floor(Math.min(1, share) * (text.length - shared)));
  }
}

/** In the order in which models read it; the marks are characters that no source has. */
function written({ prefix, suffix, typed = '' }: InfillPrompt): string {
  return `${prefix}\0${suffix}\0${typed}`;
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

function sharedChars(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a.charCodeAt(shared) === b.charCodeAt(shared)) shared += 1;
  return shared;
}
