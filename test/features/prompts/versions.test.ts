/** A prompt that says something else has another version, so that scores of both can be told apart; and none ships unjudged. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePrompt } from '../../../runtime/features/prompts/prompt.ts';
import { promptTasks } from '../../../runtime/features/prompts/tasks.ts';
import { promptsFolder } from '../text-kit.ts';

/** Of each prompt the versions, and the beginning of the SHA-256 of the text of each: a line is added, never changed. */
const history: Readonly<Record<string, readonly string[]>> = {
  'commit-message': ['0fa13bd02f03'],
  'commit-part': ['8926305e82cd'],
  'doc-comment': ['1b95f0303fdb'],
  explain: ['d3ef1723bcf6'],
  generate: ['fc5a9061473a'],
  'summarize-merge': ['6b5773811e68'],
  'summarize-part': ['7c837f4bb7f9'],
  summarize: ['d29df73c456e'],
  'translate-part': ['c9ee158e63b8'],
  'translate-repair': ['b8893926f3c0'],
  translate: ['e582d239ccf5'],
};

const cases = path.resolve(import.meta.dirname, '../../../runtime/eval/data/prompts/cases');

describe('the prompts that are shipped', () => {
  it.each(promptTasks)('when the text of %s changes, then so does its version', (task) => {
    const prompt = parsePrompt(readFileSync(path.join(promptsFolder, `${task}.md`), 'utf8'), task);
    const hash = createHash('sha256').update(prompt.text).digest('hex').slice(0, 12);
    // To change a prompt: raise its version, add its hash here, and say in the commit what 'punctual eval prompts' makes of it.
    expect(history[task]).toHaveLength(prompt.version);
    expect(history[task]?.[prompt.version - 1]).toBe(hash);
  });

  it.each(promptTasks)(
    'when %s is shipped, then it says what it is, what is promised and what its limits are',
    (task) => {
      const prompt = parsePrompt(readFileSync(path.join(promptsFolder, `${task}.md`), 'utf8'), task);
      const [kind] = task.split('-');
      const expected = kind === 'translate' || kind === 'generate' ? kind : 'summarize';
      expect([prompt.class, prompt.role]).toEqual([expected, expected]);
      expect(prompt.answer).toBe(expected === 'summarize' ? 'prose' : 'code');
      expect(prompt.demoTokens).toBeLessThanOrEqual(prompt.maxTokens);
    },
  );

  it('when a prompt is shipped, then it has cases; and there is no file beside them', () => {
    expect(readdirSync(promptsFolder).sort()).toEqual(promptTasks.map((task) => `${task}.md`).sort());
    for (const task of promptTasks) expect(existsSync(path.join(cases, `${task}.jsonl`)), task).toBe(true);
  });
});
