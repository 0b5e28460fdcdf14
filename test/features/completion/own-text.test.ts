import { describe, expect, it } from 'vitest';
import { SuggestionCache } from '../../../runtime/features/completion/cache.ts';
import { ownText } from '../../../runtime/features/completion/own-text.ts';
import { Prompts } from '../../../runtime/features/completion/prompts.ts';
import { heapBytes } from '../../collect.ts';

const documents = 40;
const documentChars = 1_000_000;

/** A text of its own for each keystroke, as an edit makes one. */
function documentOf(keystroke: number): string {
  const line = `const value${keystroke} = compute(1);\n`;
  return line.repeat(documentChars / line.length);
}

/** By how much the heap grows while each of many documents is looked at, in documents. */
function kept(look: (text: string, keystroke: number) => void): number {
  const before = heapBytes();
  for (let keystroke = 0; keystroke < documents; keystroke += 1) look(documentOf(keystroke), keystroke);
  return (heapBytes() - before) / documentChars;
}

describe('text that is remembered', () => {
  it('when a slice gets a memory of its own, then its document is not kept; without, it is', () => {
    const slices: string[] = [];
    expect(kept((text) => slices.push(text.slice(0, 2_000)))).toBeGreaterThan(documents / 2);
    expect(kept((text) => slices.push(ownText(text.slice(0, 2_000))))).toBeLessThan(2);
    expect(slices).toHaveLength(2 * documents);
  });

  it('when a text is cloned, then it is the same, whatever is in it', () => {
    for (const text of ['', 'a', 'naïve 漢字 🙂', '\ud83d alone', '\u0000']) expect(ownText(text)).toBe(text);
  });

  it('when prompts and suggestions of many documents are remembered, then their texts are not', () => {
    const prompts = new Prompts();
    const cache = new SuggestionCache(documents);
    const grown = kept((text, keystroke) => {
      const offset = text.length / 2;
      prompts.choose(`file:///${keystroke}.ts`, { text, offset, targetMs: 100, forecastMs: () => 1 });
      cache.put('all', { before: text.slice(0, offset), after: text.slice(offset) }, 'return 1;');
    });
    expect(grown).toBeLessThan(2);
    // Both are there until here, and what they remember with them.
    expect([prompts, cache]).toHaveLength(2);
  });
});
