/** Good answers are perfect, and each bad one loses what is bad about it and nothing else. */
import { describe, expect, it } from 'vitest';
import { brokenText } from '../../../runtime/eval/prompts/asking.ts';
import { diffText, linesOf, readPromptCases, sourceText } from '../../../runtime/eval/prompts/cases.ts';
import { declares, errorCount, readCode } from '../../../runtime/eval/prompts/code.ts';
import { casesFor, type PromptTask, promptTasks, scoreOf } from '../../../runtime/eval/prompts/subjects.ts';
import { languageOf } from '../../../runtime/syntax/language.ts';
import { syntax } from '../../syntax/world.ts';
import { caseOf, judge, lost } from './world.ts';

const firstOf = (names: readonly string[]): string[] => names.map((name) => name.split('|')[0] ?? '');
const mentioned = (names: readonly string[]): string => `It is about ${firstOf(names).join(' and ')}.`;

const cutOf = (one: { readonly file: string; readonly from: string; readonly until: string }): string => {
  const { start, end } = linesOf(sourceText(one.file), one);
  return sourceText(one.file).slice(start, end);
};

/** What can be made of the data of a case; translations are written by hand below. */
const good: readonly [PromptTask, readonly (readonly [id: string, answer: string])[]][] = [
  ...(['summarize', 'explain', 'summarize-part', 'summarize-merge', 'commit-part'] as const).map(
    (task) => [task, readPromptCases(task).map(({ id, covers }) => [id, mentioned(covers)] as const)] as const,
  ),
  [
    'commit-message',
    readPromptCases('commit-message').map(({ id, covers }) => [id, `Change ${firstOf(covers).join(', ')}`]),
  ],
  [
    'doc-comment',
    readPromptCases('doc-comment').map(({ id, parameters }) => [id, `Takes ${parameters.join(', ') || 'it'}.`]),
  ],
  ['translate-repair', readPromptCases('translate-repair').map(({ id, file }) => [id, `\`\`\`\n${sourceText(file)}`])],
  ['generate', readPromptCases('generate').map((one) => [one.id, `\`\`\`\n${cutOf(one)}\n\`\`\``])],
].map(([task, answers]) => [task, answers] as [PromptTask, (readonly [string, string])[]]);

describe.each(good)('the cases of %s', (task, answers) => {
  it.each(answers)('when %s is answered with what it asks for, then nothing is lost', async (id, answer) => {
    expect(await lost(task, caseOf(task, id), answer)).toEqual([]);
  });
});

const python = `\`\`\`python
class LruCache:
    def __init__(self, options):
        self.entries = {}
    def get(self, key):
        return self.entries.get(key)
    def set(self, key, value):
        self.entries[key] = value
    def evict_oldest(self):
        pass
`;
const part = '```python\n    def get(self, key):\n        return self.entries.get(key)\n';
const whole = '`LruCache` keeps what is used: `get` reads and `set` stores.';
const message = 'Add jitter to backoffMs\n\nWaits are spread.';
const repaired = `\`\`\`\n${sourceText('retry.js')}`;
const generated = cutOf(
  readPromptCases('generate').find(({ id }) => id === 'generate-retry.js') ?? { file: '', from: '', until: '' },
);

const bad: readonly [PromptTask, string, string, string, string[]][] = [
  ['summarize', 'whole-lru.ts', 'good', whole, []],
  ['summarize', 'whole-lru.ts', 'a name that is nowhere', `${whole} It calls \`flushAll\`.`, ['grounded']],
  ['summarize', 'whole-lru.ts', 'what is left out', 'It keeps what `LruCache` was asked for.', ['covers']],
  [
    'summarize',
    'whole-lru.ts',
    'too many words',
    `${whole} ${Array.from({ length: 250 }, (_, n) => `w${n}`).join(' ')}.`,
    ['brief'],
  ],
  ['summarize', 'whole-lru.ts', 'words about itself', `Here is a summary. ${whole}`, ['direct']],
  ['summarize', 'whole-lru.ts', 'code', `${whole}\n\n\`\`\`ts\nget\n\`\`\``, ['prose']],
  ['summarize', 'whole-lru.ts', 'a line of the source', `${whole} const value = this.#entries.get(key);`, ['prose']],
  [
    'summarize',
    'whole-lru.ts',
    'the same twice',
    `${whole} It is of use to everybody. It is of use to everybody.`,
    ['fresh'],
  ],
  ['summarize', 'whole-lru.ts', 'a stammer', `${whole} The key of the key of the key of the map.`, ['fresh']],
  ['commit-message', 'commit-retry-jitter', 'good', message, []],
  ['commit-message', 'commit-retry-jitter', 'a scope', `fix(retry): add jitter to the wait`, []],
  [
    'commit-message',
    'commit-retry-jitter',
    'a long subject',
    `Add jitter to backoffMs and to all other waits that there are, as far as it can be`,
    ['subject'],
  ],
  ['commit-message', 'commit-retry-jitter', 'a subject without an empty line', 'Add jitter\nto backoffMs', ['subject']],
  ['commit-message', 'commit-retry-jitter', 'a heading', '# Add jitter to backoffMs', ['subject']],
  ['commit-message', 'commit-retry-jitter', 'the past', 'Added jitter to backoffMs', ['imperative']],
  ['commit-message', 'commit-retry-jitter', 'no verb', 'The jitter of backoffMs', ['imperative']],
  ['commit-message', 'commit-retry-jitter', 'no names', 'Spread the waits', ['names']],
  ['commit-message', 'commit-retry-jitter', 'a name that is nowhere', `${message} See \`waitLonger\`.`, ['grounded']],
  ['commit-message', 'commit-retry-jitter', 'a fence', 'Add jitter to backoffMs\n\n```\nretry\n```', ['prose']],
  [
    'commit-message',
    'commit-retry-jitter',
    'words about itself',
    'Add jitter to backoffMs\n\nLet me know what you think.',
    ['direct'],
  ],
  ['doc-comment', 'doc-retry.js-backoffMs', 'no parameters', 'Says how long to wait.', ['names']],
  [
    'doc-comment',
    'doc-retry.js-backoffMs',
    'a name that is nowhere',
    'Waits by attempt, baseMs, maxMs and `jitterMs`.',
    ['grounded'],
  ],
  [
    'doc-comment',
    'doc-retry.js-backoffMs',
    'words about itself',
    'Sure: it takes attempt, baseMs and maxMs.',
    ['direct'],
  ],
  ['translate', 'translate-lru.ts-python', 'good', python, []],
  ['translate', 'translate-lru.ts-python', 'what does not parse', python.replace('pass', 'pass)'), ['parses']],
  ['translate', 'translate-lru.ts-python', 'a method is missing', python.replace('set(', 'put('), ['declares']],
  [
    'translate',
    'translate-lru.ts-python',
    'a custom of the source',
    python.replace('pass', 'return undefined'),
    ['translated'],
  ],
  ['translate', 'translate-lru.ts-python', 'a run', `${python}again()\nagain()\nagain()\n`, ['fresh']],
  ['translate-part', 'part-lru.ts-python-2', 'good', part, []],
  [
    'translate-part',
    'part-lru.ts-python-2',
    'what others have',
    `${part}    def set(self, key, value):\n        pass\n`,
    ['alone'],
  ],
  ['translate-part', 'part-lru.ts-python-2', 'another name', part.replace('def get', 'def read'), ['declares']],
  ['translate-repair', 'repair-retry.js', 'as it was', repaired.replace('2 ** attempt', '2 ** '), ['repaired']],
  [
    'translate-repair',
    'repair-retry.js',
    'a part of it',
    `${repaired.slice(0, repaired.indexOf('export async'))}`,
    ['kept'],
  ],
  ['generate', 'generate-retry.js', 'what does not parse', generated.replace('baseMs * 2', '* * 2'), ['parses']],
  ['generate', 'generate-retry.js', 'other names', generated.replaceAll('attempt', 'count'), ['names']],
];

describe('a bad answer', () => {
  it.each(bad)('when %s, %s: %s, then that is lost and nothing else', async (task, id, _, answer, criteria) => {
    expect(await lost(task, caseOf(task, id), answer)).toEqual(criteria);
  });

  it.each(promptTasks)('when %s is answered with nothing, then all is lost', async (task) => {
    const [one] = casesFor(task);
    if (one === undefined) throw new Error('No case.');
    const [judged] = await judge([{ task, one }], () => ({ pieces: ['  \n'] }));
    const scores = judged?.shipped.scores ?? {};
    expect(Object.keys(scores).length).toBeGreaterThan(2);
    expect(Object.values(scores).every((score) => score === 0)).toBe(true);
    expect(scoreOf(scores)).toBe(0);
  });

  it('when the answer was ended for repeating itself, then it is not fresh', async () => {
    const one = caseOf('summarize', 'whole-lru.ts');
    expect(await lost('summarize', one, `${whole}${' and so on'.repeat(30)}`)).toEqual(['fresh']);
  });

  // The product sees to these itself, whatever a model writes.
  it('when a comment were put in the wrong place, or changed something else, then that is lost', async () => {
    const one = caseOf('doc-comment', 'doc-retry.js-backoffMs');
    const source = sourceText('retry.js');
    const at = source.indexOf('export function backoffMs');
    const [before, after] = [source.slice(0, at), source.slice(at)];
    const comment = '/** Waits by attempt, baseMs, maxMs. */\n';
    const judged = (edited: { before: string; inserted: string; after: string }) =>
      one.judge({ text: 'Waits.', looped: false, edited }, syntax);
    expect(await judged({ before, inserted: comment, after })).toMatchObject({ attached: 1, untouched: 1 });
    const plain = { before, inserted: comment.replace('/**', '/*'), after };
    expect(await judged(plain)).toMatchObject({ attached: 0, names: 1 });
    expect(await judged({ before: comment + before, inserted: '', after })).toMatchObject({ attached: 0 });
    const changed = { before, inserted: comment, after: after.replace('wait', 'pause') };
    expect(await judged(changed)).toMatchObject({ attached: 1, untouched: 0 });
  });

  it('when code were too deep, or in a fence, then that is lost', async () => {
    const one = caseOf('generate', 'generate-retry.js');
    const [before = '', after = ''] = sourceText('retry.js').split(generated);
    const judged = (inserted: string) =>
      one.judge({ text: inserted, looped: false, edited: { before, inserted, after } }, syntax);
    expect(await judged(generated)).toMatchObject({ parses: 1, indented: 1, bare: 1, names: 1 });
    expect(await judged(generated.replaceAll(/^ {2}/gm, '\t'))).toMatchObject({ indented: 0, parses: 1, bare: 1 });
    expect(await judged(`// This\n${generated}\nNote: it doubles.`)).toMatchObject({ bare: 0, indented: 1 });
  });
});

describe('the data of the cases', () => {
  it.each(promptTasks)('when it is of %s, then there are 8 to 20 cases, each with a name of its own', (task) => {
    const ids = readPromptCases(task).map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(8);
    expect(ids.length).toBeLessThanOrEqual(20);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(readPromptCases('translate'))(
    'when $id is translated, then what is to be declared is in the source',
    async (one) => {
      const language = languageOf(one.file);
      if (language === undefined) throw new Error(one.file);
      expect(await readCode(syntax, sourceText(one.file), language, (tree) => declares(tree, one.declares))).toBe(1);
      expect(await readCode(syntax, sourceText(one.file), language, errorCount)).toBe(0);
    },
  );

  it.each(readPromptCases('translate-repair'))('when $id is broken, then it does not parse', async (one) => {
    const language = languageOf(one.file);
    if (language === undefined) throw new Error(one.file);
    expect(await readCode(syntax, brokenText(one), language, errorCount)).toBeGreaterThan(0);
  });

  it.each(readPromptCases('commit-message'))('when $id is a change, then git would have written it', ({ diff }) => {
    expect(diffText(diff)).toMatch(/^diff --git a\/\S+ b\/\S+\n[\s\S]*^@@ -\d+,\d+ \+\d+,\d+ @@/m);
  });
});
