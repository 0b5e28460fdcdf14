import { describe, expect, test } from 'vitest';
import { type ModelChoices, useFor, useForAll } from '../../extension/model-choices.ts';
import { classMenu, downloadFacts, type MenuRow, modelMenu, offers, removalOf } from '../../extension/model-menus.ts';
import { listed, progressText, servingSentence, trustQuestion } from '../../extension/model-words.ts';
import { servingModels } from '../../extension/serving-text.ts';
import { big, demo, imported, listWith, loaded, small } from './model-fixtures.ts';

const automatic: ModelChoices = { model: 'auto', models: {} };
const texts = (rows: readonly MenuRow[]) => rows.map(({ label, description }) => [label, description]);

describe('what to do with a model', () => {
  test('when it does everything, then it can be used for all or for one task, and it is said what it takes the place of', () => {
    expect(texts(modelMenu(listWith(), automatic, demo))).toEqual([
      ['Use for everything', ''],
      ['Use for completion', 'instead of Qwen 1.5B'],
      ['Use for summaries', 'instead of Qwen 1.5B'],
      ['Use for translations', ''],
    ]);
  });

  test('when it is in use, then it is said whether the user chose it', () => {
    const choices = { model: 'auto', models: { completion: 'qwen-1.5b' } };
    expect(texts(modelMenu(listWith(), choices, loaded)).slice(1, 3)).toEqual([
      ['Use for completion', 'chosen'],
      ['Use for summaries', 'in use, chosen automatically'],
    ]);
  });

  test('when it does one thing only, then it is offered for that, and what was imported is forgotten, not deleted', () => {
    expect(texts(modelMenu(listWith(), automatic, imported))).toEqual([
      ['Use for completion', 'instead of Qwen 1.5B'],
      ['Forget this model…', ''],
    ]);
    expect(modelMenu(listWith(), automatic, loaded).at(-1)?.label).toBe('Delete this model…');
  });

  test('when two models have one name, then only the one that is meant is in use, and their places tell them apart', () => {
    const twin = { ...imported, file: '/other/mine.gguf' };
    const role = { role: 'completion', model: 'mine', file: twin.file, message: '' } as const;
    const list = listWith({ models: [demo, imported, twin], roles: [role] });
    expect([imported, twin].map((model) => modelMenu(list, automatic, model)[0]?.description)).toEqual([
      'instead of mine',
      'in use, chosen automatically',
    ]);
    expect(classMenu(list, automatic, 'completion').map(({ detail }) => detail)).toEqual(
      expect.arrayContaining(['It fits.', '/home/me/mine.gguf: It fits.', '/other/mine.gguf: It fits.']),
    );
    expect(servingModels(list).completion?.ids).toContain(twin.file);
  });

  test('when it is not installed, then it can be downloaded', () => {
    expect(modelMenu(listWith(), automatic, small)).toMatchObject([
      { label: 'Download about 1.1 GB', act: { kind: 'download' } },
    ]);
  });
});

describe('which model for a kind of task', () => {
  test('when nothing was said, then the setting for everything counts, and only installed models that can do it are listed', () => {
    expect(texts(classMenu(listWith(), automatic, 'translate'))).toEqual([
      ['As for everything else', 'chosen'],
      ['Automatic', ''],
      ['TinyCode 4M (demonstration)', '5 MB · installed'],
      ['Qwen 1.5B', '1.1 GB · loaded'],
    ]);
  });

  test('when a model was named that is not here, then it stays in the list, so that the choice is seen', () => {
    const rows = classMenu(listWith(), { model: 'auto', models: { completion: 'gone' } }, 'completion');
    expect(texts(rows).at(-1)).toEqual(['gone', 'chosen']);
    expect(rows.filter(({ description }) => description.includes('chosen'))).toHaveLength(1);
  });

  test('when a row is picked, then one setting is written', () => {
    const acts = classMenu(listWith(), automatic, 'completion').map(({ act }) => act);
    const values = acts.map((act) => (act.kind === 'write' ? act.updates : []));
    expect(values.flat()).toEqual(
      [undefined, 'auto', 'embedded', '/home/me/mine.gguf', 'qwen-1.5b'].map((value) => ({
        key: 'models.completion',
        value,
      })),
    );
  });
});

describe('settings', () => {
  test('when one model is to do everything, then what was said for single tasks is taken back', () => {
    expect(useForAll({ model: 'a', models: { summarize: 'b' } }, 'c')).toEqual([
      { key: 'model', value: 'c' },
      { key: 'models.summarize', value: undefined },
    ]);
  });

  test('when everything is to be automatic, then the user’s file says nothing', () => {
    expect(useForAll(automatic, 'auto')).toEqual([{ key: 'model', value: undefined }]);
    expect(useFor('completion', undefined)).toEqual([{ key: 'models.completion', value: undefined }]);
  });

  test('when a model is removed, then the settings that name it are cleared and the question says so', () => {
    const choices = { model: 'qwen-1.5b', models: { summarize: 'qwen-1.5b', translate: 'embedded' } };
    expect(removalOf(listWith(), choices, loaded)).toEqual({
      question: 'Delete Qwen 1.5B?',
      detail: 'This frees 1.1 GB on disk. Your settings name it; they will no longer.',
      verb: 'Delete',
      updates: [
        { key: 'model', value: undefined },
        { key: 'models.summarize', value: undefined },
      ],
    });
  });

  test('when a model came from an address, then its file is in our folder and is deleted', () => {
    const downloaded = { ...imported, file: '/models/mine.gguf' };
    expect(removalOf(listWith({ folder: '/models/' }), automatic, downloaded).verb).toBe('Delete');
    expect(removalOf(listWith(), automatic, downloaded).verb).toBe('Delete');
    expect(modelMenu(listWith(), automatic, downloaded).at(-1)?.label).toBe('Delete this model…');
  });

  test('when an imported model is removed, then nothing is deleted and no other setting is touched', () => {
    expect(removalOf(listWith(), { model: 'mine', models: {} }, imported)).toEqual({
      question: 'Forget mine?',
      detail: 'The file stays at /home/me/mine.gguf.',
      verb: 'Forget',
      updates: [],
    });
  });
});

describe('a download', () => {
  test('when it is about to begin, then tasks, fit, licence and notes are known', () => {
    expect(downloadFacts(big)).toEqual([
      'It serves summaries and chat.',
      'It does not fit.',
      'Licence: Apache-2.0.',
      'Mind that its licence allows no commercial use.',
    ]);
  });

  test('when it has ended, then the model is offered for what another one does', () => {
    expect(offers(listWith(), { ...small, installed: true }).map(({ label }) => label)).toEqual([
      'Use for completion',
      'Use for summaries',
      'Use for translations',
    ]);
    expect(offers(listWith(), loaded).map(({ label }) => label)).toEqual(['Use for translations']);
  });

  test('when it brought another file than the first time, then the question says what trusting means, by the name of the button', () => {
    const { text, again, trust } = trustQuestion('x.gguf is not the file that was expected.');
    expect(text).toBe(
      'x.gguf is not the file that was expected. Once you know that its publisher has replaced it, Trust the New File downloads it as it is now, and expects this file from then on.',
    );
    expect(text).toContain(trust);
    expect(again).not.toBe(trust);
  });

  test.each([
    [
      { phase: 'downloading', doneBytes: 412e6, totalBytes: 1.6e9, bytesPerSecond: 12e6, remainingMs: 100_000 },
      '412 MB of 1.6 GB, 12 MB/s, 1.7 min left',
    ],
    [{ phase: 'downloading', doneBytes: 0, bytesPerSecond: 0 }, '0 MB'],
    [{ phase: 'connecting', doneBytes: 0 }, 'connecting'],
    [{ phase: 'verifying', doneBytes: 8e8, totalBytes: 1.6e9 }, 'verifying, 800 MB of 1.6 GB'],
    [{ phase: 'waiting', doneBytes: 8e8, message: 'The server is busy.' }, 'waiting, 800 MB. The server is busy.'],
  ])('when %j is reported, then %j is shown', (progress, text) => expect(progressText(progress)).toBe(text));
});

describe('words', () => {
  test('when one kind of task was given a model, then the runtime’s reason is told, and of several who does what', () => {
    expect(servingSentence(listWith(), ['completion'])).toBe('It is the fastest.');
    expect(servingSentence(listWith(), ['completion', 'summarize', 'translate'])).toBe(
      'Qwen 1.5B does completion and summaries.',
    );
    const roles = [
      { role: 'completion', model: 'mine', message: '' },
      { role: 'summarize', model: 'gone', message: '' },
    ] as const;
    expect(servingSentence(listWith({ roles: [...roles] }), ['completion', 'summarize'])).toBe(
      'mine does completion; gone does summaries.',
    );
  });

  test.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('when %j are listed, then it reads %j', (words, text) => expect(listed(words)).toBe(text));
});

describe('which model does what', () => {
  test('when the runtime’s list is read, then each kind of task has the model that is there, and chat and the unserved have none', () => {
    expect(servingModels(listWith())).toEqual({
      completion: { ids: ['/models/qwen-1.5b-q8_0.gguf', 'qwen-1.5b', 'Qwen 1.5B'], title: 'Qwen 1.5B' },
      summarize: { ids: ['/models/qwen-1.5b-q8_0.gguf', 'qwen-1.5b', 'Qwen 1.5B'], title: 'Qwen 1.5B' },
    });
  });
});
