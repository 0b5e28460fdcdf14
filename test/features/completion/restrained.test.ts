/** The completion feature with what stands before its tasks. */
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { totalOf } from '../../../runtime/features/completion/feedback.ts';
import { FeedbackBook } from '../../../runtime/features/completion/feedback-book.ts';
import { CompletionFeature, type CompletionRequest } from '../../../runtime/features/completion/index.ts';
import { Restraint } from '../../../runtime/features/completion/restraint.ts';
import { ManualTimer } from '../../server/manual-timer.ts';
import { chosenSettings, models, ScriptedTasks } from '../fakes.ts';

const never = new AbortController().signal;
const head = `${'const value = compute();\n'.repeat(8)}`;

function world() {
  const timer = new ManualTimer();
  const tasks = new ScriptedTasks(({ idle }) => (idle ? { hangs: true } : { pieces: ['compute();'] }));
  const book = new FeedbackBook();
  const restraint = new Restraint({ now: () => timer.nowMs, book, timer: timer.start });
  const completion = new CompletionFeature(tasks, models, [], { timer: timer.start, restraint });
  const documentOf = (line: string): TextDocument =>
    TextDocument.create('file:///project/a.ts', 'typescript', 1, head + line);
  /** The line goes on so, and 50 ms later the editor asks at its end. */
  const edit = (line: string): void => completion.edited({ client: 'w1', document: documentOf(line) });
  const ask = (line: string, more: Partial<CompletionRequest> = {}) => {
    const document = documentOf(line);
    const position = document.positionAt(document.getText().length);
    const request = {
      document,
      position,
      invoked: false,
      settings: chosenSettings,
      client: 'w1',
      receivedMs: 0,
      ...more,
    };
    return completion.complete(request, never);
  };
  const typeFast = (line: string): void => {
    for (let end = 1; end <= line.length; end += 1) {
      timer.advance(110);
      edit(line.slice(0, end));
    }
    timer.advance(50);
  };
  return { timer, tasks, book, edit, ask, typeFast };
}

describe('a completion that is restrained', () => {
  it('when somebody is in the middle of typing, then a task is made only when no key has come for a while', async () => {
    const { timer, tasks, ask, typeFast } = world();
    typeFast('let total = comp');
    const answer = ask('let total = comp');
    await new Promise(setImmediate);
    expect(tasks.specs).toEqual([]);
    timer.advance(250);
    expect((await answer).punctual).toMatchObject({ reason: 'answered', from: 'generated' });
    // The wait is part of the promise, which counts from receipt.
    expect(tasks.specs[0]?.arrivalMs).toBe(0);
  });

  it('when a key comes while it waits, then there is no task', async () => {
    const { timer, tasks, edit, ask, typeFast } = world();
    typeFast('let total = comp');
    const answer = ask('let total = comp');
    await new Promise(setImmediate);
    edit('let total = compu');
    expect((await answer).punctual.reason).toBe('cancelled');
    timer.advance(1_000);
    expect(tasks.specs).toEqual([]);
  });

  it('when much is to be evaluated, then that is done while it waits, by a task that ends before the one that answers', async () => {
    const { timer, tasks, ask, typeFast } = world();
    tasks.forecast = () => 120;
    typeFast('let total = comp');
    const answer = ask('let total = comp');
    await new Promise(setImmediate);
    expect(tasks.specs).toMatchObject([{ idle: true, limits: { maxTokens: 0 } }]);
    timer.advance(250);
    expect((await answer).punctual.from).toBe('generated');
    expect(tasks.specs).toHaveLength(2);
    expect(tasks.specs[1]?.prompt).toEqual(tasks.specs[0]?.prompt);
    expect(tasks.specs[1]?.idle).toBeUndefined();
  });

  it('when a key comes while that is evaluated, then it is ended, and nothing else is asked', async () => {
    const { timer, tasks, edit, ask, typeFast } = world();
    tasks.forecast = () => 120;
    typeFast('let total = comp');
    const answer = ask('let total = comp');
    await new Promise(setImmediate);
    edit('let total = compu');
    expect((await answer).punctual.reason).toBe('cancelled');
    timer.advance(1_000);
    expect(tasks.specs).toHaveLength(1);
    expect(tasks.cancelled).toEqual(['t1']);
  });

  it('when it is asked for by hand, then nothing is waited for', async () => {
    const { ask, typeFast } = world();
    typeFast('let total = comp');
    expect((await ask('let total = comp', { invoked: true })).items).toHaveLength(1);
  });

  it('when the cursor is inside of a word, then it says so and makes no task', async () => {
    const { tasks, ask } = world();
    const { items, punctual } = await ask('let total = compute', { position: { line: 8, character: 14 } });
    expect(items).toEqual([]);
    expect(punctual).toMatchObject({ reason: 'midIdentifier', model: 'Demo' });
    expect(tasks.specs).toEqual([]);
  });

  it('when a suggestion is taken, then it is counted under its language and model', async () => {
    const { timer, book, edit, ask } = world();
    edit('let total = ');
    timer.advance(2_000);
    await ask('let total = ');
    timer.advance(900);
    edit('let total = compute();');
    expect(book.statistics.counts).toMatchObject([{ language: 'typescript', model: 'Demo', shown: 1, accepted: 1 }]);
    timer.advance(60_000);
    expect(totalOf(book.statistics)).toMatchObject({ retained: 1, lost: 0 });
  });
});
