import { describe, expect, test } from 'vitest';
import { modelSections, type Row, type RowsInput } from '../../extension/model-rows.ts';
import type { ListedModel } from '../../runtime/protocol.ts';
import { big, demo, imported, listWith, loaded, small } from './model-fixtures.ts';

function input(over: Partial<RowsInput> = {}): RowsInput {
  return { list: listWith(), choices: { model: 'auto', models: {} }, showAll: false, hasToken: false, ...over };
}

function section(title: string, over: Partial<RowsInput> = {}): readonly Row[] {
  return modelSections(input(over)).find((each) => each.title === title)?.rows ?? [];
}

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);
const rowOf = (name: string, over: Partial<RowsInput> = {}): Row => {
  const row = modelSections(input(over))
    .flatMap(({ rows }) => rows)
    .find(({ target }) => target.kind === 'model' && target.model.name === name);
  if (row === undefined) throw new Error(`there is no row of ${name}`);
  return row;
};

test('when the user has pinned a model, then its row says so', () => {
  const list = listWith({ models: [demo, { ...loaded, pinned: 'user' }, { ...imported, pinned: 'completion' }] });
  expect(rowOf(loaded.name, { list }).description).toContain(' · loaded · pinned · ');
  expect(rowOf(imported.name, { list }).description).not.toContain('pinned');
});

describe('order', () => {
  test('when the list opens, then installed models come first, loaded before others, the demonstration model last', () => {
    expect(modelSections(input()).map(({ title }) => title)).toEqual([
      'Installed',
      'Which model does what',
      'More',
      'Fit this machine',
      '',
    ]);
    expect(section('Installed').map(({ label }) => label)).toEqual([
      '$(vm-active) Qwen 1.5B',
      '$(package) mine',
      '$(package) TinyCode 4M (demonstration)',
    ]);
  });

  test('when a model does not fit, or nobody knows, then it stands behind Show all', () => {
    const { fit: _unknown, ...unknown } = { ...small, name: 'unknown', title: 'Unknown' };
    const list = listWith({ models: [demo, big, small, unknown] });
    const all = section('Do not fit, or nobody knows', { list, showAll: true });
    expect(all.map(({ label }) => label)).toEqual(['$(cloud-download) Qwen 14B', '$(cloud-download) Unknown']);
    expect(section('Do not fit, or nobody knows', { list })).toEqual([]);
    expect(section('', { list })[0]).toMatchObject({
      id: 'action showAll',
      description: '2 more, which may not fit this machine',
    });
    expect(section('', { list, showAll: true })).toEqual([]);
  });

  test('when a download is under way, then it is in sight although the model does not fit', () => {
    const list = listWith({ models: [demo, { ...big, downloading: 0.409 }] });
    expect(section('Fit this machine', { list })[0]).toMatchObject({
      label: '$(sync~spin) Qwen 14B',
      description: '9 GB · downloading 40% · summaries and chat',
    });
  });

  test('when two files have one name, then their rows are told apart', () => {
    const list = listWith({
      models: [imported, { ...imported, file: '/other/mine.gguf' }, small, { ...small, quantization: 'Q8_0' }],
    });
    const rows = ids([...section('Installed', { list }), ...section('Fit this machine', { list })]);
    expect(new Set(rows).size).toBe(4);
    const details = section('Installed', { list }).map(({ detail }) => detail);
    expect(details).toEqual(
      [/^\/home\/me\/mine\.gguf /, /^\/other\/mine\.gguf /].map((at) => expect.stringMatching(at)),
    );
  });

  test('when a file of the model in use could be downloaded in another quantization, then that one is not in use', () => {
    const [role] = listWith().roles;
    if (role === undefined) throw new Error('the fixture has roles');
    const other = { ...small, name: loaded.name, title: 'Other', quantization: 'Q4_K_M' };
    const list = listWith({ models: [loaded, other], roles: [{ ...role, file: loaded.file }] });
    expect(section('Installed', { list })[0]?.detail).toMatch(/In use for completion\./);
    expect(section('Fit this machine', { list })[0]?.detail).not.toContain('In use');
  });

  test('when a download was broken off, then what has come can be deleted', () => {
    const list = listWith({ leftovers: [{ name: 'a-q8_0.gguf', bytes: 412e6 }] });
    const [row] = section('Broken off downloads', { list });
    expect(row).toMatchObject({ description: '412 MB have come', buttons: ['remove'] });
    expect(row?.target).toEqual({ kind: 'leftover', name: 'a-q8_0.gguf', bytes: 412e6 });
  });
});

describe('a model', () => {
  test('when it is loaded, then size, kind, tasks, state, use, speed, fit and licence are said', () => {
    expect(rowOf('qwen-1.5b')).toMatchObject({
      description: '1.1 GB · Q8_0 · loaded · completion, summaries and translations',
      detail: 'Prefill 340, decode 9.5 tokens/s. In use for completion and summaries. Apache-2.0. It fits.',
      buttons: ['use', 'remove'],
    });
  });

  test('when its speed here is known or predicted, then that is said with what it can promise', () => {
    const speed = { prefillTokensPerSecond: 340.4, decodeTokensPerSecond: 9.51 };
    const detail = (forecast: ListedModel['forecast']) =>
      rowOf(small.name, { list: listWith({ models: [{ ...small, ...(forecast && { forecast }) }] }) }).detail;
    expect(detail({ speed, isMeasured: true, promiseMs: 600 })).toMatch(
      /^Prefill 340, decode 9\.5 tokens\/s\. Can promise 600 ms to the first token\. /,
    );
    expect(detail({ speed, isMeasured: false })).toMatch(
      /^Predicted for this machine: prefill 340, decode 9\.5 tokens\/s\. Apache/,
    );
  });

  test('when it could be downloaded, then an estimated size is called so', () => {
    expect(rowOf('granite-3b')).toMatchObject({
      description: 'about 1.1 GB · Q4_K_M · available · completion, summaries and translations',
      buttons: ['download'],
    });
  });

  test('when a note stands by it, then it is read with the rest', () => {
    expect(rowOf('qwen-14b', { showAll: true }).detail).toBe(
      'Apache-2.0. It does not fit. Mind that its licence allows no commercial use.',
    );
  });

  test('when its file is damaged, then that is all that is said, and it can only be removed', () => {
    const { fit: _none, ...damaged } = {
      ...imported,
      serves: [],
      notes: ['The file ends too soon.'],
      licence: undefined,
    };
    const list = listWith({ models: [damaged] });
    expect(rowOf('mine', { list })).toMatchObject({ detail: 'The file ends too soon.', buttons: ['remove'] });
    expect(rowOf('mine', { list }).description).toContain('serves nothing');
  });

  test('when it ships with Punctual, then it cannot be removed', () => {
    expect(rowOf('tinycode-4m').buttons).toEqual(['use']);
  });

  test('when another window downloads it from an address, then nothing can be asked of it', () => {
    const list = listWith({ models: [{ ...imported, installed: false, serves: [], downloading: 0 }] });
    expect(rowOf('mine', { list })).toMatchObject({ buttons: [], label: '$(sync~spin) mine' });
  });

  test.each([
    ['loading', '$(sync~spin) Qwen 1.5B', 'loading'],
    ['failed', '$(warning) Qwen 1.5B', 'failed to load'],
    ['unloaded', '$(package) Qwen 1.5B', 'installed'],
  ] as const)('when it is %s, then icon and words say so', (state, label, words) => {
    const row = rowOf('qwen-1.5b', { list: listWith({ models: [{ ...loaded, state }] }) });
    expect([row.label, row.description.split(' · ')[2]]).toEqual([label, words]);
  });
});

describe('which model does what', () => {
  test('when the runtime has chosen, then its reason stands there, and what would be better', () => {
    expect(section('Which model does what')[0]).toMatchObject({
      label: 'Completion: Qwen 1.5B',
      description: 'chosen automatically',
      detail: 'It is the fastest. Granite 3B would be better.',
    });
  });

  test('when the user has named a model that cannot do it, then the row says so', () => {
    const choices = { model: 'auto', models: { translate: '/home/me/mine.gguf' } };
    expect(section('Which model does what', { choices })[2]).toMatchObject({
      label: 'Translations: no model',
      description: 'chosen by you',
      detail: 'mine cannot serve translate.',
    });
  });

  test('when chat has a model, then it has no row, because it has no setting', () => {
    expect(section('Which model does what')).toHaveLength(3);
  });
});

describe('actions', () => {
  test('when everything is automatic and no token is kept, then only what can be done is offered', () => {
    expect(ids(section('More', { showAll: true }))).toEqual(['action import', 'action address']);
  });

  test('when something was chosen or a token is kept, then both can be taken back', () => {
    const over = { showAll: true, hasToken: true, choices: { model: 'auto', models: { completion: 'embedded' } } };
    expect(ids(section('More', over)).slice(2)).toEqual(['action automatic', 'action forgetToken']);
    expect(section('More', over)[2]?.description).toBe('now chosen by you: completion');
  });
});
