/**
 * Which prompt a completion is asked with, document by document: what was evaluated before decides how much that costs.
 *
 * 1. An anchored prompt (anchor.ts) that is on time: typing only appended to it. Of several the one with the most context.
 * 2. Else a window cut for this cursor and fitted to the promise (fit.ts), unless an anchored prompt is there sooner.
 *
 * What was cut becomes the document's anchor. A warm-up cuts another one beside it, while nobody waits.
 */
import { type InfillPrompt, warmUpKey } from '../../core/task.ts';
import { type Anchor, type AnchoredPrompt, anchored, onAnchor } from './anchor.ts';
import { fitShare, fitWindow, type HeldWindow, wantedWindow } from './fit.ts';
import { type WindowLimits, windowDefault } from './prompt.ts';

/** Two for each document: its last prompt and its last warm-up. The one not asked for the longest time is forgotten first. */
const evaluatedMax = 128;

interface Evaluated {
  readonly anchor: Anchor;
  readonly holds: HeldWindow;
}

export interface PromptQuestion {
  /** The whole document with `\n` line ends. */
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
  /** What is promised for the first token. */
  readonly targetMs: number;
  /** From arrival to the first token with such a prompt, in ms. */
  readonly forecastMs: (prompt: InfillPrompt) => number;
}

export interface ChosenPrompt {
  readonly prompt: InfillPrompt;
  readonly forecastMs: number;
  /** Characters that the wanted window has more. */
  readonly droppedChars: number;
  /** The prompt is to be evaluated anew once nobody types. */
  readonly isStale: boolean;
}

type Place = Pick<PromptQuestion, 'text' | 'offset'>;

export class Prompts {
  readonly #evaluated = new Map<string, Evaluated>();

  choose(document: string, question: PromptQuestion): ChosenPrompt {
    const { targetMs, forecastMs } = question;
    const appended = this.#anchored(document, question)
      .map((one) => ({ one, ms: forecastMs(one.prompt) }))
      .sort((a, b) => contextChars(b.one) - contextChars(a.one));
    const inTime = appended.find(({ ms }) => ms <= fitShare * targetMs); // 1
    if (inTime !== undefined) return chosen(inTime.one, inTime.ms);
    const fitted = this.#cut(document, question, windowDefault); // 2
    const soonest = appended.sort((a, b) => a.ms - b.ms)[0];
    if (soonest !== undefined && soonest.ms <= fitted.forecastMs) return chosen(soonest.one, soonest.ms);
    return this.#take(document, fitted);
  }

  /** The one before was too long for the model: no more than `wanted`. */
  shorten(document: string, question: PromptQuestion, wanted: WindowLimits): ChosenPrompt {
    return this.#take(document, this.#cut(document, question, wanted));
  }

  /** The prompt to evaluate while nobody waits: the one that the next completion here is best asked with. */
  warmUp(document: string, place: Place): InfillPrompt {
    const good = this.#anchored(document, place).find(({ isStale, anchor }) => !isStale && anchor.droppedChars === 0);
    if (good !== undefined) return good.prompt;
    const { window, holds } = wantedWindow({ ...place, wanted: windowDefault });
    const { anchor, prompt } = anchored(place, window, 0);
    this.#keep(warmUpKey(document), { anchor, holds });
    return prompt;
  }

  #anchored(document: string, place: Place): AnchoredPrompt[] {
    return this.#of(document).flatMap(({ anchor }) => onAnchor(anchor, place) ?? []);
  }

  #cut(document: string, question: PromptQuestion, wanted: WindowLimits) {
    const { text, offset, targetMs, forecastMs } = question;
    const held = this.#of(document).map(({ holds }) => holds);
    const fitted = fitWindow({
      ...{ text, offset, wanted, held, targetMs },
      forecastMs: (window) => forecastMs(anchored(question, window, 0).prompt),
    });
    const { anchor, prompt } = anchored(question, fitted.window, fitted.droppedChars);
    return { anchor, prompt, holds: fitted.holds, forecastMs: fitted.forecastMs };
  }

  #take(
    document: string,
    cut: Evaluated & { readonly prompt: InfillPrompt; readonly forecastMs: number },
  ): ChosenPrompt {
    const { anchor, holds, prompt, forecastMs } = cut;
    this.#keep(document, { anchor, holds });
    return { prompt, forecastMs, droppedChars: anchor.droppedChars, isStale: false };
  }

  #of(document: string): Evaluated[] {
    return [document, warmUpKey(document)].flatMap((key) => this.#evaluated.get(key) ?? []);
  }

  #keep(key: string, evaluated: Evaluated): void {
    this.#evaluated.delete(key);
    this.#evaluated.set(key, evaluated);
    const [oldest] = this.#evaluated.keys();
    if (this.#evaluated.size > evaluatedMax && oldest !== undefined) this.#evaluated.delete(oldest);
  }
}

function contextChars({ prompt }: AnchoredPrompt): number {
  return prompt.prefix.length + prompt.suffix.length;
}

function chosen({ anchor, prompt, isStale }: AnchoredPrompt, forecastMs: number): ChosenPrompt {
  return { prompt, forecastMs, droppedChars: anchor.droppedChars, isStale };
}
