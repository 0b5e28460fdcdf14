/** What follows from recorded machines: each finding is a function of facts, and each fact that is wrong is found. */
import { describe, expect, test } from 'vitest';
import type { Facts, ModelFacts } from '../../runtime/diagnose/facts.ts';
import { findingsOf } from '../../runtime/diagnose/findings.ts';
import type { FindingSaid as Finding } from '../../runtime/protocol.ts';
import { healthy, model } from './facts.ts';

const editor = healthy.client.editor ?? expect.fail('the healthy machine has an editor');
const [promise = expect.fail('the healthy machine promises something')] = healthy.promises;

const withModel = (over: Partial<ModelFacts>): Partial<Facts> => ({ models: [{ ...model, ...over }] });
const withEditor = (over: Partial<typeof editor>): Partial<Facts> => ({
  client: { ...healthy.client, editor: { ...editor, ...over } },
});
const withRuntime = (over: Partial<Facts['runtime']>): Partial<Facts> => ({ runtime: { ...healthy.runtime, ...over } });
const withEngine = (over: Partial<Facts['engine']>): Partial<Facts> => ({ engine: { ...healthy.engine, ...over } });
const withMachine = (over: Partial<Facts['machine']>): Partial<Facts> => ({ machine: { ...healthy.machine, ...over } });

function find(over: Partial<Facts>, id: string): Finding | undefined {
  return findingsOf({ ...healthy, ...over }).find((finding) => finding.id === id);
}

/** Level, some of the title, and what can be done. */
function check(over: Partial<Facts>, id: string, level: Finding['level'], words: RegExp, remedy?: string): void {
  const finding = find(over, id);
  expect(finding).toMatchObject({ level });
  expect(finding?.title).toMatch(words);
  expect(finding?.action?.remedy).toBe(remedy);
}

describe('a machine on which everything is in order', () => {
  test('when nothing is wrong, then nothing is noted, and nothing is to be done', () => {
    const findings = findingsOf(healthy);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings.filter(({ action }) => action !== undefined)).toEqual([]);
    expect(findings.map(({ title }) => title)).toContain(
      'Qwen2.5 Coder 1.5B (completion) answers: first token (p95 of 5) after 172 ms at 610 tokens of prompt, 31 tokens/s.',
    );
  });

  test('when findings are listed, then each has a word of its own, and problems come first', () => {
    const findings = findingsOf({ ...healthy, ...withModel({ isThere: false }), ...withEditor({ trusted: false }) });
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
    expect([...new Set(findings.map(({ level }) => level))]).toEqual(['problem', 'note', 'ok']);
  });

  test('when no editor asks, then nothing is said of one', () => {
    const { client, version, protocol } = healthy.client;
    const ids = findingsOf({ ...healthy, client: { client, version, protocol } }).map(({ id }) => id);
    expect(ids).not.toContain('editor');
    expect(ids).not.toContain('here');
  });
});

describe('the runtime', () => {
  test('when it speaks another protocol, then it is to be restarted', () => {
    check(withRuntime({ protocol: 2 }), 'runtime', 'problem', /protocol 2, and vscode protocol 1/, 'restartRuntime');
  });

  test('when it is of another version, then that is a note', () => {
    check(
      withRuntime({ version: '0.0.9' }),
      'runtime',
      'note',
      /version 0\.0\.9, and vscode of 0\.1\.0/,
      'restartRuntime',
    );
  });

  test('when the C library is musl, then that is a problem', () => {
    check(withRuntime({ cLibrary: { kind: 'musl' } }), 'c-library', 'problem', /musl/);
    check(withRuntime({ platform: 'win32', cLibrary: { kind: 'none' } }), 'c-library', 'ok', /win32/);
  });

  test('when something of the environment could not be followed, then it stands there', () => {
    check(withRuntime({ problems: ["PUNCTUAL_GPU is 'x'."] }), 'environment-1', 'note', /PUNCTUAL_GPU/);
  });
});

describe('the engine', () => {
  test('when it does not run, then the log says why', () => {
    check(withEngine({ isRunning: false }), 'engine', 'problem', /\(llama\.cpp v0\.4\.0.*\) does not run/, 'showLog');
  });

  test('when no model was tried, then nothing is known of it, and that is no problem', () => {
    check({ ...withEngine({ isRunning: false }), models: [] }, 'engine', 'note', /has not begun/);
  });

  test('when it was lost before, then that is a note', () => {
    check(withEngine({ restarts: 1 }), 'engine', 'note', /lost once/, 'showLog');
    check(withEngine({ restarts: 3 }), 'engine', 'note', /lost 3 times/, 'showLog');
  });

  test('when a card computes, then it is named by its backend', () => {
    const devices = [{ totalBytes: 24e9, freeBytes: 20e9 }];
    check(withEngine({ backend: 'vulkan', devices }), 'graphics', 'ok', /vulkan on one graphics card/);
    const { backend: _, ...untold } = healthy.engine;
    check({ engine: untold }, 'graphics', 'note', /has not told/);
  });

  test('when a Mac with Metal computes on its processor, then that is a note', () => {
    check(withRuntime({ platform: 'darwin', arch: 'arm64' }), 'graphics', 'note', /Metal/);
  });
});

describe('models', () => {
  test('when no model serves a class, then what to do is said in its own words', () => {
    const unserved = [{ class: 'translate', message: 'Choose one.' } as const];
    check({ unserved }, 'model-translate', 'problem', /No model serves translations/, 'models');
    expect(find({ unserved }, 'model-translate')?.detail).toBe('Choose one.');
    const all = (['completion', 'summarize', 'translate'] as const).map((name) => ({
      class: name,
      message: 'No such model.',
    }));
    check(
      { unserved: all },
      'model-completion-summarize-translate',
      'problem',
      /completion, summaries and translations/,
      'models',
    );
  });

  test('when its file is gone, does not fit, or does not load, then another is to be chosen', () => {
    check(withModel({ isThere: false, error: 'gone' }), 'model-completion', 'problem', /is gone or cannot/, 'models');
    const tight = withModel({ fits: false, error: 'x', fit: 'It needs 9 GB.', smaller: 'Small' });
    check(tight, 'model-completion', 'problem', /does not fit/, 'models');
    expect(find(tight, 'model-completion')?.detail).toBe('It needs 9 GB. Small would fit.');
    check(withModel({ error: 'truncated' }), 'model-completion', 'problem', /did not answer/, 'models');
  });

  test('when it is the demonstration model, then a real one is offered', () => {
    check(withModel({ demo: true }), 'model-completion', 'note', /demonstration model/, 'models');
  });

  test('when only its first download vouches for its file, then that is said', () => {
    check(withModel({ verified: false }), 'model-completion', 'ok', /first download/);
  });

  test('when it was loaded for the probe, then how long that took is said', () => {
    check(withModel({ loadMs: 2_300, wasLoaded: false }), 'model-completion', 'ok', /loaded in 2\.3 s/);
  });
});

describe('promises', () => {
  const promised = (over: Partial<typeof promise>): Partial<Facts> => ({ promises: [{ ...promise, ...over }] });

  test('when the timed completions would have broken it, then it is to be calibrated', () => {
    check(promised({ targetMs: 100 }), 'promise-completion', 'problem', /within 100 ms.*took 172 ms/, 'calibrate');
  });

  test('when it is a whole answer, then measured costs say whether it is kept', () => {
    const summary = { class: 'summarize', kind: 'e2e', targetMs: 5_000, ordinaryMs: 8_000 } as const;
    const facts = { ...promised(summary), ...withModel({ classes: ['summarize'] }) };
    check(facts, 'promise-summarize', 'problem', /Summaries: the whole answer.*5\.0 s.*8\.0 s/, 'calibrate');
  });

  test('when nothing was measured, then nothing is said', () => {
    const { timed: _, ...untimed } = model;
    expect(find({ models: [untimed] }, 'promise-completion')).toBeUndefined();
  });

  test('when many of the user’s own tasks were late, then that is a note, and a few are none', () => {
    check(
      promised({ kept: 60, decided: 100 }),
      'late-completion',
      'note',
      /Of the last 100 .* 40 were late/,
      'calibrate',
    );
    expect(find(promised({ kept: 0, decided: 9 }), 'late-completion')).toBeUndefined();
  });
});

describe('the machine', () => {
  test('when models may take too little, then the setting is named', () => {
    check(withMachine({ budgetBytes: 1e8 }), 'memory', 'problem', /100 MB/, 'openSetting');
  });

  test('when others need the memory, or the machine runs on battery, then that is a note', () => {
    check(withMachine({ pressure: 'high' }), 'pressure', 'note', /high/);
    check(withMachine({ power: 'battery' }), 'power', 'note', /battery/);
  });

  test('when the disk is full, or the folder cannot be used, then that is said', () => {
    check({ disk: { freeBytes: 5e8 } }, 'disk', 'note', /500 MB/, 'models');
    for (const freeBytes of [0, 99e6]) {
      check({ disk: { freeBytes } }, 'disk', 'problem', /^Nearly nothing is free .* \(\d+ MB\)\.$/, 'models');
      expect(find({ disk: { freeBytes } }, 'disk')?.action?.shell).toBe('punctual models remove NAME');
    }
    check({ disk: { freeBytes: 100e6 } }, 'disk', 'note', /100 MB/, 'models');
    check({ disk: {} }, 'disk', 'note', /not known/);
    check({ disk: { problem: 'It is read-only.' } }, 'disk', 'problem', /cannot be used/);
  });
});

describe('the editor', () => {
  test('when it shows no ghost text of anybody, then that is the problem', () => {
    check(withEditor({ inlineSuggest: false }), 'inline-suggest', 'problem', /inlineSuggest/, 'openSetting');
  });

  test('when completion is off, paused or restrained here, then each is a note', () => {
    check(withEditor({ enabled: false }), 'enable', 'note', /off in typescript files/, 'openSetting');
    check(withEditor({ paused: true }), 'paused', 'note', /paused/, 'resume');
    check(withEditor({ here: { automatic: false, message: 'By hand only.' } }), 'here', 'note', /By hand only/);
    check(withEditor({ trusted: false }), 'trust', 'note', /not trusted/, 'manageTrust');
  });

  test('when others complete too, then they are named', () => {
    const over = withEditor({ others: ['GitHub.copilot', 'Continue.continue'] });
    check(over, 'others', 'note', /GitHub\.copilot and Continue\.continue/, 'manageExtensions');
  });
});
