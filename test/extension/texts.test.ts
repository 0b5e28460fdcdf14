import { describe, expect, test } from 'vitest';
import { retryDelayMs } from '../../extension/connection-state.ts';
import { escapeMarkdown, formatBytes, formatDuration, formatShare } from '../../extension/format.ts';
import { type HereInput, hereView } from '../../extension/here-text.ts';
import {
  endSentence,
  failureSentence,
  isCancellation,
  isForeseen,
  isNotAllowed,
  isReplaced,
  UserError,
} from '../../extension/messages.ts';
import { summaryMarkdown } from '../../extension/summary-text.ts';
import { isTarget, targetsFor } from '../../extension/targets.ts';
import { errorCodes, replacedCode, type TextResult } from '../../runtime/protocol.ts';

const result: TextResult = {
  text: 'x',
  model: 'Qwen',
  demo: false,
  targetMs: 20_000,
  ttftMs: 400,
  e2eMs: 3_100,
  kept: true,
  end: 'stop',
};

describe('format', () => {
  test.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [3_140, '3.1 s'],
    [20_000, '20 s'],
    [59_960, '1 min'],
    [150_000, '2.5 min'],
  ])('when a duration is %d ms, then it reads %j', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test.each([
    [999, 1000, '99%'],
    [1000, 1000, '100%'],
    [1, 1000, '1%'],
    [0, 5, '0%'],
  ])('when %d of %d are kept, then it reads %j', (kept, all, text) => expect(formatShare(kept, all)).toBe(text));

  test('when bytes are shown, then units fit', () => {
    expect([formatBytes(4_500_000), formatBytes(1_640_000_000)]).toEqual(['5 MB', '1.6 GB']);
  });

  test('when text from elsewhere has several lines, then it stays in its line', () => {
    expect(escapeMarkdown('a\nb*c')).toBe('a b\\*c');
  });
});

describe('end of an answer', () => {
  test('when the promise was kept, then both times are said', () => {
    expect(endSentence('Translated to Rust', { ...result, demo: true })).toBe(
      'Translated to Rust in 3.1 s, promised 20 s; demonstration model.',
    );
  });

  test('when it was late, then by how much', () => {
    expect(endSentence('Summarized', { ...result, e2eMs: 26_000, kept: false })).toBe(
      'Summarized in 26 s, 6 s later than the promised 20 s; Qwen.',
    );
  });

  test('when its first token was promised, then that is what is said', () => {
    expect(endSentence('Generated', { ...result, sla: 'ttft', ttftMs: 310, targetMs: 2_000 })).toBe(
      'Generated, first token after 310 ms, promised 2 s; Qwen.',
    );
  });

  test('when the answer is not whole, then each reason is said', () => {
    const cut = endSentence('Summarized', { ...result, end: 'length', truncated: { lines: 80, of: 200 } });
    expect(cut).toContain('Only the first 80 of 200 lines');
    expect(cut).toContain('token limit');
    expect(endSentence('Summarized', { ...result, end: 'repetition' })).toContain('repeated itself');
  });

  test('when another model answered than the one that was chosen, then both are named', () => {
    expect(endSentence('Summarized', { ...result, insteadOf: 'Large' })).toBe(
      'Summarized in 3.1 s, promised 20 s; Qwen. This model answered instead of Large, which would have come too late.',
    );
  });

  test('when the answer gave way to others, then that is said only if it was late for it', () => {
    const late = endSentence('Summarized', { ...result, relegated: true, kept: false, e2eMs: 26_000 });
    expect(late).toContain('It gave way to other tasks');
    expect(endSentence('Summarized', { ...result, relegated: true })).not.toContain('gave way');
  });
});

describe('failure of a command', () => {
  const wire = (code: number, message: string) => Object.assign(new Error(message), { code });

  test('when the runtime has a sentence, then that sentence and nothing else', () => {
    expect(failureSentence(wire(errorCodes.empty, 'There is nothing to summarize: select some code.'))).toBe(
      'There is nothing to summarize: select some code.',
    );
  });

  test('when the message has a stack, then only its first line is shown', () => {
    expect(failureSentence(wire(errorCodes.taskFailed, 'The engine ended.\n    at foo (bar.ts:1)'))).toBe(
      'The engine ended.',
    );
  });

  test.each([-32_097, -32_096, errorCodes.shuttingDown])(
    'when the runtime is gone (%d), then what to do is said',
    (code) => {
      expect(failureSentence(wire(code, 'Pending response rejected since connection got disposed'))).toContain(
        'run the command once more',
      );
    },
  );

  test('when nobody foresaw the error, then the log is named', () => {
    expect(failureSentence(new TypeError('x is undefined'))).toContain('Punctual: Show Log');
    expect(failureSentence('')).toContain('no reason given');
  });

  test('when the extension has a sentence of its own, then that', () => {
    expect(failureSentence(new UserError('Open a file.'))).toBe('Open a file.');
  });

  test('when the sentence says it all, then the log needs no stack', () => {
    const errors = [new UserError('x'), wire(errorCodes.empty, 'x'), wire(-32_097, 'x'), new TypeError('x'), 'x'];
    expect(errors.map(isForeseen)).toEqual([true, true, true, false, false]);
  });

  test('when a hub refuses a download, then that is told from every other refusal', () => {
    const refused = (code: string) => Object.assign(wire(errorCodes.models, 'x'), { data: { code } });
    expect(
      [refused('not-allowed'), refused('not-found'), wire(errorCodes.models, 'x'), undefined].map(isNotAllowed),
    ).toEqual([true, false, false, false]);
    expect([refused(replacedCode), refused('checksum'), undefined].map(isReplaced)).toEqual([true, false, false]);
  });

  test('when a request was cancelled, then that is told from a failure', () => {
    expect([isCancellation(wire(-32_800, 'x')), isCancellation(wire(-32_603, 'x')), isCancellation(undefined)]).toEqual(
      [true, false, false],
    );
  });
});

describe('why completion is on or off here', () => {
  const on: HereInput = {
    enabled: true,
    languageId: 'python',
    tooLarge: false,
    pausedMs: 0,
    connection: 'connected',
    modelError: undefined,
    eligibility: { automatic: true, reason: 'answered', message: 'Ready.' },
  };
  const demoModel = { automatic: false, reason: 'demoModel', message: 'Choose a model.' } as const;
  const noModel = { automatic: false, reason: 'modelUnavailable', message: 'No such file.' } as const;

  test.each<[string, HereInput, string, string, boolean]>([
    ['nothing stands against it', on, 'Punctual: on', 'toggleCompletion', false],
    ['it is paused', { ...on, enabled: false, pausedMs: 60_000 }, 'Punctual: paused', 'resume', false],
    ['a setting does', { ...on, enabled: false, connection: 'starting' }, 'Punctual: off', 'toggleCompletion', false],
    ['the file is too large', { ...on, tooLarge: true }, 'Punctual: off', 'toggleCompletion', false],
    ['the runtime starts', { ...on, connection: 'starting' }, 'Punctual: starting', 'showLog', false],
    ['there is no runtime', { ...on, connection: 'unavailable' }, 'Punctual: off', 'showLog', true],
    ['the runtime has not said', { ...on, eligibility: undefined }, 'Punctual', 'toggleCompletion', false],
    ['there is only the demo model', { ...on, eligibility: demoModel }, 'Punctual: by hand only', 'models', false],
    ['the model does not load', { ...on, modelError: 'truncated' }, 'Punctual: off', 'models', true],
    ['the model is missing', { ...on, eligibility: noModel }, 'Punctual: off', 'models', true],
  ])('when %s, then the item says so', (_case, input, text, command, warning) => {
    const view = hereView(input);
    expect([view.text, view.action.command, view.warning]).toEqual([text, command, warning]);
  });
});

describe('summary document', () => {
  test('when it is being written by the demonstration model, then it is labelled and shows that more comes', () => {
    expect(summaryMarkdown({ source: 'a_b.ts', demo: true, body: 'Adds' })).toBe(
      '# Summary of a_b.ts\n\n> Written by the demonstration model: it shows how Punctual works, not what your code does.\n\nAdds\n\n…\n',
    );
  });

  test('when another model wrote it than the one that was chosen, then that stands above the text', () => {
    expect(summaryMarkdown({ source: 'a', demo: false, standIn: 'Small', body: 'Adds.', footer: 'Done' })).toBe(
      '# Summary of a\n\n> Written by Small, not by the model that was chosen.\n\nAdds.\n\n---\n\nDone\n',
    );
  });

  test('when it has ended, then the end stands below the text', () => {
    expect(summaryMarkdown({ source: 'a', demo: false, body: 'Adds.\n', footer: 'Done' })).toBe(
      '# Summary of a\n\nAdds.\n\n---\n\nDone\n',
    );
  });
});

describe('target languages', () => {
  test('when the source is TypeScript JSX, then TypeScript is not offered', () => {
    const ids = targetsFor('typescriptreact').map(({ id }) => id);
    expect(ids).not.toContain('typescript');
    expect(ids).toContain('javascript');
  });

  test('when the source’s language is unknown, then all are offered, by name', () => {
    const names = targetsFor('plaintext').map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['C', 'C#', 'C++']);
    expect(names).toHaveLength(13);
  });

  test('when a name is inherited by every object, then it is no language', () => {
    expect([isTarget('rust'), isTarget('toString'), isTarget(3)]).toEqual([true, false, false]);
  });
});

describe('reconnecting', () => {
  test('when failures follow each other, then the delay doubles up to a minute', () => {
    expect([1, 2, 3, 9, 50].map(retryDelayMs)).toEqual([250, 500, 1_000, 60_000, 60_000]);
  });
});
