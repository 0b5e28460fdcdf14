import { describe, expect, test } from 'vitest';
import {
  actFor,
  otherCompleters,
  remoteKind,
  rowsOf,
  verdictOf,
  withoutRuntime,
} from '../../extension/diagnose-facts.ts';
import { remainingWords, wordsChangeAfterMs } from '../../extension/pause-text.ts';
import { calibratedSentence, promiseRows, updatesOf } from '../../extension/promises-text.ts';
import { settingsSnapshot } from '../../extension/settings-model.ts';
import { moved, moves } from '../../extension/settings-moves-model.ts';
import { cutAt } from '../../extension/walkthrough-trials.ts';
import type { Calibrated, Finding } from '../../runtime/protocol.ts';

const found: Calibrated = {
  ...{ class: 'completion', kind: 'ttft', model: 'Qwen', demo: false, targetMs: 500, automatic: false },
  ...{ canKeepMs: 180, p50Ms: 120, p95Ms: 150, samples: 20, how: 'Twenty were timed.' },
};

describe('a promise in the settings', () => {
  const said = (name: string, value: unknown) => settingsSnapshot((key) => (key === name ? value : undefined));

  test('when it is automatic or a number, then the runtime is told which', () => {
    expect(said('completion.targetMs', 'auto').wire.automatic).toEqual(['completion']);
    const { automatic, completion } = said('completion.targetMs', 180).wire;
    expect([automatic, completion.targetMs]).toEqual([[], 180]);
  });

  test('when it is another word, or the word stands elsewhere, then it is refused', () => {
    expect(said('completion.targetMs', 'Auto').rejected).toEqual(['completion.targetMs']);
    expect(said('completion.maxTokens', 'auto').rejected).toEqual(['completion.maxTokens']);
  });
});

describe('calibration', () => {
  test('when it can keep another promise, then before and after stand there, and what takes the number back', () => {
    const rows = promiseRows({ classes: [found], problems: [] });
    expect(rows.map(({ label, description, update }) => [label, description, update])).toEqual([
      ['Completion: first token within 180 ms', '500 ms → 180 ms', { key: 'completion.targetMs', value: 180 }],
      [
        'punctual.completion.targetMs: decide automatically',
        '500 ms → auto',
        { key: 'completion.targetMs', value: undefined },
      ],
    ]);
    expect(rows[0]?.detail).toBe('Twenty were timed.');
  });

  test('when the promise is automatic, then it says so, and nothing is to be taken back', () => {
    const rows = promiseRows({ classes: [{ ...found, automatic: true, targetMs: 180 }], problems: [] });
    expect(rows.map(({ description }) => description)).toEqual(['180 ms (automatic) → 180 ms']);
  });

  test('when that is promised already, or is no setting, then there is nothing to write', () => {
    expect(promiseRows({ classes: [{ ...found, targetMs: 180 }], problems: [] })).toHaveLength(1);
    expect(promiseRows({ classes: [{ ...found, class: 'generate' }], problems: [] })).toEqual([]);
  });

  test('when both rows of a setting are ticked, then it is written once', () => {
    expect(updatesOf(promiseRows({ classes: [found], problems: [] }))).toEqual([
      { key: 'completion.targetMs', value: undefined },
    ]);
  });

  test('when it is said in a sentence, then what can be kept comes first', () => {
    expect(calibratedSentence({ classes: [found], problems: [] })).toBe(
      'Your machine can keep 180 ms to the first token with Qwen.',
    );
    expect(calibratedSentence({ classes: [], problems: ['x'] })).toBeUndefined();
  });
});

describe('a pause in words', () => {
  test.each([
    [30 * 60_000, '30 minutes left', 60_000],
    [30 * 60_000 - 1, '30 minutes left', 59_999],
    [60_001, '2 minutes left', 1],
    [60_000, 'one minute left', 60_000],
    [1, 'one minute left', 1],
  ])('when %d ms are left, then %s, for %d ms', (ms, words, changesMs) => {
    expect([remainingWords(ms), wordsChangeAfterMs(ms)]).toEqual([words, changesMs]);
  });
});

describe('a setting that has moved', () => {
  const [move = expect.fail('there is a moved setting')] = moves;

  test('when the old one is usable, then it becomes a member of the new one, beside what stands there', () => {
    expect(moved(move, 45, undefined)).toEqual({ unloadAfterMinutes: 45 });
    expect(moved(move, 0, { pinned: ['a'] })).toEqual({ pinned: ['a'], unloadAfterMinutes: 0 });
  });

  test('when it is not usable, or the new one says something already, then nothing is moved', () => {
    for (const old of ['45', -1, 1e9, null]) expect(moved(move, old, undefined)).toBeUndefined();
    expect(moved(move, 45, { unloadAfterMinutes: 10 })).toBeUndefined();
  });
});

describe('the sample of a trial', () => {
  test('when it is cut, then the rest of that line is gone and the cursor stands there', () => {
    expect(cutAt('a\n  this.b = b;\nc\n', 'this.')).toEqual({ content: 'a\n  this.\nc\n', offset: 9 });
    expect(cutAt('this.b', 'this.')).toEqual({ content: 'this.', offset: 5 });
    expect(cutAt('abc', undefined)).toEqual({ content: 'abc', offset: 0 });
    expect(cutAt('abc', 'x').content).toBe('');
  });
});

describe('diagnosis in the editor', () => {
  const action = { title: 'Open the setting', remedy: 'openSetting', setting: 'punctual.enable' } as const;
  const findings: Finding[] = [
    { id: 'a', level: 'note', title: 'Off.', action },
    { id: 'b', level: 'ok', title: 'It runs.' },
  ];

  test('when something can be done, then it is a row that does it, and else none', () => {
    const act = { command: 'workbench.action.openSettings', argument: 'punctual.enable' };
    expect(rowsOf(findings)).toEqual([{ label: '$(info) Open the setting', detail: 'Off.', act }]);
    expect(actFor('calibrate', undefined)).toEqual({ command: 'punctual.calibrate' });
  });

  test('when it ends, then one sentence says how it looks', () => {
    expect(verdictOf([])).toBe('Punctual: everything is in order.');
    expect(verdictOf(findings)).toBe('Punctual: no problem was found; notes: 1.');
    expect(verdictOf([{ id: 'c', level: 'problem', title: 'x' }, ...findings])).toContain(
      'problems found: 1; notes: 1',
    );
  });

  test('when a remote is named by its host, then the host is not told', () => {
    const names = ['ssh-remote', 'dev-container+7b22', 'db.example.com', '127.0.0.1:42847', undefined];
    const kinds = ['ssh-remote', 'dev-container', 'another machine', 'another machine', undefined];
    expect(names.map(remoteKind)).toEqual(kinds);
  });

  test('when other extensions complete, then those are told from the rest, however they are spelled', () => {
    expect(otherCompleters(['ms-python.python', 'GitHub.copilot', 'Codeium.codeium'])).toEqual([
      'Codeium.codeium',
      'GitHub.copilot',
    ]);
  });

  test('when there is no runtime, then that is the finding, with its cause', () => {
    const result = withoutRuntime({ client: 'vscode', version: '1', protocol: 1 }, 'The port is taken.', []);
    expect(result.findings).toMatchObject([{ id: 'runtime', level: 'problem', detail: 'The port is taken.' }]);
    expect(result.markdown).toContain('The port is taken.');
  });

  test('when its cause names a file of the user, then the report does not say where that is', () => {
    const cause = 'It did not start (exit code 1). The whole log is in /home/user/.local/state/punctual/runtime.log.';
    const result = withoutRuntime({ client: 'vscode', version: '1', protocol: 1 }, cause, ['/home/user']);
    expect(JSON.stringify(result)).not.toMatch(/user|local/);
    expect(result.markdown).toContain('The whole log is in ~/…/runtime.log.');
  });
});
