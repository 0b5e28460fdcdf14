import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitShare,
  fitWindow,
  type HeldWindow,
  promptly,
  sparingly,
  wantedWindow,
} from '../../runtime/features/completion/fit.ts';
import { type InfillWindow, infillWindow, windowDefault } from '../../runtime/features/completion/prompt.ts';

const code = Array.from({ length: 200 }, (_, line) => `  const value${line} = compute(${line}, "a few words");\n`).join(
  '',
);

function charsOf({ prefix, suffix }: InfillWindow): number {
  return prefix.length + suffix.length;
}

function shared(a: string, b: string): number {
  let index = 0;
  while (index < Math.min(a.length, b.length) && a[index] === b[index]) index += 1;
  return index;
}

function isHalf(text: string, at: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text[at] ?? '');
}

/** One ms for each character that the last prompt does not share: what a cache is worth. */
function typist(last = '') {
  return {
    last,
    forecastMs(window: InfillWindow): number {
      const text = window.prefix + window.suffix;
      return text.length - shared(this.last, text);
    },
    asked(window: InfillWindow): void {
      this.last = window.prefix + window.suffix;
    },
  };
}

const plain = { wanted: windowDefault, held: [], forecastMs: charsOf };

describe('a prompt fitted to its promise', () => {
  it('when there is time enough, then it is the whole window', () => {
    for (const offset of [0, 1, 700, 5_000, code.length]) {
      const fitted = fitWindow({ ...plain, text: code, offset, targetMs: 1e9 });
      expect(fitted.window).toEqual(infillWindow(code, offset, windowDefault));
      expect(fitted.droppedChars).toBe(0);
      expect(wantedWindow({ ...plain, text: code, offset }).window).toEqual(fitted.window);
    }
  });

  it('when there is less time, then the farthest lines go first, and the forecast fits its share', () => {
    const offset = 5_013;
    const fitted = fitWindow({ ...plain, text: code, offset, targetMs: 1_500 });
    expect(charsOf(fitted.window)).toBeLessThanOrEqual(1_500 * fitShare);
    expect(charsOf(fitted.window)).toBeGreaterThan(500);
    expect(code.slice(0, offset).endsWith(fitted.window.prefix)).toBe(true);
    expect(code.slice(offset).startsWith(fitted.window.suffix)).toBe(true);
    const whole = infillWindow(code, offset, windowDefault);
    expect(fitted.droppedChars).toBe(charsOf(whole) - charsOf(fitted.window));
    expect(fitted.forecastMs).toBe(charsOf(fitted.window));
  });

  it('when most of the prefix is held, then it is not given up for the rest, which counts as dropped', () => {
    const edge = code.indexOf('const value100') - 2;
    const offset = code.indexOf('const value140');
    const held = [{ edge, head: code.slice(edge, edge + 200) }];
    const { window, droppedChars } = fitWindow({ ...plain, text: code, offset, held, targetMs: 1e9 });
    const whole = infillWindow(code, offset, windowDefault);
    expect(window).toEqual({ prefix: code.slice(edge, offset), suffix: whole.suffix });
    expect(droppedChars).toBe(charsOf(whole) - charsOf(window));
    const little = [{ edge: offset - 300, head: code.slice(offset - 300, offset - 200) }];
    expect(fitWindow({ ...plain, text: code, offset, held: little, targetMs: 1e9 }).window).toEqual(whole);
  });

  it('when the lines before the last prompt were deleted and the cursor is within its beginning, then no text is left out', () => {
    const head = code.slice(0, 200);
    const offset = 10;
    const { window } = fitWindow({ ...plain, text: code, offset, held: [{ edge: 900, head }], targetMs: 900 });
    expect(window.prefix).toBe(code.slice(0, offset));
  });

  it('when the device is never idle, then only some of what stands behind the cursor is given up', () => {
    const offset = 5_013;
    const whole = infillWindow(code, offset, windowDefault);
    const at = (targetMs: number): InfillWindow =>
      fitWindow({ ...plain, text: code, offset, targetMs, goal: sparingly }).window;
    expect(at(1e9)).toEqual(whole);
    const { prefix, suffix } = at(1);
    expect(prefix).toBe(whole.prefix);
    expect(whole.suffix.startsWith(suffix)).toBe(true);
    expect(suffix.length).toBeGreaterThan(whole.suffix.length * 0.2);
    expect(suffix.length).toBeLessThanOrEqual(whole.suffix.length * sparingly.least.suffix);
  });

  it('when nothing fits, then the current line and three before it are sent all the same', () => {
    const lines = code.slice(0, 5_013).split('\n');
    const { window } = fitWindow({ ...plain, text: code, offset: 5_013, targetMs: 1 });
    expect(window.prefix).toBe(lines.slice(-4).join('\n'));
    expect(window.suffix).toBe(code.slice(5_013, code.indexOf('\n', 5_013)));
    const long = fitWindow({ ...plain, text: 'a1 '.repeat(350_000), offset: 500_000, targetMs: 1 });
    expect(charsOf(long.window)).toBeLessThan(1_000);
    expect(long.window.prefix.length).toBeGreaterThan(300);
  });

  const documents = fc
    .array(
      fc.oneof(fc.constant('\n'), fc.string({ maxLength: 40 }), fc.constant('😀é漢'), fc.constant(code.slice(0, 900))),
      {
        maxLength: 25,
      },
    )
    .map((parts) => parts.join('\n'));
  const places = documents.chain((text) =>
    fc.record({
      text: fc.constant(text),
      offset: fc.nat(text.length),
      heldAt: fc.array(fc.nat(text.length), { maxLength: 2 }),
    }),
  );
  const heldOf = (text: string, edges: readonly number[]): HeldWindow[] =>
    edges.filter((edge) => !isHalf(text, edge)).map((edge) => ({ edge, head: text.slice(edge, edge + 256) }));

  it('when there is less time, then the prompt is never longer, whatever is held', () => {
    fc.assert(
      fc.property(places, fc.nat(4_000), fc.nat(4_000), fc.boolean(), ({ text, offset, heldAt }, a, b, isWarm) => {
        const goal = a % 2 === 0 ? promptly : sparingly;
        const held = heldOf(text, heldAt);
        const cache = typist(isWarm ? text.slice(held[0]?.edge ?? 0, offset) : '');
        const at = (targetMs: number): number => {
          const forecastMs = (window: InfillWindow): number => cache.forecastMs(window);
          const { window } = fitWindow({ text, offset, held, goal, wanted: windowDefault, targetMs, forecastMs });
          return charsOf(window);
        };
        expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)));
      }),
    );
  });

  it('when it is cut, then it is cut between characters, and is the text around the cursor', () => {
    fc.assert(
      fc.property(places, fc.nat(4_000), ({ text, offset, heldAt }, targetMs) => {
        const { window } = fitWindow({ ...plain, text, offset, held: heldOf(text, heldAt), targetMs });
        const part = window.prefix + window.suffix;
        expect(text).toContain(part);
        // Throws for half of a character.
        expect(() => encodeURIComponent(window.prefix) + encodeURIComponent(window.suffix)).not.toThrow();
      }),
    );
  });
});

describe('a window from keystroke to keystroke', () => {
  /** Types `typed` at an offset, one character and one prompt at a time. */
  function typing(
    start: { text: string; offset: number; targetMs: number; held?: readonly HeldWindow[]; last?: string },
    typed: string,
  ) {
    const cache = typist(start.last);
    let { text, offset, held = [] } = start;
    return [...typed].map((character) => {
      text = text.slice(0, offset) + character + text.slice(offset);
      offset += character.length;
      const fitted = fitWindow({
        text,
        offset,
        held,
        wanted: windowDefault,
        targetMs: start.targetMs,
        forecastMs: (window) => cache.forecastMs(window),
      });
      cache.asked(fitted.window);
      held = [fitted.holds];
      return fitted;
    });
  }
  const text = code;
  const offset = code.indexOf('const value100');
  const typed = 'const answer = ask(one,\n  two,\n  three);\nreturn answer;\n';

  it('when a cold start made it small, then its left edge stays where it is while somebody types on', () => {
    const fits = typing({ text, offset, targetMs: 1_500 }, typed);
    const edges = new Set(fits.map(({ holds }) => holds.edge));
    expect(fits[0]?.droppedChars).toBeGreaterThan(500);
    expect([...edges]).toHaveLength(1);
  });

  it('when the text above the window grows, then the window goes on where its text is now', () => {
    const [before] = typing({ text, offset, targetMs: 1_500 }, 'a');
    const above = '// one more line\n';
    const shifted = `${above}${text.slice(0, offset)}a${text.slice(offset)}`;
    const last = (before?.window.prefix ?? '') + (before?.window.suffix ?? '');
    const [after] = typing(
      {
        text: shifted,
        offset: offset + above.length + 1,
        targetMs: 1_500,
        last,
        held: before ? [before.holds] : [],
      },
      'b',
    );
    expect(after?.holds.edge).toBe((before?.holds.edge ?? 0) + above.length);
  });

  it('when a larger window is warm, then it is taken; when it is not, then only with a reserve', () => {
    const [small] = typing({ text, offset, targetMs: 1_500 }, 'a');
    const held = small?.holds ?? { edge: 0, head: '' };
    const whole = infillWindow(text, offset, windowDefault);
    const [warm] = typing({ text, offset, targetMs: 2_000, held: [held], last: whole.prefix + whole.suffix }, 'a');
    expect(warm?.droppedChars).toBe(0);
    const last = (small?.window.prefix ?? '') + (small?.window.suffix ?? '');
    const chars = charsOf(whole) + 1;
    const [tight] = typing({ text, offset, targetMs: chars / fitShare, held: [held], last }, 'a');
    expect(tight?.holds.edge).toBe(held.edge);
    const [roomy] = typing({ text, offset, targetMs: (2 * chars) / fitShare + 1, held: [held], last }, 'a');
    expect(roomy?.droppedChars).toBe(0);
  });

  it('when the cursor leaves the window, then the window is cut anew', () => {
    const [small] = typing({ text, offset, targetMs: 1_500 }, 'a');
    const far = fitWindow({ ...plain, text, offset: 300, held: small ? [small.holds] : [], targetMs: 1e9 });
    expect(far.window).toEqual(infillWindow(text, 300, windowDefault));
  });
});
