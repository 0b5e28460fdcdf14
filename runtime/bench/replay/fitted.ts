/**
 * Prompts of replayed completions, fitted to their promise as the product fits them (features/completion/fit.ts). The load holds the text
 * around each cursor; the prompt is cut from it when the request arrives, with the forecast of that moment.
 */
import { type FitGoal, fitWindow, type HeldWindow, wantedWindow } from '../../features/completion/fit.ts';
import { edgeStepLines, type InfillWindow, windowDefault } from '../../features/completion/prompt.ts';
import type { Arrival, CutPlace } from './arrivals.ts';
import { infillTokens } from './prompt-tokens.ts';

/**
 * What a load keeps of a document for one request. The excerpt has its own memory: as a slice it would hold the document, which changes
 * with each edit.
 */
export function cutPlace(text: string, offset: number, salt: number): CutPlace {
  const start = excerptStart(text, offset - windowDefault.prefixChars - 1);
  const end = offset + windowDefault.suffixChars + 2;
  return { text: Buffer.from(text.slice(start, end)).toString(), offset: offset - start, salt };
}

/** The last step of the left edge up to `latest`; so edges lie on the same lines in the excerpt as in the document. */
function excerptStart(text: string, latest: number): number {
  let start = 0;
  let line = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < latest; at = text.indexOf('\n', at + 1)) {
    line += 1;
    if (line % edgeStepLines === 0) start = at + 1;
  }
  return start;
}

export class FittedPrompts {
  readonly #goal: FitGoal;
  /** The last window of each document, and that of its warm-up. Its place is found by what it says, as each request has an excerpt of its own. */
  readonly #held = new Map<string, HeldWindow>();
  readonly #warm = new Map<string, HeldWindow>();

  constructor(goal: FitGoal) {
    this.#goal = goal;
  }

  /**
   * The request with a prompt that fits; itself when it has no text to cut.
   * @param forecastMs from arrival to the first token with this prompt, if it were submitted now.
   */
  cut(arrival: Arrival, forecastMs: (promptTokens: readonly number[]) => number): Arrival {
    const { place, document, sla } = arrival;
    if (place === undefined || document === undefined) return arrival;
    const tokensOf = (window: InfillWindow): number[] => infillTokens(window, place.salt);
    const { window, holds } = fitWindow({
      ...place,
      wanted: windowDefault,
      goal: this.#goal,
      held: [this.#held, this.#warm].flatMap((windows) => windows.get(document) ?? []),
      targetMs: sla.targetMs,
      forecastMs: (candidate) => forecastMs(tokensOf(candidate)),
    });
    this.#held.set(document, holds);
    return { ...arrival, promptTokens: tokensOf(window) };
  }

  /** The prompt with which this place is warmed up while nothing else runs; undefined when there is no text to cut. */
  warmUp({ place, document }: Pick<Arrival, 'place' | 'document'>): readonly number[] | undefined {
    if (place === undefined || document === undefined) return undefined;
    const { window, holds } = wantedWindow({ ...place, wanted: windowDefault });
    this.#warm.set(document, holds);
    return infillTokens(window, place.salt);
  }
}
