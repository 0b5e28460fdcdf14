/** A model that answers with the very code that it is asked about: whatever a file is cut into, nothing of it is lost or said twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSyntax } from '../../../runtime/features/text/pieces.ts';
import { Assembly } from '../../../runtime/features/translate/assemble.ts';
import { headingsOf } from '../../../runtime/features/translate/headings.ts';
import { sourceFile } from '../../../runtime/features/translate/parts.ts';
import type { TargetLanguage } from '../../../runtime/protocol.ts';
import { sources } from '../../syntax/sources.ts';
import { syntax } from '../../syntax/world.ts';

const languages: readonly TargetLanguage[] = [
  ...(['c', 'cpp', 'csharp', 'go', 'java', 'javascript', 'python', 'rust', 'typescript'] as const),
];

async function roundTrip(text: string, language: TargetLanguage, chars: number): Promise<string> {
  const { parts } = await readSyntax(syntax, text, language, (tree) => sourceFile(tree, chars, 1));
  const assembly = new Assembly(language);
  let whole = '';
  for (const part of parts) {
    const headings = await readSyntax(syntax, part.text, language, (tree) => headingsOf(tree, language));
    whole += assembly.add({ text: part.text, headings, emptyLinesBefore: part.emptyLinesBefore });
  }
  return whole + assembly.end();
}

/** Late imports change their places, in Go they leave their block, and blanks change where a line was cut; nothing else comes or goes. */
function characters(text: string, language: TargetLanguage): string[] {
  const plain = language === 'go' ? text.replace(/\bimport\b|[()]/g, '') : text;
  return [...plain.replace(/[\s;]+/g, '')].sort();
}

describe('a file in parts that come back as they are', () => {
  it.each(languages)('when a file of %s is cut anywhere, then it is whole again', async (language) => {
    const text = sources[language as keyof typeof sources];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 40, max: text.length }), async (chars) => {
        const whole = await roundTrip(text, language, chars);
        expect(characters(whole, language)).toEqual(characters(text, language));
      }),
      { numRuns: 10 },
    );
  });

  it('when a file has 50,000 lines, then every line is there, in order', async () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `value${index} = ${index}`).join('\n');
    expect(await roundTrip(text, 'python', 4_000)).toBe(text);
  });
});
