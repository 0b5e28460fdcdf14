import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentLimits, SyntaxDocuments } from '../../runtime/syntax/documents.ts';
import { Syntax } from '../../runtime/syntax/index.ts';
import { type Language, languages } from '../../runtime/syntax/language.ts';
import { Unparsed } from '../../runtime/syntax/limits.ts';
import type { SyntaxTree } from '../../runtime/syntax/tree.ts';
import { sources } from './sources.ts';
import { grammarsFolder, syntax } from './world.ts';

const shapeOf = (tree: SyntaxTree): string => tree.root.toString();

function documents(limits: Partial<typeof documentLimits> = {}): SyntaxDocuments {
  return new SyntaxDocuments(syntax, () => 0, { ...documentLimits, ...limits });
}

describe('SyntaxDocuments', () => {
  it('when a document is edited, then its tree is that of its text', async () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(40),
      put: fc.constantFrom('', 'x', '\n', '{', '}', '"', '𝒳', '  a = b\r\n', '/*'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...languages),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        async (language, edits) => {
          const open = documents();
          let text = sources[language];
          await open.read({ uri: 'a', language, text }, shapeOf);
          for (const { at, removed, put } of edits) {
            const start = Math.floor(at * text.length);
            text = text.slice(0, start) + put + text.slice(start + removed);
            const read = await open.read({ uri: 'a', language, text }, (tree) => [
              tree.text,
              tree.root.endIndex <= text.length,
            ]);
            expect(read).toEqual([text, true]);
          }
          // Repairs of errors may differ by where they began; a text without any has one tree.
          const right = sources[language];
          expect(await open.read({ uri: 'a', language, text: right }, shapeOf)).toBe(
            await syntax.read(right, language, shapeOf),
          );
          open.clear();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('when the same text is asked for again, then nothing is parsed', async () => {
    const open = documents();
    const treeOf = (text: string, uri = 'a'): Promise<SyntaxTree | Unparsed> =>
      open.read({ uri, language: 'go', text }, (tree) => tree);
    const first = await treeOf(sources.go);
    expect(await treeOf(sources.go)).toBe(first);
    expect(await treeOf(`${sources.go}\n`)).not.toBe(first);
    open.clear();
  });

  it('when a document changes its language, then it is parsed anew', async () => {
    const open = documents();
    const typeOf = (language: Language): Promise<string | Unparsed> =>
      open.read({ uri: 'a', language, text: 'a' }, (tree) => tree.root.type);
    expect(await typeOf('javascript')).toBe('program');
    expect(await typeOf('python')).toBe('module');
    open.clear();
  });

  it('when more documents come than are kept, then the one not asked for the longest goes', async () => {
    const open = documents({ documentsMax: 2 });
    const treeOf = (uri: string): Promise<SyntaxTree | Unparsed> =>
      open.read({ uri, language: 'go', text: 'package a\n' }, (tree) => tree);
    const a = await treeOf('a');
    const b = await treeOf('b');
    await treeOf('a');
    await treeOf('c');
    expect(open.size).toBe(2);
    expect(await treeOf('a')).toBe(a);
    expect(await treeOf('b')).not.toBe(b);
    open.clear();
    expect(open.size).toBe(0);
  });

  it('when documents are large together, then fewer are kept, but always the newest', async () => {
    const open = documents({ totalCharsMax: 25 });
    const read = (uri: string, text: string): Promise<unknown> =>
      open.read({ uri, language: 'go', text }, () => undefined);
    await read('a', 'package a\n');
    await read('b', 'package b\n');
    expect(open.size).toBe(2);
    await read('c', 'package c\n');
    expect(open.size).toBe(2);
    await read('d', `package d\n${'\n'.repeat(100)}`);
    expect(open.size).toBe(1);
    open.clear();
  });

  it('when a text was too slow, then it is not tried again before some time has passed', async () => {
    let asked = 0;
    let nowMs = 0;
    // Every look at the clock takes a second.
    const slow = new Syntax(grammarsFolder, () => 1_000 * ++asked);
    const open = new SyntaxDocuments(slow, () => nowMs, { ...documentLimits, retryMs: 500 });
    const read = (): Promise<unknown> =>
      open.read({ uri: 'a', language: 'typescript', text: sources.typescript.repeat(20) }, shapeOf);
    expect(await read()).toMatchObject({ kind: 'tooSlow' });
    const looks = asked;
    expect(await read()).toMatchObject({ kind: 'tooSlow' });
    expect(asked).toBe(looks);
    nowMs = 500;
    await read();
    expect(asked).toBeGreaterThan(looks);
    open.forget('a');
    expect(open.size).toBe(0);
  });

  it('when a text is too large, then it is refused and what was kept of it is freed', async () => {
    const open = documents({ charsMax: 20 });
    const read = (text: string): Promise<unknown> => open.read({ uri: 'a', language: 'go', text }, shapeOf);
    await read('package a\n');
    const refused = await read('package a\n'.repeat(3));
    expect(refused).toBeInstanceOf(Unparsed);
    expect(refused).toMatchObject({ kind: 'tooLarge', chars: 30 });
    expect(open.size).toBe(0);
  });
});
