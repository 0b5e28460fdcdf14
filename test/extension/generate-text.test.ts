import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentAbove, shifted } from '../../extension/generate-text.ts';

/** What is read with the cursor on the line of the mark. */
function read(marked: string, languageId = 'typescript'): string | undefined {
  const lines = marked.split('\n');
  const line = lines.findIndex((text) => text.includes('‸'));
  return commentAbove((at) => (lines[at] ?? '').replace('‸', ''), line, languageId);
}

describe('the comment that says what is wanted', () => {
  it.each([
    ['above', '// Sorts by name.\n‸', 'Sorts by name.'],
    ['of several lines', 'a();\n// Sorts by name,\n// then by age.\n‸', 'Sorts by name, then by age.'],
    ['on the line itself', '  // sort by name‸', 'sort by name'],
    ['of a block', '/**\n * Sorts by name.\n */\n‸', 'Sorts by name.'],
    ['of one line of a block', '/* sort by name */\n‸', 'sort by name'],
    ['of markup', '<!-- a table of names -->\n‸', 'a table of names'],
  ])('when it stands %s, then it is what it says', (_, marked, text) => {
    expect(read(marked)).toBe(text);
  });

  it.each([
    ['python', '# sort by name\n‸', 'sort by name'],
    ['c', '#include <stdio.h>\n‸', undefined],
    ['sql', '-- all names\n‸', 'all names'],
    ['markdown', '# A title\n‸', undefined],
  ])('when the language is %s, then its own comments count', (languageId, marked, text) => {
    expect(read(marked, languageId)).toBe(text);
  });

  it.each([
    ['code stands between', '// sort\na();\n‸'],
    ['the cursor stands in code', '// sort\nconst a = ‸;'],
    ['there is none', '‸'],
    ['an empty line stands between', '// sort\n\n‸'],
    ['it is empty', '//\n‸'],
  ])('when %s, then nothing is read', (_, marked) => {
    expect(read(marked)).toBeUndefined();
  });
});

describe('a place in a document that is edited', () => {
  it('when something before it changes, then it moves; behind it, it stays', () => {
    const place = { start: 10, end: 14 };
    expect(shifted(place, [{ rangeOffset: 2, rangeLength: 3, text: 'abcde' }])).toEqual({ start: 12, end: 16 });
    expect(shifted(place, [{ rangeOffset: 15, rangeLength: 3, text: '' }])).toEqual(place);
  });

  it.each([
    ['at a cursor', { start: 10, end: 10 }, { rangeOffset: 10, rangeLength: 0, text: 'x' }],
    ['into it', { start: 10, end: 14 }, { rangeOffset: 12, rangeLength: 0, text: 'x' }],
    ['over its start', { start: 10, end: 14 }, { rangeOffset: 8, rangeLength: 4, text: '' }],
    ['all around it', { start: 10, end: 14 }, { rangeOffset: 0, rangeLength: 99, text: '' }],
  ])('when an edit goes %s, then it is not that place any more', (_, place, change) => {
    expect(shifted(place, [change])).toBeUndefined();
  });

  it('when it is not touched, then what stands there is the same after any edits', () => {
    const change = fc.record({ rangeOffset: fc.nat(40), rangeLength: fc.nat(5), text: fc.string({ maxLength: 5 }) });
    const text = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ';
    fc.assert(
      fc.property(change, fc.nat(30), fc.nat(10), (edit, start, length) => {
        const end = start + length;
        const place = shifted({ start, end }, [edit]);
        if (place === undefined) return;
        const edited = text.slice(0, edit.rangeOffset) + edit.text + text.slice(edit.rangeOffset + edit.rangeLength);
        expect(edited.slice(place.start, place.end)).toBe(text.slice(start, end));
      }),
    );
  });
});
