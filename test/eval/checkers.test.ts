import { describe, expect, it } from 'vitest';
import { readCases } from '../../runtime/eval/cases.ts';
import { badShapesOf } from '../../runtime/eval/checkers/index.ts';
import type { Language } from '../../runtime/eval/languages.ts';
import { shown } from './marked.ts';

type Case = readonly [why: string, language: Language, ...text: string[]];

const namedCase = ([why, language, ...text]: Case) => ({ why, language, text });

const duplicates: readonly Case[] = [
  ['the rest of the line is said again', 'typescript', 'const a = ⟦first(second);⟧ second);'],
  ['the next line is said again', 'python', 'def f(x):', '    ⟦return x + 1⟧', '    return x + 1'],
  ['a blank line lies between', 'go', 'func f() {', '\t⟦total := count()⟧', '', '\ttotal := count()', '}'],
  [
    'the last two lines are the next two',
    'c',
    'void f() {',
    '  a();',
    '  ⟦b(1);',
    '  c(2);⟧',
    '  b(1);',
    '  c(2);',
    '}',
  ],
  [
    'the next two lines stand in its middle',
    'java',
    'x {',
    '  ⟦one();',
    '  two();',
    '  three();⟧',
    '  one();',
    '  two();',
    '}',
  ],
  ['a typed beginning is completed to the next line', 'rust', '    let ⟦total = 0;⟧', '    let total = 0;'],
];

const unbalanced: readonly Case[] = [
  ['a bracket is closed that nobody opened', 'javascript', 'run(⟦a));⟧', 'next();'],
  ['a bracket is left open', 'python', 'x = 1', '⟦y = f(2⟧', 'z = 3'],
  ['a block is left open', 'cpp', 'void f() {', '  ⟦if (x) {⟧', '}'],
  ['a block is closed twice', 'java', 'class A {', '  void f() {', '    ⟦g(); } }⟧', '  }', '}'],
  ['a string is left open', 'go', 'x := ⟦"abc⟧', 'y := 2'],
  ['a character is left open', 'c', "char c = ⟦'a;⟧", 'int d;'],
  ['a template is left open', 'typescript', `const a = ⟦\`x \${y};⟧`, 'const b = 2;'],
  ['a bracket is closed by one of another kind', 'rust', 'let v = ⟦vec![1, 2);⟧', 'let w = 3;'],
];

const misindented: readonly Case[] = [
  ['it begins with more indentation', 'python', 'if x:', '    ⟦    return 1⟧', ''],
  ['tabs stand in a file of spaces', 'typescript', 'function f() {', '  ⟦a();', '\tb();⟧', '}'],
  ['spaces stand in a file of tabs', 'go', 'func f() {', '\t⟦a()', '    b()⟧', '}'],
  ['a body is no deeper than its head', 'java', 'class A {', '  ⟦void f() {', '  g();', '  }⟧', '}'],
  ['a Python body is no deeper than its head', 'python', '⟦if x:', 'return 1⟧', ''],
  ['a Python line is deeper without a reason', 'python', 'def f():', '    ⟦x = 1', '        y = 2⟧', ''],
  ['a Python line goes back to no block', 'python', 'def f():', '    if x:', '        ⟦y = 1', '      z = 2⟧', ''],
  ['it leaves a block that goes on', 'cpp', 'void f() {', '    ⟦a();', 'b();⟧', '    c();', '}'],
];

const leaked: readonly Case[] = [
  ['a marker of infilling', 'python', 'x = ⟦1<|fim_middle|>⟧'],
  ['an end of text', 'c', 'int x = ⟦1;<|endoftext|>⟧'],
  ['a marker of StarCoder', 'go', 'x := ⟦1<fim_suffix>⟧'],
  ['a marker of CodeLlama', 'java', 'int x = ⟦1; <EOT>⟧'],
  ['a marker of DeepSeek', 'rust', 'let x = ⟦1;<｜fim▁end｜>⟧'],
  ['an end of sentence', 'cpp', 'int x = ⟦1;</s>⟧'],
  ['half a character', 'javascript', "const a = ⟦'\uFFFD';⟧"],
  ['a space of a vocabulary of bytes', 'python', 'x =⟦Ġ1⟧'],
];

const repeated: readonly Case[] = [
  ['a stretch goes round', 'javascript', 'const a = ⟦b.map(x => x).map(x => x).map(x => x).map(x => x)⟧'],
  ['a word goes round', 'python', '# ⟦and and and and and and and and and⟧'],
  ['a line stands three times in a row', 'go', 'x {', '\t⟦run(a)', '\trun(a)', '\trun(a)⟧', '}'],
  [
    'a line stands four times',
    'c',
    'x {',
    '  ⟦a++;',
    '  run();',
    '  b();',
    '  run();',
    '  c();',
    '  run();',
    '  d();',
    '  run();⟧',
    '}',
  ],
];

const fine: readonly Case[] = [
  ['the rest of a call', 'typescript', 'const a = f(⟦b, c);⟧', 'const d = 1;'],
  ['a closing bracket like the next line', 'java', '  if (x) {', '    ⟦if (y) {', '      z();', '    }⟧', '  }', '}'],
  ['a line that opens what the next ones close', 'cpp', 'void f() {', '  ⟦if (x) {⟧', '    g();', '  }', '}'],
  [
    'brackets and quotes in strings, comments and patterns',
    'javascript',
    `const a = ⟦[/[(]"/, "(", \`}\${f({})}\`]; // {⟧`,
    'b();',
  ],
  ['a lifetime and a character', 'rust', "fn ⟦f<'a>(x: &'a str) -> char { '\\'' }⟧", ''],
  ['separators in a number', 'cpp', "int a = ⟦1'000'000;⟧", ''],
  ['a raw string', 'rust', 'let a = ⟦r#"a " ( b"#;⟧', ''],
  ['a string of several lines', 'go', 'a := ⟦`one "', '(two`⟧', ''],
  ['a Python string of several lines', 'python', 'a = ⟦"""it\'s', '  ( """⟧', ''],
  ['a continued argument list', 'python', 'x = ⟦f(a,', '      b,', '      c)⟧', ''],
  ['a dedent to an outer block', 'python', 'def f():', '    for x in y:', '        ⟦g(x)', '    return 1⟧', ''],
  ['a switch with flat cases', 'go', 'func f() {', '\t⟦switch x {', '\tcase 1:', '\t\ta()', '\t}⟧', '}'],
  [
    'a rule of dashes and a row of numbers',
    'python',
    'a = ⟦[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] # ------------------⟧',
  ],
  ['a type in angle brackets', 'java', 'List<⟦String> names = new ArrayList<>();⟧', ''],
  ['a marker that the file is about', 'python', 'M = "<|fim_middle|>"', 'x = ⟦"<|fim_middle|>"⟧'],
  ['nothing at all', 'c', 'int x = ⟦  ⟧'],
];

const names = ['duplicate', 'unbalanced', 'indentation', 'leaked', 'repetition'] as const;

describe.each([
  [names[0], duplicates],
  [names[1], unbalanced],
  [names[2], misindented],
  [names[3], leaked],
  [names[4], repeated],
] as const)('the checker of %s', (name, cases) => {
  it.each(cases.map(namedCase))('when $why ($language), then it finds it', ({ language, text }) => {
    expect(badShapesOf(shown(language, ...text))).toContain(name);
  });
});

describe('all checkers', () => {
  it.each(fine.map(namedCase))('when the answer is $why ($language), then they find nothing', ({ language, text }) => {
    expect(badShapesOf(shown(language, ...text))).toEqual([]);
  });

  it('when each case is answered with what stood there, then they find nothing', () => {
    const found = readCases(['tuning', 'report', 'humaneval']).flatMap(({ id, before, expected, after, language }) => {
      const bad = badShapesOf({ before, answer: expected, after, language });
      return bad.length === 0 ? [] : [`${id}: ${bad.join(', ')}`];
    });
    expect(found).toEqual([]);
  });

  it('when each block is answered with itself and the next two lines, then nearly all of them are found to repeat', () => {
    const blocks = readCases(['tuning', 'report']).filter(({ kind }) => kind === 'multi');
    const found = blocks.filter(({ before, expected, after, language }) => {
      const next = after.split('\n').slice(1, 4).join('\n');
      return badShapesOf({ before, answer: `${expected}\n${next}`, after, language }).length > 0;
    });
    expect(found.length / blocks.length).toBeGreaterThan(0.9);
  });
});
