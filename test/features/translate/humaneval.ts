/** Problems of HumanEval-X, joined to files, and a model that translates each part of such a file correctly. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const fixture = path.resolve(import.meta.dirname, '../../fixtures/humaneval-x/translation-40.jsonl');

/** As the fixture names them. */
export type HumanLanguage = 'python' | 'java' | 'js' | 'cpp' | 'go';

interface Version {
  readonly prompt: string;
  readonly declaration: string;
  readonly canonical_solution: string;
  readonly test: string;
}

export type Problem = { readonly id: number } & Readonly<Record<HumanLanguage, Version>>;

const problems: readonly Problem[] = readFileSync(fixture, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Problem);

/** Four files of ten problems. Every fourth problem, as a few neighbours share the names of their functions. */
export const files: readonly (readonly Problem[])[] = [0, 1, 2, 3].map((rest) =>
  problems.filter((_, index) => index % 4 === rest),
);

/** By which the model knows a problem; it stands above the first declaration, and so goes with it wherever the file is cut. */
function marker(id: number): string {
  return `problem ${id}.`;
}

const headings: Readonly<Record<HumanLanguage, RegExp>> = {
  python: /^(?:from|import) .*$/,
  java: /^import .*$/,
  js: /^\/\/ none$/,
  cpp: /^(?:#include.*|using namespace std;)$/,
  go: /^import .*$/,
};

/** Its code without what it imports, under a name of its own where all problems have the same. */
function bodyOf(problem: Problem, language: HumanLanguage): string {
  const { declaration, prompt, canonical_solution: solution } = problem[language];
  // In C++ the declaration of one problem goes on into its body, and so does not fit its solution.
  const lines = ((language === 'cpp' ? prompt : declaration) + solution)
    .split('\n')
    .filter((line) => !headings[language].test(line));
  const text = lines.join('\n').trim();
  return language === 'java' ? text.replace(/^class Solution\b/m, `class Solution${problem.id}`) : text;
}

function headingsOf(problem: Problem, language: HumanLanguage): string[] {
  const { declaration } = problem[language];
  return declaration.split('\n').filter((line) => headings[language].test(line));
}

/** Headings first, each once; then the bodies, with an empty line between them. */
function joined(chosen: readonly Problem[], language: HumanLanguage, body: (problem: Problem) => string): string {
  const head = [...new Set(chosen.flatMap((problem) => headingsOf(problem, language)))];
  return [...(head.length > 0 ? [head.join('\n')] : []), ...chosen.map(body)].join('\n\n');
}

/** A file that somebody might have written. */
export function sourceOf(chosen: readonly Problem[], language: HumanLanguage): string {
  const comment = language === 'python' ? '#' : '//';
  const body = (problem: Problem): string => `${comment} ${marker(problem.id)}\n${bodyOf(problem, language)}`;
  return `${joined(chosen, language, body)}\n`;
}

/** What a model answers that translates correctly what stands in the prompt, and only that. */
export function translated(prompt: string, chosen: readonly Problem[], to: HumanLanguage): string {
  const asked = chosen.filter(({ id }) => prompt.includes(marker(id)));
  // Of a part that begins no problem there is nothing to say, but a model says something.
  if (asked.length === 0) return `\`\`\`${to}\n${to === 'python' ? '#' : '//'} See above.`;
  const code = joined(asked, to, (problem) => bodyOf(problem, to));
  return `\`\`\`${to}\n${code}`;
}

/** The translated file with all its tests behind it: it prints the number of each problem whose tests pass, and ends badly when one fails. */
export function withTests(text: string, chosen: readonly Problem[], language: HumanLanguage): string {
  return testers[language](text, chosen);
}

const testers: Readonly<Record<HumanLanguage, (text: string, chosen: readonly Problem[]) => string>> = {
  python: (text, chosen) => [text, ...chosen.map(({ id, python }) => `${python.test}\nprint(${id})`)].join('\n\n'),
  js: (text, chosen) => {
    // Node's own only prints.
    const loud = 'console.assert = (holds) => { if (!holds) throw new Error("a test fails"); };';
    return [loud, text, ...chosen.map(({ id, js }) => `${js.test}\nconsole.log(${id});`)].join('\n\n');
  },
  java: (text, chosen) => {
    const tests = chosen.map(({ id, java }) =>
      java.test.replace('public class Main', `class Main${id}`).replaceAll('Solution', `Solution${id}`),
    );
    const calls = chosen.map(({ id }) => `Main${id}.main(args); System.out.println(${id});`);
    const all = `class AllTests { public static void main(String[] args) throws Exception { ${calls.join(' ')} } }`;
    return [text, ...tests, all].join('\n\n');
  },
  cpp: (text, chosen) => {
    const tests = chosen.map(({ id, cpp }) => {
      const own = cpp.test.replaceAll(/^#.*$/gm, '').replace(/int\s+main\s*\(\s*\)\s*\{/, 'void check() {');
      return `namespace problem${id} {\n${own}\n}`;
    });
    const calls = chosen.map(({ id }) => `problem${id}::check(); printf("%d\\n", ${id});`);
    const head = '#undef NDEBUG\n#include <assert.h>\n#include <stdio.h>';
    return [text, head, ...tests, `int main() { ${calls.join(' ')} return 0; }`].join('\n\n');
  },
  go: () => {
    throw new Error('Go is translated from, not into: its tests need a package that is not in the fixture.');
  },
};
