/**
 * `punctual eval context`: what other files are worth. The product with and without them, on cases of packages of which several files
 * are there: those are open, as tabs. Neither edits nor a language server are played, so it measures imports and similar pieces alone.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { BadUsage, BenchError, type BenchResult } from '../bench/bench.ts';
import { Progress } from '../bench/progress.ts';
import { tidyOnSignals } from '../bench/signals.ts';
import { type CompletionContext, Contexts } from '../features/completion/context/index.ts';
import { SyntaxReader } from '../features/completion/context/reader.ts';
import { Syntax } from '../syntax/index.ts';
import { Arms, documentOf, uriOf } from './arms.ts';
import { type CompletionCase, type CutFile, chooseCases, readCases, readFiles } from './cases.ts';
import { completionEval, completionOptions } from './completion.ts';
import type { Eval } from './eval.ts';
import { figuresOf, type Pair, pointsInterval, scoreOf } from './score.ts';

const programs = path.dirname(fileURLToPath(import.meta.url));
/** Tabs besides the one in front. */
const openMax = 8;

interface ContextCase {
  readonly one: CompletionCase;
  readonly context: CompletionContext;
}

export const contextEval: Eval = {
  name: 'context',
  summary: 'completions with other files of the package open, against the same without: exact match and similarity',
  options: completionEval.options.filter(({ name }) => name !== 'answers'),
  note: 'The embedded model was trained on single files: the product gives it no context; here it is given some all the same.',

  async run({ values, log }) {
    const options = completionOptions({ ...values, split: values['split'] ?? 'tuning' });
    const chosen = chooseCases(readCases(options.splits), options);
    const cases = await withContext(chosen);
    if (cases.length === 0) throw new BadUsage('none of these cases has a file beside it that says anything.');
    const model = options.model ?? path.join(programs, '..', 'media', 'models', 'tinycode-4m-q8_0.gguf');
    const engineProgram = path.join(programs, 'engine.mjs');
    const { threads, seed } = options;
    const arms = await Arms.open({ model, demo: false, threads, engineProgram, log }).catch((error: unknown) => {
      throw new BenchError(error instanceof Error ? error.message : String(error));
    });
    const untidy = tidyOnSignals(() => arms.close());
    try {
      return resultOf(await pairsOf(arms, cases, log), chosen.length, seed);
    } finally {
      untidy();
      await arms.close();
    }
  },
};

/** `raw` is the product without context. */
async function pairsOf(arms: Arms, cases: readonly ContextCase[], log: (line: string) => void): Promise<Pair[]> {
  const progress = new Progress({ total: cases.length, what: 'cases', log });
  const pairs: Pair[] = [];
  for (const { one, context } of cases) {
    const raw = scoreOf(one, await arms.punctual(one));
    pairs.push({ raw, punctual: scoreOf(one, await arms.punctual(one, context)) });
    progress.step();
  }
  return pairs;
}

/** Those in which the context holds something. */
async function withContext(cases: readonly CompletionCase[]): Promise<ContextCase[]> {
  const files = readFiles();
  const stillMs = (): number => 0;
  const reader = new SyntaxReader(new Syntax(path.join(programs, 'grammars'), stillMs));
  const found: ContextCase[] = [];
  for (const one of cases) {
    const context = await contextOf(one, files, reader);
    if (context !== undefined) found.push({ one, context });
  }
  return found;
}

/** The package is the folder that is open. */
async function contextOf(
  one: CompletionCase,
  files: readonly CutFile[],
  reader: SyntaxReader,
): Promise<CompletionContext | undefined> {
  const beside = files.filter((file) => file.package === one.package && file.path !== one.path).slice(0, openMax);
  const others = beside.map((file) => TextDocument.create(uriOf(file.path), one.language, 1, file.text));
  const document = documentOf(one);
  const open = [document, ...others];
  const contexts = new Contexts(reader, {
    get: (uri) => open.find((each) => each.uri === uri),
    all: () => open,
  });
  contexts.workspace([{ uri: uriOf(''), name: one.package }]);
  contexts.settings({ context: true, contextExclude: [] });
  await contexts.refresh(document.uri, document.positionAt(one.before.length));
  return contexts.at(document.uri);
}

function resultOf(pairs: readonly Pair[], asked: number, seed: number): BenchResult {
  const { exact, exactRaw, similarity, similarityRaw, count } = figuresOf(pairs);
  const { low, high } = pointsInterval(pairs, seed);
  const figures = {
    'eval.context_exact_points': 100 * (exact - exactRaw),
    'eval.context_exact_points_low': low,
    'eval.context_similarity_ratio': similarity / similarityRaw,
  };
  const row = (name: string, share: number, near: number): string[] => [
    name,
    String(count),
    (100 * share).toFixed(1),
    near.toFixed(3),
  ];
  const table = {
    title: 'Other files of the package',
    columns: [{ label: '', isText: true }, { label: 'cases' }, { label: 'exact %' }, { label: 'similarity' }],
    rows: [row('without', exactRaw, similarityRaw), row('with', exact, similarity)],
    note: `${count} of ${asked} cases have a context. Exact match: ${(100 * (exact - exactRaw)).toFixed(1)} points, 95 % ${low.toFixed(1)} to ${high.toFixed(1)} (paired bootstrap).`,
  };
  return { figures, details: { count, asked, exact, exactRaw, similarity, similarityRaw, low, high }, tables: [table] };
}
