import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CompletionFeature, type CompletionRequest } from '../../runtime/features/completion/index.ts';
import { documentCharsMax } from '../../runtime/protocol.ts';
import { chosenSettings, models, type Script, ScriptedTasks, settings } from './fakes.ts';

/** The cursor is marked by `|` in the text. */
function request(marked: string, overrides: Partial<CompletionRequest> = {}): CompletionRequest {
  const offset = marked.indexOf('|');
  const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, marked.replace('|', ''));
  return {
    document,
    position: document.positionAt(offset),
    invoked: false,
    settings: chosenSettings,
    client: 'w1',
    receivedMs: 1_000,
    ...overrides,
  };
}

function feature(answer: Script | ((attempt: number) => Script)) {
  const tasks = new ScriptedTasks((_, attempt) => (typeof answer === 'function' ? answer(attempt) : answer));
  return { tasks, completion: new CompletionFeature(tasks, models, ['/samples']) };
}

const never = new AbortController().signal;

describe('a completion', () => {
  it('when the model answers, then the answer is a suggestion at the cursor with its promise', async () => {
    const { tasks, completion } = feature({ pieces: ['0', ';'] });
    const result = await completion.complete(request('let total =|\nreturn'), never);
    expect(result.items).toEqual([
      { insertText: '0;', range: { start: { line: 0, character: 11 }, end: { line: 0, character: 11 } } },
    ]);
    expect(result.punctual).toMatchObject({ reason: 'answered', model: 'Demo', ttftMs: 5, kept: true });
    expect(result.punctual).not.toHaveProperty('insteadOf');
    expect(tasks.specs[0]).toMatchObject({
      class: 'completion',
      sla: { kind: 'ttft', targetMs: 500 },
      arrivalMs: 1_000,
      prompt: { kind: 'infill', prefix: '', suffix: '\nreturn', typed: 'let total =', heals: true },
      supersedeKey: 'w1 file:///project/a.ts',
    });
  });

  it('when another model answered, then the trace names that one, and the one that was chosen', async () => {
    const { completion } = feature({ notes: [{ reason: 'substituted', by: 'q' }], pieces: ['0;'] });
    const { punctual } = await completion.complete(request('let total =|'), never);
    expect(punctual).toMatchObject({ reason: 'answered', model: 'The q', insteadOf: 'Demo' });
  });

  it('when many lines stand before the current one, then they are the prefix, but for the last ones', async () => {
    const { tasks, completion } = feature({ pieces: ['0;'] });
    const line = 'const a = 1;\n';
    await completion.complete(request(`${line.repeat(9)}let tot|\nreturn`), never);
    const typed = `${line.repeat(6)}let tot`;
    const prompt = { kind: 'infill', prefix: line.repeat(3), suffix: '\nreturn', typed, heals: true };
    expect(tasks.specs[0]?.prompt).toEqual(prompt);
  });

  it('when lines end in CRLF, then the model sees plain line ends and the place is right', async () => {
    const { tasks, completion } = feature({ pieces: ['1'] });
    const result = await completion.complete(request('a\r\nb =|\r\nc\r\n'), never);
    expect(tasks.specs[0]?.prompt).toMatchObject({ prefix: '', typed: 'a\nb =', suffix: '\nc\n' });
    expect(result.items[0]?.range?.start).toEqual({ line: 1, character: 3 });
  });

  it('when the cursor lies inside a surrogate pair, then no half character reaches the model', async () => {
    const { tasks, completion } = feature({ pieces: ['x'] });
    const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, "let s = '😀';");
    await completion.complete(request('|', { document, position: { line: 0, character: 10 } }), never);
    const prompt = tasks.specs[0]?.prompt;
    expect(prompt).toMatchObject({ prefix: '', typed: "let s = '", suffix: "😀';" });
  });

  it('when an entry of the suggestion list is selected, then the completion continues it', async () => {
    const { tasks, completion } = feature({ pieces: ['(x);'] });
    const range = { start: { line: 0, character: 8 }, end: { line: 0, character: 10 } };
    const result = await completion.complete(request('console.lo|', { selected: { range, text: 'log' } }), never);
    expect(tasks.specs[0]?.prompt).toMatchObject({ typed: 'console.log' });
    expect(result.items).toEqual([{ insertText: 'log(x);', range }]);
  });

  it('when the prompt is too long for the model, then it is asked again with less, to a bound', async () => {
    const error = { code: 'promptTooLong', message: 'too long', promptTokens: 1_000, promptTokensMax: 500 } as const;
    const { tasks, completion } = feature((attempt) =>
      attempt === 1 ? { outcome: { kind: 'failed', error } } : { pieces: ['1'] },
    );
    const result = await completion.complete(request(`${'let a = 1;\n'.repeat(400)}b =|`), never);
    expect(result.items[0]?.insertText).toBe('1');
    const lengths = tasks.specs.map(({ prompt }) => (prompt.kind === 'infill' ? prompt.prefix.length : 0));
    expect(lengths).toHaveLength(2);
    expect(lengths[1]).toBeLessThan((lengths[0] ?? 0) / 2);
    const hopeless = feature({ outcome: { kind: 'failed', error } });
    expect((await hopeless.completion.complete(request('b =|'), never)).punctual.reason).toBe('failed');
    expect(hopeless.tasks.specs.length).toBeLessThan(6);
  });

  it('when it is cancelled, then its task is and there is no suggestion', async () => {
    const { tasks, completion } = feature({ pieces: ['a'], hangs: true });
    const abort = new AbortController();
    const answer = completion.complete(request('b =|'), abort.signal);
    abort.abort();
    expect((await answer).punctual.reason).toBe('cancelled');
    expect(tasks.cancelled).toEqual(['t1']);
  });

  it('when it was cancelled before it came to the model, then nothing runs on for nobody', async () => {
    const { tasks, completion } = feature({ hangs: true });
    expect((await completion.complete(request('b =|'), AbortSignal.abort())).punctual.reason).toBe('cancelled');
    expect(tasks.cancelled).toEqual(tasks.specs.map((_, index) => `t${index + 1}`));
  });

  it('when the model says nothing or only space, then there is no suggestion', async () => {
    const { completion } = feature({ pieces: ['  '] });
    expect(await completion.complete(request('b =|'), never)).toMatchObject({
      items: [],
      punctual: { reason: 'empty' },
    });
  });
});

describe('where completion stays silent', () => {
  it('when only the demonstration model is there, then it answers by itself in the sample and by hand elsewhere', async () => {
    const { completion } = feature({ pieces: ['1'] });
    const own = request('b =|', { settings });
    expect((await completion.complete(own, never)).punctual.reason).toBe('demoModel');
    expect((await completion.complete({ ...own, invoked: true }, never)).items).toHaveLength(1);
    const document = TextDocument.create('file:///samples/a.ts', 'typescript', 1, 'b =');
    expect((await completion.complete({ ...own, document }, never)).items).toHaveLength(1);
    const sibling = TextDocument.create('file:///samples-not/a.ts', 'typescript', 1, 'b =');
    expect(completion.eligibility(sibling, settings)).toMatchObject({ automatic: false, reason: 'demoModel' });
    const untitled = TextDocument.create('untitled:Untitled-1', 'typescript', 1, 'b =');
    expect((await completion.complete({ ...own, document: untitled, invoked: true }, never)).items).toHaveLength(1);
  });

  it.each([
    ['of 5 MB', 'x'.repeat(5_000_000), 'documentTooLarge'],
    ['of null bytes', '\0\0\0\0', 'documentBinary'],
  ])('when the document is one %s, then it says why and the engine is not asked', async (_, text, reason) => {
    const { tasks, completion } = feature({ pieces: ['1'] });
    const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, text);
    expect(
      (await completion.complete(request('|', { document, position: { line: 0, character: 0 } }), never)).punctual
        .reason,
    ).toBe(reason);
    expect(tasks.specs).toEqual([]);
  });

  it('when a single line has a million characters, then only the window around the cursor is sent', async () => {
    const { tasks, completion } = feature({ pieces: ['1'] });
    const text = 'a1 '.repeat(350_000);
    expect(text.length).toBeLessThan(documentCharsMax);
    const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, text);
    await completion.complete(request('|', { document, position: { line: 0, character: 500_000 } }), never);
    const prompt = tasks.specs[0]?.prompt;
    expect(prompt?.kind === 'infill' && prompt.prefix.length + prompt.suffix.length).toBeLessThan(4_000);
    expect(prompt?.kind === 'infill' && prompt.prefix.length).toBeGreaterThan(1_000);
  });

  it.each([[{ line: 9, character: 0 }], [{ line: 0, character: 99 }]])(
    'when the position %o lies beyond the end, then it says so',
    async (position) => {
      const { completion } = feature({ pieces: ['1'] });
      expect((await completion.complete(request('b =|', { position }), never)).punctual.reason).toBe('positionOutside');
    },
  );
});
