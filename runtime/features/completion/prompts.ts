/**
 * Which prompt a completion is asked with, document by document: what was evaluated before decides how much that costs.
 *
 * 1. An anchored prompt (anchor.ts) that is on time: typing only appended to it. Of several a whole one, then one whose suffix is near,
 *    then the one that is there first.
 * 2. Else a window cut for this cursor and fitted to the promise (fit.ts), unless an anchored prompt is there sooner. Of a document that
 *    was evaluated before, with less behind the cursor: that is nearly all that has to be evaluated then.
 *
 * What was cut becomes an anchor of the document, beside those of other places in it. A warm-up cuts one more, while nobody waits.
 *
 * What other files say (context/) comes in where a window is cut, as far as it is on time, and stays with the anchor.
 */
import type { InfillContext, InfillPrompt } from '../../core/task.ts';
import { type Anchor, type AnchoredPrompt, anchored, lengthened, onAnchor } from './anchor.ts';
import { type CompletionContext, fitContext, lessAndLess, type OfferedContext } from './context/index.ts';
import { type FittedWindow, fitShare, fitWindow, type HeldWindow, wantedWindow } from './fit.ts';
import { type WindowLimits, windowDefault } from './prompt.ts';

/** Documents that are remembered; the one not asked about for the longest time is forgotten first. */
const documentsMax = 64;
/** For a cursor that came to another place of a document: half of what stands behind it will do until somebody rests. */
const windowElsewhere: WindowLimits = { ...windowDefault, suffixChars: windowDefault.suffixChars / 2 };
/** Places of one document that may still be in a sequence of the engine. */
const placesMax = 4;

interface Evaluated {
  readonly anchor: Anchor;
  readonly holds: HeldWindow;
  /** What the anchor's context was taken from. */
  readonly from: CompletionContext | undefined;
}

/** What was evaluated of one document. */
interface DocumentPrompts {
  /** For completions, the last one first. */
  asked: readonly Evaluated[];
  warm: Evaluated | undefined;
}

export interface PromptQuestion {
  /** The whole document with `\n` line ends. */
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
  /** What other files say; absent: nothing. */
  readonly offered?: OfferedContext | undefined;
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

type Place = Pick<PromptQuestion, 'text' | 'offset' | 'offered'>;

/** A prompt that may be asked with, and what it takes. */
interface Candidate extends Evaluated, AnchoredPrompt {
  readonly ms: number;
}

export class Prompts {
  /** The document not asked about for the longest time first. */
  readonly #documents = new Map<string, DocumentPrompts>();

  choose(document: string, question: PromptQuestion): ChosenPrompt {
    const { targetMs, forecastMs } = question;
    const appended = this.#anchored(document, question).map((one) => ({ ...one, ms: forecastMs(one.prompt) }));
    const inTime = appended.filter(({ ms }) => ms <= fitShare * targetMs).sort(byWorth(question.offered))[0]; // 1
    if (inTime !== undefined) return this.#take(document, inTime);
    const cut = this.#cutHere(document, question); // 2
    const soonest = appended.sort((a, b) => a.ms - b.ms)[0];
    return this.#take(document, soonest !== undefined && soonest.ms <= cut.ms ? soonest : cut);
  }

  /** The one chosen before was too long for the model: it is forgotten, and no more than `wanted` is asked with. */
  shorten(document: string, question: PromptQuestion, wanted: WindowLimits): ChosenPrompt {
    const prompts = this.#of(document);
    prompts.asked = prompts.asked.slice(1);
    return this.#take(document, this.#cut(document, { ...question, offered: undefined }, wanted));
  }

  /** The prompt to evaluate while nobody waits: the one that the next completion here is best asked with. */
  warmUp(document: string, place: Place): InfillPrompt {
    const { offered } = place;
    const [context] = offered ? lessAndLess(offered) : [];
    const good = this.#anchored(document, place).find(
      ({ isStale, anchor, from }) =>
        !isStale && anchor.droppedChars === 0 && from === offered?.context && hasAll(anchor, context),
    );
    if (good !== undefined) return good.anchor.isShort ? this.#lengthen(document, good, place) : good.prompt;
    const { window, holds } = wantedWindow({ ...place, wanted: windowDefault });
    const { anchor, prompt } = anchored(place, window, 0, context);
    this.#of(document).warm = { anchor, holds, from: offered?.context };
    return prompt;
  }

  #lengthen(document: string, short: Evaluated & AnchoredPrompt, place: Place): InfillPrompt {
    const { anchor, prompt } = lengthened(short, place, windowDefault.suffixChars);
    this.#of(document).warm = { anchor, holds: short.holds, from: short.from };
    return prompt;
  }

  /** None whose context was read by other rules than those that count now. */
  #anchored(document: string, place: Place): (Evaluated & AnchoredPrompt)[] {
    return this.#evaluated(document).flatMap((evaluated) => {
      if (evaluated.from !== undefined && evaluated.from.permit !== place.offered?.context.permit) return [];
      const prompt = onAnchor(evaluated.anchor, place);
      return prompt === undefined ? [] : [{ ...evaluated, ...prompt }];
    });
  }

  #cutHere(document: string, question: PromptQuestion): Candidate {
    if (this.#evaluated(document).length === 0) return this.#cut(document, question, windowDefault);
    const cut = this.#cut(document, question, windowElsewhere);
    const isShort = !cut.anchor.endsDocument;
    return isShort ? { ...cut, anchor: { ...cut.anchor, isShort } } : cut;
  }

  #cut(document: string, question: PromptQuestion, wanted: WindowLimits): Candidate {
    const { text, offset, targetMs, forecastMs, offered } = question;
    const { asked: [last] = [], warm } = this.#documents.get(document) ?? {};
    const former = [last, warm].flatMap((evaluated) => evaluated ?? []);
    const fitWith = (context?: InfillContext): FittedWindow =>
      fitWindow({
        ...{ text, offset, wanted, targetMs },
        held: former.map(({ holds }) => holds),
        forecastMs: (candidate) => forecastMs(anchored(question, candidate, 0, context).prompt),
      });
    const [whole, ...less] = offered ? lessAndLess(offered) : [];
    // While it is held, that of before costs nothing.
    const held = former.filter(({ from }) => from?.permit === offered?.context.permit);
    const heldContexts = held.flatMap(({ anchor }) => anchor.context ?? []);
    const contexts = whole === undefined ? [] : [whole, ...heldContexts, ...less];
    const { fitted, context } = fitContext(contexts, fitWith, fitShare * targetMs);
    const from = held.find(({ anchor }) => anchor.context === context)?.from ?? offered?.context;
    const { window, holds, forecastMs: ms, droppedChars } = fitted;
    return { ...anchored(question, window, droppedChars, context), holds, ms, from: context && from };
  }

  #take(document: string, { anchor, holds, from, prompt, isStale, ms }: Candidate): ChosenPrompt {
    const prompts = this.#of(document);
    const others = prompts.asked.filter((other) => other.anchor !== anchor);
    prompts.asked = [{ anchor, holds, from }, ...others].slice(0, placesMax);
    return { prompt, forecastMs: ms, droppedChars: anchor.droppedChars, isStale: isStale || anchor.isShort === true };
  }

  #evaluated(document: string): readonly Evaluated[] {
    const { asked = [], warm } = this.#documents.get(document) ?? {};
    return warm === undefined || asked.some(({ anchor }) => anchor === warm.anchor) ? asked : [...asked, warm];
  }

  #of(document: string): DocumentPrompts {
    const prompts = this.#documents.get(document) ?? { asked: [], warm: undefined };
    this.#documents.delete(document);
    this.#documents.set(document, prompts);
    const [oldest] = this.#documents.keys();
    if (this.#documents.size > documentsMax && oldest !== undefined) this.#documents.delete(oldest);
    return prompts;
  }
}

/** The whole ones first, then those whose suffix is near, then those that know what other files say now. */
function byWorth(offered: OfferedContext | undefined): (a: Candidate, b: Candidate) => number {
  const isOld = ({ from }: Candidate): number => Number(from !== offered?.context);
  return (a, b) =>
    a.anchor.droppedChars - b.anchor.droppedChars ||
    Number(a.isStale) - Number(b.isStale) ||
    Number(a.anchor.isShort ?? false) - Number(b.anchor.isShort ?? false) ||
    isOld(a) - isOld(b) ||
    a.ms - b.ms;
}

function hasAll({ context }: Anchor, wanted: InfillContext | undefined): boolean {
  return (context?.pieces.length ?? 0) === (wanted?.pieces.length ?? 0);
}
