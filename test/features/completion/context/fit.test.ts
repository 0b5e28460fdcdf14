/** Driven as prompts.ts drives it: the window is fitted by fit.ts, once for each amount of context. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InfillContext } from '../../../../runtime/core/task.ts';
import { fitContext, lessAndLess } from '../../../../runtime/features/completion/context/fit.ts';
import { assembled, budgetDefault, type Snippet } from '../../../../runtime/features/completion/context/pieces.ts';
import { fitShare, fitWindow } from '../../../../runtime/features/completion/fit.ts';
import { windowDefault } from '../../../../runtime/features/completion/prompt.ts';

const text = Array.from({ length: 200 }, (_, line) => `const value${line} = compute(${line});\n`).join('');
const offset = 4_000;
const targetMs = 500;

const charsOf = (context: InfillContext | undefined): number =>
  (context?.pieces ?? []).reduce((sum, { comments }) => sum + comments.length, 0);

function contextOf(worths: readonly number[], chars = 300) {
  const snippets = worths.map(
    (worth, index): Snippet => ({
      source: index % 3 === 2 ? 'edit' : 'similar',
      uri: `file:///w/${index}.ts`,
      path: `${index}.ts`,
      text: `function number${index}(${'y'.repeat(chars)})`,
      worth,
    }),
  );
  const here = { repository: 'w', path: 'a.ts', languageId: 'typescript', around: '', permit: {} };
  const context = assembled(snippets, here, { ...budgetDefault, chars: 4_000, volatileShare: 1 });
  if (context === undefined) throw new Error('There are pieces that say something.');
  return context;
}

/** A machine that evaluates so many characters in a millisecond; `held` are evaluated already. */
function fitted(
  contexts: readonly InfillContext[],
  charsPerMs: number,
  heldChars: (context?: InfillContext) => number,
) {
  return fitContext(
    contexts,
    (context) =>
      fitWindow({
        ...{ text, offset, wanted: windowDefault, held: [], targetMs },
        forecastMs: ({ prefix, suffix }) =>
          Math.max(0, charsOf(context) + prefix.length + suffix.length - heldChars(context)) / charsPerMs,
      }),
    fitShare * targetMs,
  );
}

const nothingHeld = (): number => 0;

describe('a context that is fitted', () => {
  const context = contextOf([0.9, 0.8, 0.7, 0.6, 0.5, 0.4]);
  const offered = { context, charsMax: 4_000 };

  it('when it gets less, then the least worth goes first and the others keep their order', () => {
    const all = lessAndLess(offered);
    expect(charsOf(all[0])).toBe(charsOf(context));
    for (const [index, less] of all.entries()) {
      const paths = less.pieces.map(({ path }) => path);
      expect(paths).toEqual(context.pieces.map(({ path }) => path).filter((path) => paths.includes(path)));
      const worths = context.pieces.filter(({ path }) => paths.includes(path)).map(({ worth }) => worth);
      const dropped = context.pieces.filter(({ path }) => !paths.includes(path)).map(({ worth }) => worth);
      expect(Math.min(...worths)).toBeGreaterThan(Math.max(0, ...dropped));
      expect(charsOf(less)).toBeLessThanOrEqual(charsOf(all[Math.max(0, index - 1)]));
      expect(less.pieces.length).toBeGreaterThan(0);
    }
  });

  it('when the model has less room, then it begins with what has', () => {
    for (const less of lessAndLess({ context, charsMax: 1_000 })) expect(charsOf(less)).toBeLessThanOrEqual(1_000);
    expect(lessAndLess({ context, charsMax: 10 })).toEqual([]);
  });

  it('when there is time enough, then all of it is taken, beside the whole window', () => {
    const { fitted: window, context: taken } = fitted(lessAndLess(offered), 1_000, nothingHeld);
    expect(charsOf(taken)).toBe(charsOf(context));
    expect(window.droppedChars).toBe(0);
  });

  it('when time is short, then the context gives way before a line of the document does', () => {
    const { fitted: window, context: taken } = fitted(lessAndLess(offered), 10.5, nothingHeld);
    expect(window.droppedChars).toBe(0);
    expect(charsOf(taken)).toBeLessThan(charsOf(context));
    expect(charsOf(taken)).toBeGreaterThan(0);
    const slow = fitted(lessAndLess(offered), 1, nothingHeld);
    expect(slow.context).toBeUndefined();
    expect(slow.fitted.droppedChars).toBeGreaterThan(0);
  });

  it('when all of it is held, then it costs nothing and is taken on a slow machine too', () => {
    const { context: taken } = fitted(lessAndLess(offered), 5, charsOf);
    expect(charsOf(taken)).toBe(charsOf(context));
  });

  it('when any machine fits any context, then it is on time with it, and no line was given up for it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 }),
        fc.double({ min: 0.5, max: 50, noNaN: true }),
        fc.integer({ min: 0, max: 4_000 }),
        (worths, charsPerMs, charsMax) => {
          const one = contextOf(worths, 200);
          const { fitted: window, context: taken } = fitted(
            lessAndLess({ context: one, charsMax }),
            charsPerMs,
            nothingHeld,
          );
          const alone = fitted([], charsPerMs, nothingHeld).fitted;
          if (taken === undefined) expect(window).toEqual(alone);
          else {
            expect(window.forecastMs).toBeLessThanOrEqual(fitShare * targetMs);
            expect(window.droppedChars).toBeLessThanOrEqual(alone.droppedChars);
            expect(charsOf(taken)).toBeLessThanOrEqual(charsMax);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
