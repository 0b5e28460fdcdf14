/** Who answers a request: the cheapest that can, in order, and all as one feature. */
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { lingerMs } from '../../../runtime/features/completion/generation.ts';
import { CompletionFeature, type CompletionRequest } from '../../../runtime/features/completion/index.ts';
import type { InlineCompletionResultSaid as InlineCompletionResult } from '../../../runtime/protocol.ts';
import { ManualTimer } from '../../server/manual-timer.ts';
import { chosenSettings, models } from '../fakes.ts';
import { ManualTasks } from './manual-tasks.ts';

const never = new AbortController().signal;

function documentOf(text: string, uri = 'file:///project/a.ts'): TextDocument {
  return TextDocument.create(uri, 'typescript', 1, text);
}

/** Everything that follows from what was done has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class Editor {
  readonly tasks = new ManualTasks();
  readonly timer = new ManualTimer();
  readonly completion = new CompletionFeature(this.tasks, models, [], { timer: this.timer.start });

  /** The cursor is marked by `|`. */
  ask(
    marked: string,
    signal: AbortSignal = never,
    more: Partial<CompletionRequest> = {},
  ): Promise<InlineCompletionResult> {
    const document = documentOf(marked.replace('|', ''));
    const position = document.positionAt(marked.indexOf('|'));
    const who = { invoked: false, settings: chosenSettings, client: 'w1', receivedMs: 1_000 };
    return this.completion.complete({ document, position, ...who, ...more }, signal);
  }

  /** Asks, and the model says this. */
  async answered(marked: string, text: string): Promise<InlineCompletionResult> {
    const answer = this.ask(marked);
    await settled();
    this.tasks.last.say(text);
    this.tasks.last.end();
    return answer;
  }

  edit(text: string): void {
    this.completion.edited({ client: 'w1', document: documentOf(text) });
  }
}

function textOf({
  items,
  punctual: { from },
}: InlineCompletionResult): readonly [string | undefined, string | undefined] {
  return [from, items[0]?.insertText];
}

describe('a request', () => {
  it('when the last suggestion is typed on, then the rest of it is the answer, and no task is made', async () => {
    const editor = new Editor();
    expect(textOf(await editor.answered('let a|\n', ' = 1;'))).toEqual(['generated', ' = 1;']);
    expect(textOf(await editor.ask('let a =|\n'))).toEqual(['typed', ' 1;']);
    expect(textOf(await editor.ask('let a = |\n'))).toEqual(['typed', '1;']);
    // What was typed of it may be taken back.
    expect(textOf(await editor.ask('let a |\n'))).toEqual(['typed', '= 1;']);
    expect(editor.tasks.all).toHaveLength(1);
    expect(editor.completion.suggestions).toEqual({ typed: 3, cache: 0, joined: 0, generated: 1 });
  });

  it('when the editor closes a bracket meanwhile, then the answer does not close it again', async () => {
    const editor = new Editor();
    await editor.answered('let a = |\n', 'f(x);');
    const [from, text] = textOf(await editor.ask('let a = f(|)\n'));
    expect(from).toBe('typed');
    expect(text).toBe('x');
  });

  it('when the cursor is back where a suggestion was made, then that one is the answer', async () => {
    const editor = new Editor();
    await editor.answered('let a|\n', ' = 1;');
    await editor.answered('let a.b|\n', ' = 2;');
    expect(textOf(await editor.ask('let a|\n'))).toEqual(['cache', ' = 1;']);
    expect(textOf(await editor.ask('let a.b =|\n'))).toEqual(['cache', ' 2;']);
    expect(editor.tasks.all).toHaveLength(2);
  });

  it('when somebody asks by hand, then the model is asked, whatever was suggested before', async () => {
    const editor = new Editor();
    await editor.answered('let a|\n', ' = 1;');
    const byHand = editor.ask('let a =|\n', never, { invoked: true });
    await settled();
    editor.tasks.last.say(' 2;');
    editor.tasks.last.end();
    expect(textOf(await byHand)).toEqual(['generated', ' 2;']);
  });

  it('when another model is chosen, then nothing of the first one is the answer', async () => {
    const editor = new Editor();
    await editor.answered('let a|\n', ' = 1;');
    const settings = { ...chosenSettings, model: '/models/other.gguf' };
    void editor.ask('let a|\n', never, { settings });
    expect(editor.tasks.last.spec.model).toBe('/models/other.gguf');
  });

  it('when what runs for the one before agrees with what was typed, then it waits for that, and no task is made', async () => {
    const editor = new Editor();
    const abort = new AbortController();
    const first = editor.ask('let a|\n', abort.signal);
    editor.tasks.last.say(' =');
    abort.abort();
    editor.edit('let a \n');
    const second = editor.ask('let a |\n');
    editor.tasks.last.say(' 1;');
    editor.tasks.last.end();
    expect((await first).punctual.reason).toBe('cancelled');
    const answer = await second;
    expect(textOf(answer)).toEqual(['joined', '= 1;']);
    expect(answer.punctual.kept).toBe(true);
    expect(editor.tasks.all).toHaveLength(1);
  });

  it('when an edit contradicts what runs, then that is stopped in the same turn, and the next request makes a task', async () => {
    const editor = new Editor();
    const abort = new AbortController();
    void editor.ask('let a|\n', abort.signal);
    editor.tasks.last.say(' =');
    abort.abort();
    editor.edit('let a.\n');
    expect(editor.tasks.running).toEqual([]);
    expect(textOf(await editor.answered('let a.|\n', 'b;'))).toEqual(['generated', 'b;']);
    expect(editor.tasks.all).toHaveLength(2);
  });

  it('when what runs turns away from what was typed, then a task is made for the one who waited', async () => {
    const editor = new Editor();
    const abort = new AbortController();
    void editor.ask('let a|\n', abort.signal);
    abort.abort();
    const second = editor.ask('let a.|\n');
    const [first] = editor.tasks.all;
    first?.say(' = 1;');
    expect(first?.outcome?.kind).toBe('cancelled');
    await settled();
    editor.tasks.last.say('b;');
    editor.tasks.last.end();
    expect(textOf(await second)).toEqual(['generated', 'b;']);
  });

  it('when it was taken back and nobody asked again, then it is stopped after a while, or what came of it is kept', async () => {
    const editor = new Editor();
    const abort = new AbortController();
    const left = editor.ask('let a|\n', abort.signal);
    abort.abort();
    await left;
    editor.tasks.last.say(' = 1;');
    editor.tasks.last.end();
    await settled();
    expect(textOf(await editor.ask('let a|\n'))).toEqual(['cache', ' = 1;']);
    const again = new AbortController();
    const other = editor.ask('let b|\n', again.signal);
    again.abort();
    await other;
    editor.timer.advance(lingerMs);
    expect(editor.tasks.running).toEqual([]);
  });

  it('when it comes taken back, then nothing is done for it', async () => {
    const editor = new Editor();
    expect((await editor.ask('let a|\n', AbortSignal.abort())).punctual.reason).toBe('cancelled');
    expect(editor.tasks.all).toEqual([]);
  });

  it('when a suggestion is empty, then it is neither shown nor kept', async () => {
    const editor = new Editor();
    expect((await editor.answered('let a|\n', '  ')).punctual).toMatchObject({ reason: 'empty', from: 'generated' });
    await editor.answered('let a|\n', ' = 1;');
    expect(editor.tasks.all).toHaveLength(2);
  });

  it('when an entry of the suggestion list is selected, then a suggestion that begins with it goes on behind it', async () => {
    const editor = new Editor();
    await editor.answered('console.|\n', 'log(x);');
    const range = { start: { line: 0, character: 8 }, end: { line: 0, character: 10 } };
    const answer = await editor.ask('console.lo|\n', never, { selected: { range, text: 'log' } });
    expect(answer.punctual.from).toBe('typed');
    expect(answer.items).toEqual([{ insertText: 'log(x);', range }]);
  });
});
