/** The built evals as a user runs them. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../runtime/cli/eval.ts';
import { fakeIo } from '../cli/fake-io.ts';
import { type Finished, finished } from '../cli/program.ts';

const program = path.resolve(import.meta.dirname, '..', '..', 'dist', 'eval.mjs');
const run = (...args: string[]): Promise<Finished> =>
  finished(spawn(process.execPath, [program, ...args], { cwd: tmpdir() }));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-eval-program-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Programs start slowly on a machine that is busy.
describe('the program of the evals', { timeout: 120_000 }, () => {
  it('when an option does not exist, then a sentence, a line that points to the help, and exit code 2', async () => {
    const { code, out, err } = await run('completion', '--case', '1');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^eval completion: there is no option --case; .*\n'punctual eval completion --help' says what there is\.\n$/,
    );
  });

  it('when other files are asked about, then both arms answer the cases that have some', async () => {
    const { code, out } = await run('context', '--cases', '3', '--language', 'typescript', '--json');
    const { figures, details } = JSON.parse(out) as Record<'figures' | 'details', Record<string, number>>;
    expect(code).toBe(0);
    expect(details['asked']).toBe(3);
    expect(details['count']).toBeGreaterThan(0);
    expect(figures['eval.context_exact_points']).toBe(100 * (Number(details['exact']) - Number(details['exactRaw'])));
    expect(figures['eval.context_similarity_ratio']).toBeGreaterThan(0);
  });

  it('when no eval is named, then those that there are', async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    for (const name of ['completion', 'context', 'prompts']) expect(out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });

  it('when a changed prompt is compared on one case, then both are asked and the figures say by how much they differ', async () => {
    const shipped = path.resolve(import.meta.dirname, '..', '..', 'media', 'prompts', 'explain.md');
    const text = await readFile(shipped, 'utf8');
    await writeFile(
      path.join(folder, 'explain.md'),
      text.replace('version: 1', 'version: 2').replace('Explain', 'Tell'),
    );
    const answers = path.join(folder, 'prompts.jsonl');
    const own = ['prompts', '--prompt-dir', folder, '--cases', '1', '--json', '--answers', answers];
    const { code, out } = await run(...own);
    expect(code).toBe(0);
    const { figures, details } = JSON.parse(out) as { figures: Record<string, number>; details: { model: string } };
    expect(details.model).toBe('embedded');
    expect(Object.keys(figures)).toEqual(['prompts.explain', 'prompts.explain_points', 'prompts.explain_points_low']);
    const judged = JSON.parse(await readFile(answers, 'utf8')) as Record<'shipped' | 'changed', { text: string }>;
    expect([judged.shipped.text, judged.changed.text].every((said) => said !== '')).toBe(true);
  });

  it('when a file is no model, then that sentence alone', async () => {
    const model = path.join(folder, 'x.gguf');
    await writeFile(model, 'no model');
    expect(await run('completion', '--model', model)).toEqual({
      code: 2,
      out: '',
      err: `eval completion: --model ${model} cannot be loaded: it is no GGUF file.\n`,
    });
  });

  it('when a damaged model is named, then it fails with a sentence', async () => {
    const model = path.join(folder, 'y.gguf');
    await writeFile(model, 'GGUF and nothing else');
    const { code, out, err } = await run('completion', '--split', 'tuning', '--cases', '1', '--model', model);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^eval completion: \S.*\n/m);
  });

  it('when three cases are asked for as JSON, then the figures have their names, and each answer is written', async () => {
    const answers = path.join(folder, 'answers.jsonl');
    const { code, out, err } = await run(
      ...['completion', '--split', 'tuning,humaneval', '--cases', '3', '--language', 'python'],
      ...['--json', '--answers', answers],
    );
    expect({ code, said: err.startsWith('6 cases\n') }).toEqual({ code: 0, said: true });
    const { figures, details } = JSON.parse(out) as {
      figures: Record<string, number>;
      details: Record<string, unknown>;
    };
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining(['eval.exact_points', 'eval.shown_share', 'humaneval.exact']),
    );
    expect(details).toMatchObject({
      splits: ['tuning', 'humaneval'],
      seed: 1,
      threads: 1,
      model: 'tinycode-4m-q8_0.gguf',
    });
    const lines = (await readFile(answers, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatchObject({ raw: expect.any(String), punctual: expect.any(String), split: 'tuning' });
  });
});

describe('an eval that runs', { timeout: 120_000 }, () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('when it gets %s, then it and its engine end without a word', async (signal, exitCode) => {
    const child = spawn(process.execPath, [program, 'completion', '--split', 'tuning'], { cwd: tmpdir() });
    const isOver = finished(child);
    // The cases are asked when their number is told.
    await new Promise<void>((resolve) => child.stderr.once('data', () => resolve()));
    child.kill(signal);
    expect(await isOver).toEqual({ code: exitCode, out: '', err: '300 cases\n' });
  });
});

describe('punctual eval', () => {
  it('when the evals are there, then they get all arguments as they are, and their exit code is handed on', async () => {
    const programs = await mkdtemp(path.join(folder, 'programs-'));
    const text = "process.exit(process.argv.slice(2).join(' ') === 'completion --json' ? 7 : 1);";
    await writeFile(path.join(programs, 'eval.mjs'), text);
    expect(await evaluate.run(['completion', '--json'], {}, fakeIo(folder, { programs }))).toBe(7);
  });

  it('when they are not installed, then a sentence says where to find them', async () => {
    const io = fakeIo(folder, { programs: folder });
    await expect(evaluate.run(['completion'], {}, io)).rejects.toThrow(/source of Punctual/);
    expect(await evaluate.run(['--help'], {}, io)).toBe(0);
    expect(io.printed.out).toMatch(/^punctual eval \[NAME\] [\s\S]*source of Punctual/);
  });
});
