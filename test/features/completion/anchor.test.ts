import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Anchor,
  anchored,
  lengthened,
  onAnchor,
  typedCharsMax,
} from '../../../runtime/features/completion/anchor.ts';
import { infillWindow, snapToCharacter, windowDefault } from '../../../runtime/features/completion/prompt.ts';

/** The cursor is marked by `|`. */
function place(marked: string): { readonly text: string; readonly offset: number } {
  return { text: marked.replace('|', ''), offset: marked.indexOf('|') };
}

function anchorAt(marked: string): Anchor {
  const at = place(marked);
  return anchored(at, infillWindow(at.text, at.offset, windowDefault), 0).anchor;
}

const far = 'use a;\nuse b;\nuse c;\nuse d;\n';
/** The lines that count as typed from the beginning. */
const lead = 'use e;\nuse f;\n\nimpl X {\nfn main() {\n    let a = 1;\n';
const body = `${far}${lead}    let b|\n}\n`;

describe('an anchor', () => {
  it('when it is made, then whole lines are its prefix, and the line of the cursor and a few before it count as typed', () => {
    const at = place(body);
    const { prompt } = anchored(at, infillWindow(at.text, at.offset, windowDefault), 0);
    expect(prompt).toEqual({ kind: 'infill', prefix: far, suffix: '\n}\n', typed: `${lead}    let b`, heals: true });
  });

  it('when the lines before are long, then fewer of them count as typed', () => {
    const at = place(`${'x'.repeat(300)}\n${'y'.repeat(300)}\n  z|`);
    const { prompt } = anchored(at, infillWindow(at.text, at.offset, windowDefault), 0);
    expect(prompt.typed).toBe(`${'y'.repeat(300)}\n  z`);
  });

  it('when a line is longer than any, then most of it is prefix', () => {
    const at = place(`${'x = 1; '.repeat(300)}|`);
    const { prompt } = anchored(at, infillWindow(at.text, at.offset, windowDefault), 0);
    expect(prompt.typed?.length).toBe(400);
    expect(prompt.prefix.length).toBeGreaterThan(1_000);
  });

  it.each([
    ['is typed on', '    let b = 2;|\n}\n', '    let b = 2;'],
    ['is typed on for lines', '    let b;\n    b = |\n}\n', '    let b;\n    b = '],
    ['is deleted in part', '    l|\n}\n', '    l'],
    ['gets a bracket that the editor closes', '    let b = f(|)\n}\n', '    let b = f('],
    ['opens a block that the editor closes', '    if b {\n        |\n    }\n}\n', '    if b {\n        '],
  ])('when the line %s, then only what was typed differs', (_, marked, typed) => {
    const { prompt } = onAnchor(anchorAt(body), place(far + lead + marked)) ?? {};
    expect(prompt).toMatchObject({ prefix: far, suffix: '\n}\n', typed: lead + typed });
  });

  it('when the line is deleted with the end of the one before, then it holds still', () => {
    const { prompt } = onAnchor(anchorAt(body), place(`${far}${lead.slice(0, -4)}|\n}\n`)) ?? {};
    expect(prompt).toMatchObject({ prefix: far, typed: lead.slice(0, -4) });
  });

  it.each([
    ['the lines far before it change', `use x;\n${far.slice(7)}${lead}    let b|\n}\n`],
    ['the cursor stands before text that was typed', `${far}${lead}    let |b\n}\n`],
    ['the cursor is above it', `${far}${lead.slice(0, -5)}|${lead.slice(-5)}    let b\n}\n`],
    ['text comes behind the document that ended there', `${far}${lead}    let b|\n}\n\nfn more() {}\n`],
    ['text comes before the document that began there', `// more\n${far}${lead}    let b|\n}\n`],
    ['more was typed than can be kept', body.replace('|', `${'x'.repeat(typedCharsMax)}|`)],
    ['more lines were typed than can be kept', body.replace('|', `${'\n'.repeat(50)}|`)],
  ])('when %s, then it does not hold', (_, marked) => {
    expect(onAnchor(anchorAt(body), place(marked))).toBeUndefined();
  });

  it('when lines are put in far above it, then it holds still', () => {
    const above = 'use std::fmt;\n'.repeat(300);
    const anchor = anchorAt(above + body);
    const moved = onAnchor(anchor, place(`use a;\n${above}${body.replace('|', ' = 2|')}`));
    expect(moved?.prompt).toMatchObject({ prefix: anchor.prefix, typed: `${lead}    let b = 2` });
  });

  it('when much was typed since, then it is stale, and a line of its own is not much', () => {
    const line = '    let value = compute(1, 2);\n';
    const anchor = anchorAt(body);
    const typed = (count: number) => body.replace('    let b|', `${line.repeat(count)}    let b|`);
    expect(onAnchor(anchor, place(typed(2)))?.isStale).toBe(false);
    expect(onAnchor(anchor, place(typed(12)))?.isStale).toBe(true);
  });

  it('when it holds, then its prompt is the text around the cursor, but for what closes brackets', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '(', ')', ' ', '😀'), maxLength: 8 });
    const lines = fc.array(line, { maxLength: 12 }).map((all) => all.join('\n'));
    const places = fc.record({ text: lines, at: fc.nat(), typed: lines, closed: fc.constantFrom('', ')', '\n}') });
    fc.assert(
      fc.property(places, ({ text, at, typed, closed }) => {
        const offset = at % (text.length + 1);
        const limits = { prefixChars: 20, suffixChars: 10 };
        const { anchor } = anchored({ text, offset }, infillWindow(text, offset, limits), 0);
        const now = {
          text: text.slice(0, offset) + typed + closed + text.slice(offset),
          offset: offset + typed.length,
        };
        const prompt = onAnchor(anchor, now)?.prompt;
        if (prompt === undefined) return;
        const cursor = snapToCharacter(now.text, now.offset);
        expect(now.text.slice(0, cursor).endsWith(prompt.prefix + prompt.typed)).toBe(true);
        const behind = now.text.slice(cursor);
        expect(behind.slice(0, behind.indexOf(prompt.suffix)).replace(/[\s)}]/g, '')).toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('when it is lengthened, then it begins as it did, and is the text around the cursor', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '(', ')', ' ', '😀'), maxLength: 8 });
    const lines = fc.array(line, { maxLength: 12 }).map((all) => all.join('\n'));
    const places = fc.record({
      text: lines,
      at: fc.nat(),
      typed: fc.constantFrom('', 'x', '('),
      suffixChars: fc.nat(60),
    });
    fc.assert(
      fc.property(places, ({ text, at, typed, suffixChars }) => {
        const offset = snapToCharacter(text, at % (text.length + 1));
        const limits = { prefixChars: 20, suffixChars: 10 };
        const anchor = { ...anchored({ text, offset }, infillWindow(text, offset, limits), 0).anchor, isShort: true };
        const now = { text: text.slice(0, offset) + typed + text.slice(offset), offset: offset + typed.length };
        const short = onAnchor(anchor, now);
        if (short === undefined) return;
        const long = lengthened(short, now, suffixChars);
        expect(long.anchor.isShort).toBeUndefined();
        expect(long.prompt).toMatchObject({ prefix: short.prompt.prefix, typed: short.prompt.typed });
        expect(long.prompt.suffix.startsWith(short.prompt.suffix)).toBe(true);
        expect(now.text.includes(`${long.prompt.typed}${long.prompt.suffix}`)).toBe(true);
        expect(onAnchor(long.anchor, now)?.prompt).toEqual(long.prompt);
      }),
      { numRuns: 500 },
    );
  });
});
