import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../extension/connection-state.ts';
import { modelFor, type StatusInput, statusView } from '../../extension/status-text.ts';
import { statusTooltip } from '../../extension/status-tooltip.ts';
import type { ClassStatus, ModelStatus, Status, WireTaskClass } from '../../runtime/protocol.ts';

const demo: ModelStatus = { id: '/models/tiny.gguf', name: 'TinyCode', demo: true, state: 'ready' };
const idle = { running: 0, waiting: 0, finished: 0, kept: 0, decided: 0, superseded: 0, cancelled: 0, failed: 0 };
const completion: ClassStatus = { ...idle, class: 'completion', sla: { kind: 'ttft', targetMs: 500 } };
const translation: ClassStatus = { ...idle, class: 'translate', sla: { kind: 'e2e', targetMs: 20_000 } };

function status(over: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    pid: 4711,
    engineRestarts: 0,
    uptimeMs: 1_000,
    clients: 1,
    windowMs: 600_000,
    classes: [completion],
    models: [demo],
    ...over,
  };
}

function input(over: Partial<StatusInput> = {}): StatusInput {
  return {
    connection: { kind: 'connected' },
    status: status(),
    enabled: true,
    choices: { model: 'auto', models: {} },
    serving: {},
    accepted: 0,
    pausedMs: 0,
    light: { state: 'kept', isWarning: false },
    ...over,
  };
}

describe('status bar', () => {
  test('when promises were kept or broken, then it says the share on time over all classes, the p95 TTFT of completion and the model', () => {
    const classes: ClassStatus[] = [
      { ...completion, finished: 7, kept: 7, decided: 8, ttftMs: { p50: 40, p95: 118.4 } },
      { ...translation, finished: 2, kept: 2, decided: 2, ttftMs: { p50: 900, p95: 900 } },
    ];
    const view = statusView(input({ status: status({ classes }) }));
    expect(view.text).toBe('$(watch) 90% on time · 118 ms · demo');
    expect(view.label).toBe(
      'Punctual: promises are kept, 90% of tasks on time, first token within 118 ms for 95% of completions, demonstration model',
    );
    expect(view.warning).toBe(false);
  });

  test('when only a translation has finished, then its TTFT is not shown as completion’s', () => {
    const classes: ClassStatus[] = [
      completion,
      { ...translation, finished: 1, kept: 1, decided: 1, ttftMs: { p50: 9, p95: 9 } },
    ];
    expect(statusView(input({ status: status({ classes }) })).text).toBe('$(watch) 100% on time · demo');
  });

  test('when everything was late, then that is a figure and not a warning', () => {
    const classes = [{ ...completion, finished: 3, decided: 3 }];
    const view = statusView(input({ status: status({ classes }) }));
    expect([view.text, view.warning]).toEqual(['$(watch) 0% on time · demo', false]);
  });

  test.each<[ConnectionState, string, boolean]>([
    [{ kind: 'starting' }, '$(loading~spin) Punctual: starting', false],
    [{ kind: 'connecting' }, '$(loading~spin) Punctual: connecting', false],
    [{ kind: 'unavailable', failures: 1, message: 'gone' }, '$(loading~spin) Punctual: reconnecting', false],
    [{ kind: 'unavailable', failures: 3, message: 'gone' }, '$(warning) Punctual: no runtime', true],
    [{ kind: 'closed' }, 'Punctual', false],
  ])('when the connection is %j, then the text is %j', (connection, text, warning) => {
    const view = statusView(input({ connection, status: undefined }));
    expect([view.text, view.warning]).toEqual([text, warning]);
  });

  test('when the model is loading, then the percentage is shown', () => {
    const models: ModelStatus[] = [{ ...demo, state: 'loading', progress: 0.459 }];
    expect(statusView(input({ status: status({ models }) })).text).toBe('$(loading~spin) Punctual: loading 45%');
  });

  test('when the chosen model failed, then it warns and a click chooses another', () => {
    const failed: ModelStatus = { id: '/m/big.gguf', name: 'big', demo: false, state: 'failed', error: 'truncated' };
    const view = statusView(
      input({ status: status({ models: [demo, failed] }), choices: { model: '/m/./big.gguf', models: {} } }),
    );
    expect(view).toMatchObject({ text: '$(warning) Punctual: model failed', warning: true, action: 'models' });
  });

  test('when another window’s model failed, then this window does not warn', () => {
    const failed: ModelStatus = { id: '/m/big.gguf', name: 'big', demo: false, state: 'failed' };
    expect(
      statusView(input({ status: status({ models: [failed, demo] }), choices: { model: 'embedded', models: {} } }))
        .warning,
    ).toBe(false);
  });

  test('when completion is off here, then a click turns it on', () => {
    const view = statusView(input({ enabled: false }));
    expect(view).toMatchObject({ text: '$(circle-slash) Punctual: off', action: 'toggleCompletion' });
  });

  test('when nothing has been asked yet, then it is simply ready', () => {
    expect(statusView(input({ status: status({ models: [] }) })).text).toBe('$(watch) Punctual');
    expect(statusView(input({ status: undefined })).text).toBe('$(watch) Punctual');
  });
});

describe('what the light says', () => {
  const late = status({ classes: [{ ...completion, finished: 9, kept: 5, decided: 9 }] });

  test.each([
    ['kept', '$(watch) 56% on time · demo', 'promises are kept', 'dashboard'],
    ['atRisk', '$(history) 56% on time · demo', 'promises are at risk', 'dashboard'],
    ['broken', '$(warning) 56% on time · demo', 'promises are broken', 'diagnose'],
  ] as const)(
    'when it is %s, then icon, spoken words and click say so, without a colour',
    (state, text, words, action) => {
      const view = statusView(input({ status: late, light: { state, isWarning: false } }));
      expect(view).toMatchObject({ state, text, warning: false, action });
      expect(view.label).toContain(words);
      expect(statusTooltip(input({ status: late, light: { state, isWarning: false } }))).toMatch(
        `**Punctual**: ${words}.`,
      );
    },
  );

  test('when nothing was promised yet, or lately, then the tooltip says so and praises nothing', () => {
    const firstLine = (over: Partial<Status>): string | undefined =>
      statusTooltip(input({ status: status(over) })).split('\n')[0];
    expect(firstLine({})).toBe('**Punctual**: Nothing was promised yet.');
    expect(firstLine({ uptimeMs: 600_000 })).toBe('**Punctual**: Nothing was promised in the last 10 min.');
    const classes = [completion, { ...translation, running: 1 }];
    expect(firstLine({ classes })).toBe('**Punctual**: promises are kept. Of the last 10 min:');
  });

  test('when promises have broken for long enough, then it warns', () => {
    expect(statusView(input({ status: late, light: { state: 'broken', isWarning: true } })).warning).toBe(true);
  });

  test('when completion is paused, then the time left stands there in words, and a click resumes', () => {
    const view = statusView(input({ pausedMs: 12 * 60_000 - 1 }));
    expect(view).toMatchObject({
      state: 'paused',
      text: '$(debug-pause) Punctual: paused, 12 minutes left',
      action: 'resume',
    });
    expect(view.label).toBe('Punctual: completion is paused in this window, 12 minutes left');
    expect(statusTooltip(input({ pausedMs: 59_000 }))).toContain('paused in this window, one minute left');
  });

  test('when a promise follows from a measurement, then its row is marked and the mark explained', () => {
    const classes = [{ ...completion, automatic: { targetMs: 500, ordinaryMs: 210 } }];
    const text = statusTooltip(input({ status: status({ classes }) }));
    expect(text).toContain('| first token in 500 ms ¹ |');
    expect(text).toContain('measured on this machine');
    expect(statusTooltip(input())).not.toContain('¹');
  });
});

describe('tooltip', () => {
  test('when tasks ran, then there is one row per class with the measure its promise is made in', () => {
    const classes: ClassStatus[] = [
      {
        ...completion,
        finished: 42,
        kept: 41,
        decided: 42,
        running: 1,
        ttftMs: { p50: 80, p95: 120 },
        e2eMs: { p50: 1, p95: 2 },
      },
      {
        ...translation,
        finished: 1,
        kept: 1,
        decided: 1,
        waiting: 2,
        ttftMs: { p50: 1, p95: 2 },
        e2eMs: { p50: 3_100, p95: 3_100 },
      },
    ];
    const rows = statusTooltip(input({ status: status({ classes }) })).split('\n');
    expect(rows).toContain('| Completion | first token in 500 ms | 80 ms | 120 ms | 98% of 42 | 1 / 0 | TinyCode |');
    expect(rows).toContain('| Translation | complete in 20 s | 3.1 s | 3.1 s | 100% of 1 | 0 / 2 | TinyCode |');
  });

  test('when nothing has finished, then the cells are dashes and not zeros', () => {
    expect(statusTooltip(input())).toContain('| Completion | first token in 500 ms | – | – | – | 0 / 0 |');
  });

  test('when the model is the demonstration model, then the tooltip says what that means', () => {
    expect(statusTooltip(input())).toContain('only demonstrates how Punctual works');
  });

  test('when a model’s name holds Markdown, then it cannot make a link or a cell', () => {
    const models: ModelStatus[] = [{ ...demo, name: '[x](command:evil)|' }];
    expect(statusTooltip(input({ status: status({ models }) }))).toContain('\\[x\\]\\(command:evil\\)\\|');
  });

  test('when something of the environment could not be followed, then the tooltip says what', () => {
    const text = statusTooltip(input({ status: status({ problems: ['Power cannot be read.', 'So.'] }) }));
    expect(text.split('\n').slice(-4)).toEqual(['', 'Power cannot be read\\.', '', 'So\\.']);
  });

  test('when there is no runtime, then the cause stands there', () => {
    const connection: ConnectionState = { kind: 'unavailable', failures: 4, message: 'port taken' };
    expect(statusTooltip(input({ connection, status: undefined }))).toContain('port taken');
  });
});

describe('model in use', () => {
  const real: ModelStatus = { id: '/m/real.gguf', name: 'real', demo: false, state: 'unloaded' };
  const chosen = (model: string) => ({ model, models: {} });
  const used = (over: Partial<StatusInput>, name: WireTaskClass = 'completion') => modelFor(input(over), name);

  test('when the choice is automatic and nothing else was said, then the embedded one', () => {
    const models: ModelStatus[] = [
      { ...real, state: 'ready' },
      { ...demo, state: 'unloaded' },
    ];
    expect(used({ status: status({ models }) })?.id).toBe(demo.id);
  });

  test('when another window’s file failed before this one asked, then this window does not warn', () => {
    const models: ModelStatus[] = [{ ...real, state: 'failed' }];
    expect(statusView(input({ status: status({ models }) })).warning).toBe(false);
  });

  test('when a file is chosen that the runtime has not named yet, then none', () => {
    expect(used({ choices: chosen('/m/other.gguf') })).toBeUndefined();
  });

  test('when the embedded model is chosen, then never another', () => {
    const models: ModelStatus[] = [{ ...real, state: 'ready' }];
    expect(used({ status: status({ models }), choices: chosen('embedded') })).toBeUndefined();
  });

  test('when one kind of task has a model of its own, then that, and the others have the one for everything', () => {
    const choices = { model: 'embedded', models: { translate: '/m/real.gguf' } };
    const both = status({ models: [demo, real] });
    expect(used({ status: both, choices }, 'translate')?.name).toBe('real');
    expect(used({ status: both, choices }, 'summarize')?.name).toBe('TinyCode');
  });

  test('when the runtime has said which model does what, then that counts, however the status names it', () => {
    const serving = { completion: { ids: ['/m/real.gguf', 'real', 'Real 1B'], title: 'Real 1B' } };
    for (const name of [{ ...real }, { ...real, id: 'x' }, { ...real, id: 'x', name: 'Real 1B' }]) {
      expect(used({ status: status({ models: [demo, name] }), serving })).toBe(name);
    }
    expect(used({ status: status({ models: [demo] }), serving })).toBeUndefined();
  });
});

describe('several models', () => {
  const small: ModelStatus = { id: '/m/small.gguf', name: 'small', demo: false, state: 'ready', memoryBytes: 6e8 };
  const large: ModelStatus = { id: '/m/large.gguf', name: 'large', demo: false, state: 'loading', progress: 0.4 };
  const serving: StatusInput['serving'] = {
    completion: { ids: ['/m/small.gguf'], title: 'Small' },
    summarize: { ids: ['/m/later.gguf'], title: 'Later *1B*' },
    translate: { ids: ['/m/large.gguf'], title: 'Large' },
  };
  const summary: ClassStatus = { ...translation, class: 'summarize' };
  const both = (...models: ModelStatus[]) =>
    input({ status: status({ classes: [completion, summary, translation], models }), serving });

  test('when a model for other tasks is loading, then completion is ready and the load stands beside it', () => {
    const view = statusView(both(small, large));
    expect([view.text, view.warning]).toEqual(['$(watch) Punctual · small · $(loading~spin) 40%', false]);
    expect(view.label).toBe('Punctual: ready, model small, loading the model for translations 40%');
  });

  test('when the model of any task failed, then it is named', () => {
    const view = statusView(both(small, { ...large, state: 'failed' }));
    expect([view.warning, view.label]).toEqual([true, 'Punctual: the model large could not be loaded.']);
  });

  test('when the tooltip is shown, then each kind of task has its model and what that is doing', () => {
    const cells = statusTooltip(both(small, large))
      .split('\n')
      .filter((line) => line.endsWith(' |'))
      .map((line) => line.split(' | ').at(-1));
    expect(cells).toEqual(['Model |', 'small |', 'Later \\*1B\\* |', 'large, loading 40% |']);
  });

  test('when models are loaded, then each has a line with what it holds, and one that is not loaded has none', () => {
    const lines = statusTooltip(both(small, large, { ...demo, state: 'unloaded' })).split('\n');
    expect(lines.filter((line) => line.startsWith('- '))).toEqual(['- small, loaded, 600 MB', '- large, loading']);
    const speed = { prefillTokensPerSecond: 340.4, decodeTokensPerSecond: 9.51 };
    expect(statusTooltip(both({ ...small, speed }, large))).toContain(
      '- small, loaded, 600 MB, prefill 340, decode 9.5 tokens/s\n',
    );
    expect(statusTooltip(input({ status: status({ models: [] }) }))).toContain('No model is loaded.');
  });
});
