import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Indenter, Unwrapper } from '../../../runtime/features/generate/unwrap.ts';

/** As one piece, and letter by letter: how an answer is cut must not matter. */
function unwrapped(answer: string, isProse = false): string {
  const [whole, letters] = [[answer], [...answer]].map((pieces) => {
    const unwrapper = new Unwrapper({ isProse });
    return pieces.map((piece) => unwrapper.push(piece)).join('') + unwrapper.end();
  });
  expect(letters).toBe(whole);
  return whole ?? '';
}

describe('an answer of a chat model', () => {
  it.each([
    ['is bare code', 'const a = 1;\nconst b = 2;', 'const a = 1;\nconst b = 2;'],
    ['is in a fence', '```ts\nconst a = 1;\n```', 'const a = 1;\n'],
    ['is in a fence of tildes', '~~~\na = 1\n~~~\nThat is it.', 'a = 1\n'],
    ['begins with a sentence', 'Here is the code you asked for:\n\n```js\nf();\n```\nIt calls f.', 'f();\n'],
    ['has two fences', 'Sure, here you go:\n```\na\n```\nOr this one:\n```\nb\n```', 'a\n'],
    ['is a sentence alone', 'I am sorry, I cannot do that.', ''],
    ['is an empty fence', '```\n```', ''],
    ['is an opening fence alone', '```python', ''],
    ['begins like a sentence and is code', 'if x and y:\n    f()', 'if x and y:\n    f()'],
    ['is one line that looks like a sentence', 'if x and y:', 'if x and y:'],
    ['has ticks in a line', 'const a = `x` + "```";', 'const a = `x` + "```";'],
    ['is nothing', '', ''],
  ])('when it %s, then the code is left', (_, answer, code) => {
    expect(unwrapped(answer)).toBe(code);
  });

  it('when sentences were asked for, then they stay', () => {
    expect(unwrapped('This is a page about queues.\nIt is short.', true)).toBe(
      'This is a page about queues.\nIt is short.',
    );
  });

  it('when the fence is closed, then nothing more is waited for', () => {
    const unwrapper = new Unwrapper({ isProse: false });
    unwrapper.push('```\na\n``');
    expect(unwrapper.isOver).toBe(false);
    unwrapper.push('`\n');
    expect(unwrapper.isOver).toBe(true);
    expect(unwrapper.push('b = 2;\n')).toBe('');
  });

  it('when a line is surely code, then it streams before it ends', () => {
    const unwrapper = new Unwrapper({ isProse: false });
    expect(unwrapper.push('const a = (')).toBe('const a = (');
    expect(unwrapper.push('1')).toBe('1');
  });

  it('when it is cut anywhere, then the same comes of it', () => {
    const part = fc.constantFrom('```', '\n', 'Here is it all:', ' ', 'a = 1;', '``', '~~~', 'x', '\n\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const letters = new Unwrapper({ isProse: false });
        const chunks = new Unwrapper({ isProse: false });
        const text = parts.join('');
        const one = [...text].map((letter) => letters.push(letter)).join('') + letters.end();
        const other = parts.map((piece) => chunks.push(piece)).join('') + chunks.end();
        expect(one).toBe(other);
      }),
    );
  });
});

function indented(indent: string, code: string): string {
  const [whole, letters] = [[code], [...code]].map((pieces) => {
    const indenter = new Indenter(indent);
    return pieces.map((piece) => indenter.push(piece)).join('');
  });
  expect(letters).toBe(whole);
  return whole ?? '';
}

describe('the lines of a code', () => {
  it('when it stands deeper, then every line but the first is as deep, and empty ones stay empty', () => {
    expect(indented('  ', 'if (a) {\n  b();\n\n  c();\n}\n')).toBe('if (a) {\n    b();\n\n    c();\n  }');
  });

  it('when it came deeper than it was to be, then that is taken off; a line that is not so deep is not cut', () => {
    expect(indented('\t', '\n    f():\n        g\n  h')).toBe('f():\n\t    g\n\th');
  });
});
