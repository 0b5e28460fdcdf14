import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asComments } from '../../../../runtime/features/completion/context/comments.ts';
import {
  assembled,
  budgetDefault,
  budgetFor,
  type CompletionContext,
  type Here,
  piecesMax,
  type Snippet,
} from '../../../../runtime/features/completion/context/pieces.ts';

const permit = {};
const here: Here = {
  repository: 'shop',
  path: 'src/here.ts',
  languageId: 'typescript',
  around: 'let here = 1;',
  permit,
};

function snippet(source: Snippet['source'], name: string, worth: number, chars = 40): Snippet {
  const text = `export function ${name}(${'x'.repeat(Math.max(1, chars - name.length - 20))}): void`;
  return { source, uri: `file:///w/src/${name}.ts`, path: `src/${name}.ts`, text, worth };
}

const pathsOf = (context: CompletionContext | undefined): string[] => (context?.pieces ?? []).map(({ path }) => path);
const put = (snippets: readonly Snippet[], before?: CompletionContext, budget = budgetDefault) =>
  assembled(snippets, here, budget, before);

describe('the pieces of a context', () => {
  it('when there is nothing to say, then there is no context', () => {
    expect(put([])).toBeUndefined();
    expect(put([snippet('similar', 'a', 0)].map((each) => ({ ...each, text: '  \n' })))).toBeUndefined();
  });

  it('when pieces come of all sources, then the stable ones stand first, and the newest edit last', () => {
    const snippets = [
      snippet('edit', 'older', 0.7),
      snippet('edit', 'newer', 0.8),
      snippet('similar', 'similar', 0.5),
      snippet('declaration', 'declared', 0.9),
      snippet('import', 'imported', 0.75),
    ];
    expect(pathsOf(put(snippets))).toEqual(
      ['declared', 'imported', 'similar', 'older', 'newer'].map((name) => `src/${name}.ts`),
    );
  });

  it('when a piece is written, then every line is a comment, the path in the first', () => {
    const two = { ...snippet('similar', 'a', 0.5), text: 'const first = 1;\n\nconst third = 3;' };
    expect(put([two])?.pieces[0]?.comments).toBe('// src/a.ts\n// const first = 1;\n//\n// const third = 3;\n');
  });

  it('when a piece says what stands around the cursor, or what a worthier one says, then it is left out', () => {
    const around = { ...snippet('similar', 'a', 0.9), text: 'let  here\n = 1;' };
    const worthy = { ...snippet('declaration', 'b', 0.9), text: 'function b(): void\nfunction c(): void' };
    const same = { ...snippet('similar', 'c', 0.5), text: 'function c(): void' };
    expect(pathsOf(put([around, worthy, same]))).toEqual(['src/b.ts']);
  });

  it('when a new piece is worth a little more than one that is there, then the one that is there stays', () => {
    const budget = { chars: 120, volatileShare: 0 };
    const first = put([snippet('similar', 'there', 0.5, 80)], undefined, budget);
    const rivals = (worth: number) => [snippet('similar', 'there', 0.5, 80), snippet('similar', 'other', worth, 80)];
    expect(put(rivals(0.6), first, budget)).toBe(first);
    expect(pathsOf(put(rivals(0.7), first, budget))).toEqual(['src/other.ts']);
  });

  it('when pieces come and go, then those that stay keep their order, and new ones follow them', () => {
    const first = put([snippet('similar', 'a', 0.5), snippet('similar', 'b', 0.4), snippet('similar', 'c', 0.3)]);
    const second = put(
      [snippet('similar', 'c', 0.6), snippet('declaration', 'd', 0.9), snippet('similar', 'a', 0.3)],
      first,
    );
    expect(pathsOf(second)).toEqual(['src/a.ts', 'src/c.ts', 'src/d.ts']);
  });

  it('when only an edit is new, then nothing before the edits changes', () => {
    const stable = [snippet('import', 'a', 0.7), snippet('similar', 'b', 0.5)];
    const first = put([...stable, snippet('edit', 'one', 0.8)]);
    const second = put([...stable, snippet('edit', 'one', 0.77), snippet('edit', 'two', 0.8)], first);
    expect(pathsOf(second)).toEqual([...pathsOf(first), 'src/two.ts']);
  });

  it('when other rules count, then it is another context, though it says the same', () => {
    const snippets = [snippet('similar', 'a', 0.5)];
    const first = put(snippets);
    expect(assembled(snippets, { ...here, permit: {} }, budgetDefault, first)).not.toBe(first);
  });

  it('when a model sees little, then the budget is smaller', () => {
    expect(budgetFor(1_000_000)).toEqual(budgetDefault);
    expect(budgetFor(1_024).chars).toBeLessThan(0.5 * 1_024 * 3);
  });

  const snippets = fc.uniqueArray(
    fc.record({
      source: fc.constantFrom('import', 'declaration', 'similar', 'edit'),
      name: fc.integer({ min: 0, max: 60 }).map((id) => `name${id}`),
      worth: fc.double({ min: 0, max: 1, noNaN: true }),
      chars: fc.integer({ min: 1, max: 900 }),
    }),
    { selector: ({ name }) => name, maxLength: 40 },
  );
  const made = (all: readonly { source: Snippet['source']; name: string; worth: number; chars: number }[]) =>
    all.map(({ source, name, worth, chars }) => snippet(source, name, worth, chars));

  it('when anything is gathered, then the bounds hold and the stable pieces stand first', () => {
    fc.assert(
      fc.property(snippets, fc.integer({ min: 50, max: 5_000 }), (all, chars) => {
        const budget = { chars, volatileShare: 0.35 };
        const pieces = put(made(all), undefined, budget)?.pieces ?? [];
        const length = (of: typeof pieces): number => of.reduce((sum, { comments }) => sum + comments.length, 0);
        const edits = pieces.filter(({ source }) => source === 'edit');
        expect(length(pieces)).toBeLessThanOrEqual(chars);
        expect(length(edits)).toBeLessThanOrEqual(0.35 * chars);
        expect(pieces.length).toBeLessThanOrEqual(piecesMax);
        expect(pieces.slice(pieces.length - edits.length)).toEqual(edits);
      }),
    );
  });

  it('when the same is gathered again, in whatever order, then it is the same context', () => {
    fc.assert(
      fc.property(snippets, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, keys) => {
        const gathered = made(all);
        const first = put(gathered);
        const shuffled = gathered
          .map((each) => ({ each, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(put(shuffled, first)).toBe(first);
      }),
    );
  });
});

describe('comments', () => {
  it.each([
    ['python', '# a.py\n# x = 1\n'],
    ['sql', '-- a.py\n-- x = 1\n'],
    ['html', '<!-- a.py -->\n<!-- x = 1 -->\n'],
    ['css', '/* a.py */\n/* x = 1 */\n'],
    ['a language that nobody knows', '# a.py\n# x = 1\n'],
  ])('when the file is in %s, then they are its', (languageId, expected) => {
    expect(asComments(languageId, 'a.py', 'x = 1\n\n')).toBe(expected);
  });

  it('when a text would end its comment, then it does not', () => {
    expect(asComments('css', 'a.css', '/* a */ b { }')).toBe('/* a.css */\n/* /* a * / b { } */\n');
  });

  const anyOf = fc.constantFrom('a', ' ', '\t', '\n', '\r', '\r\n', '*/', '-->', '𝒳', '\ud800');

  it('when a text or a path has line ends of any kind, then no line is left without its mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyOf }), fc.constantFrom('a\nb.ts', 'a.ts'), (text, path) => {
        const written = asComments('typescript', path, text);
        expect(written.endsWith('\n')).toBe(true);
        const lines = written.slice(0, -1).split(/\r\n|\r|\n/);
        expect(lines.filter((line) => !line.startsWith('//'))).toEqual([]);
      }),
    );
  });
});
