import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aroundOf } from '../../../../runtime/features/completion/filters/around.ts';
import { lexisOf } from '../../../../runtime/features/completion/filters/languages.ts';
import { Reading } from '../../../../runtime/features/completion/filters/reading.ts';
import { type Frame, scan } from '../../../../runtime/features/completion/filters/scan.ts';

const line = 'const total = count + "a // b" /* no */ + 1;\n';
const pieces = ['a', ' ', '\n', '"', "'", '`', '${', '}', '{', '(', ')', '//', '/*', '*/', '/', '\\', line];
const piece = fc.constantFrom(...pieces, line.repeat(40));

/** Positions in it mean nothing. */
const shapeOf = (open: readonly Frame[]) => open.map(({ kind, close }) => ({ kind, close }));

describe('what was read of a document', () => {
  it('when somebody types, deletes and goes elsewhere, then all is as reading from the beginning says', () => {
    const step = fc.record({
      deletes: fc.nat({ max: 900 }),
      jumps: fc.double({ min: 0, max: 1, noNaN: true }),
      types: fc.array(piece, { maxLength: 6 }),
      after: fc.option(fc.array(piece, { maxLength: 6 }), { freq: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const reading = new Reading();
        let before = line.repeat(100);
        let after = `}\n${line.repeat(50)}`;
        for (const { deletes, jumps, types, after: other } of steps) {
          if (jumps > 0.9) before = before.slice(0, Math.floor(before.length * (1 - jumps) * 10));
          before = before.slice(0, Math.max(0, before.length - deletes)) + types.join('');
          if (other !== null) after = other.join('');
          const place = { before, after, languageId: 'typescript' };
          const { open, behind, ...rest } = aroundOf(place, 'a', reading);
          const { open: openAnew, behind: behindAnew, ...restAnew } = aroundOf(place);
          expect(shapeOf(open)).toEqual(shapeOf(openAnew));
          expect(shapeOf(open)).toEqual(shapeOf(scan(before, lexisOf('typescript')).open));
          expect({ ...behind, open: shapeOf(behind.open) }).toEqual({ ...behindAnew, open: shapeOf(behindAnew.open) });
          expect(rest).toEqual(restAnew);
        }
      }),
    );
  });

  it('when the text before is the same in another language or document, then it is read for that one', () => {
    const reading = new Reading();
    const before = `${line.repeat(200)}# `;
    const kindAt = (document: string, text: string, languageId: string) =>
      reading.openAt(document, text, languageId).at(-1)?.kind;
    expect(kindAt('a', before, 'typescript')).toBeUndefined();
    expect(kindAt('a', before, 'python')).toBe('comment');
    expect(kindAt('b', '/*', 'typescript')).toBe('comment');
    expect(kindAt('a', `${before}a`, 'python')).toBe('comment');
  });

  it('when what is open before the text behind is another, then that is read anew', () => {
    const reading = new Reading();
    const closedBehind = (before: string, after: string) =>
      reading.behind('a', after, 'typescript', reading.openAt('a', before, 'typescript')).closings.length;
    expect(closedBehind('f(', ')}')).toBe(2);
    expect(closedBehind('"', ')}"')).toBe(1);
    expect(closedBehind('/*', ')}')).toBe(0);
    expect(closedBehind('f(', ')}')).toBe(2);
  });

  it('when a document is longer than what is read, then reading begins nearer to the cursor', () => {
    const reading = new Reading();
    const far = `/* ${'x\n'.repeat(60_000)}`;
    expect(reading.openAt('a', far.slice(0, 40_000), 'typescript').at(-1)?.kind).toBe('comment');
    expect(reading.openAt('a', far, 'typescript')).toEqual([]);
  });
});
