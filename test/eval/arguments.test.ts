import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadUsage } from '../../runtime/bench/bench.ts';
import { readArguments } from '../../runtime/eval/arguments.ts';
import { completionEval, completionOptions } from '../../runtime/eval/completion.ts';

const read = (...args: string[]) => readArguments(args, [completionEval]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-eval-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the arguments of punctual eval', () => {
  it('when an eval is named with options, then they are its values', () => {
    expect(read('completion', '--json', '--cases', '20', '--language=go')).toMatchObject({
      kind: 'run',
      json: true,
      values: { cases: '20', language: 'go' },
    });
  });

  it('when help is asked for, then each option stands in it', () => {
    // Without an eval there is a list of them.
    expect(read()).toEqual(read('--help'));
    expect(read('--help')).toMatchObject({ kind: 'help', text: expect.stringMatching(/^ {2}completion {2}\S/m) });
    const help = read('completion', '--cases', '5', '--help');
    if (help.kind !== 'help') throw new Error('No help.');
    for (const { name } of completionEval.options)
      expect(help.text).toMatch(new RegExp(`^ {2}--${name} \\S+ +\\S`, 'm'));
  });

  it.each([
    [['summary'], /there is no eval 'summary'; there are: completion\./],
    [['completion', 'now'], /'now' belongs to no option\./],
    [['completion', '--json=1'], /--json takes no value\./],
    [['completion', '--case', '1'], /there is no option --case; there are --split, --cases/],
    [['completion', '--cases'], /--cases needs a value, as in --cases N/],
    [['completion', '--cases', '--json'], /--cases needs a value/],
  ])('when they are %j, then a sentence says what is wrong', (args, sentence) => {
    expect(() => read(...args)).toThrow(BadUsage);
    expect(() => read(...args)).toThrow(sentence);
  });
});

describe('the options of punctual eval completion', () => {
  it('when nothing is given, then all cases to report are asked with one thread', () => {
    expect(completionOptions({})).toEqual({ splits: ['report', 'humaneval'], seed: 1, threads: 1 });
  });

  it('when all is given, then it is read', async () => {
    const model = path.join(folder, 'm.gguf');
    await writeFile(model, 'GGUF');
    const answers = path.join(folder, 'a.jsonl');
    const given = { split: 'tuning', cases: '7', language: 'cpp', seed: '0', threads: '2', model, answers };
    const read = { splits: ['tuning'], count: 7, language: 'cpp', seed: 0, threads: 2, model, answers };
    expect(completionOptions(given)).toEqual(read);
  });

  it.each([
    [{ split: 'all' }, /--split takes tuning, report, humaneval, not 'all'/],
    [{ cases: '0' }, /--cases takes 1 to 10000.*not '0'/],
    [{ cases: '2.5' }, /--cases takes .*not '2\.5'/],
    [{ cases: 'x' }, /not 'x'/],
    [{ language: 'cobol' }, /--language takes .*typescript, .*rust, not 'cobol'/],
    [{ seed: '-1' }, /--seed takes 0 to/],
    [{ threads: '0' }, /--threads takes 1 to 256.*not '0'/],
    [{ model: '/nope' }, /--model \/nope cannot be loaded: there is no such file/],
    [{ answers: '/nope/x.jsonl' }, /--answers \/nope\/x\.jsonl cannot be written: there is no folder \/nope/],
  ])('when they are %j, then a sentence says what there is', (values, sentence) => {
    expect(() => completionOptions(values)).toThrow(BadUsage);
    expect(() => completionOptions(values)).toThrow(sentence);
  });

  it('when a language has no case in the split, then that is said before a model is loaded', async () => {
    const run = completionEval.run({ names: [], values: { split: 'humaneval', language: 'go' }, log: () => undefined });
    await expect(run).rejects.toThrow('no case of humaneval is in go.');
  });
});
