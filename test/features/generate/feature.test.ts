/** Code from a sentence, with a model that a test scripts: what it is asked, what streams, what is left of what it writes. */
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../../../runtime/core/sentence.ts';
import type { Outcome } from '../../../runtime/core/task.ts';
import type { CompletionContext } from '../../../runtime/features/completion/context/index.ts';
import { GenerateFeature, type GenerateRequest, Superseded } from '../../../runtime/features/generate.ts';
import type { ChosenModel, Models, TaskSpec } from '../../../runtime/features/tasks.ts';
import { type Script, ScriptedTasks, settings } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';

const instructed: ChosenModel = {
  ...{ id: 'm', name: 'Instructed', demo: false, chosen: false, contextTokens: 4_096 },
  instructed: true,
};
const { instructed: _, ...completing } = instructed;
const never = new AbortController().signal;

interface World {
  readonly model?: ChosenModel;
  readonly request?: Partial<GenerateRequest>;
  readonly isDeafToRestarts?: boolean;
  readonly signal?: AbortSignal;
}

const modelsWith = (model: ChosenModel): Models => ({ choose: () => model, describe: () => model });

/** `marked`: the cursor, or two marks around what is replaced. */
function generating(marked: string, answer: (spec: TaskSpec, attempt: number) => Script, world: World = {}) {
  const { model = instructed, isDeafToRestarts = false, signal = never } = world;
  const [before = '', second = '', third] = marked.split('‸');
  const document = TextDocument.create('file:///p/queue.ts', 'typescript', 1, marked.replaceAll('‸', ''));
  const start = document.positionAt(before.length);
  const end = third === undefined ? start : document.positionAt(before.length + second.length);
  const tasks = new ScriptedTasks(answer);
  const request: GenerateRequest = {
    ...{ document, range: { start, end }, instruction: 'add the numbers', client: 'c', settings, receivedMs: 990 },
    ...world.request,
  };
  const heard = { streamed: '', restarts: 0, notes: [] as string[] };
  const listener = {
    onText: (text: string) => {
      heard.streamed += text;
    },
    onNote: (note: Words) => void heard.notes.push(String(note)),
    ...(!isDeafToRestarts && {
      onRestart: () => {
        heard.streamed = '';
        heard.restarts += 1;
      },
    }),
  };
  const result = new GenerateFeature(kitOf(tasks, modelsWith(model))).run(request, listener, signal);
  return { result, tasks, heard };
}

const userOf = (spec: TaskSpec | undefined): string => (spec?.prompt.kind === 'chat' ? spec.prompt.user : '');
const failed = (code: 'promptTooLong' | 'chatUnsupported' | 'infillUnsupported' | 'engineLost'): Outcome => ({
  kind: 'failed',
  error: { code, message: 'It failed: do something.', promptTokens: 200, promptTokensMax: 100 },
});

describe('what a model is asked', () => {
  it('when it follows instructions, then in words, with what stands around, and one first token is promised', async () => {
    const { result, tasks } = generating('function a() {\n‸\n}', () => ({ pieces: ['return 1;'] }));
    await result;
    const [spec] = tasks.specs;
    expect(spec).toMatchObject({
      ...{ class: 'generate', sla: { kind: 'ttft', targetMs: settings.generate.targetMs }, arrivalMs: 990, model: 'm' },
      ...{ substitution: 'never', limits: { maxTokens: 512, stop: [] } },
    });
    expect(userOf(spec)).toContain('What the code is to do: add the numbers');
    expect(userOf(spec)).toContain('```typescript\nfunction a() {\n```');
    expect(userOf(spec)).not.toMatch(/takes the place of|Other files/);
  });

  it('when something is selected, then that is what is replaced', async () => {
    const { result, tasks } = generating('a();\n‸b();‸\nc();', () => ({ pieces: ['d();'] }));
    const { edit } = await result;
    expect(userOf(tasks.specs[0])).toContain('takes the place of:\n```typescript\nb();\n```');
    expect(edit).toEqual({
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } },
      newText: 'd();',
    });
  });

  it('when it only completes, then the sentence is a comment above the place, and what is there is filled in', async () => {
    const { result, tasks } = generating('{\n  ‸\n}\n', () => ({ pieces: ['return a + b;'] }), { model: completing });
    expect((await result).text).toBe('return a + b;');
    expect(tasks.specs[0]?.prompt).toEqual({ kind: 'infill', prefix: '{\n  // add the numbers\n  ', suffix: '\n}\n' });
  });

  it('when the comment is there already, then it is not said twice', async () => {
    const { result, tasks } = generating('// Add the\n// numbers.\n‸', () => ({ pieces: ['f();'] }), {
      model: completing,
      request: { instruction: 'Add the numbers.' },
    });
    await result;
    expect(tasks.specs[0]?.prompt).toMatchObject({ prefix: '// Add the\n// numbers.\n' });
  });

  it('when other files say something, then it is asked with that, as far as the promise allows', async () => {
    const piece = { path: 'sum.ts', text: 'function sum() {}', comments: '// sum.ts\n// function sum() {}\n' };
    const context: CompletionContext = {
      ...{ repository: 'p', path: 'queue.ts', permit: {} },
      pieces: [{ ...piece, source: 'import', uri: 'file:///p/sum.ts', worth: 1 }],
    };
    const asked = generating('‸', () => ({ pieces: ['f();'] }), { request: { context } });
    await asked.result;
    expect(userOf(asked.tasks.specs[0])).toContain('sum.ts:\n```typescript\nfunction sum() {}\n```');
    const late = generating('‸', () => ({ pieces: ['f();'] }), { request: { context } });
    late.tasks.forecast = (spec) => (userOf(spec).includes('sum.ts') ? 60_000 : 10);
    await late.result;
    expect(userOf(late.tasks.specs[0])).not.toContain('sum.ts');
  });

  it('when the file is long, then as much of it is in the prompt as is on time', async () => {
    const text = `${'f(1);\n'.repeat(2_000)}‸`;
    const { result, tasks } = generating(text, () => ({ pieces: ['g();'] }));
    tasks.forecast = (spec) => userOf(spec).length;
    await result;
    expect(userOf(tasks.specs[0]).length).toBeLessThan(0.7 * settings.generate.targetMs);
  });

  it('when the prompt proves too long, then it is asked with less', async () => {
    const answer = (_: TaskSpec, attempt: number): Script =>
      attempt === 1 ? { outcome: failed('promptTooLong') } : { pieces: ['g();'] };
    const { result, tasks } = generating(`${'f(1);\n'.repeat(2_000)}‸`, answer);
    expect((await result).text).toBe('g();');
    expect(userOf(tasks.specs[1]).length).toBeLessThan(0.6 * userOf(tasks.specs[0]).length);
  });

  it.each([
    ['chatUnsupported', instructed, 'infill'],
    ['infillUnsupported', completing, 'chat'],
  ] as const)('when it answers %s, then it is asked in the other manner, once', async (code, model, kind) => {
    const answer = (_: TaskSpec, attempt: number): Script =>
      attempt === 1 ? { outcome: failed(code) } : { pieces: ['g();'] };
    const { result, tasks } = generating('‸', answer, { model });
    await result;
    expect(tasks.specs.map(({ prompt }) => prompt.kind)[1]).toBe(kind);
    const both = generating('‸', () => ({ outcome: failed(code) }), { model });
    await expect(both.result).rejects.toThrow('It failed: do something.');
    expect(both.tasks.specs).toHaveLength(2);
  });
});

describe('what is left of an answer', () => {
  it.each([
    ['a fence', ['```ts\nreturn', ' 1;\n```\nThis returns one.']],
    ['a sentence before a fence', ['Here is the code you want:\n```', 'ts\nreturn 1;\n```']],
    ['a marker that leaked', ['return 1;', '<|im_', 'end|>\n<|im_start|>user']],
    ['the line below once more', ['return 1;\n', '}']],
    ['white space around it', ['\n\n', 'return 1;', '\n\n']],
  ])('when it has %s, then the code alone, as deep as its place', async (_, pieces) => {
    const { result, heard } = generating('function a() {\n‸\n}', () => ({ pieces }));
    expect((await result).text).toBe('    return 1;');
    expect(heard.streamed).toBe('    return 1;');
  });

  it('when it streams, then as it will stand in the document, and nothing is taken back that may stay', async () => {
    const file = 'x {\n    c();\n}\ny {\n‸\n}';
    const { result, heard } = generating(file, () => ({ pieces: ['```\nif (a) {\n', '  b();\n', '}\n', '```'] }));
    expect((await result).text).toBe('    if (a) {\n        b();\n    }');
    expect(heard.restarts).toBe(1);
    const plain = generating('  ‸', () => ({ pieces: ['a(', ');\nb();'] }));
    await plain.result;
    expect(plain.heard).toMatchObject({ streamed: 'a();\n  b();', restarts: 0 });
  });

  it('when the asker cannot take back what was streamed, then the result alone says what may stay', async () => {
    const { result, heard } = generating('‸', () => ({ pieces: ['f();', '<|endoftext|>'] }), {
      isDeafToRestarts: true,
    });
    expect((await result).text).toBe('f();');
    expect(heard.streamed).toContain('f();');
  });

  it.each([
    ['nothing', [], /wrote nothing\. Say it in another way/],
    ['white space', ['\n \n'], /wrote nothing\. Say/],
    ['sentences', ['I am sorry, ', 'but I cannot do that.'], /nothing that could stand here as code/],
    ['a marker alone', ['<|endoftext|>'], /nothing that could stand here as code/],
  ])('when it is %s, then it fails with a sentence that says what to do', async (_, pieces, sentence) => {
    await expect(generating('‸', () => ({ pieces })).result).rejects.toThrow(sentence);
  });

  it('when the model repeats itself, then it is ended, and the answer says so', async () => {
    const pieces = ['const a = 1;\n', ...Array.from({ length: 30 }, () => 'push(1234567890);\n')];
    const { result, tasks } = generating('‸', () => ({ pieces }));
    const { end, text } = await result;
    expect(end).toBe('repetition');
    expect(tasks.finished).toHaveLength(1);
    expect(text.split('push').length).toBeLessThan(6);
  });

  it('when the file does not parse with it and did before, then that is said with the line', async () => {
    const wrong = generating('a();\n‸\n', () => ({ pieces: ['if (b) ) {'] }));
    expect((await wrong.result).notes).toEqual(['With it the file does not parse at line 2: look it over.']);
    expect(wrong.heard.notes).toHaveLength(1);
    const unfinished = generating('a();\n‸\nfunction (', () => ({ pieces: ['b();'] }));
    expect((await unfinished.result).notes).toBeUndefined();
  });
});

describe('an end that is none', () => {
  it('when a newer request takes its place, then it ends as superseded', async () => {
    const superseded: Outcome = { kind: 'cancelled', by: 'superseded' };
    const { result, tasks } = generating('‸', () => ({ pieces: ['f();'], outcome: superseded }));
    await expect(result).rejects.toThrow(Superseded);
    expect(tasks.specs[0]?.supersedeKey).toBe('c generate file:///p/queue.ts');
  });

  it('when nobody waits any more, then the task is cancelled', async () => {
    const controller = new AbortController();
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const answer = (): Script => {
      begin();
      return { hangs: true };
    };
    const { result, tasks } = generating('‸', answer, { signal: controller.signal });
    await begun;
    controller.abort(new Error('gone'));
    await expect(result).rejects.toThrow('gone');
    expect(tasks.cancelled).toHaveLength(1);
  });

  it('when the engine is lost, then the reason is told', async () => {
    await expect(generating('‸', () => ({ outcome: failed('engineLost') })).result).rejects.toThrow('It failed');
  });

  it.each([
    ['has null bytes', 'a\0‸', /not text/],
    ['has a selection that leaves no room', `‸${'x'.repeat(50_000)}‸`, /Select a part of it/],
  ])('when the file %s, then it is refused in a sentence', async (_, marked, sentence) => {
    await expect(generating(marked, () => ({ pieces: ['f();'] })).result).rejects.toThrow(sentence);
  });
});
