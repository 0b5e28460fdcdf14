/** Cases written as text: `⟦` and `⟧` around the answer, in its place in the file. */
import type { Shown } from '../../runtime/eval/checkers/checker.ts';
import type { Language } from '../../runtime/eval/languages.ts';

/** @param text one line for each element, so that indentation can be read. */
export function shown(language: Language, ...text: readonly string[]): Shown {
  const [before = '', rest = ''] = text.join('\n').split('⟦');
  const [answer = '', after = ''] = rest.split('⟧');
  return { before, answer, after, language };
}
