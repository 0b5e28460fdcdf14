import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../../../runtime/core/sentence.ts';
import type { Models } from '../../../runtime/features/tasks.ts';
import { type TextStage, TranslateFeature } from '../../../runtime/features/text.ts';
import { settingsOf } from '../../whole-settings.ts';
import { type Script, ScriptedTasks } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';

const never = new AbortController().signal;
const settings = settingsOf({ model: 'real', translate: { maxTokens: 128 } });
const models: Models = {
  describe: (id) => ({ name: `The ${id}`, demo: false }),
  choose: () => ({ id: 'real', name: 'Real', demo: false, chosen: true, contextTokens: 8_192 }),
};

/** Three functions, the last of which calls the first; each fills a part. */
const source = ['first', 'second', 'third']
  .map(
    (name, index) =>
      `def ${name}(value):\n${'    value = value + 1\n'.repeat(5)}    return ${index === 2 ? 'first(value)' : 'value'}\n`,
  )
  .join('\n\n');

/** The code that is asked about. */
function codeIn(prompt: string): string {
  return /```\w*\n([\s\S]*)\n```$/.exec(prompt)?.[1] ?? '';
}

function nameIn(prompt: string): string {
  return /^def (\w+)/m.exec(codeIn(prompt))?.[1] ?? 'none';
}

function translated(prompt: string): string {
  return `function ${nameIn(prompt)}(value) {\n  return value;\n}`;
}

function translate(
  answer: (prompt: string, attempt: number) => Script,
  more: { targetMs?: number; signal?: AbortSignal } = {},
) {
  const prompts: string[] = [];
  const tasks = new ScriptedTasks(({ prompt }, attempt) => {
    const text = prompt.kind === 'chat' ? prompt.user : '';
    prompts.push(text);
    return answer(text, attempt);
  });
  const document = TextDocument.create('file:///src/a%20b.py', 'python', 1, source);
  const { targetMs = 600_000, signal = never } = more;
  const request = { document, settings, receivedMs: 1_000, targetMs, to: 'javascript' } as const;
  const notes: string[] = [];
  const stages: TextStage[] = [];
  let streamed = '';
  const listener = {
    onText: (piece: string) => {
      streamed += piece;
    },
    onNote: (note: Words) => notes.push(String(note)),
    onStage: (stage: TextStage) => stages.push(stage),
  };
  const result = new TranslateFeature(kitOf(tasks, models)).run(request, listener, signal);
  return { tasks, prompts, notes, stages, result, streamed: () => streamed };
}

describe('a translation in one part', () => {
  const broken = 'let = (;';
  const whole = 'function a() {}';

  async function short(text: string, canRestart: boolean, range?: { start: number; end: number }) {
    const tasks = new ScriptedTasks((_, attempt) => ({ pieces: ['```javascript\n', attempt === 1 ? broken : whole] }));
    const document = TextDocument.create('file:///a.py', 'python', 1, text);
    const heard: string[] = [];
    const request = {
      ...{ document, settings, receivedMs: 1_000, targetMs: 600_000 },
      to: 'javascript',
      ...(range && { range: { start: document.positionAt(range.start), end: document.positionAt(range.end) } }),
    } as const;
    const listener = {
      onText: (piece: string) => heard.push(piece),
      onNote: () => undefined,
      ...(canRestart && { onRestart: () => heard.push('restart') }),
    };
    const result = await new TranslateFeature(kitOf(tasks, models)).run(request, listener, never);
    return { result, heard };
  }

  it('when it does not parse and its asker can take it back, then it is written once more', async () => {
    const { result, heard } = await short('def a():\n    pass\n', true);
    expect(result.text).toBe(whole);
    expect(result).not.toHaveProperty('notes');
    expect(heard).toEqual([broken, 'restart', whole]);
  });

  it('when its asker cannot, then he keeps what was streamed, and a note says what is wrong', async () => {
    const { result, heard } = await short('def a():\n    pass\n', false);
    expect(result.text).toBe(broken);
    expect(heard).toEqual([broken]);
    expect(result.notes).toEqual([expect.stringContaining('does not parse as JavaScript at line 1')]);
  });

  it('when a few statements are selected, then nobody asks whether they are a file', async () => {
    const text = 'a = 1\nfor b in c:\n    print(b)\n';
    const { result } = await short(text, true, { start: 6, end: text.length });
    expect(result.text).toBe(broken);
    expect(result).not.toHaveProperty('notes');
  });
});

describe('a translation in parts', () => {
  it('when a file is too long for one answer, then its parts become one file in their order, and the stages are told', async () => {
    const asked = translate((prompt) => ({ pieces: ['```javascript\n', translated(prompt)] }));
    const result = await asked.result;
    expect(result.text.match(/function \w+/g)).toEqual(['function first', 'function second', 'function third']);
    expect(asked.streamed()).toBe(result.text);
    expect(result).toMatchObject({ model: 'Real', end: 'stop', kept: true });
    expect(result).not.toHaveProperty('notes');
    expect(asked.stages.at(-1)).toEqual({ done: 3, of: 3 });
    expect(
      asked.tasks.specs.every(({ rest, language }) => rest !== undefined && language === 'python>javascript'),
    ).toBe(true);
  });

  it('when a part uses what another declares, then it is told how that was translated', async () => {
    const asked = translate((prompt) => ({ pieces: ['```javascript\n', translated(prompt)] }));
    await asked.result;
    const third = asked.prompts.find((prompt) => nameIn(prompt) === 'third');
    expect(third).toContain('Already translated, to be used and not to be repeated:\nfunction first(value)');
    const second = asked.prompts.find((prompt) => nameIn(prompt) === 'second');
    expect(second).not.toContain('Already translated');
  });

  it('when a part does not parse, then it is written once more, and what parses is taken', async () => {
    const asked = translate((prompt) =>
      prompt.includes('does not parse')
        ? { pieces: ['```javascript\nfunction second(value) {\n  return 2;\n}'] }
        : {
            pieces: [
              '```javascript\n',
              nameIn(prompt) === 'second' ? 'function second(value { return' : translated(prompt),
            ],
          },
    );
    const result = await asked.result;
    const repair = asked.prompts.find((prompt) => prompt.includes('does not parse'));
    expect(repair).toContain('This JavaScript code does not parse.');
    expect(repair).toMatch(/line 1: .+ (is missing|was not expected)/);
    expect(asked.prompts).toHaveLength(4);
    expect(result.text).toContain('return 2;');
    expect(result).not.toHaveProperty('notes');
  });

  it('when the repair is no better, then the first answer stays, and a note says where it does not parse', async () => {
    const asked = translate((prompt) => ({
      pieces: [
        '```javascript\n',
        nameIn(prompt) === 'second' || prompt.includes('does not') ? 'let = (;' : translated(prompt),
      ],
    }));
    const result = await asked.result;
    expect(asked.prompts).toHaveLength(4);
    expect(result.notes).toEqual([
      expect.stringMatching(/^The translation does not parse as JavaScript at line 6 .*: look it over\.$/),
    ]);
    const message = expect.stringMatching(/^This does not parse as JavaScript: .+\.$/);
    expect(result.problems?.[0]).toEqual({ line: 5, message });
    expect(asked.notes).toEqual(result.notes);
  });

  it('when there is no time for a repair, then there is none, and the note says what is wrong', async () => {
    const asked = translate(
      (prompt) => ({ pieces: ['```javascript\n', nameIn(prompt) === 'second' ? 'let = (;' : translated(prompt)] }),
      { targetMs: 1_000 },
    );
    const result = await asked.result;
    expect(asked.prompts).toHaveLength(3);
    expect(result.notes).toHaveLength(1);
  });

  it('when the model finds a part too long, then smaller ones are sent in its place', async () => {
    const error = { code: 'promptTooLong', message: 'too long', promptTokens: 200, promptTokensMax: 120 } as const;
    let refused = 0;
    const asked = translate((prompt) => {
      if (codeIn(prompt).length > 140 && nameIn(prompt) === 'second') {
        refused += 1;
        return { outcome: { kind: 'failed', error } };
      }
      return { pieces: [`\`\`\`javascript\n// ${codeIn(prompt).length} characters of ${nameIn(prompt)}`] };
    });
    const result = await asked.result;
    expect(refused).toBe(1);
    expect(result.text.match(/characters/g)?.length).toBeGreaterThan(3);
  });

  it('when the model writes nothing for a part, then a note says where', async () => {
    const asked = translate((prompt) => ({
      pieces: ['```javascript\n', nameIn(prompt) === 'second' ? '' : translated(prompt)],
    }));
    const { notes, text } = await asked.result;
    expect(notes).toEqual([expect.stringMatching(/^The model wrote nothing for lines \d+–\d+: look there\.$/)]);
    expect(text).toBe('function first(value) {\n  return value;\n}\n\n\nfunction third(value) {\n  return value;\n}');
  });

  it('when a part fails, then the whole does, in the words of the error', async () => {
    const error = { code: 'engineFailed', message: 'The engine broke.' } as const;
    const asked = translate((prompt) =>
      nameIn(prompt) === 'second' ? { outcome: { kind: 'failed', error } } : { pieces: ['```\nx'] },
    );
    await expect(asked.result).rejects.toThrow('The engine broke.');
  });

  it('when it is cancelled, then every part under way is, in the same turn', async () => {
    const abort = new AbortController();
    let submitted: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      submitted = resolve;
    });
    const asked = translate(
      () => {
        submitted();
        return { hangs: true };
      },
      { signal: abort.signal },
    );
    await first;
    abort.abort(new Error('enough'));
    expect(asked.tasks.cancelled).toEqual(asked.tasks.specs.map((_, index) => `t${index + 1}`));
    await expect(asked.result).rejects.toThrow('enough');
  });

  it('when one part gives way or is answered by another model, then the result says so', async () => {
    const asked = translate((prompt) => ({
      ...(nameIn(prompt) === 'second' && { notes: [{ reason: 'relegated' }, { reason: 'substituted', by: 'small' }] }),
      pieces: ['```javascript\n', translated(prompt)],
    }));
    expect(await asked.result).toMatchObject({ relegated: true, model: 'The small', insteadOf: 'Real' });
    expect(asked.notes).toHaveLength(2);
  });
});
