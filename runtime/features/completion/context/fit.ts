/**
 * How much context a completion is asked with, so that its first token is still on time. Pure. The prompt's own window is fitted by
 * completion/fit.ts, which is asked here for one amount of context after the other:
 *
 * 1. Pieces are dropped from the one that is worth least, and the others keep their order.
 * 2. Context never costs lines of the document: an amount is taken only when the window with it is as whole as without any.
 * 3. And never the promise: it is taken only when the forecast with it is on time.
 */
import type { InfillContext } from '../../../core/task.ts';
import type { ChosenModel } from '../../tasks.ts';
import { budgetFor, type CompletionContext, infillContext } from './pieces.ts';

/** What completion/fit.ts says of a window. */
export interface FittedPart {
  readonly forecastMs: number;
  readonly droppedChars: number;
}

export interface FittedContext<Fitted> {
  readonly fitted: Fitted;
  /** Absent: none. */
  readonly context?: InfillContext;
}

/** Each is one fit of the window: a few are enough, as a forecast is no exact thing. */
const rungs = [1, 0.6, 0.3] as const;

/** A context that may be taken, and how much of it the model's context has room for, in characters. */
export interface OfferedContext {
  readonly context: CompletionContext;
  readonly charsMax: number;
}

/**
 * What of a context a model may be asked with. Nothing of it for the demonstration model: it was trained on single files, and nobody has
 * found that it makes use of more.
 */
export function offeredTo(
  { demo, contextTokens }: Pick<ChosenModel, 'demo' | 'contextTokens'>,
  context: CompletionContext | undefined,
): OfferedContext | undefined {
  return demo || context === undefined ? undefined : { context, charsMax: budgetFor(contextTokens).chars };
}

/** Ever less of a context, the whole first, and none that is empty. Shares are of its characters, in order of worth. */
export function lessAndLess({ context, charsMax }: OfferedContext): InfillContext[] {
  const byWorth = [...context.pieces].sort((a, b) => b.worth - a.worth);
  const wholeChars = byWorth.reduce((sum, { comments }) => sum + comments.length, 0);
  const total = Math.min(wholeChars, charsMax);
  const counts = rungs.map((share) => {
    let chars = 0;
    const within = byWorth.filter(({ comments }) => {
      chars += comments.length;
      return chars <= share * total;
    });
    return within.length;
  });
  return [...new Set(counts)]
    .filter((count) => count > 0)
    .map((count) => {
      const kept = new Set(byWorth.slice(0, count));
      return infillContext({ ...context, pieces: context.pieces.filter((piece) => kept.has(piece)) });
    });
}

/**
 * @param contexts of which one may be taken, the most wanted first: what the document's last prompt was asked with, as it costs nothing
 *   while it is held, and those of {@link lessAndLess}.
 * @param fitWith the window, fitted beside that context.
 * @param limitMs of the promise, what a forecast may take.
 */
export function fitContext<Fitted extends FittedPart>(
  contexts: readonly InfillContext[],
  fitWith: (context?: InfillContext) => Fitted,
  limitMs: number,
): FittedContext<Fitted> {
  const alone = fitWith();
  for (const context of contexts) {
    const fitted = fitWith(context);
    if (fitted.forecastMs <= limitMs && fitted.droppedChars <= alone.droppedChars) return { fitted, context };
  }
  return { fitted: alone };
}
