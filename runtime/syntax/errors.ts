/** What of a text is not of its language. */
import type { Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface SyntaxProblem extends Range {
  /** `unexpected`: text that fits nowhere. `missing`: something that should stand here, at a range of no length. */
  readonly kind: 'unexpected' | 'missing';
  /** For a person: the text that was not expected, shortened, or the name of what is missing. */
  readonly what: string;
}

/** Where everything is wrong, more says no more. */
const problemsMax = 100;

const whatCharsMax = 40;

/** In the order of the text, at most a hundred. */
export function syntaxErrors(tree: SyntaxTree): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const cursor = tree.raw.walk();
  for (let isDown = true; problems.length < problemsMax; ) {
    const { nodeIsMissing, nodeType } = cursor;
    const isError = isDown && nodeType === 'ERROR';
    if (isDown && nodeIsMissing) {
      problems.push({ kind: 'missing', start: cursor.startIndex, end: cursor.startIndex, what: nodeType });
    }
    if (isError) problems.push(unexpected(tree.text, { start: cursor.startIndex, end: cursor.endIndex }));
    // Inside of what is wrong as a whole, and of what is right, there is nothing more to say.
    if (isDown && !isError && cursor.currentNode.hasError && cursor.gotoFirstChild()) continue;
    if (cursor.gotoNextSibling()) isDown = true;
    else if (cursor.gotoParent()) isDown = false;
    else break;
  }
  cursor.delete();
  return problems;
}

function unexpected(text: string, range: Range): SyntaxProblem {
  const found = text.slice(range.start, Math.min(range.end, range.start + 4 * whatCharsMax));
  const [line = ''] = found.trim().split(/[\r\n]/, 1);
  const characters = [...line];
  const what = characters.length <= whatCharsMax ? line : `${characters.slice(0, whatCharsMax - 1).join('')}…`;
  return { kind: 'unexpected', ...range, what };
}
