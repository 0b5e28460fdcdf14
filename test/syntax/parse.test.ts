import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { closesAt } from '../../runtime/syntax/closing.ts';
import { declarations } from '../../runtime/syntax/declarations.ts';
import { syntaxErrors } from '../../runtime/syntax/errors.ts';
import { extentAt } from '../../runtime/syntax/extent.ts';
import { identifiersNear } from '../../runtime/syntax/identifiers.ts';
import { importsOf } from '../../runtime/syntax/imports.ts';
import { GrammarError, Syntax } from '../../runtime/syntax/index.ts';
import { languages } from '../../runtime/syntax/language.ts';
import { type ParseLimits, taskLimits, Unparsed } from '../../runtime/syntax/limits.ts';
import { placeAt } from '../../runtime/syntax/place.ts';
import { split } from '../../runtime/syntax/split.ts';
import type { SyntaxTree } from '../../runtime/syntax/tree.ts';
import { sources } from './sources.ts';
import { asked, grammarsFolder, syntax } from './world.ts';

/** The clock goes on by a millisecond at every look, so what is too slow is so everywhere. */
function lookingClock(): () => number {
  let nowMs = 0;
  return () => ++nowMs;
}

describe('parse', () => {
  it.each(languages)(
    'when a file of %s is right, then its tree has no error, whatever its line ends',
    async (language) => {
      const hasError = (tree: SyntaxTree): boolean => tree.root.hasError;
      expect(await asked(language, sources[language], hasError)).toBe(false);
      expect(await asked(language, sources[language].replaceAll('\n', '\r\n'), hasError)).toBe(false);
    },
  );

  it.each(languages)('when a file of %s is parsed in slices, then its tree is the same', async (language) => {
    const text = sources[language].repeat(8);
    const sliced = new Syntax(grammarsFolder, lookingClock());
    const shape = (tree: SyntaxTree): string => tree.root.toString();
    expect(await sliced.read(text, language, shape, { ...taskLimits, msMax: 1_000_000 })).toBe(
      await asked(language, text, shape),
    );
  });

  it('when a text is larger than may be, then it is refused before anything is parsed', async () => {
    const refused = await syntax.parse('a'.repeat(taskLimits.charsMax + 1), 'c');
    expect(refused).toBeInstanceOf(Unparsed);
    expect(refused).toMatchObject({ kind: 'tooLarge' });
    expect(refused instanceof Unparsed && refused.sentence).toBe(
      'The text is too large to be parsed: it has 1048577 characters, and at most 1048576 are read.',
    );
  });

  it('when parsing takes too long, then it ends, and the next text is parsed from its beginning', async () => {
    const grammar = await new Syntax(grammarsFolder, lookingClock()).grammar('javascript');
    const text = sources.javascript.repeat(100);
    expect(grammar.parse(text, { ...taskLimits, msMax: 3 })).toMatchObject({ kind: 'tooSlow' });
    expect(await grammar.parseInSlices(text, { ...taskLimits, msMax: 3 })).toMatchObject({ kind: 'tooSlow' });
    const next = grammar.parse('a\n', { ...taskLimits, msMax: 1_000 });
    expect(next instanceof Unparsed ? next : next.root.toString()).toBe(
      '(program (expression_statement (identifier)))',
    );
    if (!(next instanceof Unparsed)) next.delete();
  });

  it('when a tree is deleted twice, then it is freed once', async () => {
    const tree = await syntax.parse('a', 'go');
    if (tree instanceof Unparsed) throw new Error(tree.sentence);
    tree.delete();
    expect(() => tree.delete()).not.toThrow();
  });

  it('when a grammar is not there, then the error says which file, and it is tried again', async () => {
    const nowhere = new Syntax(path.join(tmpdir(), 'no-grammars-here'), () => 0);
    await expect(nowhere.parse('a', 'go')).rejects.toThrow(GrammarError);
    await expect(nowhere.parse('a', 'go')).rejects.toThrow('go.wasm');
  });
});

const hostile: Readonly<Record<string, string>> = {
  'errors on every line': 'a = ;\n'.repeat(300),
  'brackets that open': '({['.repeat(300),
  'brackets that close': ')}]'.repeat(300),
  'quotes of all kinds': '"\'`"""'.repeat(100),
  'null bytes': 'a\0b = "\0";\n'.repeat(200),
  'one long line': `x = [${'1, '.repeat(2_000)}]`,
  'right-to-left text': '// שלום עולם\nconst שם = "مرحبا";\n'.repeat(50),
  'characters of two units': 'const 𝒳 = "😀"; // 𝒴\n'.repeat(50),
  'halves of characters': '\ud800 = "\udc00";\n',
  'a byte order mark and mixed line ends': '\uFEFFa = 1;\r\nb = 2;\rc = 3;\n\td = 4;\n',
  nothing: '',
  blanks: ' \t\r\n\n\f ',
  'conflict markers': '<<<<<<< HEAD\na = 1;\n=======\na = 2;\n>>>>>>> b\n',
};

const patience: ParseLimits = { ...taskLimits, msMax: Number.MAX_SAFE_INTEGER };

describe('every question', () => {
  it.each(Object.entries(hostile))(
    'when the text is %s, then it is answered in every language, with offsets inside of it',
    async (_, text) => {
      for (const language of languages) {
        const answer = await syntax.read(
          text,
          language,
          (tree) => {
            const offsets = [0, 1, text.length >> 1, text.length].filter((offset) => offset <= text.length);
            for (const offset of offsets) {
              placeAt(tree, offset);
              const verdict = closesAt(tree, offset, extentAt(tree, offset), '\n  a();\n}\n');
              if (verdict.kind === 'closed') expect(verdict.keep).toBeLessThanOrEqual(10);
              identifiersNear(tree, offset);
            }
            expect(
              split(tree, 500)
                .map(({ start, end }) => text.slice(start, end))
                .join(''),
            ).toBe(text);
            return [...declarations(tree).map(({ range }) => range), ...importsOf(tree), ...syntaxErrors(tree)];
          },
          patience,
        );
        if (answer instanceof Unparsed) throw new Error(answer.sentence);
        for (const { start, end } of answer) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }
    },
    120_000,
  );

  it('when a text breaks in more places than the stack as built could bear, then the parser goes on to work', async () => {
    expect(await asked('java', 'a = ;\n'.repeat(5_000), (tree) => tree.root.hasError)).toBe(true);
    expect(await asked('java', sources.java, (tree) => tree.root.hasError)).toBe(false);
  }, 120_000);
});

describe('the bundled program', () => {
  it('when it is built as the runtime is, then it parses with the grammars beside it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'punctual-syntax-'));
    try {
      const entry = path.join(folder, 'entry.ts');
      const source = path.resolve(import.meta.dirname, '../../runtime/syntax/index.ts');
      await writeFile(
        entry,
        `import { Syntax } from ${JSON.stringify(source)};
        const syntax = new Syntax(process.argv[2]!, () => performance.now());
        console.log(await syntax.read('let a;', 'typescript', (tree) => tree.root.toString()));`,
      );
      const program = path.join(folder, 'program.mjs');
      await build({
        entryPoints: [entry],
        outfile: program,
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'esm',
        banner: {
          js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
        },
      });
      const { stdout } = await promisify(execFile)(process.execPath, [program, grammarsFolder], { cwd: folder });
      expect(stdout.trim()).toBe('(program (lexical_declaration (variable_declarator name: (identifier))))');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
