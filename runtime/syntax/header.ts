/** Lines that open a block where blocks are shown by indentation. */
import type { Code } from './code.ts';
import { lineStartAt } from './text.ts';

const headerStart =
  /^[ \t\uFEFF]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b/;

/** Whether the colon at `offset` ends a line such as `if x:`, and is not one of a slice, a dictionary, a lambda or an annotation. */
export function isHeaderColon(code: Code, offset: number): boolean {
  const { text } = code;
  if (text[offset] !== ':' || code.opaqueAt(offset) || code.unclosed(offset).length > 0) return false;
  const line = text.slice(headerLineStart(code, offset), offset);
  return headerStart.test(line) && !/\blambda\b[^()]*$/.test(line);
}

/** Where the statement that ends at `offset` has its first line: a header may be broken over lines inside of brackets. */
export function headerLineStart(code: Code, offset: number): number {
  let depth = 0;
  let start = lineStartAt(code.text, offset);
  const brackets = [...code.brackets(code.range.start, offset)].reverse();
  for (const { at, char } of brackets) {
    if (at < start && depth === 0) break;
    depth += /[)\]}]/.test(char) ? 1 : -1;
    if (depth === 0 && at < start) start = lineStartAt(code.text, at);
  }
  return start;
}

export function isClassHeader(line: string): boolean {
  return /^[ \t\uFEFF]*class\b/.test(line);
}
