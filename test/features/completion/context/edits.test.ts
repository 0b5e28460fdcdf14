import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { placeCharsMax, placesMax, RecentEdits } from '../../../../runtime/features/completion/context/edits.ts';

const lines = (count: number, name = 'line'): string =>
  Array.from({ length: count }, (_, index) => `${name} ${index}\n`).join('');

const open = (text: string, uri = 'file:///w/a.ts'): TextDocument => TextDocument.create(uri, 'typescript', 1, text);

/** A person who types: what the editor would tell. */
class Typist {
  readonly edits = new RecentEdits();

  replace(document: TextDocument, line: number, removedLines: number, text: string): void {
    const range = { start: { line, character: 0 }, end: { line: line + removedLines, character: 0 } };
    TextDocument.update(document, [{ range, text }], document.version + 1);
    this.edits.edited(document, { line, removedLines, addedLines: text.split('\n').length - 1 });
  }

  get texts(): string[] {
    this.edits.settle();
    return this.edits.places.map(({ text }) => text);
  }
}

describe('recent edits', () => {
  it('when a place is edited, then it is told with the lines around it, as they are when it is left', () => {
    const typist = new Typist();
    const document = open(lines(100));
    typist.replace(document, 50, 1, 'first\n');
    typist.replace(document, 50, 1, 'second\n');
    expect(typist.edits.places).toEqual([]);
    expect(typist.texts).toEqual(['line 48\nline 49\nsecond\nline 51\nline 52\nline 53']);
  });

  it('when edits are near each other, then they are one place; when not, several, the oldest first', () => {
    const typist = new Typist();
    const document = open(lines(200));
    typist.replace(document, 20, 1, 'one\n');
    typist.replace(document, 25, 1, 'two\n');
    typist.replace(document, 150, 1, 'far\n');
    const [near = '', far = '', ...more] = typist.texts;
    expect(more).toEqual([]);
    expect(near).toContain('one');
    expect(near).toContain('two');
    expect(far).toContain('far');
  });

  it('when a place is edited again later, then it is told once, as it is now', () => {
    const typist = new Typist();
    const [a, b] = [open(lines(40)), open(lines(40), 'file:///w/b.ts')];
    typist.replace(a, 10, 1, 'old\n');
    typist.replace(b, 10, 1, 'between\n');
    typist.replace(a, 11, 1, 'new\n');
    const texts = typist.texts;
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain('between');
    expect(texts[1]).toContain('new');
  });

  it('when lines come in above a place, then it is still the place', () => {
    const typist = new Typist();
    const document = open(lines(200));
    typist.replace(document, 100, 1, 'here\n');
    typist.replace(document, 0, 0, lines(30, 'above'));
    typist.replace(document, 130, 1, 'here again\n');
    const texts = typist.texts;
    expect(texts.map((text) => text.includes('here again'))).toEqual([false, true]);
    expect(texts[0]).toContain('above 29');
  });

  it('when much is replaced at once, then nobody has edited there', () => {
    const typist = new Typist();
    const document = open(lines(10));
    typist.replace(document, 0, 10, lines(200, 'pasted'));
    expect(typist.texts).toEqual([]);
  });

  it('when nothing is left of a place, then there is nothing to tell', () => {
    const typist = new Typist();
    const document = open('a\nb\n');
    typist.replace(document, 0, 2, '');
    expect(typist.texts).toEqual([]);
  });

  it('when a document is closed, then what was edited in it stays known', () => {
    const typist = new Typist();
    const document = open(lines(20));
    typist.replace(document, 5, 1, 'kept\n');
    typist.edits.closed('file:///w/other.ts');
    expect(typist.edits.places).toEqual([]);
    typist.edits.closed(document.uri);
    expect(typist.edits.places.map(({ text }) => text.includes('kept'))).toEqual([true]);
  });

  it('when lines end with a carriage return, then they are told without', () => {
    const typist = new Typist();
    const document = open('a\r\nb\r\nc\r\nd\r\n');
    typist.replace(document, 1, 1, 'x\r\n');
    expect(typist.texts).toEqual(['a\nx\nc\nd\n']);
  });

  it('when anything is edited, then the bounds hold', () => {
    const edit = fc.record({
      document: fc.nat(2),
      line: fc.nat(400),
      removed: fc.nat(60),
      text: fc.array(
        fc.string({ maxLength: 200 }).map((text) => text.replace(/[\r\n]/g, ' ')),
        { maxLength: 60 },
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 60 }), (all) => {
        const typist = new Typist();
        const documents = ['a', 'b', 'c'].map((name) => open(lines(300), `file:///w/${name}.ts`));
        for (const { document: which, line, removed, text } of all) {
          const document = documents[which] ?? open('');
          const first = Math.min(line, document.lineCount - 1);
          const removedLines = Math.min(removed, document.lineCount - 1 - first);
          typist.replace(document, first, removedLines, text.map((each) => `${each}\n`).join(''));
          expect(typist.edits.places.length).toBeLessThanOrEqual(placesMax);
        }
        for (const text of typist.texts) {
          expect(text.length).toBeLessThanOrEqual(placeCharsMax);
          expect(text.trim()).not.toBe('');
        }
      }),
      { numRuns: 50 },
    );
  });
});
