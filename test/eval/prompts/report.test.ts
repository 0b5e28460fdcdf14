/** From judged answers to figures: of one prompt, and of two that are compared case by case. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { readArguments } from '../../../runtime/eval/arguments.ts';
import { ChangedPrompts } from '../../../runtime/eval/prompts/changed.ts';
import type { CaseJudged } from '../../../runtime/eval/prompts/evaluate.ts';
import { promptsEval } from '../../../runtime/eval/prompts/prompts.ts';
import { figuresByName, promptFigures, tablesOf } from '../../../runtime/eval/prompts/report.ts';
import { casesFor, promptTasks, scoreOf } from '../../../runtime/eval/prompts/subjects.ts';
import { judge, shipped } from './world.ts';

const bad = { text: 'x', scores: { covers: 0, grounded: 1 } };
const fair = { text: 'x', scores: { covers: 0.5, grounded: 0.5 } };
const good = { text: 'x', scores: { covers: 1, grounded: 1 } };

describe('the figures of prompts', () => {
  it('when answers are judged, then a score is what they do times how free of faults they are', () => {
    expect([bad, fair, good].map(({ scores }) => scoreOf(scores))).toEqual([0, 0.25, 1]);
  });

  it('when a prompt has cases, then its score is their mean, in an interval, with each criterion', () => {
    const judged: CaseJudged[] = [bad, fair, good, good].map((one, n) => ({
      task: 'explain',
      id: `${n}`,
      shipped: one,
    }));
    const [figures] = promptFigures(judged, 1);
    expect(figures).toMatchObject({ task: 'explain', cases: 4, score: 0.5625 });
    expect(figures?.low).toBeGreaterThanOrEqual(0);
    expect(figures?.low).toBeLessThan(0.5625);
    expect(figures?.high).toBeGreaterThan(0.5625);
    expect(figures?.criteria).toMatchObject([
      { name: 'covers', score: 0.625 },
      { name: 'grounded', score: 0.875 },
    ]);
    expect(figuresByName(promptFigures(judged, 1))).toEqual({ 'prompts.explain': 0.5625 });
    expect(promptFigures(judged, 1)).toEqual(promptFigures(judged, 1));
  });

  it('when two prompts are compared, then by the differences of their cases, which hard cases do not blur', () => {
    const judged = Array.from({ length: 12 }, (_, n): CaseJudged => {
      const isHard = n % 2 === 0;
      return {
        task: 'translate-part',
        id: `${n}`,
        shipped: isHard ? bad : fair,
        changed: isHard ? fair : { ...fair, scores: { covers: 1, grounded: 0.5 } },
      };
    });
    const [figures] = promptFigures(judged, 1);
    expect(figures?.changed).toEqual({ score: 0.375, difference: 0.25, low: 0.25, high: 0.25 });
    const named = figuresByName(promptFigures(judged, 1));
    expect(named).toMatchObject({ 'prompts.translate_part_points': 25, 'prompts.translate_part_points_low': 25 });
    const [summary] = tablesOf(promptFigures(judged, 1));
    expect(summary?.rows[0]?.slice(-2)).toEqual(['+25.0', '+25.0 to +25.0']);
  });
});

const explain = (version: number, words: string): string =>
  `---\ntask: explain\nversion: ${version}\nclass: summarize\nrole: summarize\nsla: e2e\nanswer: prose\nmaxTokens: 240\ndemoTokens: 60\n---\n${words}\n\n{{code}}\n`;

describe('a changed prompt', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-eval-prompts-'));
    await writeFile(path.join(folder, 'explain.md'), explain(2, 'Name what it declares.'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('when a folder has some, then each of its cases is asked with both, and the others with none but the shipped', async () => {
    const changed = new ChangedPrompts(shipped, folder);
    expect(changed.tasks).toEqual(['explain']);
    const cases = casesFor('explain').slice(0, 3);
    const answer = (prompt: string) => ({
      pieces: [prompt.startsWith('Name what') ? 'evictOldest retry attempts parse_settings.' : 'It does things.'],
    });
    const judged = await judge(
      cases.map((one) => ({ task: 'explain' as const, one })),
      answer,
      changed,
    );
    expect(judged.map(({ shipped: own }) => own.scores['covers'])).toEqual([0, 0, 0]);
    expect(judged.map((one) => one.changed?.scores['covers'])).toEqual([1, 1, 1]);
    expect((await changed.take('translate')).prompt).toEqual((await shipped.take('translate')).prompt);
  });

  it('when it has none, or one that cannot be used, then that is said', async () => {
    expect(() => new ChangedPrompts(shipped, tmpdir())).toThrow(
      /--prompt-dir \S+ has none of the prompts summarize\.md,/,
    );
    const damaged = path.join(folder, 'generate.md');
    await writeFile(damaged, explain(1, 'Generate.'));
    expect(() => new ChangedPrompts(shipped, folder)).toThrow(
      /generate\.md cannot be used: its front matter says that it is the prompt of 'explain'\./,
    );
    await rm(damaged);
  });

  it('when the model cannot be asked, then no score is made of it', async () => {
    const [one] = casesFor('explain');
    if (one === undefined) throw new Error('No case.');
    const outcome = { kind: 'failed', error: { code: 'engineLost', message: 'The engine ended.' } } as const;
    await expect(judge([{ task: 'explain', one }], () => ({ outcome }))).rejects.toThrow(
      'explain-lru.ts: The engine ended.',
    );
  });
});

describe('the arguments of punctual eval prompts', () => {
  it('when prompts are named, then these; and a name that is none is refused with those that there are', () => {
    const read = (...args: string[]) => readArguments(args, [promptsEval]);
    expect(read('prompts', 'generate', '--cases', '2', 'explain', '--json')).toMatchObject({
      ...{ kind: 'run', json: true, names: ['generate', 'explain'], values: { cases: '2' } },
    });
    expect(() => read('prompts', 'poem')).toThrow(BadUsage);
    expect(() => read('prompts', 'poem')).toThrow(`there is no PROMPT 'poem'; there are: ${promptTasks.join(', ')}.`);
    expect(read('prompts', '--help')).toMatchObject({
      kind: 'help',
      text: expect.stringMatching(/^punctual eval prompts \[PROMPT…\] /),
    });
  });
});
