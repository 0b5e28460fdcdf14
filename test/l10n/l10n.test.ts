/**
 * Every text that VS Code shows of the extension, and every sentence of the runtime, is in the bundles, in English and in Chinese. `PUNCTUAL_UPDATE_L10N=1 npx vitest run test/l10n`
 * writes the English bundle anew from the sources; what that adds is translated by hand in l10n/bundle.l10n.zh-cn.json.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { l10n, say, translateBy } from '../../extension/l10n.ts';
import { endSentence } from '../../extension/messages.ts';
import { listed, tasksOf } from '../../extension/model-words.ts';
import { lightWords } from '../../extension/status-text.ts';
import { asSent, sentence } from '../../runtime/core/sentence.ts';
import { unservedCheck } from '../../runtime/diagnose/checks/models.ts';
import { asHeard } from '../../runtime/protocol/sentence.ts';
import { healthy } from '../diagnose/facts.ts';
import { jsonAt, manifestIn, type Texts } from './manifest.ts';
import { literalsIn, runtimeSources, translatedTexts, untranslatedTexts } from './source-texts.ts';

const at = (file: string) => new URL(`../../${file}`, import.meta.url);
const keys = translatedTexts();

if (process.env['PUNCTUAL_UPDATE_L10N'] === '1') {
  const bundle = Object.fromEntries(keys.map((key) => [key, key]));
  writeFileSync(at('l10n/bundle.l10n.json'), `${JSON.stringify(bundle, undefined, 2)}\n`);
}

const english: Texts = jsonAt('l10n/bundle.l10n.json');
const chinese: Texts = jsonAt('l10n/bundle.l10n.zh-cn.json');

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();
/** Commands, settings and code: what a translation must not change. */
const marks = (text: string): string[] => (text.match(/`[^`]+`|\(command:[^)]+\)/g) ?? []).sort();
const hasChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);
/** Signs and names alone need no translation. */
const hasWords = (text: string): boolean =>
  /[a-z]{2,}/.test(text.replace(/\{\d+\}|Punctual|p50|p95|prefill|decode/g, ''));

/** As VS Code looks a text up: the text itself is the key, and its placeholders are filled in afterwards. */
function translateInto(bundle: Texts): void {
  translateBy((message, ...values) =>
    (bundle[message] ?? message).replace(/\{(\d+)\}/g, (whole, index: string) =>
      String(values[Number(index)] ?? whole),
    ),
  );
}

describe('texts of the sources', () => {
  test('when the sources say something, then it stands in the English bundle, and nothing else does', () => {
    expect(Object.keys(english).sort()).toEqual(keys);
    for (const [key, text] of Object.entries(english)) expect(text).toBe(key);
  });

  test('when a text is in the English bundle, then it is in the Chinese one, and no other is', () => {
    expect(Object.keys(chinese).sort()).toEqual(keys);
  });

  test('when a text is translated, then it has the same placeholders and is Chinese', () => {
    for (const [key, text] of Object.entries(chinese)) {
      expect(placeholders(text), key).toEqual(placeholders(key));
      if (hasWords(key)) expect(hasChinese(text), key).toBe(true);
    }
  });

  test('when a source has a text for people, then it goes through l10n.t', () => {
    expect(untranslatedTexts()).toEqual([]);
  });

  test('when l10n.t is called, then its text stands there, so that it can be collected', () => {
    for (const name of readdirSync(at('extension/'))) {
      const source = readFileSync(at(`extension/${name}`), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      expect(source.match(/l10n\.t\(\s*(?!['"])\S+/g) ?? [], name).toEqual([]);
    }
  });

  test('when the runtime makes a sentence, then its template stands there, so that it can be collected', () => {
    for (const { file, source } of runtimeSources()) {
      const code = source.replace(/\/\*[\s\S]*?\*\//g, '');
      expect(code.match(/\bsentence\(\s*(?!['"])\S+/g) ?? [], file).toEqual([]);
    }
  });

  test('when strings stand in comments, expressions and templates, then only what is said is found', () => {
    const template = `\`x $\{l10n.t('one two')} y\``;
    const source = `// it's\nconst a = ${template}; /* 'no' */ b(/'/g, 'three');`;
    const [whole, ...others] = literalsIn('a.ts', source).map(({ text }) => text);
    expect(whole).toMatch(/^x .* y$/);
    expect(others).toEqual(['one two', 'three']);
  });
});

describe('texts of the manifest', () => {
  const inEnglish: Texts = jsonAt('package.nls.json');
  const inChinese: Texts = jsonAt('package.nls.zh-cn.json');
  const source = readFileSync(at('package.json'), 'utf8');

  test('when the manifest names a text, then both languages have it, and neither has another', () => {
    const named = [...source.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key).sort();
    expect(Object.keys(inEnglish).sort()).toEqual([...new Set(named)]);
    expect(Object.keys(inChinese).sort()).toEqual([...new Set(named)]);
  });

  test('when VS Code shows a member of the manifest, then it is a name or a key', () => {
    const shown = /"(?:title|label|description|markdownDescription|patternErrorMessage|altText|category)": "([^"]*)"/g;
    const plain = [...source.matchAll(shown)].map(([, text = '']) => text).filter((text) => !/^%.+%$/.test(text));
    expect(new Set(plain)).toEqual(new Set(['Punctual']));
    const lists = [...source.matchAll(/"(?:markdownE|e)numDescriptions": \[([^\]]*)\]/g)].map(([, list = '']) => list);
    expect(lists.length).toBeGreaterThan(0);
    for (const list of lists) expect(list.trim().split(/,\s*/)).toEqual(list.match(/"%[^"%]+%"/g));
  });

  test('when a text is translated, then it is Chinese and names the same commands, settings and values', () => {
    for (const [key, text] of Object.entries(inChinese)) {
      expect(hasChinese(text), key).toBe(true);
      expect(marks(text), key).toEqual(marks(inEnglish[key] ?? ''));
    }
  });

  test('when the manifest is read in Chinese, then a command is', () => {
    const commands: { command: string; title: string }[] = manifestIn('zh-cn').contributes.commands;
    expect(commands.find(({ command }) => command === 'punctual.dashboard')?.title).toBe('显示仪表板');
  });

  test('when a page of the walkthrough is there, then it is there in Chinese, where VS Code looks for it', () => {
    const pages = [...new Set([...source.matchAll(/"(media\/walkthrough\/[^"]+)\.md"/g)].map(([, page]) => page))];
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) {
      expect(existsSync(at(`${page}.nls.zh-cn.md`)), page).toBe(true);
      expect(hasChinese(readFileSync(at(`${page}.nls.zh-cn.md`), 'utf8'))).toBe(true);
    }
  });

  test('when the extension is packed, then its texts are', () => {
    const allowed = readFileSync(at('.vscodeignore'), 'utf8').split('\n');
    expect(allowed).toEqual(expect.arrayContaining(['!package.nls.json', '!package.nls.zh-cn.json', '!l10n/**']));
    expect(jsonAt('package.json').l10n).toBe('./l10n');
  });
});

describe('the extension in Chinese', () => {
  afterEach(() => translateInto({}));

  test('when the editor is Chinese, then sentences with figures are', () => {
    translateInto(chinese);
    const result = { text: '', model: 'Qwen', demo: false, targetMs: 20_000, e2eMs: 3_100 } as const;
    const figures = { ttftMs: 200, kept: true, end: 'stop' } as const;
    expect(endSentence(l10n.t('Translated to {0}', 'Rust'), { ...result, ...figures })).toBe(
      '已翻译为 Rust，用时 3.1 s，承诺 20 s；Qwen。',
    );
    expect(lightWords('atRisk')).toBe('时限承诺有风险');
  });

  test('when a kind of task is named, then by the same word wherever that is', () => {
    const names = ['Generation', 'Generated code', 'generate', 'generated code'];
    expect(names.map((name) => chinese[name])).toEqual(names.map(() => '代码生成'));
  });

  test('when several tasks are named, then they are listed as Chinese does', () => {
    translateInto(chinese);
    expect(tasksOf(['completion', 'summarize', 'translate'])).toBe('补全、摘要和翻译');
    expect(listed(['补全', '摘要'])).toBe('补全和摘要');
  });

  test('when the runtime refuses and finds something, then a Chinese window says both in Chinese, and who has no language English', () => {
    translateInto(chinese);
    const error = sentence(
      'There is nothing to {0}: the {1} is empty. Open a file with some code in it.',
      sentence('summarize'),
      sentence('file'),
    );
    const [finding] = unservedCheck({ ...healthy, unserved: [{ class: 'summarize', message: error }] });
    const sent: unknown = JSON.parse(JSON.stringify(asSent({ findings: [finding], notes: ['a name', error] })));
    expect(sent).toMatchObject({ findings: [{ title: 'No model serves summaries.', detail: String(error) }] });
    const inChinese = '没有可供摘要的内容：该文件为空。请打开含有代码的文件。';
    expect(asHeard(sent, say)).toMatchObject({
      findings: [{ title: '没有可用于摘要的模型。', detail: inChinese, action: { title: '选择模型' } }],
      notes: ['a name', inChinese],
    });
  });

  test('when a sentence comes without its wording, or with one that nobody has translated, then it stays English', () => {
    translateInto(chinese);
    expect(asHeard({ title: 'As it was.' }, say)).toEqual({ title: 'As it was.' });
    const unknown = { template: 'Newer {0}.', args: ['than this'] };
    expect(asHeard({ title: 'Newer than this.', said: { title: unknown } }, say)).toMatchObject({
      title: 'Newer than this.',
    });
    const broken = { title: 'As it was.', said: { title: { template: 7, args: [] } } };
    expect(asHeard(broken, say)).toEqual(broken);
  });

  test('when a text has no translation, then it stands as it is written', () => {
    translateInto(chinese);
    expect(l10n.t('Nobody translated {0}', 1)).toBe('Nobody translated 1');
  });
});
