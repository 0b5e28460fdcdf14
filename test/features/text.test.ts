import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../../runtime/core/sentence.ts';
import { FeatureError } from '../../runtime/features/errors.ts';
import { FenceFilter } from '../../runtime/features/fence.ts';
import { endsInLoop } from '../../runtime/features/repetition.ts';
import { SummarizeFeature, type TextRequest, TranslateFeature } from '../../runtime/features/text.ts';
import { ScriptedTasks, settings } from './fakes.ts';
import { kitOf } from './text-kit.ts';

const never = new AbortController().signal;

function request(text: string, overrides: Partial<TextRequest> = {}): TextRequest {
  return {
    document: TextDocument.create('file:///a.py', 'python', 1, text),
    settings,
    receivedMs: 1_000,
    ...overrides,
  };
}

function summarize(tasks: ScriptedTasks, asked: TextRequest, signal = never) {
  const pieces: string[] = [];
  const notes: string[] = [];
  const listener = { onText: (piece: string) => pieces.push(piece), onNote: (note: Words) => notes.push(String(note)) };
  return { pieces, notes, result: new SummarizeFeature(kitOf(tasks)).run(asked, listener, signal) };
}

describe('a summary', () => {
  it('when the model answers, then the pieces make up the result and the promise is told', async () => {
    const tasks = new ScriptedTasks(() => ({ pieces: ['\n', ' Adds', ' two numbers.'] }));
    const { pieces, result } = summarize(tasks, request('def add(a, b):\n    return a + b\n'));
    expect(await result).toMatchObject({
      text: 'Adds two numbers.',
      model: 'Demo',
      demo: true,
      targetMs: 10_000,
      kept: true,
      end: 'stop',
    });
    expect(pieces.join('')).toBe('Adds two numbers.');
    expect(tasks.specs[0]).toMatchObject({ class: 'summarize', sla: { kind: 'e2e', targetMs: 10_000 } });
    expect(tasks.specs[0]?.prompt).toEqual({
      kind: 'chat',
      user: 'Summarize this code:\n\n```python\ndef add(a, b):\n    return a + b\n\n```',
    });
  });

  it('when a part is selected, then only that part is sent; when the selection is empty, the whole file is', async () => {
    const tasks = new ScriptedTasks(() => ({ pieces: ['x'] }));
    const at = (line: number) => ({ line, character: 0 });
    await summarize(tasks, request('a = 1\nb = 2\n', { range: { start: at(1), end: at(2) } })).result;
    await summarize(tasks, request('a = 1\nb = 2\n', { range: { start: at(1), end: at(1) } })).result;
    const sent = tasks.specs.map(({ prompt }) => (prompt.kind === 'chat' ? prompt.user : ''));
    expect(sent[0]).not.toContain('a = 1');
    expect(sent[1]).toContain('a = 1');
  });

  it('when the file does not fit, then all of it is sent in parts, and then what they say', async () => {
    const code = Array.from({ length: 3_000 }, (_, index) => `value${index} = 1\n`).join('');
    const tasks = new ScriptedTasks(({ prompt }) => ({
      pieces: [prompt.kind === 'chat' && prompt.user.startsWith('These are summaries') ? 'All in all.' : 'A part.'],
    }));
    const { pieces, result } = summarize(tasks, request(code, { targetMs: 600_000 }));
    expect(await result).toMatchObject({ text: 'All in all.', end: 'stop' });
    expect(pieces.join('')).toBe('All in all.');
    const sent = tasks.specs.map(({ prompt }) => (prompt.kind === 'chat' ? prompt.user : ''));
    const parts = sent.filter((prompt) => prompt.includes('```python'));
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.map((prompt) => /```python\n([\s\S]*)\n```/.exec(prompt)?.[1] ?? '').join('')).toBe(code);
    expect(sent.at(-1)).toMatch(/- lines 1–\d+: A part\.\n- lines \d+–\d+: A part\./);
  });

  it('when the engine finds the prompt too long, then it is sent in parts, to a bound, and then it says so', async () => {
    const error = { code: 'promptTooLong', message: 'too long', promptTokens: 1_000, promptTokensMax: 500 } as const;
    const tasks = new ScriptedTasks((_, attempt) =>
      attempt === 1 ? { outcome: { kind: 'failed', error } } : { pieces: ['x'] },
    );
    await summarize(tasks, request('value = 1\n'.repeat(300))).result;
    const lengths = tasks.specs.map(({ prompt }) => (prompt.kind === 'chat' ? prompt.user.length : 0));
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths.slice(1))).toBeLessThan((lengths[0] ?? 0) * 0.6);
    const hopeless = new ScriptedTasks(() => ({ outcome: { kind: 'failed', error } }));
    await expect(summarize(hopeless, request('value = 1\n'.repeat(300))).result).rejects.toThrow('too long');
    expect(hopeless.specs.length).toBeLessThan(20);
  });

  it('when it gives way to others, then a sentence says so before the text, and the result says it again', async () => {
    const tasks = new ScriptedTasks(() => ({ notes: [{ reason: 'relegated' }], pieces: ['x'] }));
    const { notes, result } = summarize(tasks, request('a = 1'));
    expect(await result).toMatchObject({ model: 'Demo', relegated: true });
    expect(notes).toEqual(['It cannot be done by its time any more: it goes on in what time others leave.']);
  });

  it('when another model answers, then a sentence says which, and the result names both', async () => {
    const tasks = new ScriptedTasks(() => ({ notes: [{ reason: 'substituted', by: 'q' }], pieces: ['x'] }));
    const { notes, result } = summarize(tasks, request('a = 1'));
    expect(await result).toMatchObject({ model: 'The q', demo: false, insteadOf: 'Demo' });
    expect(notes).toEqual(['The q answers, as Demo would have come too late.']);
  });

  it('when nothing of that happened, then the result does not speak of it', async () => {
    const { notes, result } = summarize(new ScriptedTasks(() => ({ pieces: ['x'] })), request('a = 1'));
    expect(await result).not.toHaveProperty('relegated');
    expect(await result).not.toHaveProperty('insteadOf');
    expect(notes).toEqual([]);
  });

  it('when a shorter prompt meets what the first one met, then it is told once', async () => {
    const error = { code: 'promptTooLong', message: 'too long', promptTokens: 1_000, promptTokensMax: 500 } as const;
    const notes = [{ reason: 'substituted', by: 'q' }, { reason: 'relegated' }] as const;
    const tasks = new ScriptedTasks((_, attempt) =>
      attempt === 1 ? { notes, outcome: { kind: 'failed', error } } : { notes, pieces: ['x'] },
    );
    const asked = summarize(tasks, request('value = 1\n'.repeat(300), { targetMs: 600_000 }));
    expect(await asked.result).toMatchObject({ model: 'The q', relegated: true });
    expect(tasks.specs.length).toBeGreaterThan(2);
    expect(asked.notes).toHaveLength(2);
  });

  it('when it was cancelled before it came to the model, then nothing runs on for nobody', async () => {
    const tasks = new ScriptedTasks(() => ({ hangs: true }));
    await expect(summarize(tasks, request('a = 1'), AbortSignal.abort(new Error('left'))).result).rejects.toThrow(
      'left',
    );
    expect(tasks.cancelled).toEqual(tasks.specs.map((_, index) => `t${index + 1}`));
  });

  it('when the model repeats itself, then it is stopped and the result says so', async () => {
    const tasks = new ScriptedTasks(() => ({ pieces: Array.from({ length: 50 }, () => 'and so on ') }));
    const { pieces, result } = summarize(tasks, request('a = 1'));
    expect(await result).toMatchObject({ end: 'repetition', text: pieces.join('') });
    expect(pieces.length).toBeLessThan(20);
    // Finished and not cancelled: its user has an answer, so its promise counts.
    expect([tasks.finished, tasks.cancelled]).toEqual([['t1'], []]);
  });

  it('when it is cancelled, then the task is and the request rejects with the reason', async () => {
    let submitted: () => void = () => undefined;
    const isSubmitted = new Promise<void>((resolve) => {
      submitted = resolve;
    });
    const tasks = new ScriptedTasks(() => {
      submitted();
      return { hangs: true };
    });
    const abort = new AbortController();
    const { result } = summarize(tasks, request('a = 1'), abort.signal);
    await isSubmitted;
    abort.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect(tasks.cancelled).toEqual(['t1']);
  });

  it.each([
    ['empty', ' \n ', 'empty'],
    ['of 5 MB', 'a = 1\n'.repeat(900_000), 'tooLarge'],
    ['one line of 1 MB', 'a'.repeat(1_000_000), 'tooLarge'],
    ['null bytes', 'a\0b', 'binary'],
  ])('when the file is %s, then one sentence says what to do', async (_, text, code) => {
    const tasks = new ScriptedTasks(() => ({ pieces: ['x'] }));
    const error = await summarize(tasks, request(text)).result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FeatureError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\. (Select|Open) .+\.$|: .+\. Select .+\.$/) });
    expect(tasks.specs).toEqual([]);
  });
});

describe('a long summary whose time runs out', () => {
  const code = 'value = 1\n'.repeat(3_000);

  it('when there is too little for all of it, then its parts stand by themselves, shorter, and notes say so', async () => {
    const tasks = new ScriptedTasks(() => ({ pieces: ['A part.'] }));
    const { notes, result } = summarize(tasks, request(code, { targetMs: 50 }));
    const { text, notes: told } = await result;
    expect(text).toMatch(/^- lines 1–\d+: A part\.\n- lines \d+–\d+: A part\./);
    expect(told).toEqual([
      'The parts are summarized more briefly, as time runs out.',
      'Each part is summarized by itself, and not the whole, as time runs out.',
    ]);
    expect(notes).toEqual(told);
    expect(
      tasks.specs.every(({ prompt }) => prompt.kind === 'chat' && prompt.user.includes('one or two sentences')),
    ).toBe(true);
  });
});

describe('a translation', () => {
  it('when the model wraps the code in a fence, then the code alone comes out', async () => {
    const tasks = new ScriptedTasks(() => ({ pieces: ['``', '`type', 'script\nlet a', ' = 1;\nlet b = 2;'] }));
    const pieces: string[] = [];
    const result = await new TranslateFeature(kitOf(tasks)).run(
      { ...request('a = 1'), to: 'typescript' },
      { onText: (piece) => pieces.push(piece), onNote: (note) => expect.unreachable(String(note)) },
      never,
    );
    expect(result.text).toBe('let a = 1;\nlet b = 2;');
    expect(pieces.join('')).toBe(result.text);
    const [spec] = tasks.specs;
    expect(spec?.limits.stop).toEqual(['\n```']);
    expect(spec?.prompt.kind === 'chat' && spec.prompt.user).toMatch(/^Translate this Python code to TypeScript\./);
  });
});

describe('the fence filter', () => {
  const through = (pieces: readonly string[]): string => {
    const filter = new FenceFilter();
    return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
  };

  it.each([
    [['no fence', ' at all'], 'no fence at all'],
    [['``'], '``'],
    [['```'], ''],
    [['\n```js\na'], 'a'],
    [['`a` is code'], '`a` is code'],
  ])('when the pieces are %j, then %j comes out', (pieces, text) => {
    expect(through(pieces)).toBe(text);
  });

  it('when an answer is cut into pieces anywhere, then the same text comes out', () => {
    const answer = '```python\ndef f():\n    return "```"\n';
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), answer.length];
        const pieces = places.slice(1).map((end, index) => answer.slice(places[index], end));
        expect(through(pieces)).toBe('def f():\n    return "```"\n');
      }),
    );
  });
});

describe('a loop', () => {
  it('when text ends in one, then it is seen; when it only looks like one, then not', () => {
    expect(endsInLoop('x = 1\n'.repeat(20))).toBe(true);
    expect(endsInLoop('a'.repeat(80))).toBe(true);
    expect(endsInLoop('# --------------------')).toBe(false);
    expect(endsInLoop('case 1:\n  return 1;\ncase 2:\n  return 2;\ncase 3:\n  return 3;\n')).toBe(false);
  });
});
