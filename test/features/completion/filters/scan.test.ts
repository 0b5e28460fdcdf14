import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexisOf } from '../../../../runtime/features/completion/filters/languages.ts';
import { postprocess } from '../../../../runtime/features/completion/filters/postprocess.ts';
import { scan } from '../../../../runtime/features/completion/filters/scan.ts';

function openIn(languageId: string, text: string): string[] {
  return scan(text, lexisOf(languageId)).open.map(({ close }) => close);
}

describe('what is open', () => {
  it.each([
    ['typescript', 'f(a[', [')', ']']],
    ['typescript', 'f(")', [')', '"']],
    ['typescript', `\`a ${'${'}b(`, ['`', '}', ')']],
    ['typescript', `\`a ${'${'}b} c`, ['`']],
    ['typescript', 'f(/[/(]/', [')']],
    ['typescript', 'a / b / (', [')']],
    ['typescript', '// (', ['\n']],
    ['typescript', '/* (', ['*/']],
    ['typescript', '/* ( */ {', ['}']],
    ['typescript', "it's (\n{", [')', '}']],
    ['python', 'f"{a(', ['"']],
    ['python', '"""a "b" (', ['"""']],
    ['python', '# it (\n[', [']']],
    ['rust', "fn f<'a>(", [')']],
    ['rust', "'('", []],
    ['rust', 'r#"a " (', ['"#']],
    ['rust', 'for"a', ['"']],
    ['cpp', 'R"(a " (', [')"']],
    ['cpp', "1'000 + (", [')']],
    ['csharp', '@"C:\\", (', [')']],
    ['go', '`\\`, (', [')']],
  ])('when %s says %j, then %j closes it', (languageId, text, closers) => {
    expect(openIn(languageId, text)).toEqual(closers);
  });

  it('when a text is read in two parts, then the same is open as when it is read in one', () => {
    const code = fc.array(fc.constantFrom('(', ')', '{', '}', '[', ']', '\n', ' ', 'a', ';'), { maxLength: 40 });
    fc.assert(
      fc.property(code, code, (first, second) => {
        const lexis = lexisOf('typescript');
        const part = scan(first.join(''), lexis);
        const whole = scan([...first, ...second].join(''), lexis);
        const closers = (frames: typeof whole.open): string[] => frames.map(({ close }) => close);
        expect(closers(scan(second.join(''), lexis, part.open).open)).toEqual(closers(whole.open));
      }),
    );
  });
});

describe('code that people wrote', () => {
  const folder = path.resolve(import.meta.dirname, '../../../../runtime/features/completion/filters');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

  it('when the model says what stands in a file, then it is shown as it is, at every fourth line', () => {
    const changed = files.flatMap((name) => {
      const lines = readFileSync(path.join(folder, name), 'utf8').split('\n');
      return lines.flatMap((line, at) => {
        if (at % 4 !== 0) return [];
        const text = line.trimStart();
        const before = [...lines.slice(0, at), line.slice(0, line.length - text.length)].join('\n');
        const after = ['', ...lines.slice(at + 1)].join('\n');
        const shown = postprocess({ text }, { before, after, languageId: 'typescript' }).text;
        return shown === text ? [] : [`${name}:${at + 1} ${text} -> ${shown}`];
      });
    });
    expect(files.length).toBeGreaterThan(10);
    expect(changed).toEqual([]);
  });
});
